"""What the language server needs of a tutor: the remote service and local mode are two of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from tutor_protocol import Ask, FromService

State = Literal["ready", "local", "signedOut", "connecting", "reconnecting", "offline", "tooManyWindows"]


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the connection, a sentence for the student, and the command that helps (`tutor.signIn`, …)."""

    state: State
    message: str
    command: str | None = None


LOCAL = Status("local", "Local mode: the tutor answers on this computer, without an account.")
READY = Status("ready", "The tutor is ready.")
SIGNED_OUT = Status(
    "signedOut",
    "Sign in to ask the tutor: in your editor, or with `tutor sign-in` in a terminal.",
    "tutor.signIn",
)
"""Shown before a tutor is built and by the tutor itself, in the same words."""


class Tutor(Protocol):
    """Answers asks. Every stream is `Accepted`, then `Delta`s without gap or repeat, then one `Done` or `Error`.

    A refused ask is a single `Error`. No failure of the line or the service is raised: it ends the stream as `Error`.
    """

    @property
    def status(self) -> Status:
        """How the tutor is reached right now."""
        ...

    def ask(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Ask and stream what comes back. Closing the generator cancels the ask."""
        ...

    async def cancel(self, request_id: UUID) -> None:
        """Stop an answer; its stream ends with `Error` of code `CANCELLED`."""
        ...

    async def rate(self, message_id: str, *, helpful: bool) -> None:
        """Say whether an answer helped."""
        ...

    async def close(self) -> None:
        """Give back the connection. Running streams end with an `Error`."""
        ...
