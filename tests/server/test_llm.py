"""The providers over real sockets: their wire formats, the faults of P1 to P9, and the ends of streams."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import subprocess
import sys
import time
import tracemalloc
from dataclasses import astuple, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testing.certificates import PrivateAuthority
from testing.connect_proxy import connect_proxy
from testing.fake_upstream import AFTER_TEXT, KEY, REPLY, Behaviour, FakeUpstream
from testing.fake_upstream.wire import AnthropicWire, OpenAIWire
from testing.model_calls import REMOTE, REQUEST, explained, make_provider, text_of
from testing.servers import free_port
from testing.service import service_environment
from tutor_pedagogy.offline import explain
from tutor_server.errors import SettingsError
from tutor_server.limits import Deadlines
from tutor_server.llm.batching import PAUSE_SECONDS, Pacing
from tutor_server.llm.completion_decoder import CompletionDecoder
from tutor_server.llm.endpoint import Endpoint
from tutor_server.llm.factory import build_chain
from tutor_server.llm.message_decoder import MessageDecoder
from tutor_server.llm.model_options import THINKING_TOKENS, ModelOptions
from tutor_server.llm.model_profiles import RemoteModel, load_model_profiles, profiles_by_child_process
from tutor_server.llm.offline import OfflineProvider
from tutor_server.llm.provider import Finish, ProviderFailure, Turn, Usage
from tutor_server.llm.providers.anthropic import AnthropicProvider, anthropic_endpoint
from tutor_server.llm.providers.openai import OpenAIProvider, openai_endpoint
from tutor_server.llm.sse import EventParser, ServerEvent
from tutor_server.llm.thinking_habits import AnswerThoughts, ThinkingHabits
from tutor_server.llm.upstream import Upstream, _is_under_way
from tutor_server.llm.wire import MAX_TOKENS, count
from tutor_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.fake_upstream import ReceivedCall
    from testing.fake_upstream.behaviour import Fault
    from tutor_server.llm.provider import Event, Provider, Request

WORDS = len(REPLY.split())
SOON = 5.0
"""Timeout in seconds for tests that could hang; no test needs that long."""


@pytest.fixture(params=REMOTE)
async def provider(request: pytest.FixtureRequest, upstream: FakeUpstream) -> AsyncIterator[Provider]:
    """Return each remote provider in turn, connected to the fake upstream."""
    made = make_provider(request.param, upstream)
    yield made
    await made.close()


def thoughts() -> AnswerThoughts:
    """Return the thoughts of an answer of a model that nothing is known of."""
    return ThinkingHabits(ModelOptions(), watches_beginnings=True).answer()


async def collect(provider: Provider, request: Request = REQUEST) -> list[Event]:
    """Return all events of an answer."""
    async with provider.stream(request, Pacing()) as groups:
        return [event async for group in groups for event in group]


async def collect_either(provider: Provider) -> tuple[list[Event], ProviderFailure | None]:
    """Read an answer that may be refused because of an option; return its events, and the failure if it has one."""
    given: list[Event] = []
    try:
        await _read_into(given, provider)
    except ProviderFailure as failure:
        return given, failure
    return given, None


async def collect_failing(provider: Provider) -> tuple[list[Event], ProviderFailure]:
    """Read an answer that fails; return its events and the failure."""
    given: list[Event] = []
    with pytest.raises(ProviderFailure) as caught:
        await _read_into(given, provider)
    return given, caught.value


async def _read_into(given: list[Event], provider: Provider) -> None:
    async with provider.stream(REQUEST, Pacing()) as groups:
        async for group in groups:
            given += group


async def closed(call: ReceivedCall) -> ReceivedCall:
    """Wait until the upstream has finished a call."""
    await asyncio.wait_for(call.closed.wait(), SOON)
    return call


async def test_streams_text_usage_and_finish(provider: Provider) -> None:
    """An answer yields its text, its usage, and an event that it is complete."""
    events = await collect(provider)
    assert text_of(events) == REPLY
    assert [event for event in events if isinstance(event, Usage)][-1] == Usage(25, WORDS)
    assert [event for event in events if isinstance(event, Finish)] == [Finish("stop")]


@pytest.mark.parametrize("name", REMOTE)
async def test_whom_the_system_trusts_is_trusted(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model with a certificate of a private authority is called only if the system trusts the authority."""
    authority = PrivateAuthority(tmp_path)
    async with FakeUpstream(tls=authority.server_context("127.0.0.1")) as upstream:
        stranger = make_provider(name, upstream)
        _, failure = await collect_failing(stranger)
        await stranger.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        trusted = make_provider(name, upstream)
        events = await collect(trusted)
        await trusted.close()

    assert (failure.reason, failure.sent) == ("unreachable", False)
    assert text_of(events) == REPLY
    assert len(upstream.calls) == 1


