"""Where the access token comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Credentials(Protocol):
    """Gives the access token of the signed-in student. None means: signed out."""

    async def access_token(self) -> str | None:
        """Give a token that should still be good for the next ask."""
        ...

    async def renew(self, rejected_token: str) -> str | None:
        """Give another token than the one that the service has just refused."""
        ...


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A token that was handed to us, and that we cannot renew."""

    token: str | None

    async def access_token(self) -> str | None:
        """Give the token."""
        return self.token

    async def renew(self, rejected_token: str) -> str | None:  # noqa: ARG002 - there is no other
        """Give nothing: there is no other token."""
        return None
