"""The interface through which the service's client gets an access token."""

from __future__ import annotations

from typing import Protocol


class Credentials(Protocol):
    """Provides the student's access token, or None if the student is signed out.

    Both methods may raise `ServiceFault` if a token must be refreshed and the service cannot be reached, and
    `SignedOut` with the reason.
    """

    async def access_token(self) -> str | None:
        """Return a token that should still be valid when the service receives the next ask."""
        ...

    async def renew(self, rejected_token: str) -> str | None:
        """Return another token in place of the one that the service has just rejected."""
        ...
