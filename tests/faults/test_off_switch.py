"""The off switch with several processes: it stops all of them, whichever process receives the request."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from testing.chat_client import connect
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.installations import University
from testing.long_hints import long_hint
from testing.service import RunningService, Service, sign_up_student

if TYPE_CHECKING:
    from pathlib import Path

    from testing.installations import Installation

pytestmark = pytest.mark.real_time

KEY = "the admin key of a test"
SECONDS = 5.0
"""Seconds within which every stream must have ended."""


@pytest.mark.parametrize("installation", ["postgres"], indirect=True)
async def test_streams_of_every_process_end(installation: Installation, tmp_path: Path) -> None:
    """Running answers at two processes end with the operator's message soon after the switch is set at one of them."""
    assert isinstance(installation, University)
    settings = installation.settings() | {"TUTOR_ADMIN_KEY": KEY}
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(FakeUpstream())
        upstream.default = Behaviour(text=long_hint(300), token_seconds=0.1)
        settings |= {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
        services: list[Service] = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            services.append(await stack.enter_async_context(RunningService(tmp_path / name, settings)))
        student = await sign_up_student(services[0])
        chats = [await stack.enter_async_context(connect(each.url, student.access_token)) for each in services]
        asked = [await chat.ask() for chat in chats]
        for chat in chats:
            while (await chat.receive())["type"] != "delta":
                pass

        async with ClientSession(services[0].url, headers={"X-Admin-Key": KEY}) as admin:
            switched_at = time.monotonic()
            switch = {"is_off": True, "message": "Enough for today."}
            async with admin.put("/api/admin/switch", json=switch) as response:
                assert response.status == 200, await response.text()
        answers = await asyncio.gather(
            *(chat.collect(request_id) for chat, request_id in zip(chats, asked, strict=True))
        )
        took = time.monotonic() - switched_at

    assert [(answer[-1]["code"], answer[-1]["content"]) for answer in answers] == [
        ("SWITCHED_OFF", "Enough for today.")
    ] * 2
    assert took < SECONDS