async def test_a_proxy_of_the_environment_carries_the_call(
    upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call uses the proxy of the environment."""
    monkeypatch.setenv("http_proxy", upstream.url)
    provider = OpenAIProvider(Upstream(openai_endpoint(KEY, "http://model.invalid/v1")), "any")
    events = await collect(provider)
    await provider.close()

    assert text_of(events) == REPLY
    assert upstream.calls[0].headers["host"] == "model.invalid"


async def test_a_proxy_may_be_named_without_its_scheme(monkeypatch: pytest.MonkeyPatch, upstream: FakeUpstream) -> None:
    """A proxy's URL may lack its scheme, as in `proxy.uni.example:3128`."""
    monkeypatch.setenv("http_proxy", upstream.url.removeprefix("http://"))
    provider = OpenAIProvider(Upstream(openai_endpoint(KEY, "http://model.invalid/v1")), "any")
    events = await collect(provider)
    await provider.close()

    assert text_of(events) == REPLY


async def test_a_proxy_that_refuses_has_sent_nothing_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that the proxy refuses costs nothing, and the message names the proxy."""
    async with connect_proxy(free_port(), status="407 Proxy Authentication Required") as proxy:
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy.port}")
        provider = OpenAIProvider(Upstream(openai_endpoint(KEY, "https://model.invalid/v1")), "any")
        _, failure = await collect_failing(provider)
        await provider.close()

    assert proxy.asked_for == ["model.invalid:443"]
    assert (failure.reason, failure.sent) == ("unreachable", False)
    assert "the proxy answered 407" in str(failure)


async def test_an_address_of_a_proxy_that_is_none_has_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the proxy's URL is invalid, the call fails before anything is sent, and costs nothing."""
    monkeypatch.setenv("http_proxy", "http://[proxy")
    provider = OpenAIProvider(Upstream(Endpoint(url="http://model.invalid/v1/chat/completions", headers={})), "any")
    _, failure = await collect_failing(provider)
    await provider.close()

    assert (failure.reason, failure.sent) == ("unreachable", False)


async def test_fake_upstream_speaks_the_format_of_anthropics_own_client(upstream: FakeUpstream) -> None:
    """Anthropic's SDK reads the text, stop reason and usage of the fake upstream's answer."""
    import anthropic  # noqa: PLC0415 - the import takes two seconds, which would slow down the collection of tests

    async with (
        anthropic.AsyncAnthropic(
            api_key=KEY, base_url=upstream.url, max_retries=0, http_client=anthropic.DefaultAioHttpClient()
        ) as client,
        client.messages.stream(model="any", max_tokens=100, messages=[{"role": "user", "content": "Why?"}]) as stream,
    ):
        message = await stream.get_final_message()
    (block,) = message.content
    assert (block.type, block.text if block.type == "text" else None) == ("text", REPLY)
    assert (message.stop_reason, message.usage.input_tokens, message.usage.output_tokens) == ("end_turn", 25, WORDS)


async def test_fake_upstream_speaks_the_format_of_openais_own_client(upstream: FakeUpstream) -> None:
    """OpenAI's SDK reads the fake upstream's answer, with usage only if it was requested."""
    import openai  # noqa: PLC0415 - the import takes seconds

    async with openai.AsyncOpenAI(
        api_key=KEY, base_url=upstream.openai_url, max_retries=0, http_client=openai.DefaultAioHttpClient()
    ) as client:
        for include_usage in (True, False):
            stream = await client.chat.completions.create(
                model="any",
                messages=[{"role": "user", "content": "Why?"}],
                stream=True,
                stream_options={"include_usage": include_usage},
            )
            chunks = [chunk async for chunk in stream]
            content = [choice.delta.content or "" for chunk in chunks for choice in chunk.choices]
            assert "".join(content) == REPLY
            assert [choice.finish_reason for chunk in chunks for choice in chunk.choices][-1] == "stop"
            usages = [chunk.usage.completion_tokens for chunk in chunks if chunk.usage]
            assert usages == ([WORDS] if include_usage else [])


async def test_asks_anthropic_as_its_api_wants(upstream: FakeUpstream) -> None:
    """A request to Anthropic has one credential, the current version, one mark for its cache, and no thinking."""
    provider = make_provider("anthropic", upstream, Settings().remote_model("anthropic").name)
    await collect(provider)
    await provider.close()
    (call,) = upstream.calls
    assert [name for name in ("authorization", "x-api-key") if name in call.headers] == ["authorization"]
    assert call.headers["anthropic-version"] == "2026-10-21"
    assert call.headers["accept-encoding"] == "identity"
    assert "traceparent" not in call.headers
    first, stable, last = ({"role": turn.role, "content": turn.content} for turn in REQUEST.turns)
    marked = {"type": "text", "text": stable["content"], "cache_control": {"type": "ephemeral"}}
    assert call.body == {
        "model": "claude-sonnet-5-5",
        "system": REQUEST.system,
        "messages": [first, stable | {"content": [marked]}, last],
        "max_tokens": 300,
        "thinking": {"type": "disabled"},
        "metadata": {"user_id": "student-7"},
        "stream": True,
    }


@pytest.mark.parametrize(
    ("refuses", "expected"),
    [
        ((), {"max_tokens": 300, "thinking": {"type": "disabled"}}),
        (("thinking.disabled",), {"max_tokens": 300, "thinking": {"type": "between_tools"}}),
        (
            ("thinking.disabled", "thinking.between_tools"),
            {"max_tokens": 300 + THINKING_TOKENS, "output_config": {"effort": "low"}},
        ),
        (("thinking", "output_config"), {"max_tokens": 300 + THINKING_TOKENS}),
    ],
)
async def test_keeps_each_claude_model_from_thinking_before_it_speaks(
    upstream: FakeUpstream, refuses: tuple[str, ...], expected: dict[str, Any]
) -> None:
    """Thinking is turned off in the first way that the model takes. One that takes none gets room for its thoughts.

    Which ways a model takes is learnt from its refusals, once, and not from its name.
    """
    provider = make_provider("anthropic", upstream)
    upstream.default = Behaviour(refuses=refuses)
    refused = 0
    while not text_of((await collect_either(provider))[0]):
        refused += 1
    await collect(provider)
    await provider.close()
    asked = {name: upstream.calls[-1].body.get(name) for name in ("max_tokens", "thinking", "output_config")}
    assert {name: value for name, value in asked.items() if value is not None} == expected
    assert len(upstream.calls) == refused + 2


@pytest.mark.parametrize(
    ("shared", "blocks"),
    [
        ((), "You are a patient tutor."),
        ((7,), [("You are", True), (" a patient tutor.", False)]),
        ((7, 17), [("You are", True), (" a patient", True), (" tutor.", False)]),
        ((7, 24), [("You are", True), (" a patient tutor.", True)]),
        ((2, 4, 7, 17), [("You ", True), ("are", True), (" a patient", True), (" tutor.", False)]),
    ],
)
async def test_marks_for_anthropic_what_requests_share(
    upstream: FakeUpstream, shared: tuple[int, ...], blocks: str | list[tuple[str, bool]]
) -> None:
    """Each part of the system prompt that other requests share ends with a mark, at most three in all."""
    provider = make_provider("anthropic", upstream)
    async with provider.stream(replace(REQUEST, shared=shared), Pacing()) as events:
        _ = [event async for event in events]
    await provider.close()

    sent = upstream.calls[0].body["system"]
    marked = {"type": "ephemeral"}
    assert sent == (
        blocks
        if isinstance(blocks, str)
        else [
            {"type": "text", "text": text} | ({"cache_control": marked} if is_marked else {})
            for text, is_marked in blocks
        ]
    )


@pytest.mark.parametrize("name", REMOTE)
async def test_counts_cached_tokens(upstream: FakeUpstream, name: str) -> None:
    """The tokens read from a cache and written to it are parts of the prompt's tokens."""
    provider = make_provider(name, upstream)
    upstream.play(Behaviour(input_tokens=1000, cache_read_tokens=700, cache_write_tokens=200))
    events = await collect(provider)
    await provider.close()

    *_, usage = (event for event in events if isinstance(event, Usage))
    assert (usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens) == (1000, 700, 200)


async def test_asks_openai_compatible_servers_with_what_they_all_know(upstream: FakeUpstream) -> None:
    """A server at a custom base URL gets `max_tokens` and no options that only OpenAI knows."""
    provider = make_provider("openai", upstream, "qwen3:8b")
    await collect(provider)
    await provider.close()
    assert upstream.calls[0].body == {
        "model": "qwen3:8b",
        "messages": [
            {"role": "system", "content": REQUEST.system},
            *({"role": turn.role, "content": turn.content} for turn in REQUEST.turns),
        ],
        "max_tokens": 300,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_asks_openai_itself_with_its_current_options() -> None:
    """OpenAI gets `max_completion_tokens`, no reasoning before the text, an opaque user id, and stores nothing."""
    provider = OpenAIProvider(Upstream(openai_endpoint(KEY)), Settings().remote_model("openai").name)
    assert provider._options(REQUEST) == {
        "max_completion_tokens": 300,
        "stream_options": {"include_usage": True},
        "reasoning_effort": "none",
        "safety_identifier": "student-7",
        "prompt_cache_key": "student-7",
        "store": False,
    }


async def test_works_without_a_key_at_a_base_url() -> None:
    """Servers such as Ollama and llama.cpp work without a key; the SDK gets a placeholder."""
    async with FakeUpstream(key="none") as upstream:
        provider = OpenAIProvider(Upstream(openai_endpoint(None, upstream.openai_url)), "llama3")
        assert text_of(await collect(provider)) == REPLY
        await provider.close()


async def test_learns_which_options_a_server_does_not_take(upstream: FakeUpstream) -> None:
    """An option that the server refuses with 400 is omitted or renamed in all later calls."""
    provider = make_provider("openai", upstream, "gpt-6.1-terra")
    old_server = Behaviour(refuses=("max_tokens", "stream_options"))
    upstream.play(old_server, old_server, old_server)
    refusals = [(await collect_failing(provider))[1] for _ in range(2)]
    assert [(failure.reason, failure.adapted) for failure in refusals] == [("bad_request", True)] * 2
    assert text_of(await collect(provider)) == REPLY
    await provider.close()
    body = upstream.calls[-1].body
    assert (body["max_completion_tokens"], "max_tokens" in body, "stream_options" in body) == (300, False, False)


async def test_a_request_that_stays_wrong_is_not_called_adapted(upstream: FakeUpstream) -> None:
    """If the server refuses a required field, the failure is a bad request."""
    provider = make_provider("openai", upstream)
    upstream.play(Behaviour(refuses=("messages",)))
    _, failure = await collect_failing(provider)
    await provider.close()
    assert (failure.reason, failure.adapted, failure.status) == ("bad_request", False, 400)


@pytest.mark.parametrize("model", ["fake-bytes", "fake-unknown"])
@pytest.mark.parametrize("name", REMOTE)
async def test_p7_odd_streams_give_the_same_answer(upstream: FakeUpstream, name: str, model: str) -> None:
    """P7: a stream of single bytes, or with unknown events, gives the same text, usage and end."""
    provider = make_provider(name, upstream, model)
    events = await collect(provider)
    await provider.close()
    assert text_of(events) == REPLY
    assert [event for event in events if not isinstance(event, str)][-2:] in (
        [Usage(25, WORDS), Finish("stop")],
        [Finish("stop"), Usage(25, WORDS)],
    )


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("fake-400", "bad_request"),
        ("fake-401", "authentication"),
        ("fake-402", "payment_required"),
        ("fake-404", "bad_request"),
        ("fake-429", "rate_limited"),
        ("fake-500", "server_error"),
        ("fake-503", "overloaded"),
        ("fake-529", "overloaded"),
    ],
)
@pytest.mark.parametrize("name", REMOTE)
async def test_p2_statuses_have_their_reason(upstream: FakeUpstream, name: str, model: str, reason: str) -> None:
    """P2, P9: each error status has its own failure reason, and the SDK does not retry."""
    provider = make_provider(name, upstream, model)
    given, failure = await collect_failing(provider)
    await provider.close()
    assert (given, failure.reason, failure.sent) == ([], reason, True)
    assert failure.status == int(model.removeprefix("fake-"))
    assert len(upstream.calls) == 1


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "1"}, 1),
        ({"Retry-After": "3600"}, 3600),
        ({"Retry-After": "2.5"}, 2.5),
        ({"Retry-After": "7", "Retry-After-Ms": "250"}, 0.25),
        ({"Retry-After": "-4"}, 0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Date": "Tue, 24 Nov 2026 10:00:00 GMT", "Retry-After": "Tue, 24 Nov 2026 10:01:30 GMT"}, 90),
        ({}, None),
    ],
)
async def test_p1_retry_after_is_read(
    provider: Provider, upstream: FakeUpstream, headers: dict[str, str], expected: float | None
) -> None:
    """P1: Retry-After is read in seconds, fractions, milliseconds and dates; an invalid value counts as absent."""
    upstream.play(Behaviour(status=429, headers=headers))
    _, failure = await collect_failing(provider)
    assert failure.retry_after == expected


