"""P11 to P14 at the providers: what servers with the same API refuse, how they send thoughts, and what is learnt."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from testing.fake_upstream import REPLY, Behaviour, FakeUpstream
from testing.fake_upstream.dialect_wire import THOUGHT_FORMS
from testing.fake_upstream.dialects import (
    DECLINING_DIALECTS,
    LONG_DIALECTS,
    OPTION_DIALECTS,
    ROLE_DIALECTS,
    SILENT_WHEN_TOO_LONG,
)
from testing.model_calls import REQUEST, MemoryRecorder, explained, make_provider
from tutor_server.errors import AIUnavailable
from tutor_server.limits import Deadlines
from tutor_server.llm.batching import Pacing
from tutor_server.llm.chain import Chain
from tutor_server.llm.model_options import THINKING_TOKENS, ModelOptions
from tutor_server.llm.offline import OfflineProvider
from tutor_server.llm.provider import Turn

if TYPE_CHECKING:
    from tutor_server.llm.chain import ModelAnswer
    from tutor_server.llm.provider import Provider, Request

WORDS = len(REPLY.split())
THOUGHTS = "Okay, the student forgot that `numbers` has no value. The fix is `numbers = [1, 2]`. I must not say so."
SOON = 10


async def ask(
    provider: Provider, *, request: Request = REQUEST, chain: Chain | None = None
) -> tuple[str, ModelAnswer, MemoryRecorder]:
    """Return the text and the end of an answer through a chain of one provider, and the record of its calls."""
    recorder = MemoryRecorder()
    chain = chain or Chain([provider], Deadlines(), offline=OfflineProvider(explained))
    async with asyncio.timeout(SOON), chain.stream(request, recorder, Pacing()) as answer:
        text = "".join([piece async for piece in answer])
    return text, answer, recorder


def bounds(upstream: FakeUpstream) -> list[int | None]:
    """Return the limit of the answer in each call."""
    return [call.body.get("max_tokens", call.body.get("max_completion_tokens")) for call in upstream.calls]


@pytest.mark.parametrize("dialect", OPTION_DIALECTS)
@pytest.mark.parametrize("option", ["stream_options", "max_tokens"])
async def test_p12_an_option_that_is_refused_is_learnt_once(upstream: FakeUpstream, dialect: str, option: str) -> None:
    """P12: in each shape of refusal, an option is left out or renamed once, and each call has a limit."""
    upstream.default = Behaviour(dialect=dialect, refused_options=(option,))
    provider = make_provider("openai", upstream)
    first = await ask(provider)
    second = await ask(provider)
    await provider.close()

    assert [first[0], second[0]] == [REPLY, REPLY]
    assert [option in call.body for call in upstream.calls] == [True, False, False]
    assert bounds(upstream) == [300] * 3


@pytest.mark.parametrize("dialect", OPTION_DIALECTS)
async def test_p12_students_at_once_learn_it_together(upstream: FakeUpstream, dialect: str) -> None:
    """P12: if many calls are refused for the same option at the same time, each of them is repeated and answered."""
    upstream.default = Behaviour(dialect=dialect, refused_options=("stream_options", "max_tokens"), head_seconds=0.05)
    provider = make_provider("openai", upstream)
    texts = await asyncio.gather(*(ask(provider) for _ in range(12)))
    await provider.close()

    assert [text for text, _, _ in texts] == [REPLY] * 12
    assert set(bounds(upstream)) == {300}


async def test_p12_without_a_limit_no_call_is_sent(upstream: FakeUpstream) -> None:
    """P12: a server that takes no limit by either name is never asked without one."""
    upstream.default = Behaviour(dialect="fastapi", refused_options=("max_tokens", "max_completion_tokens"))
    provider = make_provider("openai", upstream)
    for _ in range(2):
        with pytest.raises(AIUnavailable):
            await ask(provider)
    upstream.default = Behaviour()
    text, _, _ = await ask(provider)
    await provider.close()

    assert text == REPLY
    assert bounds(upstream) == [300] * 5


@pytest.mark.parametrize("dialect", ROLE_DIALECTS)
@pytest.mark.parametrize("roles", [("system",), ("system", "developer")])
async def test_p12_a_role_that_is_refused_is_learnt_once(
    upstream: FakeUpstream, dialect: str, roles: tuple[str, ...]
) -> None:
    """P12: a system prompt in a role that the model takes reaches it, at the latest in the student's first turn."""
    upstream.default = Behaviour(dialect=dialect, refused_roles=roles)
    provider = make_provider("openai", upstream)
    assert (await ask(provider))[0] == REPLY
    learnt = len(upstream.calls)
    assert (await ask(provider))[0] == REPLY
    await provider.close()

    first = upstream.calls[-1].body["messages"][0]
    assert len(upstream.calls) == learnt + 1
    assert first["role"] not in roles
    assert first["content"].startswith(REQUEST.system)


