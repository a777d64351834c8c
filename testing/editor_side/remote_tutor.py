"""A client of the service that retries at once, its credentials, and a script that answers all it asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_lsp.service.retry import ConnectionTiming
from tutor_lsp.tutors.remote import RemoteTutor

if TYPE_CHECKING:
    from testing.editor_side.scripted_service import Connection


QUICK = ConnectionTiming(
    idle=5, give_up=0.3, first_delay=0.01, longest_delay=0.02, rate_pause=0.05, silence=5, heartbeat=5
)

Build = Callable[..., RemoteTutor]


@dataclass(slots=True)
class Renewable:
    """Credentials with one token, which `renew` replaces by the next item of `renewals`."""

    token: str | None = "first"
    renewals: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)

    async def access_token(self) -> str | None:
        """Return the current token."""
        return self.token

    async def renew(self, rejected_token: str) -> str | None:
        """Return the next token, or None if there is none."""
        self.rejected.append(rejected_token)
        self.token = self.renewals.pop(0) if self.renewals else None
        return self.token


async def answer_all(connection: Connection) -> None:
    """Answer every ask with three words. For use as a script."""
    while True:
        await connection.answer(await connection.receive(), "look ", "at ", "this")