async def test_p9_a_wrong_key_is_named_for_the_operator(upstream: FakeUpstream) -> None:
    """P9: the message for a wrong key names the variable, but not the key."""
    for name, variable in (("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY")):
        provider = make_provider(name, upstream, key="sk-wrong-key-of-somebody")
        _, failure = await collect_failing(provider)
        await provider.close()
        assert failure.reason == "authentication"
        assert variable in str(failure)
        assert "wrong" not in str(failure)


@pytest.mark.parametrize("name", REMOTE)
async def test_p2_a_refused_connection_was_never_sent(upstream: FakeUpstream, name: str) -> None:
    """P2: if the connection is refused, the call is unreachable and not billed."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    provider = (
        AnthropicProvider(Upstream(anthropic_endpoint(KEY, url)), "m")
        if name == "anthropic"
        else OpenAIProvider(Upstream(openai_endpoint(KEY, f"{url}/v1")), "m")
    )
    _, failure = await collect_failing(provider)
    await provider.close()
    assert (failure.reason, failure.sent, failure.status) == ("unreachable", False, None)


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("fake-fin", "interrupted"),
        ("fake-reset", "interrupted"),
        ("fake-inside-event", "interrupted"),
        ("fake-bad-json", "invalid_response"),
        ("fake-bad-utf8", "invalid_response"),
        ("fake-overloaded", "overloaded"),
    ],
)
@pytest.mark.parametrize("name", REMOTE)
async def test_p3_p4_p5_a_stream_that_breaks_gives_its_text_first(
    upstream: FakeUpstream, name: str, model: str, reason: str
) -> None:
    """P3, P4, P5: the complete text before a fault is yielded, then the failure; the answer is never complete."""
    provider = make_provider(name, upstream, model)
    given, failure = await collect_failing(provider)
    await provider.close()
    assert text_of(given) == "".join(Behaviour().tokens[:AFTER_TEXT])
    assert not [event for event in given if isinstance(event, Finish)]
    assert (failure.reason, failure.sent, failure.status) == (reason, True, None)


@pytest.mark.parametrize("name", REMOTE)
async def test_p3_a_clean_cut_has_no_finish(upstream: FakeUpstream, name: str) -> None:
    """P3: a body that ends before the provider's end marker is not complete."""
    provider = make_provider(name, upstream, "fake-end")
    events = await collect(provider)
    await provider.close()
    assert text_of(events) == "".join(Behaviour().tokens[:AFTER_TEXT])
    assert not [event for event in events if isinstance(event, Finish)]