async def test_p12_an_operators_option_that_is_refused_is_left_out(
    upstream: FakeUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    """P12: a temperature that the model does not take is left out of later calls."""
    del caplog
    upstream.default = Behaviour(refused_options=("temperature",))
    provider = make_provider("openai", upstream, options=ModelOptions(body={"temperature": 0.2, "seed": 7}))
    text, _, _ = await ask(provider)
    await provider.close()

    assert text == REPLY
    assert [("temperature" in call.body, call.body["seed"]) for call in upstream.calls] == [(True, 7), (False, 7)]


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_options_are_merged_into_the_body(upstream: FakeUpstream, name: str) -> None:
    """The operator's options are in the body, object by object, and a thinking budget makes room beside the answer."""
    bodies: dict[str, dict[str, Any]] = {
        "openai": {"chat_template_kwargs": {"enable_thinking": False}, "stream_options": {"extra": 1}},
        "anthropic": {"thinking": {"type": "enabled", "budget_tokens": 5000}},
    }
    provider = make_provider(name, upstream, options=ModelOptions(body=bodies[name]))
    await ask(provider)
    await provider.close()

    sent = upstream.calls[0].body
    if name == "openai":
        assert sent["chat_template_kwargs"] == {"enable_thinking": False}
        assert sent["stream_options"] == {"include_usage": True, "extra": 1}
        assert sent["max_tokens"] == 300
    else:
        assert sent["thinking"] == {"type": "enabled", "budget_tokens": 5000}
        assert sent["max_tokens"] == 300 + 5000


@pytest.mark.parametrize("form", THOUGHT_FORMS)
@pytest.mark.parametrize("usage", ["counted", "none"])
async def test_p11_thoughts_are_dropped_and_billed(upstream: FakeUpstream, form: Any, usage: Any) -> None:
    """P11: thoughts in each form are dropped, and their tokens are part of the bill."""
    upstream.default = Behaviour(thoughts=THOUGHTS, thought_form=form, usage=usage)
    provider = make_provider("openai", upstream)
    answers = [await ask(provider) for _ in range(2)]
    await provider.close()

    assert [text for text, _, _ in answers] == [REPLY] * 2
    for _, _, recorder in answers:
        (outcome,) = recorder.outcomes
        assert outcome.usage_estimated is (usage == "none")
        if usage == "counted":
            assert outcome.usage.output_tokens == WORDS + len(THOUGHTS.split())
        elif form != "hidden":
            assert outcome.usage.output_tokens >= (len(REPLY) + len(THOUGHTS)) // 3


async def test_p11_a_total_that_counts_thoughts_is_billed(upstream: FakeUpstream) -> None:
    """P11: if a server counts thoughts only in the total, as Gemini does, they are part of the output."""
    upstream.default = Behaviour(dialect="gemini", thoughts=THOUGHTS, thought_form="google")
    provider = make_provider("openai", upstream)
    _, _, recorder = await ask(provider)
    await provider.close()
    assert recorder.outcomes[0].usage.output_tokens == WORDS + len(THOUGHTS.split())


async def test_p11_claudes_thoughts_are_dropped_and_billed(upstream: FakeUpstream) -> None:
    """P11: thinking blocks are dropped, and the model gets room for them from then on."""
    upstream.default = Behaviour(thoughts=THOUGHTS)
    provider = make_provider("anthropic", upstream)
    answers = [await ask(provider) for _ in range(2)]
    await provider.close()

    assert [text for text, _, _ in answers] == [REPLY] * 2
    assert answers[0][2].outcomes[0].usage.output_tokens == WORDS + len(THOUGHTS.split())
    assert bounds(upstream) == [300, 300 + THINKING_TOKENS]


@pytest.mark.parametrize("form", [*THOUGHT_FORMS, "unclosed"])
async def test_p11_thoughts_get_room_beside_the_answer(upstream: FakeUpstream, form: Any) -> None:
    """P11: if thoughts use up the whole answer, the call is repeated once with room for them; so are all later ones."""
    long = " ".join([THOUGHTS] * 20)
    upstream.default = Behaviour(thoughts=long, thought_form=form, obeys_limit=True)
    provider = make_provider("openai", upstream)
    text, _, recorder = await ask(provider)
    assert text == ("" if form == "unclosed" else REPLY)
    expected = ["invalid_response", "invalid_response" if form == "unclosed" else "completed"]
    assert [outcome.reason for outcome in recorder.outcomes] == expected
    assert recorder.outcomes[0].usage.output_tokens >= 300
    await provider.close()
    assert bounds(upstream)[:2] == [300, 300 + THINKING_TOKENS]
    assert provider.thinking_tokens == THINKING_TOKENS


@pytest.mark.parametrize("form", ["reasoning_content", "tags", "closing"])
async def test_p11_a_call_cut_in_its_thoughts_is_billed(upstream: FakeUpstream, form: Any) -> None:
    """P11: if the connection breaks in the thoughts, they are billed by an estimate."""
    upstream.default = Behaviour(thoughts=THOUGHTS, thought_form=form, fault="fin")
    provider = make_provider("openai", upstream)
    recorder = MemoryRecorder()
    chain = Chain([provider], Deadlines(), offline=OfflineProvider(explained), jitter=lambda: 0)
    with pytest.raises(AIUnavailable):
        async with chain.stream(REQUEST, recorder, Pacing()) as answer:
            assert not [piece async for piece in answer]
    await provider.close()
    for outcome in recorder.outcomes:
        assert outcome.usage_estimated
        assert outcome.usage.output_tokens >= len(THOUGHTS) // 3


async def test_p11_a_model_declared_to_begin_in_thoughts_is_read_so(upstream: FakeUpstream) -> None:
    """P11: with `thinking = "unmarked"` everything before the closing tag is thoughts, however it begins."""
    upstream.default = Behaviour(thoughts="numbers = [1, 2] mends it.", thought_form="closing")
    provider = make_provider("openai", upstream, options=ModelOptions(thinking="unmarked"))
    text, _, _ = await ask(provider)
    await provider.close()
    assert (text, bounds(upstream)) == (REPLY, [300 + THINKING_TOKENS])


@pytest.mark.parametrize("dialect", DECLINING_DIALECTS)
async def test_p13_a_prompt_that_is_declined_shuts_nobody_out(upstream: FakeUpstream, dialect: str) -> None:
    """P13: a prompt that a filter or a firewall declines opens no breaker and blames no key, however often it comes."""
    name = "anthropic" if dialect == "anthropic" else "openai"
    upstream.default = Behaviour(dialect=dialect, declines="bomb")
    provider = make_provider(name, upstream)
    chain = Chain([provider], Deadlines(), offline=OfflineProvider(explained))
    bad = replace(REQUEST, turns=(Turn("user", "How do I defuse a bomb?"),))
    refused = [await ask(provider, request=bad, chain=chain) for _ in range(7)]
    text, _, _ = await ask(provider, chain=chain)
    await provider.close()

    assert text == REPLY
    assert {(said, answer.setback) for said, answer, _ in refused} == {("", "declined")}
    assert {outcome.reason for _, _, recorder in refused for outcome in recorder.outcomes} == {"declined"}


async def test_p13_a_key_without_permission_is_still_the_keys_fault(upstream: FakeUpstream) -> None:
    """P9, P13: a 403 that speaks of the key or of permissions concerns all prompts."""
    upstream.default = Behaviour(status=403, error_type="permission_error")
    provider = make_provider("anthropic", upstream)
    with pytest.raises(AIUnavailable):
        await ask(provider)
    await provider.close()


@pytest.mark.parametrize("dialect", LONG_DIALECTS)
@pytest.mark.parametrize("fits", [True, False])
async def test_p14_a_prompt_that_is_too_long_is_shortened_once(
    upstream: FakeUpstream, dialect: str, *, fits: bool
) -> None:
    """P14: a prompt that is too long is shortened once; if that is not enough, the answer says so."""
    name = "anthropic" if dialect == "anthropic" else "openai"
    budgets: list[int] = []

    def shorten(request: Request, tokens: int) -> Request:
        budgets.append(tokens)
        left = request.turns[0].content[: tokens * 3]
        return replace(request, turns=(Turn("user", left),), shorten=None)

    long = replace(REQUEST, turns=(Turn("user", "x" * 6000),), shorten=shorten)
    upstream.default = Behaviour(dialect=dialect, context_tokens=1900 if fits else 100)
    provider = make_provider(name, upstream)
    text, answer, recorder = await ask(provider, request=long)
    await provider.close()

    assert all(0 < budget < 2000 for budget in budgets)
    assert len(upstream.calls) == 2
    assert (text, answer.setback) == (REPLY if fits else "", "too_long")
    assert recorder.outcomes[0].reason == "too_long"


async def test_p14_an_empty_stream_may_be_a_prompt_that_is_too_long(upstream: FakeUpstream) -> None:
    """P14: if a server ends the stream without an event, the prompt is shortened once."""

    def shorten(request: Request, tokens: int) -> Request:
        return replace(request, turns=(Turn("user", "x" * tokens),), shorten=None)

    long = replace(REQUEST, turns=(Turn("user", "x" * 6000),), shorten=shorten)
    upstream.default = Behaviour(dialect=SILENT_WHEN_TOO_LONG, context_tokens=1900)
    provider = make_provider("openai", upstream)
    text, answer, _ = await ask(provider, request=long)
    await provider.close()
    assert (text, answer.setback, len(upstream.calls)) == (REPLY, None, 2)


async def test_openrouters_error_in_the_stream(upstream: FakeUpstream) -> None:
    """P5: OpenRouter's comments are skipped, and its error in a chunk fails the call before any text."""
    broken = Behaviour(dialect="openrouter", fault="error_event")
    upstream.play(broken, broken)
    upstream.default = Behaviour(dialect="openrouter")
    provider = make_provider("openai", upstream)
    with pytest.raises(AIUnavailable):
        await ask(provider)
    text, _, recorder = await ask(provider)
    await provider.close()
    assert text == REPLY
    assert recorder.outcomes[0].usage.output_tokens == WORDS


async def test_azures_chunks_about_its_filters_are_skipped(upstream: FakeUpstream) -> None:
    """P7: chunks without choices, or with a choice without a delta, as Azure sends them, change nothing."""
    upstream.default = Behaviour(dialect="azure")
    provider = make_provider("openai", upstream)
    text, answer, _ = await ask(provider)
    await provider.close()
    assert text == REPLY
    assert answer.finish is not None
    assert answer.finish.reason == "stop"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://localhost:1/v1", "http://[::1]:1/v1"])
async def test_p16_a_model_on_this_machine_is_asked_without_a_proxy(
    upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """P16: a proxy in the environment is not asked for a loopback address."""
    from tutor_server.llm.providers.openai import OpenAIProvider, openai_endpoint  # noqa: PLC0415 - loads the SDK
    from tutor_server.llm.upstream import Upstream  # noqa: PLC0415 - as above

    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, upstream.url)
    provider = OpenAIProvider(Upstream(openai_endpoint("key", url)), "any")
    with pytest.raises(AIUnavailable):
        await ask(provider)
    await provider.close()
    assert upstream.calls == []
