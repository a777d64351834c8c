"""The other processes of the same service, as far as answers go: one may be read or stopped where it is not written."""

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
    """What an answer needs of the other processes."""

    def publisher(self, user_id: UUID, request_id: UUID) -> Callable[[FromService], None] | None:
        """Return a function that publishes the frames of an answer to other processes, or None if there are none."""
        ...

    async def follow(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Fill `answer` with an ask that is marked as running, but not by this process, as it goes on and ends.

        Where the process that wrote it died: with what survives, then `ANSWER_INTERRUPTED`.
        """
        ...

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Have the process stop an answer that writes it."""
        ...

    async def seconds_of_readers(self, user_id: UUID, request_id: UUID) -> float:
        """Return for how many seconds readers at other processes keep an answer from being abandoned; 0 without any."""
        ...

    def subscribe(self, stop: Callable[[UUID, UUID], object]) -> None:
        """Name what stops an answer of this process, by user and request id."""
        ...


@dataclass(frozen=True, slots=True)
class NoReplicas:
    """A service of one process: whatever is marked as running elsewhere was begun by an earlier life of it."""

    database: Database

    def publisher(self, user_id: UUID, request_id: UUID) -> None:
        """Nobody else wants to know; see `Replicas.publisher`."""

    async def follow(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Replay what the database has; see `Replicas.follow`."""
        latest = await self.database.read(lambda connection: find_ask(connection, user_id, answer.request_id))
        replay(latest or stored, answer)

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Nobody else writes; see `Replicas.cancel`."""

    async def seconds_of_readers(self, user_id: UUID, request_id: UUID) -> float:  # noqa: ARG002 - as the protocol has it
        """Nobody else reads; see `Replicas.seconds_of_readers`."""
        return 0.0

    def subscribe(self, stop: Callable[[UUID, UUID], object]) -> None:
        """Nobody else stops anything; see `Replicas.subscribe`."""
