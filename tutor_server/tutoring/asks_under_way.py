"""The asks that this process is answering, each with its answer, its task, and the reason for which it was stopped."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from tutor_server.errors import TutorError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator
    from uuid import UUID

    from tutor_server.tutoring.answer import Answer
    from tutor_server.tutoring.received import ReceivedAsk


@dataclass(slots=True, eq=False)
class AskUnderWay:
    """One ask under way, from the arrival of its frame to its settlement."""

    user_id: UUID
    received: ReceivedAsk
    answer: Answer
    task: asyncio.Task[None] | None = None
    stopped_by: TutorError | None = None
    """The reason why the task was told to stop."""
    abandonment: asyncio.Task[None] | None = None
    """The task that checks whether another process has readers of the answer."""

    def stop(self, reason: TutorError) -> None:
        """Cancel the task, unless it was already told to stop or the answer has ended."""
        if self.task is None or self.stopped_by is not None or self.answer.is_over:
            return
        self.stopped_by = reason
        # Cancel in the next iteration of the event loop: a task that is cancelled before its first step never runs, and
        # its ask would not be counted.
        asyncio.get_running_loop().call_soon(self.task.cancel)


class AsksUnderWay:
    """The asks under way, by user; the asks of one user are in order of arrival."""

    def __init__(self) -> None:
        self._by_user: dict[UUID, dict[UUID, AskUnderWay]] = {}

    def __iter__(self) -> Iterator[AskUnderWay]:
        """Iterate over a copy of the asks under way, so that asks may begin and end meanwhile."""
        return iter([ask for asks in self._by_user.values() for ask in asks.values()])

    def of(self, user_id: UUID) -> list[AskUnderWay]:
        """Return a user's asks that are under way now."""
        return list(self._by_user.get(user_id, {}).values())

    def find(self, user_id: UUID, request_id: UUID) -> AskUnderWay | None:
        """Return the ask with a request id, or None."""
        return self._by_user.get(user_id, {}).get(request_id)

    def start(self, ask: AskUnderWay, work: Coroutine[None, None, None]) -> None:
        """Run `work` as the task of an ask. When it ends, the ask is removed and its answer is ended if necessary."""
        ask.task = asyncio.create_task(work)
        self._by_user.setdefault(ask.user_id, {})[ask.answer.request_id] = ask
        ask.task.add_done_callback(lambda _task: self._forget(ask))

    def stop(self, user_id: UUID, request_id: UUID, reason: TutorError) -> None:
        """Stop an ask, if it is under way."""
        ask = self.find(user_id, request_id)
        if ask is not None:
            ask.stop(reason)

    async def settle_stopped_before(self, ask: AskUnderWay) -> None:
        """Wait until the earlier asks of the same user that were told to stop have been settled."""
        earlier = takewhile(lambda other: other is not ask, self.of(ask.user_id))
        stopped = {other.task for other in earlier if other.task is not None and other.stopped_by is not None}
        if stopped:
            await asyncio.wait(stopped)

    def _forget(self, ask: AskUnderWay) -> None:
        of_user = self._by_user[ask.user_id]
        del of_user[ask.answer.request_id]
        if not of_user:
            del self._by_user[ask.user_id]
        if not ask.answer.is_over:
            ask.answer.fail(ask.stopped_by or TutorError())