async def test_p3_a_connection_closed_instead_of_an_answer(provider: Provider, upstream: FakeUpstream) -> None:
    """P3: a connection that closes before the response's head counts as interrupted, and may have been billed."""
    upstream.play(Behaviour(fault="drop"))
    given, failure = await collect_failing(provider)
    assert (given, failure.reason, failure.sent) == ([], "interrupted", True)


async def test_p4_a_page_with_status_200_is_no_answer(provider: Provider, upstream: FakeUpstream) -> None:
    """P4: a captive portal's page is recognised by its content type."""
    upstream.play(Behaviour(fault="html"))
    given, failure = await collect_failing(provider)
    assert (given, failure.reason, failure.status) == ([], "invalid_response", 200)
    assert "text/html" in str(failure)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return the path to every replaceable value in a JSON document."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    return [(value, key) for key, _ in items] + [place for _, inner in items for place in places(inner)]


@settings(deadline=None)
@given(st.sampled_from([(AnthropicWire, MessageDecoder), (OpenAIWire, CompletionDecoder)]), st.data())
def test_p4_any_json_is_an_answer_or_a_failure(pair: tuple[Any, Any], data: st.DataObject) -> None:
    """P4: an arbitrary value in any field of an event gives well-formed events or a failure."""
    wire_class, decoder_class = pair
    wire = wire_class({"model": "any", "stream_options": {"include_usage": True}}, Behaviour())
    stream = b"".join([*wire.start(), wire.token("word"), wire.overloaded(), *wire.end()])
    raw = data.draw(st.sampled_from([event for event in EventParser().feed(stream) if event.data != b"[DONE]"]))
    message = json.loads(raw.data)
    holder, key = data.draw(st.sampled_from(places(message)))
    holder[key] = data.draw(ANYTHING)
    try:
        events = list(decoder_class(thoughts()).decode(ServerEvent(raw.name, json.dumps(message).encode())))
    except ProviderFailure:
        return
    for event in events:
        match event:
            case str(content):
                assert content
            case Usage():
                assert all(0 <= tokens <= 4 * MAX_TOKENS for tokens in astuple(event))
            case Finish(reason):
                assert reason in {"stop", "length", "refusal"}


