"""The provider chain: retry, deadlines, circuit breaker, fallback and outcomes, against real upstreams."""

from __future__ import annotations

import asyncio
import time
import weakref
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from testing.fake_upstream import AFTER_TEXT, REPLY, Behaviour, FakeUpstream
from testing.model_calls import REMOTE, REQUEST, MemoryRecorder, RecordedCall, explained, make_provider
from tutor_server.errors import AIUnavailable, AnswerInterrupted, GlobalLimitReached, TutorError
from tutor_server.limits import Deadlines
from tutor_server.llm.batching import Pacing
from tutor_server.llm.breaker import FAILURES_TO_OPEN, OPEN_SECONDS, Breaker
from tutor_server.llm.call import run_to_end
from tutor_server.llm.chain import LONGEST_PASS_OVER, OPERATOR_PASS_OVER, Chain
from tutor_server.llm.offline import OfflineProvider
from tutor_server.llm.provider import Event, Finish, ProviderFailure, Usage
from tutor_server.llm.providers.openai import OpenAIProvider, openai_endpoint
from tutor_server.llm.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from tutor_server.llm.chain import ModelAnswer
    from tutor_server.llm.provider import FailureReason, Provider

PATIENT = Deadlines()
SHORT = Deadlines(first_content=0.3, between_contents=0.3, whole_answer=20, pings=0.9)
SOON = 5.0
PREFIX = "".join(Behaviour().tokens[:AFTER_TEXT])
PROMPT_BYTES = len(REQUEST.system) + sum(len(turn.content) for turn in REQUEST.turns)
PROMPT_TOKENS = -(-PROMPT_BYTES // 3)
UNAVAILABLE = "The AI service is temporarily unavailable. Please try again in a moment."


class Time:
    """A simulated clock, and a sleep that advances it."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """Record the sleep and advance the clock by it."""
        self.slept.append(seconds)
        self.seconds += seconds


Script = list[Event | ProviderFailure]


class ScriptedProvider:
    """A provider that plays one script for each call, and complete answers after the last script."""

    name = "scripted"
    model = "scripted-1"
    is_remote = True
    thinking_tokens = 0

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self.asked = 0

    @asynccontextmanager
    async def stream(self, _request: object, _pacing: object) -> AsyncIterator[AsyncIterator[Sequence[Event]]]:
        """Play the next script."""
        self.asked += 1
        whole: Script = ["Whole.", Usage(5, 1), Finish("stop")]
        yield self._play(self._scripts.pop(0) if self._scripts else whole)

    async def _play(self, script: Script) -> AsyncIterator[Sequence[Event]]:
        for item in script:
            if isinstance(item, ProviderFailure):
                raise item
            yield (item,)

    async def close(self) -> None:
        """Do nothing: there is nothing to release."""


def failing(reason: FailureReason = "server_error") -> Script:
    """Return a script of a call that fails before any text."""
    return [ProviderFailure(reason, "scripted")]


def make_chain(*providers: Provider, deadlines: Deadlines = PATIENT, clock: Time | None = None) -> Chain:
    """Build a chain that does not wait between attempts."""
    held = clock or Time()
    return Chain(
        providers, deadlines, offline=OfflineProvider(explained), clock=held, sleep=held.sleep, jitter=lambda: 0.5
    )


async def ask(chain: Chain, recorder: MemoryRecorder) -> tuple[str, ModelAnswer]:
    """Return the text and the end of an answer."""
    async with chain.stream(REQUEST, recorder, Pacing()) as answer:
        text = "".join([piece async for piece in answer])
    return text, answer


async def ask_failing(chain: Chain, recorder: MemoryRecorder, error: type[TutorError]) -> tuple[str, TutorError]:
    """Read an answer that fails; return the text before the error, and the error."""
    shown: list[str] = []

    async def read() -> None:
        async with chain.stream(REQUEST, recorder, Pacing()) as answer:
            async for piece in answer:
                shown.append(piece)  # noqa: PERF401 - the text before the error is needed, which a comprehension would lose

    with pytest.raises(error) as caught:
        await read()
    return "".join(shown), caught.value


@pytest.fixture
async def fallback(upstream: FakeUpstream) -> AsyncIterator[Provider]:
    """Return a second provider, which answers."""
    provider = make_provider("openai", upstream, "fallback-model")
    yield provider
    await provider.close()


@pytest.fixture(params=REMOTE)
async def failing_provider(
    request: pytest.FixtureRequest, upstream: FakeUpstream
) -> AsyncIterator[Callable[[str], Provider]]:
    """Return a factory of each remote provider in turn, with a model that fails."""
    made: list[Provider] = []

    def make(model: str) -> Provider:
        made.append(make_provider(request.param, upstream, model))
        return made[-1]

    yield make
    for provider in made:
        await provider.close()


async def test_the_first_provider_answers(fallback: Provider, upstream: FakeUpstream) -> None:
    """An answer names its provider, its end and its usage, and is recorded once."""
    recorder = MemoryRecorder()
    text, answer = await ask(make_chain(fallback), recorder)
    assert text == REPLY
    assert (answer.provider, answer.model, answer.fallback) == ("openai", "fallback-model", False)
    assert (answer.finish, answer.usage) == (Finish("stop"), Usage(25, len(REPLY.split())))
    (outcome,) = recorder.outcomes
    assert (outcome.reason, outcome.usage, outcome.usage_estimated) == ("completed", answer.usage, False)
    assert len(upstream.calls) == 1


async def test_p1_a_short_retry_after_is_waited_out(upstream: FakeUpstream, fallback: Provider) -> None:
    """P1: after 429 with Retry-After 1, the same provider is called again one second later."""
    upstream.play(Behaviour(status=429, headers={"Retry-After": "1"}))
    clock, recorder = Time(), MemoryRecorder()
    text, answer = await ask(make_chain(fallback, clock=clock), recorder)
    assert (text, answer.fallback, answer.model) == (REPLY, False, "fallback-model")
    assert clock.slept == [1.25]
    assert [outcome.reason for outcome in recorder.outcomes] == ["rate_limited", "completed"]


async def test_p1_a_long_retry_after_goes_to_the_next_provider(
    failing_provider: Callable[[str], Provider], fallback: Provider
) -> None:
    """P1: after 429 with Retry-After 3600, the next provider is called at once, and later calls skip the first."""
    clock, recorder = Time(), MemoryRecorder()
    chain = make_chain(failing_provider("fake-429-later"), fallback, clock=clock)
    began_at = time.monotonic()
    for _ in range(2):
        text, answer = await ask(chain, recorder)
        assert (text, answer.fallback, answer.model) == (REPLY, True, "fallback-model")
    assert time.monotonic() - began_at < 2
    assert clock.slept == []
    assert [call.model for call in recorder.calls] == ["fake-429-later", "fallback-model", "fallback-model"]
    clock.seconds += LONGEST_PASS_OVER
    await ask(chain, recorder)
    assert [call.model for call in recorder.calls][3:] == ["fake-429-later", "fallback-model"]


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        ("fake-500", ["server_error", "server_error"]),
        ("fake-503", ["overloaded", "overloaded"]),
        ("fake-529", ["overloaded", "overloaded"]),
        ("fake-drop", ["interrupted", "interrupted"]),
        ("fake-no-head", ["timeout"]),
        ("fake-silence", ["timeout"]),
        ("fake-html", ["invalid_response"]),
        ("fake-400", ["bad_request"]),
    ],
)
async def test_p2_p4_a_failure_before_text_goes_to_the_next_provider(
    failing_provider: Callable[[str], Provider], fallback: Provider, model: str, reasons: list[str]
) -> None:
    """P2, P4, L4: after at most one retry the next provider is called, and each attempt has its outcome."""
    recorder = MemoryRecorder()
    chain = make_chain(failing_provider(model), fallback, deadlines=SHORT if reasons == ["timeout"] else PATIENT)
    began_at = time.monotonic()
    text, answer = await ask(chain, recorder)
    assert time.monotonic() - began_at < 2
    assert (text, answer.fallback, answer.model) == (REPLY, True, "fallback-model")
    assert [outcome.reason for outcome in recorder.outcomes] == [*reasons, "completed"]


async def test_p2_a_refused_connection_goes_to_the_next_provider(fallback: Provider) -> None:
    """P2: if the connection is refused, the next provider answers, and the attempts cost nothing."""
    async with FakeUpstream() as gone:
        url = gone.openai_url
    nobody = OpenAIProvider(Upstream(openai_endpoint("any", url)), "gone")
    recorder = MemoryRecorder()
    text, answer = await ask(make_chain(nobody, fallback), recorder)
    await nobody.close()
    assert (text, answer.fallback) == (REPLY, True)
    assert [outcome.reason for outcome in recorder.outcomes] == ["unreachable", "unreachable", "completed"]
    assert [outcome.usage for outcome in recorder.outcomes[:2]] == [Usage(0, 0)] * 2


async def test_p2_all_down_is_the_fixed_text(upstream: FakeUpstream) -> None:
    """P2: if every provider fails before any text, the student gets one fixed sentence."""
    providers = [make_provider("anthropic", upstream, "fake-529"), make_provider("openai", upstream, "fake-500")]
    recorder = MemoryRecorder()
    text, error = await ask_failing(make_chain(*providers), recorder, AIUnavailable)
    for provider in providers:
        await provider.close()
    assert (text, error.detail) == ("", UNAVAILABLE)
    assert [call.provider for call in recorder.calls] == ["anthropic", "anthropic", "openai", "openai"]
    assert all(outcome.usage == Usage(0, 0) for outcome in recorder.outcomes)


async def test_p2_offline_ends_an_outage(upstream: FakeUpstream) -> None:
    """P2: with `offline` at the end of the chain, an outage gives an offline answer that is marked as a fallback."""
    provider = make_provider("anthropic", upstream, "fake-529")
    text, answer = await ask(make_chain(provider, OfflineProvider(explained)), MemoryRecorder())
    await provider.close()
    assert text
    assert (answer.provider, answer.model, answer.fallback) == ("offline", "offline-1", True)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("fake-end", "interrupted"),
        ("fake-fin", "interrupted"),
        ("fake-reset", "interrupted"),
        ("fake-inside-event", "interrupted"),
        ("fake-bad-json", "invalid_response"),
        ("fake-bad-utf8", "invalid_response"),
        ("fake-overloaded", "overloaded"),
        ("fake-huge-event", "invalid_response"),
        ("fake-stall", "timeout"),
        ("fake-pings-after-text", "timeout"),
    ],
)
async def test_p3_p4_p5_p6_p8_a_failure_after_text_interrupts(
    failing_provider: Callable[[str], Provider], fallback: Provider, upstream: FakeUpstream, model: str, reason: str
) -> None:
    """P3, P4, P5, P6, P8: a failure after text keeps the text, calls no other provider, and is billed."""
    recorder = MemoryRecorder()
    chain = make_chain(failing_provider(model), fallback, deadlines=SHORT)
    shown, error = await ask_failing(chain, recorder, AnswerInterrupted)
    assert shown == PREFIX
    assert error.code == "ANSWER_INTERRUPTED"
    (outcome,) = recorder.outcomes
    assert (outcome.reason, outcome.usage_estimated) == (reason, True)
    assert outcome.usage.input_tokens in {25, PROMPT_TOKENS}
    assert outcome.usage.output_tokens == -(-len(PREFIX) // 3)
    await asyncio.wait_for(upstream.calls[0].closed.wait(), SOON)
    assert len(upstream.calls) == 1


@pytest.mark.parametrize(("model", "deadline"), [("fake-pings", SHORT.pings), ("fake-drip", SHORT.first_content)])
async def test_p6_what_is_no_content_does_not_count(
    failing_provider: Callable[[str], Provider], model: str, deadline: float
) -> None:
    """P6: pings put the content deadline off to their own, single bytes do not; the prompt is billed."""
    recorder = MemoryRecorder()
    chain = make_chain(failing_provider(model), deadlines=SHORT)
    began_at = time.monotonic()
    await ask_failing(chain, recorder, AIUnavailable)
    assert deadline <= time.monotonic() - began_at < deadline + 2
    (outcome,) = recorder.outcomes
    assert (outcome.reason, outcome.usage_estimated) == ("timeout", True)
    assert outcome.usage.input_tokens in {25, PROMPT_TOKENS}


async def test_the_whole_answer_has_a_deadline(upstream: FakeUpstream, fallback: Provider) -> None:
    """An endless answer is ended at the deadline of the whole answer."""
    upstream.play(Behaviour(text="word " * 2000, token_seconds=0.02))
    recorder = MemoryRecorder()
    chain = make_chain(fallback, deadlines=replace(SHORT, whole_answer=0.4))
    shown, _ = await ask_failing(chain, recorder, AnswerInterrupted)
    assert shown.startswith("word word ")
    assert recorder.outcomes[0].reason == "timeout"


async def test_the_whole_answer_has_a_deadline_where_nothing_is_waited_for() -> None:
    """The deadline of the whole answer also ends a stream whose next text is always available at once."""
    recorder = MemoryRecorder()
    # The answer stays below the maximum length, so that only the deadline can end it.
    words: Script = ["w", "", "", ""] * 50_000
    chain = make_chain(ScriptedProvider(words), deadlines=replace(PATIENT, whole_answer=0.05))
    await ask_failing(chain, recorder, AnswerInterrupted)
    assert recorder.outcomes[0].reason == "timeout"


async def test_a_slow_reader_is_not_the_providers_silence() -> None:
    """A provider's deadline does not count the time in which the reader is busy."""

    class Pausing(ScriptedProvider):
        async def _play(self, script: Script) -> AsyncIterator[Sequence[Event]]:
            async for group in super()._play(script):
                await asyncio.sleep(0)
                yield group

    provider = Pausing(["One. ", "Two. ", "Three.", Usage(5, 3), Finish("stop")])
    text = ""
    chain = make_chain(provider, deadlines=replace(PATIENT, between_contents=0.01))
    async with chain.stream(REQUEST, MemoryRecorder(), Pacing()) as answer:
        async for piece in answer:
            text += piece
            await asyncio.sleep(0.02)
    assert text == "One. Two. Three."


async def test_p9_a_wrong_key_is_tried_once(upstream: FakeUpstream) -> None:
    """P9: a wrong key gives one outcome that names the key's variable, and the breaker then skips the provider."""
    provider = make_provider("anthropic", upstream, key="wrong")
    clock, recorder = Time(), MemoryRecorder()
    chain = make_chain(provider, clock=clock)
    _, first = await ask_failing(chain, recorder, AIUnavailable)
    _, second = await ask_failing(chain, recorder, AIUnavailable)
    await provider.close()
    assert (first.detail, second.detail) == (UNAVAILABLE, UNAVAILABLE)
    assert second.retry_after == OPERATOR_PASS_OVER
    (outcome,) = recorder.outcomes
    assert (outcome.reason, outcome.status) == ("authentication", 401)
    assert "ANTHROPIC_API_KEY" in str(outcome.message)


async def test_an_option_that_a_server_refuses_costs_no_retry(upstream: FakeUpstream, fallback: Provider) -> None:
    """If a server refuses an option, the call is repeated at once without it, and this is not counted as the retry."""
    old = Behaviour(refuses=("max_tokens", "stream_options"))
    upstream.play(old, old, Behaviour(status=500), old)
    clock, recorder = Time(), MemoryRecorder()
    text, answer = await ask(make_chain(fallback, clock=clock), recorder)
    assert (text, answer.fallback) == (REPLY, False)
    assert [outcome.reason for outcome in recorder.outcomes] == [
        "bad_request",
        "bad_request",
        "server_error",
        "completed",
    ]
    assert clock.slept == [0.0, 0.0, 0.5]


async def test_an_answer_without_text_goes_to_the_next_provider(upstream: FakeUpstream, fallback: Provider) -> None:
    """If an answer has no text, the next provider is called, and the first is billed by the usage that it reported."""
    provider = make_provider("anthropic", upstream)
    upstream.play(Behaviour(text="", finish="length"))
    recorder = MemoryRecorder()
    text, answer = await ask(make_chain(provider, fallback), recorder)
    await provider.close()
    assert (text, answer.fallback) == (REPLY, True)
    empty = recorder.outcomes[0]
    assert (empty.reason, empty.usage, empty.usage_estimated) == ("invalid_response", Usage(25, 0), False)
    assert answer.usage == Usage(50, len(REPLY.split()))


@pytest.mark.parametrize(("model", "finish"), [("fake-length", "length"), ("fake-refusal", "refusal")])
async def test_tells_how_an_answer_ended(failing_provider: Callable[[str], Provider], model: str, finish: str) -> None:
    """An answer that ends by its length limit or a refusal is complete, and the chain reports how it ended."""
    recorder = MemoryRecorder()
    _, answer = await ask(make_chain(failing_provider(model)), recorder)
    assert answer.finish is not None
    assert answer.finish.reason == finish
    assert recorder.outcomes[0].reason == "completed"


async def test_l5_no_usage_is_estimated_and_zero_stays_zero(failing_provider: Callable[[str], Provider]) -> None:
    """L5: missing usage is estimated from bytes and marked as estimated; a usage of zero is kept."""
    recorder = MemoryRecorder()
    await ask(make_chain(failing_provider("fake-no-usage")), recorder)
    await ask(make_chain(failing_provider("fake-zero-usage")), recorder)
    uncounted, zero = recorder.outcomes
    assert (uncounted.usage, uncounted.usage_estimated) == (Usage(PROMPT_TOKENS, -(-len(REPLY) // 3)), True)
    assert (zero.usage, zero.usage_estimated) == (Usage(0, 0), False)


async def test_times_of_a_call_are_recorded() -> None:
    """The latency and the time to the first content are measured with the injected clock."""
    clock = Time()

    class Slow(ScriptedProvider):
        async def _play(self, script: Script) -> AsyncIterator[Sequence[Event]]:
            clock.seconds += 2
            async for group in super()._play(script):
                clock.seconds += 1
                yield group

    recorder = MemoryRecorder()
    await ask(make_chain(Slow(), clock=clock), recorder)
    assert (recorder.outcomes[0].first_content_seconds, recorder.outcomes[0].latency_seconds) == (3, 5)


@pytest.mark.parametrize("tokens", [0, AFTER_TEXT])
async def test_l2_a_cancel_closes_the_upstream_and_settles(
    failing_provider: Callable[[str], Provider], upstream: FakeUpstream, tokens: int
) -> None:
    """L2: a cancel before or after the first token closes the stream within 50 ms, and the call is billed."""
    upstream.play(Behaviour(fault="silence", tokens_before_fault=tokens))
    recorder = MemoryRecorder()
    chain = make_chain(failing_provider("any"))
    shown = asyncio.Event()

    async def read() -> None:
        async with chain.stream(REQUEST, recorder, Pacing()) as answer:
            async for _ in answer:
                shown.set()

    reading = asyncio.create_task(read())
    await asyncio.wait_for(shown.wait() if tokens else upstream.next_call(), SOON)
    cancelled_at = time.monotonic()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await asyncio.wait_for(upstream.calls[0].closed.wait(), SOON)
    closed_at = upstream.calls[0].closed_at
    assert closed_at is not None
    assert closed_at - cancelled_at < 0.05
    (outcome,) = recorder.outcomes
    assert (outcome.reason, outcome.usage_estimated, outcome.usage.input_tokens > 0) == ("cancelled", True, True)
    assert (outcome.usage.output_tokens > 1) == bool(tokens)


async def test_l2_leaving_early_closes_the_upstream_and_settles(upstream: FakeUpstream, fallback: Provider) -> None:
    """L2: if the reader stops or raises, the stream is closed and billed as after a cancel."""
    recorder = MemoryRecorder()
    chain = make_chain(fallback)
    upstream.play(Behaviour(fault="silence", tokens_before_fault=AFTER_TEXT))
    async with chain.stream(REQUEST, recorder, Pacing()) as answer:
        async for _ in answer:
            break
        left_at = time.monotonic()
    await asyncio.wait_for(upstream.calls[0].closed.wait(), SOON)
    closed_at = upstream.calls[0].closed_at
    assert closed_at is not None
    assert closed_at - left_at < 0.05
    assert answer.usage == recorder.outcomes[0].usage
    assert (recorder.outcomes[0].reason, upstream.open_streams) == ("cancelled", 0)
    with pytest.raises(LookupError):
        await _read_and_fail(chain, recorder)
    assert recorder.outcomes[1].reason == "cancelled"


async def _read_and_fail(chain: Chain, recorder: MemoryRecorder) -> None:
    async with chain.stream(REQUEST, recorder, Pacing()) as answer:
        async for _ in answer:
            raise LookupError


async def test_an_answer_that_nobody_reads_calls_nobody(upstream: FakeUpstream, fallback: Provider) -> None:
    """The provider is called only when the first text is requested."""
    recorder = MemoryRecorder()
    async with make_chain(fallback).stream(REQUEST, recorder, Pacing()):
        pass
    assert (recorder.calls, upstream.calls) == ([], [])


async def test_a_refusing_recorder_stops_the_call(upstream: FakeUpstream, fallback: Provider) -> None:
    """If the provider rate limit is reached, no call is sent, not even to the next provider."""

    class Full(MemoryRecorder):
        async def start(self, _provider: Provider) -> RecordedCall:
            raise GlobalLimitReached(retry_after=7)

    with pytest.raises(GlobalLimitReached):
        await ask(make_chain(fallback, OfflineProvider(explained)), Full())
    assert upstream.calls == []


class GatedRecorder(MemoryRecorder):
    """A recorder whose `start` waits until the test lets it continue."""

    def __init__(self) -> None:
        super().__init__()
        self.starting, self.may_start = asyncio.Event(), asyncio.Event()

    async def start(self, provider: Provider) -> RecordedCall:
        """Record the call once the test lets it continue."""
        self.starting.set()
        await self.may_start.wait()
        return await super().start(provider)


async def test_l1_a_cancel_while_the_call_is_recorded_leaves_no_row_open() -> None:
    """L1: a call that is cancelled while it is being recorded is withdrawn, not billed."""
    recorder, provider = GatedRecorder(), ScriptedProvider()
    reading = asyncio.create_task(ask(make_chain(provider), recorder))
    await recorder.starting.wait()
    reading.cancel()
    recorder.may_start.set()
    with pytest.raises(asyncio.CancelledError):
        await reading
    (call,) = recorder.calls
    assert (call.is_withdrawn, call.outcomes, provider.asked) == (True, [], 0)


async def test_what_runs_to_its_end_may_fail() -> None:
    """`run_to_end` raises the exception of its work, or `CancelledError` if the caller was cancelled meanwhile."""
    may_end = asyncio.Event()

    async def fail() -> None:
        await may_end.wait()
        raise LookupError

    cancelled = asyncio.create_task(run_to_end(fail()))
    await asyncio.sleep(0)
    cancelled.cancel()
    failed = asyncio.create_task(run_to_end(fail()))
    await asyncio.sleep(0)
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    with pytest.raises(LookupError):
        await failed


async def test_usage_may_follow_the_end_or_never_come(upstream: FakeUpstream) -> None:
    """Missing or failing usage after the end of an answer does not undo the answer."""
    ends: list[Script] = [
        ["Done.", Finish("stop"), Usage(9, 2)],
        ["Done.", Finish("stop"), ProviderFailure("interrupted", "late")],
    ]
    recorder = MemoryRecorder()
    chain = make_chain(ScriptedProvider(*ends))
    for _ in ends:
        text, _answer = await ask(chain, recorder)
        assert text == "Done."
    assert [(outcome.reason, outcome.usage_estimated) for outcome in recorder.outcomes] == [
        ("completed", False),
        ("completed", True),
    ]
    assert recorder.outcomes[0].usage == Usage(9, 2)


async def test_the_breaker_passes_a_failing_provider_over() -> None:
    """After a few failures in a row the breaker skips the provider; a later successful call closes it again."""
    clock, recorder = Time(), MemoryRecorder()
    sick = ScriptedProvider(*[failing("overloaded")] * FAILURES_TO_OPEN)
    chain = make_chain(sick, OfflineProvider(explained), clock=clock)
    for _ in range(10):
        _, answer = await ask(chain, recorder)
        assert (answer.provider, answer.fallback) == ("offline", True)
    assert sick.asked == FAILURES_TO_OPEN
    clock.seconds += OPEN_SECONDS
    _, answer = await ask(chain, recorder)
    assert (answer.provider, answer.fallback) == ("scripted", False)


async def test_a_breaker_that_opens_is_not_waited_for() -> None:
    """If a failure opens the breaker, the next provider is called without the delay of a retry."""
    clock = Time()
    chain = make_chain(ScriptedProvider(*[failing()] * 9), OfflineProvider(explained), clock=clock)
    for _ in range(9):
        await ask(chain, MemoryRecorder())
    assert len(clock.slept) == FAILURES_TO_OPEN // 2


async def test_a_wrong_request_does_not_open_the_breaker() -> None:
    """An invalid request does not count as a failure of the provider."""
    provider = ScriptedProvider(*[failing("bad_request")] * 20)
    chain = make_chain(provider)
    for _ in range(20):
        await ask_failing(chain, MemoryRecorder(), AIUnavailable)
    assert provider.asked == 20


def test_an_open_breaker_lets_one_probe_through() -> None:
    """A half-open breaker lets one call through, whose failure opens it for the full time again."""
    clock = Time()
    breaker = Breaker(clock)
    for _ in range(FAILURES_TO_OPEN):
        assert breaker.admit()
        breaker.failed()
    assert (breaker.admit(), breaker.seconds_left) == (False, OPEN_SECONDS)
    clock.seconds += OPEN_SECONDS
    assert [breaker.admit() for _ in range(3)] == [True, False, False]
    breaker.failed()
    assert (breaker.admit(), breaker.seconds_left) == (False, OPEN_SECONDS)
    clock.seconds += OPEN_SECONDS
    assert breaker.admit()
    breaker.abandoned()
    assert breaker.admit()
    breaker.succeeded()
    assert [breaker.admit() for _ in range(3)] == [True, True, True]


def test_failures_in_a_row_are_counted() -> None:
    """A successful call resets the count of failures in a row."""
    breaker = Breaker(Time())
    for _ in range(5):
        for _ in range(FAILURES_TO_OPEN - 1):
            breaker.failed()
        breaker.succeeded()
    assert breaker.admit()


class Traced(str):
    """A string that can be weakly referenced, so that a test sees when it is freed."""

    __slots__ = ("__weakref__",)


async def test_the_prompt_is_kept_until_a_model_speaks(upstream: FakeUpstream, fallback: Provider) -> None:
    """The prompt is kept in memory for a retry or the next provider, and freed once there is text."""
    upstream.play(Behaviour(status=529), Behaviour(status=529))
    chain = make_chain(make_provider("anthropic", upstream), fallback)
    system = Traced(REQUEST.system)
    prompt = weakref.ref(system)
    async with chain.stream(replace(REQUEST, system=system), MemoryRecorder(), Pacing()) as answer:
        del system
        assert prompt() == REQUEST.system
        await anext(aiter(answer))
        assert prompt() is None
    await chain.close()
    assert [call.body["messages"][-1]["content"] for call in upstream.calls] == [REQUEST.turns[-1].content] * 3
