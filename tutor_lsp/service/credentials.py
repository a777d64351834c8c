"""What the service's client needs of a sign-in: an access token."""

from __future__ import annotations

from typing import Protocol


class Credentials(Protocol):
    """Provides the access token of the student. None means that the student is signed out.

    Both methods may raise `ServiceFault` if the service has to be asked and cannot be reached, and `SignedOut` with
    the reason.
    """

    async def access_token(self) -> str | None:
        """Return a token that should still be valid for the next ask."""
        ...

    async def renew(self, rejected_token: str) -> str | None:
        """Return another token than the one that the service has just rejected."""
        ...