def test_p4_a_count_that_no_call_reaches_is_none() -> None:
    """P4: an impossibly large token count is replaced by an estimate, so that sums fit into PostgreSQL's columns."""
    assert count(MAX_TOKENS) == MAX_TOKENS
    assert count(MAX_TOKENS + 1) is None
    assert 10 * MAX_TOKENS < 2**31


@pytest.mark.parametrize("decoder", [MessageDecoder(thoughts()), CompletionDecoder(thoughts())])
@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"1e400", b'"text"', b"{", b'{"type": "\\ud800"}', b"\xff"])
def test_p4_what_is_no_object_is_a_failure(decoder: Any, data: bytes) -> None:
    """P4: an event that is not a JSON object is an invalid response."""
    with pytest.raises(ProviderFailure) as caught:
        list(decoder.decode(ServerEvent(b"", data)))
    assert caught.value.reason == "invalid_response"


async def test_p8_a_huge_event_is_cut(provider: Provider, upstream: FakeUpstream) -> None:
    """P8: an event of 50 MB is aborted after less than 20 MB of memory, and the stream is closed."""
    upstream.play(Behaviour(fault="huge_event", tokens_before_fault=AFTER_TEXT))
    tracemalloc.start()
    try:
        given, failure = await collect_failing(provider)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (text_of(given), failure.reason) == ("".join(Behaviour().tokens[:AFTER_TEXT]), "invalid_response")
    assert peak < 20 * 1024 * 1024
    assert (await closed(upstream.calls[0])).closed_by == "client"


