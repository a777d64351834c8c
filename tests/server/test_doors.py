"""S9: mistakes and guesses of others behind one campus address lock nobody out, with one process and with several."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from testing.device_page import Browser, poll_device, start_device
from testing.held_service import held_service
from testing.service import PASSWORD, RunningService
from tutor_server.api.keys import THROTTLE
from tutor_server.errors import InvalidCredentials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import web

    from testing.clock import HeldClock
    from testing.installations import Installation
    from testing.service import Service, SignUp

KEY = "the admin key of this test"
LETTERS = "BCDFGHJKLM"


@asynccontextmanager
async def own_service(
    installation: Installation, factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Service, ClientSession]]:
    """Yield a service whose attempt limits no other test uses up, and an HTTP client of the service."""
    settings = installation.settings() | {"TUTOR_ADMIN_KEY": KEY}
    async with (
        RunningService(factory.mktemp("doors"), settings, workers=installation.workers) as service,
        ClientSession(service.url) as client,
    ):
        yield service, client


async def log_in(client: ClientSession, email: str, password: str) -> int:
    """Sign in; return the status."""
    async with client.post("/api/auth/login", json={"email": email, "password": password}) as response:
        return response.status


async def test_s9_wrong_sign_ins_of_others(installation: Installation, tmp_path: Path, clock: HeldClock) -> None:
    """S9: after 300 failed sign-ins from an address, a student who never signed in there before can sign in.

    The failures are counted by one process without hashing passwords. If there are several processes, the student uses
    another one.
    """
    settings: dict[str, Any] = {
        name.removeprefix("TUTOR_").lower(): value for name, value in installation.settings().items()
    }
    apps: list[web.Application] = []
    (tmp_path / "other").mkdir()
    async with (
        held_service(tmp_path, clock, prepare=apps.append, **settings) as first,
        held_service(tmp_path / "other", clock, prepare=apps.append, **settings) as second,
    ):
        held = second if installation.workers > 1 else first
        await held.register("ada@uni.example")
        for number in range(300):
            with pytest.raises(InvalidCredentials):
                async with apps[0][THROTTLE].sign_in(f"student {number % 30}", "127.0.0.1"):
                    raise InvalidCredentials
        past = [await log_in(held.client, "bob@uni.example", "not it") for _ in range(4)]
        right = await log_in(held.client, "ada@uni.example", PASSWORD)

    assert (past, right) == ([401, 401, 401, 429], 200)


async def test_s9_mistyped_device_codes(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory, sign_up: SignUp
) -> None:
    """S9: ten or a hundred mistyped device codes lock out neither their own browser nor others at its address."""
    async with own_service(installation, tmp_path_factory) as (service, client):
        student = await sign_up(service)
        started = await start_device(client)
        browsers = [Browser(service.url) for _ in range(11)]
        for number, browser in enumerate(browsers[:10]):
            await browser.open()
            typed = [await browser.submit(user_code=f"XXXX-XX{LETTERS[number]}{letter}") for letter in LETTERS]
            assert [page.status for page in typed] == [404] * 10
            if number == 0:
                assert (await browser.submit(user_code=started["user_code"])).status == 200
        neighbour = browsers[10]
        await neighbour.open()
        refused = await neighbour.submit(user_code=started["user_code"])
        signed_in = await neighbour.submit(email=student.email, password=PASSWORD)
        decided = await neighbour.submit(decision="approve")
        polled, _ = await poll_device(client, started["device_code"])
        for browser in browsers:
            await browser.close()

    assert (refused.status, refused.title) == (429, "Sign in")
    assert started["user_code"] in refused.text
    assert (signed_in.status, decided.title, polled) == (200, "Approved", 200)


async def test_s11_a_copied_cookie_is_dead_after_the_sign_out(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """S11: after the sign-out a copied cookie is invalid at every worker, and the audit log has each act."""
    async with own_service(installation, tmp_path_factory) as (service, client):
        browser = Browser(service.url)
        await browser.open("/admin")
        page = await browser.post("/admin/sign-in", key=KEY)
        assert page.title == "Dashboard"
        copied = {"Cookie": f"admin={browser.cookie('admin')}"}
        csrf = {"csrf": browser.page.fields["csrf"]}
        assert [await shown(service, copied) for _ in range(8)] == [True] * 8
        await browser.post("/admin/switch", is_off="yes", message="Exam.")
        await browser.post("/admin/switch", is_off="no")
        await browser.post("/admin/sign-out")
        after = [await shown(service, copied) for _ in range(8)]
        async with ClientSession(service.url, headers=copied) as other, other.post("/admin/switch", data=csrf) as sent:
            refused = sent.status
        async with client.get("/api/admin/audit", headers={"X-Admin-Key": KEY}) as response:
            audit = (await response.json())["items"]
        stored = service.query("SELECT count(*) FROM dashboard_sessions")
        await browser.close()

    assert (after, refused, stored) == ([False] * 8, 403, [(0,)])
    assert [(act["actor"], act["way"], act["address"], act["action"]) for act in reversed(audit)] == [
        ("key", "page", "127.0.0.1", action) for action in ("signed_in", "switched_off", "switched_on", "signed_out")
    ]


async def shown(service: Service, cookie: dict[str, str]) -> bool:
    """Open the dashboard over a new connection; return whether it is shown."""
    async with ClientSession(service.url, headers=cookie) as session, session.get("/admin") as response:
        return "Cost by day" in await response.text()


async def test_s6_an_account_cannot_guess_either(
    installation: Installation, tmp_path_factory: pytest.TempPathFactory, sign_up: SignUp
) -> None:
    """S6: wrong device codes of a signed-in student count for the account, at any worker and in any browser."""
    async with own_service(installation, tmp_path_factory) as (service, client):
        student = await sign_up(service)
        statuses = []
        for letter in (*LETTERS, "N"):
            browser = Browser(service.url)
            await browser.open()
            form = {"user_code": f"XXXX-XXX{letter}", "email": student.email, "password": PASSWORD}
            statuses.append((await browser.submit(**form)).status)
            await browser.close()
        assert await log_in(client, student.email, PASSWORD) == 200

    assert statuses == [404] * 10 + [429]
