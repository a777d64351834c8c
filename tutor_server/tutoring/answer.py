"""The buffer of one streamed answer: numbered deltas and an end frame, which any number of readers can follow."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from tutor_protocol import Accepted, Delta, Done, Error, ErrorCode, Queued
from tutor_server.limits import MAX_ANSWER_CHARACTERS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from tutor_protocol import FromService
    from tutor_server.errors import TutorError
    from tutor_server.tutoring.received import ReceivedAsk


class Answer:
    """The text that one ask has produced so far. The ask's task writes it, even if no reader is left.

    If the answer has had no reader for `grace` seconds, or never had one, `on_abandoned` is called with the answer.
    """

    def __init__(
        self,
        request_id: UUID,
        *,
        grace: float,
        on_abandoned: Callable[[Answer], object],
        received: ReceivedAsk | None = None,
    ) -> None:
        self.request_id = request_id
        self._received = received
        self._accepted: Accepted | None = None
        self._queued: Queued | None = None
        self._deltas: list[Delta] = []
        self._introductions = 0
        """The number of deltas at the beginning that only introduce the answer."""
        self._room = MAX_ANSWER_CHARACTERS
        self._end: Done | Error | None = None
        self._readers = 0
        self._awaited: list[asyncio.Future[None]] = []
        """Futures of readers that have read everything so far.

        An `asyncio.Event` for each reader would use more memory than the deltas of most answers.
        """
        self._grace = grace
        self._on_abandoned = on_abandoned
        self._abandonment: asyncio.TimerHandle | None = None
        self._miss_readers(grace)
        self._publish: Callable[[FromService], None] | None = None
        self.is_followed = False
        """Whether another process writes this answer, and this process only follows it."""

    @property
    def has_text(self) -> bool:
        """Whether the student has been given any text of the answer itself, without its introduction."""
        return len(self._deltas) > self._introductions

    @property
    def text(self) -> str:
        """The whole text so far."""
        return "".join(delta.content for delta in self._deltas)

    @property
    def delta_ends(self) -> list[int]:
        """The offsets in the text at which each delta ends."""
        ends: list[int] = []
        for delta in self._deltas:
            ends.append((ends[-1] if ends else 0) + len(delta.content))
        return ends

    @property
    def is_opened(self) -> bool:
        """Whether the ask was accepted or refused."""
        return self._accepted is not None or self._end is not None

    @property
    def is_over(self) -> bool:
        """Whether the answer has ended."""
        return self._end is not None

    @classmethod
    def refused(cls, request_id: UUID, error: TutorError) -> Self:
        """Build an answer that consists only of a refusal."""
        answer = cls(request_id, grace=0, on_abandoned=lambda _answer: None)
        answer.fail(error)
        return answer

    def is_to(self, digest: bytes) -> bool:
        """Return whether the question has this digest. A resumed answer matches any digest: its question is unknown."""
        return self._received is None or self._received.digest == digest

    @property
    def next_seq(self) -> int:
        """The number of the next delta."""
        return len(self._deltas)

    @property
    def has_readers(self) -> bool:
        """Whether this process has a reader of the answer."""
        return self._readers > 0

    def share(self, publish: Callable[[FromService], None] | None) -> None:
        """Pass every later frame to `publish` as well, for the other processes."""
        self._publish = publish

    def wait_for_readers(self, seconds: float) -> None:
        """Call `on_abandoned` after some seconds, unless a reader arrives first."""
        if not self._readers and self._end is None:
            self._miss_readers(seconds)

    def accept(self, accepted: Accepted) -> None:
        """Publish that the ask passed the limits."""
        self._accepted = accepted
        self._notify(accepted)

    def queue(self, place: int) -> None:
        """Publish the ask's position in the queue for the model; 0 says that the wait is over."""
        self._queued = Queued(request_id=self.request_id, place=place)
        self._notify(self._queued)

    def introduce(self, text: str) -> None:
        """Publish a text before the answer itself. An answer with nothing but an introduction has no text yet."""
        self.release(text)
        self._introductions = len(self._deltas)

    def release(self, text: str) -> None:
        """Publish text that has passed the guard as one delta; an empty text is not published.

        Text beyond the maximum length of an answer is dropped.
        """
        text = text[: self._room]
        self._room -= len(text)
        if text:
            delta = Delta(request_id=self.request_id, seq=len(self._deltas), content=text)
            self._deltas.append(delta)
            self._notify(delta)

    def finish(self, end: Done | Error) -> None:
        """Close the answer. If it is closed already, the first end stays."""
        if self._end is None:
            self._end = end
            self._notify(end)
        self._keep()

    def fail(self, error: TutorError) -> None:
        """Close the answer with a refusal or failure."""
        self.finish(error_frame(error, self.request_id))

    async def opened(self) -> None:
        """Wait until the ask was accepted or refused."""
        while not self.is_opened:
            await self._next_frame()

    async def stream(self, next_seq: int = 0, *, with_accepted: bool = True) -> AsyncIterator[FromService]:
        """Yield all frames from delta `next_seq` to the end, as they arrive. Each reader has its own position.

        Of the places in the queue only the latest is yielded.
        """
        self._readers += 1
        self._keep()
        try:
            if with_accepted:
                await self.opened()
            if with_accepted and self._accepted is not None:
                yield self._accepted
            queued: Queued | None = None
            while True:
                while next_seq < len(self._deltas):
                    next_seq += 1
                    yield self._deltas[next_seq - 1]
                if self._end is None and queued is not self._queued:
                    queued = self._queued
                    if queued is not None:
                        yield queued
                    continue
                if self._end is not None:
                    yield self._end
                    return
                await self._next_frame()
        finally:
            self._readers -= 1
            if not self._readers and self._end is None:
                self._miss_readers(self._grace)

    def _notify(self, frame: FromService) -> None:
        if self._publish is not None:
            self._publish(frame)
        for awaited in self._awaited:
            if not awaited.done():
                awaited.set_result(None)

    async def _next_frame(self) -> None:
        """Wait for the next frame. Nothing may be awaited between checking the buffer and this call."""
        awaited: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited.append(awaited)
        try:
            await awaited
        finally:
            self._awaited.remove(awaited)

    def _miss_readers(self, seconds: float) -> None:
        self._abandonment = asyncio.get_running_loop().call_later(seconds, self._on_abandoned, self)

    def _keep(self) -> None:
        if self._abandonment is not None:
            self._abandonment.cancel()
            self._abandonment = None


def error_frame(error: TutorError, request_id: UUID | None) -> Error:
    """Return the wire message for an error of the domain."""
    return Error(
        request_id=request_id,
        code=ErrorCode.__members__.get(error.code, ErrorCode.INTERNAL_ERROR),
        content=error.detail,
        limit=error.limit,
        retry_after=error.retry_after,
        resets_at=error.resets_at.isoformat().replace("+00:00", "Z") if error.resets_at else None,
        retryable=error.retryable,
        course_id=error.course_id,
    )