async def test_p8_a_refusal_without_end_is_cut(provider: Provider, upstream: FakeUpstream) -> None:
    """P8: the body of an error is also read only up to a limit."""
    upstream.play(Behaviour(status=500, fault="endless_refusal"))
    _, failure = await asyncio.wait_for(collect_failing(provider), SOON)
    assert (failure.reason, failure.status) == ("server_error", 500)
    assert (await closed(upstream.calls[0])).closed_by == "client"


async def test_redirects_are_not_followed(provider: Provider, upstream: FakeUpstream) -> None:
    """Redirects are not followed: a prompt goes only to the configured URL."""
    async with FakeUpstream() as elsewhere:
        path = "/v1/messages" if provider.name == "anthropic" else "/v1/chat/completions"
        upstream.play(Behaviour(status=307, headers={"Location": elsewhere.url + path}))
        _, failure = await collect_failing(provider)
        assert (failure.reason, failure.status, elsewhere.calls) == ("bad_request", 307, [])


@pytest.mark.parametrize(("model", "finish"), [("fake-length", "length"), ("fake-refusal", "refusal")])
@pytest.mark.parametrize("name", REMOTE)
async def test_tells_why_an_answer_ended(upstream: FakeUpstream, name: str, model: str, finish: str) -> None:
    """An answer that ends by its length limit or a refusal is reported as such, not as a normal end."""
    provider = make_provider(name, upstream, model)
    events = await collect(provider)
    await provider.close()
    assert [event.reason for event in events if isinstance(event, Finish)] == [finish]


@pytest.mark.parametrize(("model", "expected"), [("fake-no-usage", []), ("fake-zero-usage", [Usage(0, 0)])])
@pytest.mark.parametrize("name", REMOTE)
async def test_l5_usage_is_what_was_sent(upstream: FakeUpstream, name: str, model: str, expected: list[Usage]) -> None:
    """L5: a usage of zero stays zero, and a missing usage stays missing."""
    provider = make_provider(name, upstream, model)
    events = await collect(provider)
    await provider.close()
    assert [event for event in events if isinstance(event, Usage)][-1:] == expected


@pytest.mark.parametrize("tokens", [0, AFTER_TEXT])
async def test_l2_leaving_closes_the_stream_within_50_ms(
    provider: Provider, upstream: FakeUpstream, tokens: int
) -> None:
    """L2: if the reader stops before or after the first token, the upstream connection is closed within 50 ms."""
    upstream.play(Behaviour(fault="silence", tokens_before_fault=tokens))
    async with provider.stream(REQUEST, Pacing()) as groups:
        if tokens:
            async for group in groups:
                if text_of(list(group)):
                    break
        left_at = time.monotonic()
    call = await closed(upstream.calls[0])
    assert (call.closed_by, upstream.open_streams) == ("client", 0)
    assert call.closed_at is not None
    assert call.closed_at - left_at < 0.05


