"""One call to a provider: recorded before it is sent, streamed under deadlines, metered, and settled exactly once."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from tutor_server.llm.idle_timeout import IdleTimeout
from tutor_server.llm.provider import Finish, ProviderFailure, Thinking, Usage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence

    from tutor_server.limits import Deadlines
    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.provider import Event, FailureReason, Provider, Request

T = TypeVar("T")

BYTES_A_TOKEN = 16
"""UTF-8 bytes accepted for each token of an answer: more than the average in any language, even with whitespace."""
LEAST_BOUND, GREATEST_BOUND = 64 * 1024, 256 * 1024
"""The minimum and maximum size in bytes at which an answer is cut off if the provider ignores the maximum length."""
GREATEST_THOUGHTS = 1024 * 1024
"""The size in bytes of the thoughts at which a call is ended."""

_TRAILING_SECONDS = 1.0
"""Seconds to wait for a usage event after an answer is complete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOutcome:
    """The outcome of a call.

    `usage` was counted by the provider or, with `usage_estimated`, is an estimate of what it will bill: interrupted
    calls are billed too, and not every server counts tokens. `cancelled` means that the caller no longer wanted the
    rest. `status` and `message` describe a failure for the operator.
    """

    reason: Literal["completed", "cancelled"] | FailureReason
    usage: Usage
    usage_estimated: bool
    latency_seconds: float
    first_content_seconds: float | None
    status: int | None = None
    message: str | None = None


class CallRecord(Protocol):
    """The record of one call. The caller calls exactly one of its methods, once."""

    def settle(self, outcome: CallOutcome) -> None:
        """Record the outcome of the call."""
        ...

    def withdraw(self) -> None:
        """Record that the call was not sent."""
        ...


class CallRecorder(Protocol):
    """Keeps a record of every call to a provider; the ledger is one."""

    def reserved(self, provider: Provider) -> CallRecord | None:
        """Return the record that was reserved for this call in advance, or None. A record is returned only once."""
        ...

    async def start(self, provider: Provider) -> CallRecord:
        """Record that a call is about to be sent. Raises a `TutorError` such as `GlobalLimitReached` to prevent it."""
        ...


