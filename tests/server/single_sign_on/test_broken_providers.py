"""Single sign-on: a provider that is down, silent or broken (list O, O4)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from testing.single_sign_on import NAME, Browser, broken, service_of, with_

if TYPE_CHECKING:
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.held_service import HeldService
    from testing.identity_provider import IdentityProvider


async def _silence(_request: web.Request) -> None:
    await asyncio.Event().wait()


async def _flood(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    for _ in range(50):
        await response.write(b'"' * 1024 * 1024)
    return response


BROKEN = {
    "500": lambda _request: web.Response(status=500),
    "html": lambda _request: web.Response(text="<html>", content_type="text/html"),
    "list": lambda _request: web.json_response([]),
    "redirect": lambda _request: web.HTTPFound("http://127.0.0.1:1/inside"),
    "50 MB": _flood,
}


@pytest.mark.parametrize("how", BROKEN)
@pytest.mark.parametrize("endpoint", [".well-known/openid-configuration", "token", "keys"])
async def test_o4_a_broken_provider_gives_a_clear_page(
    service: HeldService, provider: IdentityProvider, browser: Browser, endpoint: str, how: str
) -> None:
    """O4: whatever the provider sends, the person gets a page with a sentence, and passwords work as before."""
    provider.respond = broken(endpoint, BROKEN[how])

    page = await browser.get("/auth/oidc/start")
    if page.status == 303:
        code, state = provider.authorize(page.location)
        page = await browser.get("/auth/oidc/callback", code=code, state=state)

    assert (page.status, page.problem) == (503, f"{NAME} cannot be reached right now. Please try again in a moment.")
    assert await service.register()


async def test_o4_a_provider_that_is_down_is_a_clear_page(
    tmp_path: Path, clock: HeldClock, provider: IdentityProvider
) -> None:
    """O4: a provider that refuses connections is said to be so; health and passwords work."""
    async with (
        service_of(provider, tmp_path, clock, oidc_issuer="http://127.0.0.1:1") as service,
        Browser(service.url) as browser,
    ):
        page = await browser.get("/auth/oidc/start")
        health = await browser.get("/api/health")

    assert (page.status, health.status) == (503, 200)
    assert "cannot be reached" in page.problem


async def test_o4_a_silent_provider_is_given_up(
    service: HeldService, provider: IdentityProvider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O4: a provider that never answers is given up at a deadline, and others are served meanwhile."""
    monkeypatch.setattr("tutor_server.identity.oidc.fetching.SECONDS", 0.3)
    provider.respond = broken("token", _silence)

    begun = await browser.get("/auth/oidc/start")
    code, state = provider.authorize(begun.location)
    waiting = asyncio.create_task(browser.get("/auth/oidc/callback", code=code, state=state))
    assert (await service.me("wrong"))[0] == 401

    assert (await waiting).status == 503


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "https://other.example"},
        {"token_endpoint": "http://login.uni.example/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
async def test_unsafe_metadata_are_refused(
    provider: IdentityProvider, browser: Browser, change: dict[str, Any]
) -> None:
    """Discovery must name the issuer that is set, and endpoints with https."""
    provider.change_metadata = with_(**change)

    page = await browser.get("/auth/oidc/start")
    if page.status == 303:  # A missing set of keys shows later only.
        page = await browser.sign_in(provider)
    assert page.status == 503