async def test_l2_a_cancel_before_the_head_closes_the_connection(provider: Provider, upstream: FakeUpstream) -> None:
    """L2: a cancel before the response's head closes the connection, too."""
    upstream.play(Behaviour(fault="no_head"))
    reading = asyncio.create_task(collect(provider))
    await asyncio.wait_for(upstream.next_call(), SOON)
    cancelled_at = time.monotonic()
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    call = await closed(upstream.calls[0])
    assert call.closed_at is not None
    assert call.closed_at - cancelled_at < 0.05


async def test_answers_share_a_connection(provider: Provider, upstream: FakeUpstream) -> None:
    """A complete answer leaves its connection open for the next call."""
    for _ in range(3):
        await collect(provider)
    assert len({call.peer_port for call in upstream.calls}) == 1


async def test_a_lone_surrogate_does_not_stop_a_call(provider: Provider, upstream: FakeUpstream) -> None:
    """A lone surrogate, which UTF-8 cannot encode, is sent as a question mark."""
    request = replace(REQUEST, system="a\ud800b", turns=(Turn("user", "c\udfffd"),))
    assert text_of(await collect(provider, request)) == REPLY
    assert "c?d" in str(upstream.calls[0].body)


async def test_s8_prompts_are_never_logged(
    provider: Provider, upstream: FakeUpstream, caplog: pytest.LogCaptureFixture
) -> None:
    """S8: no library logs a student's text or the key, not even at debug level."""
    caplog.set_level(logging.DEBUG)
    await collect(provider)
    upstream.play(Behaviour(status=400))
    await collect_failing(provider)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "loop fail" not in logged
    assert KEY not in logged


async def test_offline_gives_the_explanation_by_sentence() -> None:
    """The offline provider yields the explanation in several pieces, at no cost."""
    provider = OfflineProvider(explained)
    events = await collect(provider)
    explanation = explain(REQUEST.submission, REQUEST.level, REQUEST.student)
    assert text_of(events) == explanation.text
    assert len([event for event in events if isinstance(event, str)]) > 1
    assert events[-2:] == [Usage(0, 0), Finish("stop", finding=explanation.finding)]
    assert (provider.name, provider.model, provider.is_remote) == ("offline", "offline-1", False)


async def test_the_chain_follows_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The providers are in the order of the settings, each with its own model."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    monkeypatch.setenv("TUTOR_LLM_PROVIDERS", "openai,anthropic,offline")
    monkeypatch.setenv("TUTOR_OPENAI_MODEL", "llama3")
    chain = build_chain(Settings().chain, load_model_profiles(Settings().remote_models), Deadlines(), explained)
    assert [(provider.name, provider.model) for provider in chain.providers] == [
        ("openai", "llama3"),
        ("anthropic", "claude-sonnet-5-5"),
        ("offline", "offline-1"),
    ]
    await chain.close()


def test_a_service_asks_for_its_terms_and_loads_neither_sdks_nor_prices(tmp_path: Path) -> None:
    """SDKs and the price list are loaded in a child process, since they need a third of a service's memory."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tutor_server.app import build_app\n"
        "from tutor_server.settings import Settings\n"
        "build_app(Settings(data_dir=Path(sys.argv[1]), llm_providers=('openai',)))\n"
        "print(sorted({'openai', 'genai_prices'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program, tmp_path],
        env=service_environment(tmp_path, OPENAI_API_KEY=KEY),
        check=True,
        capture_output=True,
        text=True,
    )
    assert result.stdout.strip() == "[]"


async def test_what_comes_while_nobody_reads_comes_together(provider: Provider, upstream: FakeUpstream) -> None:
    """Text that arrives while the reader is busy is yielded at its next read, and the connection is reused."""
    upstream.play(Behaviour(token_seconds=0.001))
    async with provider.stream(REQUEST, Pacing()) as groups:
        first = await anext(groups)
        await closed(upstream.calls[0])
        rest = [group async for group in groups]
    assert text_of([*first, *(event for group in rest for event in group)]) == REPLY
    assert len(rest) == 1
    assert text_of(await collect(provider)) == REPLY
    assert upstream.calls[0].peer_port == upstream.calls[1].peer_port


async def test_nothing_waits_for_a_turn_before_the_student_has_some_text(
    provider: Provider, upstream: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until the student has seen some text, text is read at once, without waiting for the batching interval."""
    monkeypatch.setattr("tutor_server.llm.upstream.seconds_to_next_batch", lambda *_: 3600.0)
    upstream.play(Behaviour(token_seconds=0.001))
    assert text_of(await asyncio.wait_for(collect(provider), SOON)) == REPLY


