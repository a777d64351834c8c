"""The interface of a tutor, which the remote service and local mode implement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tutor_lsp.service.session import SIGNED_OUT_MESSAGE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from tutor_lsp.protocol import State
    from tutor_protocol import Ask, FromService


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the connection, a sentence for the student, and the command that helps, such as `tutor.signIn`."""

    state: State
    message: str
    command: str | None = None


LOCAL = Status("local", "Local mode: the tutor answers on this computer, without an account.")
READY = Status("ready", "The tutor is ready.")
SIGNED_OUT = Status("signedOut", SIGNED_OUT_MESSAGE, "tutor.signIn")


class Tutor(Protocol):
    """Answers asks. Every stream is one `Accepted`, then `Delta`s without gaps or repeats, then one `Done` or `Error`.

    After `Accepted` there may be any number of `Queued`.

    A refused ask is a single `Error`. A failure of the connection or the service is never raised: the stream ends with
    an `Error`.
    """

    @property
    def status(self) -> Status:
        """The state of the connection to the tutor."""
        ...

    def ask(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Yield the messages of the answer. Closing the generator cancels the ask."""
        ...

    async def cancel(self, request_id: UUID) -> None:
        """Stop an answer. Its stream ends with an `Error` of code `CANCELLED`."""
        ...

    async def rate(self, message_id: str, *, helpful: bool) -> None:
        """Send the student's rating of an answer."""
        ...

    async def close(self) -> None:
        """Close the connection. Running streams end with an `Error`."""
        ...
