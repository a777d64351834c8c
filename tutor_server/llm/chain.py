"""The chain of providers: tries them in order until one answers, and never mixes the text of two."""

from __future__ import annotations

import asyncio
import math
import random
import time
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from tutor_server.errors import AIUnavailable, AnswerInterrupted
from tutor_server.llm.breaker import Breaker
from tutor_server.llm.call import Call
from tutor_server.llm.offline import OFFLINE
from tutor_server.llm.prompt_refusal import shortened
from tutor_server.llm.provider import Finish, Usage
from tutor_server.llm.recent_text import RecentText
from tutor_server.llm.refusal_streak import CONCERNS_ONE_PROMPT, LEAVES_BREAKER_CLOSED, RefusalStreak

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence

    from tutor_server.limits import Deadlines
    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.call import CallRecorder
    from tutor_server.llm.call_queue import CallQueue
    from tutor_server.llm.provider import FailureReason, Provider, ProviderFailure, Request

LONGEST_RETRY_WAIT = 5.0
"""The maximum retry wait in seconds. A provider that asks for a longer wait is skipped instead."""
LONGEST_PASS_OVER = 300.0
"""The maximum number of seconds for which a provider is skipped, even if its `Retry-After` is longer."""
OPERATOR_PASS_OVER = 60.0
"""Seconds for which a provider is skipped if only the operator can fix it, such as a bad key or an unpaid bill."""
_RETRY_WAIT = 0.25
_JITTER = 0.5

_WORTH_A_RETRY = frozenset({"rate_limited", "overloaded", "server_error", "unreachable", "interrupted"})
_NEEDS_THE_OPERATOR = frozenset({"authentication", "payment_required"})


@dataclass(frozen=True, slots=True)
class _Link:
    provider: Provider
    breaker: Breaker
    queue: CallQueue | None = None
    refusals: RefusalStreak = field(default_factory=RefusalStreak)
    recent_text: RecentText = field(default_factory=RecentText)


class ModelAnswer:
    """The stream of one answer: a context manager whose text can be iterated over once.

    Raises `AIUnavailable` if every provider failed before any text, `AnswerInterrupted` if one failed after some text,
    and the recorder's exceptions. `provider` and `model` name the current provider. `finish` says how the answer ended;
    it is set with the last text or after it. `usage` is the sum over all calls so far, complete once the context has
    been left. `setback` is `declined` or `too_long` if a provider refused the prompt itself; the answer may be empty
    then, but it has not failed. `was_busy`: the queue of an earlier provider passed the ask on. `waited` are the
    seconds in queues.
    """

    def __init__(
        self, texts: Callable[[ModelAnswer], AsyncGenerator[str, None]], on_place: Callable[[int], object]
    ) -> None:
        self.provider = ""
        self.model = ""
        self.fallback = False
        self.setback: FailureReason | None = None
        self.was_busy = False
        self.waited = 0.0
        self.finish: Finish | None = None
        self.usage = Usage(0, 0)
        self.on_place = on_place
        self._texts = texts(self)

    def note(self, call: Call) -> None:
        """Add the usage of a call that has ended, and note whether it refused the prompt itself."""
        self.usage = _sum(self.usage, call.usage)
        if call.failure is not None and call.failure.reason in CONCERNS_ONE_PROMPT:
            self.setback = call.failure.reason
        elif call.finish is not None and call.finish.reason == "refusal" and not call.has_text:
            self.setback = "declined"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self._texts.aclose()

    def __aiter__(self) -> AsyncIterator[str]:
        return self._texts


