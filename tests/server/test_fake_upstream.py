"""The fake upstream, which simulates model APIs, in a process of its own with a control route."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import aiohttp
import pytest

from testing.fake_upstream import BY_MODEL, KEY, REPLY, Behaviour, FakeUpstream
from testing.model_calls import REQUEST, text_of
from tutor_server.llm.batching import Pacing
from tutor_server.llm.providers.anthropic import AnthropicProvider, anthropic_endpoint
from tutor_server.llm.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SOON = 10.0


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Start the process and return the URL that it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "testing.fake_upstream", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    yield (await asyncio.wait_for(process.stdout.readline(), SOON)).decode().strip()
    process.terminate()
    await asyncio.wait_for(process.wait(), SOON)


async def test_runs_as_a_process_and_takes_a_script(url: str) -> None:
    """Behaviours set over HTTP are played call by call, and the calls can be read afterwards."""
    async with aiohttp.ClientSession(url) as http:
        script = [{"status": 529}, {"text": "Look at line 2.", "input_tokens": 7}]
        async with http.post("/control", json={"reset": True, "script": script}) as response:
            assert response.status == 200
        provider = AnthropicProvider(Upstream(anthropic_endpoint(KEY, url)), "any")
        texts = []
        for _ in range(3):
            try:
                async with provider.stream(REQUEST, Pacing()) as groups:
                    texts.append(text_of([event async for group in groups for event in group]))
            except Exception as error:  # noqa: BLE001 - the assertions below check the type
                texts.append(type(error).__name__)
        await provider.close()
        assert texts == ["ProviderFailure", "Look at line 2.", REPLY]
        async with http.get("/control") as response:
            report = await response.json()
    assert report["open"] == 0
    assert [(call["api"], call["closed_by"], call["tokens_sent"]) for call in report["calls"]] == [
        ("anthropic", "upstream", 0),
        ("anthropic", "upstream", 4),
        ("anthropic", "upstream", len(REPLY.split())),
    ]


async def test_an_unknown_behaviour_is_refused(upstream: FakeUpstream) -> None:
    """An unknown field of a behaviour is refused at once."""
    async with (
        aiohttp.ClientSession(upstream.url) as http,
        http.post("/control", json={"script": [{"nonsense": 1}]}) as response,
    ):
        assert response.status == 400


async def test_a_default_applies_to_models_without_a_name_of_their_own(upstream: FakeUpstream) -> None:
    """The default behaviour can be replaced for all later calls."""
    async with aiohttp.ClientSession(upstream.url) as http:
        async with http.post("/control", json={"default": {"text": "Short."}}) as response:
            assert (await response.json())["default"]["text"] == "Short."
        body = {"model": "any", "messages": [], "stream": True}
        headers = {"Authorization": f"Bearer {KEY}"}
        async with http.post("/v1/chat/completions", json=body, headers=headers) as response:
            assert '"Short."' in await response.text()


@pytest.mark.parametrize("api", ["/v1/messages", "/v1/chat/completions"])
async def test_a_wrong_key_is_refused(upstream: FakeUpstream, api: str) -> None:
    """Both simulated APIs check the API key."""
    async with (
        aiohttp.ClientSession(upstream.url) as http,
        http.post(api, json={"model": "any"}, headers={"Authorization": "Bearer other"}) as response,
    ):
        assert response.status == 401


async def test_models_are_listed_for_the_right_key(upstream: FakeUpstream) -> None:
    """The list of models is returned only for the right key."""
    async with aiohttp.ClientSession(upstream.url) as http:
        for headers, status in (({"X-Api-Key": KEY}, 200), ({"Authorization": f"Bearer {KEY}"}, 200), ({}, 401)):
            async with http.get("/v1/models", headers=headers) as response:
                assert response.status == status


def test_every_fault_has_a_model() -> None:
    """Every fault of a stream can also be selected by a model's name."""
    scripted = {behaviour.fault for behaviour in BY_MODEL.values()}
    assert {"no_head", "drop", "html", "silence", "pings", "end", "fin", "reset", "inside_event"} <= scripted
    assert Behaviour() not in BY_MODEL.values()