@pytest.mark.parametrize(
    ("events", "is_under_way"),
    [
        (["a"], True),
        ([Usage(1, 1), "a"], True),
        (["a", Usage(1, 1)], True),  # Some servers send the usage with each piece of text.
        (["a", Finish("stop")], False),
        ([Usage(1, 1)], False),  # Anthropic also sends a usage before the end of the answer.
        ([Finish("stop"), Usage(1, 1)], False),
    ],
)
def test_an_answer_is_under_way_until_its_last_word(events: list[Event], *, is_under_way: bool) -> None:
    """Reading waits for the batching interval only while more text can follow, not after an end or a usage."""
    assert _is_under_way(events) is is_under_way


@pytest.mark.skipif(sys.platform != "linux", reason="the others read words as they come")
async def test_words_come_in_turns_once_some_are_heard(provider: Provider, upstream: FakeUpstream) -> None:
    """Once the student has seen some text, text is read once in each batching interval, and none is lost."""
    long = "word " * 100
    upstream.play(Behaviour(text=long, token_seconds=0.002))
    began = asyncio.get_running_loop().time()
    async with provider.stream(REQUEST, Pacing(student_has_text=True)) as stream:
        groups = [group async for group in stream]
    turns = (asyncio.get_running_loop().time() - began) / PAUSE_SECONDS
    assert text_of([event for group in groups for event in group]) == long
    assert len([group for group in groups if isinstance(group[-1], str)]) <= turns + 2


@pytest.mark.parametrize("reads_on", [True, False])
async def test_an_answer_larger_than_what_may_gather_leaves_no_deaf_connection(
    provider: Provider, upstream: FakeUpstream, *, reads_on: bool
) -> None:
    """Text beyond the buffer's size is read even if the reader is busy or has stopped, and the next call works."""
    long = "word " * 400
    upstream.play(Behaviour(text=long), Behaviour())
    async with provider.stream(REQUEST, Pacing()) as groups:
        first = await anext(groups)
        await closed(upstream.calls[0])
        rest = [event async for group in groups for event in group] if reads_on else []
    assert not reads_on or text_of([*first, *rest]) == long
    assert text_of(await asyncio.wait_for(collect(provider), SOON)) == REPLY


@pytest.mark.parametrize("fault", ["fin", "reset"])
async def test_what_came_before_a_cut_is_given_before_the_failure(
    provider: Provider, upstream: FakeUpstream, fault: Fault
) -> None:
    """Text that arrived before the connection broke is yielded before the failure."""
    upstream.play(Behaviour(fault=fault, tokens_before_fault=AFTER_TEXT, token_seconds=0.002))
    given: list[Event] = []

    async def read_slowly() -> None:
        async with provider.stream(REQUEST, Pacing()) as groups:
            async for group in groups:
                given.extend(group)
                await closed(upstream.calls[0])
                for _ in range(20):  # The event loop must notice the end of the connection first.
                    await asyncio.sleep(0)

    with pytest.raises(ProviderFailure) as caught:
        await read_slowly()
    assert caught.value.reason == "interrupted"
    assert text_of(given).split() == REPLY.split()[:AFTER_TEXT]


def test_another_process_gives_the_same_terms() -> None:
    """The child process returns the same profiles as this process; without known prices, `prices` is None."""
    models = [
        RemoteModel(provider="openai", name="gpt-5.6-luna", api_key=KEY),
        RemoteModel(provider="openai", name="llama3", base_url="http://127.0.0.1:11434/v1"),
    ]
    profiles = profiles_by_child_process(models)
    assert profiles == load_model_profiles(models)
    assert profiles[0].endpoint.url == "https://api.openai.com/v1/chat/completions"
    assert profiles[0].endpoint.headers["Authorization"] == f"Bearer {KEY}"
    assert [model.prices is None for model in profiles] == [False, True]


def test_what_an_sdk_cannot_work_with_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """An SDK's failure at the start is reported in one line, without its traceback."""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/certificates.pem")
    with pytest.raises(SettingsError, match=r"SDKs cannot be set up: FileNotFoundError: .*No such file") as refusal:
        profiles_by_child_process([RemoteModel(provider="openai", name="llama3", api_key=KEY)])
    assert "\n" not in str(refusal.value)
    assert KEY not in str(refusal.value)


def test_nobody_is_asked_for_a_chain_without_models() -> None:
    """A service with only the offline tutor starts no child process."""
    assert profiles_by_child_process(Settings(llm_providers=("offline",)).remote_models) == []