class Chain:
    """The providers in order of preference.

    A provider that fails before its first text is retried once if that may help; then the next provider is called.
    A prompt that is too long for a model is shortened once. After the first text nothing is retried, and the prompt is
    freed. If the last provider completes an answer without text, the answer is empty. A provider that keeps failing is
    skipped for a while. A submission that could not be analysed always goes to `offline`, even if `offline` is not one
    of the providers. A provider with a queue is called from a place in it; if the wait is too long, the next provider
    is called. The deadlines begin after the wait. `clock` returns monotonic seconds, `sleep` waits for some seconds,
    and `jitter` returns a number from 0 to 1.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        deadlines: Deadlines,
        *,
        offline: Provider,
        queues: Mapping[str, CallQueue] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._offline = (_Link(offline, Breaker(clock)),)
        queued = queues or {}
        self._links = tuple(_Link(each, Breaker(clock), queued.get(each.name)) for each in providers)
        self._deadlines = deadlines
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter

    @property
    def providers(self) -> tuple[Provider, ...]:
        """The providers in order of preference."""
        return tuple(link.provider for link in self._links)

    def first_of(self, names: Sequence[str] | None) -> Provider:
        """Return the provider that answers first if only these may answer; None means all of the chain."""
        return self._links_of(names)[0].provider

    def _links_of(self, names: Sequence[str] | None) -> Sequence[_Link]:
        """Return the providers with these names, in the order of the chain; without any, `offline` answers."""
        if names is None:
            return self._links
        links = [link for link in self._links if link.provider.name in names]
        if not links or (OFFLINE in names and not any(link.provider.name == OFFLINE for link in links)):
            links += self._offline
        return links

    def stream(
        self,
        request: Request,
        recorder: CallRecorder,
        pacing: Pacing,
        on_place: Callable[[int], object] = lambda _place: None,
    ) -> ModelAnswer:
        """Return the stream of an answer. Leaving it early closes the connection and settles the call as cancelled.

        `on_place` gets the ask's position in a provider's queue (see `CallQueue.enter`).
        """
        links = self._offline if request.offline_only else self._links_of(request.providers)
        return ModelAnswer(lambda answer: self._texts(answer, links, request, recorder, pacing), on_place)

    async def _texts(
        self,
        answer: ModelAnswer,
        links: Sequence[_Link],
        request: Request | None,
        recorder: CallRecorder,
        pacing: Pacing,
    ) -> AsyncGenerator[str, None]:
        now = asyncio.get_running_loop().time
        began_at, student = now(), request.user if request else ""
        said_nothing: Finish | None = None
        for link in links:
            answer.provider, answer.model = link.provider.name, link.provider.model
            async with self._place(link, answer, student) as has_place:
                whole_answer_by = began_at + answer.waited + self._deadlines.whole_answer
                first_content_by = min(now() + self._deadlines.first_content, whole_answer_by)
                retries = 1
                while has_place and request is not None and link.breaker.admit():
                    call = Call(link.provider, request, recorder, self._deadlines, self._clock)
                    called_at = self._clock()
                    try:
                        async with aclosing(call.texts(request, pacing, first_content_by, whole_answer_by)) as texts:
                            async for text in texts:
                                answer.finish = call.finish
                                link.recent_text.note(call, self._clock())
                                # Free the prompt, which is large: after the first text no other call can follow.
                                request = None
                                yield text
                    finally:
                        answer.note(call)
                        self._note(link, call, called_at)
                    if call.failure is None:
                        answer.finish = call.finish
                        return
                    if call.has_text:
                        raise AnswerInterrupted from call.failure
                    said_nothing = call.finish
                    if (shorter := shortened(request, call.failure)) is not None:
                        request = shorter
                        continue
                    wait = self._retry_wait(call.failure, retries)
                    if wait is None or link.breaker.seconds_left or now() + wait >= first_content_by:
                        break
                    if not call.failure.adapted:
                        retries -= 1
                    await self._sleep(wait)
            answer.fallback = True
        if said_nothing is not None or answer.setback is not None:
            answer.finish = said_nothing or Finish("refusal")
            return
        raise AIUnavailable(retry_after=self._seconds_until_a_call())

    @asynccontextmanager
    async def _place(self, link: _Link, answer: ModelAnswer, student: str) -> AsyncIterator[bool]:
        """Hold a place in the provider's queue inside the context. Yield whether there is one, or none is needed."""
        if link.queue is None or link.breaker.seconds_left:
            yield not link.breaker.seconds_left
            return
        now = asyncio.get_running_loop().time
        began_at = now()
        place = await link.queue.enter(student, answer.on_place)
        answer.waited += now() - began_at
        if place is None:
            answer.was_busy = True
            yield False
            return
        try:
            yield True
        finally:
            place.leave()

    def _retry_wait(self, failure: ProviderFailure, retries: int) -> float | None:
        """Return the seconds to wait before calling the same provider again, or None if it is not retried."""
        if failure.adapted:
            return 0.0
        if not retries or failure.reason not in _WORTH_A_RETRY:
            return None
        wait = _RETRY_WAIT if failure.retry_after is None else failure.retry_after
        return None if wait > LONGEST_RETRY_WAIT else wait + _JITTER * self._jitter()

    @staticmethod
    def _note(link: _Link, call: Call, called_at: float) -> None:
        failure, breaker = call.failure, link.breaker
        if failure is not None:
            link.refusals.failed(link.provider, failure)
        elif call.finish is not None:
            link.refusals.answered()
        if failure is None:
            if call.finish is not None:
                breaker.succeeded()
            else:
                breaker.abandoned()
        elif failure.reason in LEAVES_BREAKER_CLOSED or call.finish is not None:
            breaker.abandoned()  # A whole answer without text shows that the provider can be reached.
        elif failure.reason == "timeout" and link.recent_text.of_others_since(call, called_at):
            breaker.abandoned()  # The provider answers others: it is slow, or takes few calls at once.
        elif failure.reason in _NEEDS_THE_OPERATOR:
            breaker.failed(open_for=OPERATOR_PASS_OVER)
        elif failure.retry_after is not None and failure.retry_after > LONGEST_RETRY_WAIT:
            breaker.failed(open_for=min(failure.retry_after, LONGEST_PASS_OVER))
        else:
            breaker.failed()

    def _seconds_until_a_call(self) -> int | None:
        """Return the seconds until the first circuit breaker admits a call, or None if one admits a call now."""
        seconds = min((link.breaker.seconds_left for link in self._links), default=0.0)
        return math.ceil(seconds) or None

    async def close(self) -> None:
        """Release the providers' connections."""
        for link in self._links:
            await link.provider.close()


def _sum(left: Usage, right: Usage) -> Usage:
    return Usage(
        left.input_tokens + right.input_tokens,
        left.output_tokens + right.output_tokens,
        left.cache_read_tokens + right.cache_read_tokens,
        left.cache_write_tokens + right.cache_write_tokens,
    )