class Call:
    """One call to a provider. When it has ended, `usage` and either `failure` or `finish` are set."""

    def __init__(
        self,
        provider: Provider,
        request: Request,
        recorder: CallRecorder,
        deadlines: Deadlines,
        clock: Callable[[], float],
    ) -> None:
        self.failure: ProviderFailure | None = None
        self.finish: Finish | None = None
        self.usage = Usage(0, 0)
        self.has_text = False
        self._provider = provider
        self._recorder = recorder
        self._deadlines = deadlines
        self._clock = clock
        self._counted: Usage | None = None
        self._prompt_bytes = _size(request.system) + sum(_size(turn.content) for turn in request.turns)
        self._text_bytes = 0
        self._thought_bytes = 0
        self._most_text_bytes = min(max(request.max_output_tokens * BYTES_A_TOKEN, LEAST_BOUND), GREATEST_BOUND)
        self._first_content_at: float | None = None

    async def texts(
        self, request: Request, pacing: Pacing, first_content_by: float, whole_answer_by: float
    ) -> AsyncGenerator[str, None]:
        """Make the call and yield its text. The deadlines are times on the event loop's clock.

        A provider's failure ends the text and is stored in `failure`. Raises what the recorder raises.
        """
        started_at, now = self._clock(), asyncio.get_running_loop().time
        sent_at = now()
        record = self._recorder.reserved(self._provider) or await self._start()
        deadline = min(first_content_by, whole_answer_by)
        broke_off: ProviderFailure | None = None
        try:
            async with IdleTimeout(deadline) as idle_timeout, self._provider.stream(request, pacing) as events:
                del request
                async for group in events:
                    idle_timeout.suspend()  # The time that the caller takes to use the text does not count.
                    was_finished = self.finish is not None
                    text = self._meter(group)
                    if text:
                        yield text
                    if self._thought_bytes > GREATEST_THOUGHTS:
                        broke_off = ProviderFailure("invalid_response", "thinks on and on")
                        break
                    if self._text_bytes > self._most_text_bytes:
                        self.finish = self.finish or Finish("length")
                        break
                    if text or was_finished != (self.finish is not None):
                        deadline = min(now() + self._seconds_to_next_content, whole_answer_by)
                    else:
                        deadline = min(self._put_off(deadline, group, sent_at), whole_answer_by)
                    idle_timeout.renew(deadline)
                    if now() >= deadline:
                        # Reading data that has arrived never suspends, so let the event loop fire the timeout.
                        await asyncio.sleep(0)
        except TimeoutError:
            broke_off = ProviderFailure("timeout", "gave no content before the deadline")
        except ProviderFailure as failure:
            # Drop the traceback, which would form a reference cycle with this call.
            broke_off = failure.with_traceback(None)
        except BaseException:
            self._settle(record, "cancelled", started_at)
            raise
        self.failure = self._failure(broke_off)
        self._settle(record, self.failure.reason if self.failure else "completed", started_at)

    async def _start(self) -> CallRecord:
        starting = asyncio.ensure_future(self._recorder.start(self._provider))
        try:
            return await run_to_end(starting)
        except asyncio.CancelledError:
            if not starting.cancelled() and starting.exception() is None:
                starting.result().withdraw()
            raise

    def _put_off(self, deadline: float, group: Sequence[Event], sent_at: float) -> float:
        """Return the deadline after a group without text, which puts off that of the first content up to a bound."""
        if self.has_text:
            return deadline
        is_thinking = any(isinstance(event, Thinking) for event in group)
        bound = self._deadlines.whole_answer / 2 if is_thinking else self._deadlines.pings
        return max(deadline, min(asyncio.get_running_loop().time() + self._deadlines.first_content, sent_at + bound))

    @property
    def _seconds_to_next_content(self) -> float:
        """Seconds within which the next content must arrive."""
        return self._deadlines.between_contents if self.finish is None else _TRAILING_SECONDS

    def _failure(self, broke_off: ProviderFailure | None) -> ProviderFailure | None:
        """Return why an ended call gave no complete answer, or None. Failures after `Finish` do not count."""
        if self.finish is None:
            return broke_off or ProviderFailure("interrupted", "ended the stream before the answer was complete")
        if not self.has_text and self.finish.reason != "refusal":
            if self.finish.reason == "length":
                has_thought = self._thought_bytes > 0 or (self._counted is not None and self._counted.output_tokens > 0)
                message = "used up the longest answer without a word, as models that think do"
                return ProviderFailure("invalid_response", message, adapted=has_thought and self.finish.adapted)
            return ProviderFailure("invalid_response", "completed an answer that has no text")
        return None

    def _settle(
        self, record: CallRecord, reason: Literal["completed", "cancelled"] | FailureReason, started_at: float
    ) -> None:
        self.usage, estimated = self._bill()
        outcome = CallOutcome(
            reason=reason,
            usage=self.usage,
            usage_estimated=estimated,
            latency_seconds=self._clock() - started_at,
            first_content_seconds=None if self._first_content_at is None else self._first_content_at - started_at,
            status=self.failure.status if self.failure else None,
            message=str(self.failure) if self.failure else None,
        )
        record.settle(outcome)

    def _meter(self, events: Sequence[Event]) -> str:
        """Record the usage and the end in a group of events, and return its text."""
        text = ""
        for event in events:
            if isinstance(event, str):
                text += event
            elif isinstance(event, Thinking):
                self._thought_bytes += event.size
            elif isinstance(event, Usage):
                self._counted = event
            else:
                self.finish = event
        if text and not self.has_text:
            self._first_content_at = self._clock()
            self.has_text = True
        self._text_bytes += _size(text)
        return text

    def _bill(self) -> tuple[Usage, bool]:
        """Return the usage of the call, and whether it is an estimate."""
        counted = self._counted
        if counted is not None and self.finish is not None:
            return counted, False
        if not self._provider.is_remote:
            return Usage(0, 0), False
        failure = self.failure
        written = self._text_bytes + self._thought_bytes
        if counted is None and not written and failure and (not failure.sent or failure.status is not None):
            return Usage(0, 0), False
        output = _tokens(written)
        if counted is None:
            return Usage(_tokens(self._prompt_bytes), output), True
        return replace(counted, output_tokens=max(counted.output_tokens, output)), True


async def run_to_end(awaitable: Coroutine[None, None, T] | asyncio.Future[T]) -> T:
    """Await `awaitable` until it ends, even if the caller is cancelled meanwhile; then raise the cancellation."""
    task = asyncio.ensure_future(awaitable)
    cancel: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancel = error
    if cancel is not None:
        if not task.cancelled():
            task.exception()
        raise cancel
    return task.result()


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _tokens(size: int) -> int:
    """Estimate tokens from a size in UTF-8 bytes; the estimate is rather high for English and code."""
    return math.ceil(size / 3)
