"""The interface to the other processes of the service, for answers that are read or cancelled elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tutor_server.storage.asks import find_ask
from tutor_server.tutoring.replay import replay

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tutor_protocol import FromService
    from tutor_server.storage.asks import StoredAsk
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.answer import Answer


class Replicas(Protocol):
    """The operations on answers that involve other processes."""

    def publisher(self, user_id: UUID, request_id: UUID) -> Callable[[FromService], None] | None:
        """Return a function that publishes an answer's frames to other processes, or None without other processes."""
        ...

    async def follow(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Fill `answer` with the text of an ask that another process is answering, until the ask ends.

        If the process died, `answer` gets the text that is still available, then the error `ANSWER_INTERRUPTED`.
        """
        ...

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Make the process that writes the answer stop it."""
        ...

    async def seconds_of_readers(self, user_id: UUID, request_id: UUID) -> float:
        """Return for how many seconds readers in other processes keep the answer from being abandoned, or 0."""
        ...

    def subscribe(self, stop: Callable[[UUID, UUID], object]) -> None:
        """Register the function that stops an answer of this process, by user id and request id."""
        ...


@dataclass(frozen=True, slots=True)
class NoReplicas:
    """A service of one process. An ask that is marked as running elsewhere was started before the last restart."""

    database: Database

    def publisher(self, user_id: UUID, request_id: UUID) -> None:
        """Return None: no other process follows an answer (see `Replicas.publisher`)."""

    async def follow(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Replay the answer from the database (see `Replicas.follow`)."""
        latest = await self.database.read(lambda connection: find_ask(connection, user_id, answer.request_id))
        replay(latest or stored, answer)

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Do nothing: no other process writes an answer (see `Replicas.cancel`)."""

    async def seconds_of_readers(self, user_id: UUID, request_id: UUID) -> float:  # noqa: ARG002 - the protocol requires these parameters
        """Return 0: no other process has readers (see `Replicas.seconds_of_readers`)."""
        return 0.0

    def subscribe(self, stop: Callable[[UUID, UUID], object]) -> None:
        """Do nothing: no other process cancels an answer (see `Replicas.subscribe`)."""
