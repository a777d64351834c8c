"""Single sign-on: the request to the provider, and the answers that come back (list O, O1)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import pytest

from testing.single_sign_on import Browser
from tutor_server.storage.models import User

if TYPE_CHECKING:
    from testing.held_service import HeldService
    from testing.identity_provider import IdentityProvider


async def test_the_request_has_pkce_state_and_nonce(provider: IdentityProvider, browser: Browser) -> None:
    """The browser is sent with a state, a nonce and an S256 challenge, which are new each time."""
    sent = [dict(parse_qsl(urlsplit((await browser.get("/auth/oidc/start")).location).query)) for _ in range(2)]

    assert sent[0]["code_challenge_method"] == "S256"
    assert sent[0]["scope"].split()[0] == "openid"
    assert sent[0]["redirect_uri"] == f"{browser.url}/auth/oidc/callback"
    for name in ("state", "nonce", "code_challenge"):
        assert len(sent[0][name]) == 43
        assert sent[0][name] != sent[1][name]
    assert provider.requests == [".well-known/openid-configuration"]


async def test_o1_state_binds_the_answer_to_the_browser(
    service: HeldService, provider: IdentityProvider, browser: Browser
) -> None:
    """O1: an answer with a missing or foreign state, of another browser, or twice, is refused."""
    async with Browser(service.url) as stranger:
        begun = await stranger.get("/auth/oidc/start")
        code, state = provider.authorize(begun.location)

        for answer in ({"code": code, "state": state}, {"code": code}, {"code": code, "state": "x" * 43}):
            page = await browser.get("/auth/oidc/callback", **answer)
            assert (page.status, "did not begin in this browser" in page.problem) == (403, True)

        assert (await stranger.get("/auth/oidc/callback", code=code, state=state)).status == 303
        assert (await stranger.get("/auth/oidc/callback", code=code, state=state)).status == 403
    assert len(await service.rows(User)) == 1


async def test_o1_a_code_works_once(service: HeldService, provider: IdentityProvider, browser: Browser) -> None:
    """O1: a stolen code cannot be used in another attempt, which has another verifier."""
    first = await browser.get("/auth/oidc/start")
    stolen, _ = provider.authorize(first.location)
    second = await browser.get("/auth/oidc/start")
    _, state = provider.authorize(second.location)

    page = await browser.get("/auth/oidc/callback", code=stolen, state=state)

    assert (page.status, "was used already" in page.problem) == (403, True)
    assert await service.rows(User) == []


async def test_o1_an_answer_of_another_issuer_is_refused(provider: IdentityProvider, browser: Browser) -> None:
    """O1: if the provider names itself in its answers (RFC 9207), an answer must name it."""
    assert (await browser.sign_in(provider, iss="https://other.example")).status == 403
    assert (await browser.sign_in(provider, iss=provider.url)).status == 303


async def test_two_tabs_can_sign_in_at_the_same_time(provider: IdentityProvider, browser: Browser) -> None:
    """Each tab has an attempt of its own."""
    tabs = [await browser.get("/auth/oidc/start") for _ in range(2)]
    answers = [provider.authorize(tab.location) for tab in tabs]

    for code, state in answers:
        assert (await browser.get("/auth/oidc/callback", code=code, state=state)).status == 303


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        ("access_denied", 403, "was cancelled"),
        ("temporarily_unavailable", 503, "try again in a moment"),
        ("invalid_scope", 403, "refused the sign-in"),
        ("<script>", 403, "refused the sign-in"),
    ],
)
async def test_an_error_of_the_provider_is_a_page(
    provider: IdentityProvider, browser: Browser, error: str, status: int, sentence: str
) -> None:
    """An error that the provider sends back becomes a sentence, and none of its text."""
    page = await browser.sign_in(provider, error=error, code="")

    assert (page.status, sentence in page.problem) == (status, True)
    assert error not in page.text
