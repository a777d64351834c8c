"""Single sign-on: list O of the guarantees, with a hostile identity provider; real ones are in `tests/e2e`."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from base64 import urlsafe_b64encode
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from aiohttp import ClientSession, CookieJar, web
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import update

from testing.held_service import held_service
from testing.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, identity_provider, new_key, public_jwk
from testing.mail_server import mail_server
from testing.service import PASSWORD
from tutor_server.identity.oidc.single_sign_on import keep_operators
from tutor_server.identity.oidc.tokens import LOGOUT_EVENT
from tutor_server.storage.models import SignInIdentity, User

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.clock import HeldClock
    from testing.held_service import HeldService
    from testing.mail_server import MailServer

ADA = "ada@uni.example"
NAME = "Uni Example"


@pytest.fixture
async def provider(clock: HeldClock) -> AsyncIterator[IdentityProvider]:
    """Yield an identity provider."""
    async with identity_provider(clock) as running:
        yield running


@asynccontextmanager
async def service_of(
    provider: IdentityProvider, folder: Path, clock: HeldClock, **settings: Any
) -> AsyncIterator[HeldService]:
    """Run a service that knows the provider."""
    given = {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": NAME,
    }
    async with held_service(folder, clock, **(given | settings)) as running:
        yield running


@pytest.fixture
async def service(provider: IdentityProvider, tmp_path: Path, clock: HeldClock) -> AsyncIterator[HeldService]:
    """Yield a service that knows the provider."""
    async with service_of(provider, tmp_path, clock, operators="boss@uni.example,s-77") as running:
        yield running


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or where the browser is sent to."""

    status: int
    text: str
    location: str

    @property
    def problem(self) -> str:
        """The problem that the page shows, or an empty string."""
        found = re.search(r'role="alert">([^<]*)<', self.text)
        return found[1] if found else ""


class Browser:
    """A browser with cookies of its own, which follows no redirect by itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = ClientSession(url, cookie_jar=CookieJar(unsafe=True))

    async def get(self, path: str, **query: str) -> Page:
        """Open a page."""
        async with self._session.get(path, params=query, allow_redirects=False) as response:
            return Page(response.status, await response.text(), response.headers.get("Location", ""))

    async def post(self, path: str, **form: str) -> Page:
        """Send a form."""
        async with self._session.post(path, data=form, allow_redirects=False) as response:
            return Page(response.status, await response.text(), response.headers.get("Location", ""))

    async def sign_in(self, provider: IdentityProvider, goal: str = "account", **answer: str) -> Page:
        """Sign in at the provider, and return the page after it. `answer` replaces what the provider sends back."""
        begun = await self.get("/auth/oidc/start", goal=goal)
        assert begun.status == 303, begun.text
        code, state = provider.authorize(begun.location)
        return await self.get("/auth/oidc/callback", **({"code": code, "state": state} | answer))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self._session.close()


@pytest.fixture
async def browser(service: HeldService) -> AsyncIterator[Browser]:
    """Yield a browser."""
    async with Browser(service.url) as opened:
        yield opened


def field(page: Page, name: str) -> str:
    """Return the value of a hidden field of a form."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found is not None
    return found[1]


async def rows(service: HeldService, model: Any) -> list[Any]:
    """Return all rows of a table."""

    def read(connection: Connection) -> list[Any]:
        return list(connection.execute(model.__table__.select()))

    return await service.database.read(read)


async def test_a_person_gets_an_account(service: HeldService, provider: IdentityProvider, browser: Browser) -> None:
    """The first sign-in makes an account with the address, the next ones lead to the same."""
    page = await browser.sign_in(provider)
    assert (page.status, page.location) == (303, "../../account")
    assert ADA in (await browser.get("/account")).text

    async with Browser(service.url) as other:
        await other.sign_in(provider)

    assert [(user.email, user.password_hash, user.is_operator) for user in await rows(service, User)] == [
        (ADA, "", False)
    ]
    assert [(row.issuer, row.subject, row.verified_email) for row in await rows(service, SignInIdentity)] == [
        (provider.url, "s-1", ADA)
    ]


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


def without(name: str) -> Callable[[dict[str, Any]], object]:
    """Return a change that leaves a claim out."""
    return lambda claims: claims.pop(name, None)


def with_(**values: Any) -> Callable[[dict[str, Any]], object]:
    """Return a change that replaces claims."""
    return lambda claims: claims.update(values)


def later(name: str, seconds: int) -> Callable[[dict[str, Any]], object]:
    """Return a change that moves a time."""
    return lambda claims: claims.update({name: claims["iat"] + seconds})


HOSTILE_CLAIMS = {
    "no nonce": without("nonce"),
    "another nonce": with_(nonce="x" * 43),
    "nonce of another type": with_(nonce=[1]),
    "another issuer": with_(iss="https://other.example"),
    "no issuer": without("iss"),
    "another audience": with_(aud="somebody"),
    "no audience": without("aud"),
    "audiences without azp": with_(aud=[CLIENT_ID, "somebody"]),
    "audiences with another azp": with_(aud=[CLIENT_ID, "somebody"], azp="somebody"),
    "another azp": with_(azp="somebody"),
    "no expiry": without("exp"),
    "expired": later("exp", -61),
    "expiry of another type": with_(exp="soon"),
    "issued in the future": later("iat", 61),
    "issued long ago": later("iat", -601),
    "no issue time": without("iat"),
    "not valid yet": lambda claims: claims.update(nbf=claims["iat"] + 61),
    "no subject": without("sub"),
    "empty subject": with_(sub=""),
    "subject of another type": with_(sub=1),
    "long subject": with_(sub="s" * 256),
}


@pytest.mark.parametrize("change", HOSTILE_CLAIMS.values(), ids=HOSTILE_CLAIMS.keys())
async def test_o2_hostile_claims_are_refused(
    service: HeldService, provider: IdentityProvider, browser: Browser, change: Callable[[dict[str, Any]], object]
) -> None:
    """O1, O2: an ID token with a wrong claim signs nobody in, and nothing is stored."""
    provider.change_claims = change

    page = await browser.sign_in(provider)

    assert (page.status, page.problem) == (403, f"The answer of {NAME} could not be verified. Please start again.")
    assert await rows(service, User) == []
    assert "Sign in" in (await browser.get("/account")).text


ACCEPTED_CLAIMS = {
    "audience in a list": with_(aud=[CLIENT_ID]),
    "audiences with our azp": with_(aud=["other", CLIENT_ID], azp=CLIENT_ID),
    "issued 60 s in the future": later("iat", 60),
    "expired 60 s ago": later("exp", -60),
    "unknown claims": with_(acr="1", amr=["pwd"], roles=["admin"]),
}


@pytest.mark.parametrize("change", ACCEPTED_CLAIMS.values(), ids=ACCEPTED_CLAIMS.keys())
async def test_o2_allowed_claims_are_accepted(
    provider: IdentityProvider, browser: Browser, change: Callable[[dict[str, Any]], object]
) -> None:
    """O2: 60 seconds of skew and a list of audiences are allowed."""
    provider.change_claims = change

    assert (await browser.sign_in(provider)).status == 303


PEM = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def by_shared_secret(claims: dict[str, Any], secret: bytes) -> str:
    """Return a token signed with HS256 and any secret; the library refuses secrets that look like keys."""
    parts = [json.dumps({"alg": "HS256", "kid": "first"}), json.dumps(claims)]
    body = ".".join(urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts)
    signature = hmac.digest(secret, body.encode(), hashlib.sha256)
    return f"{body}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _resigned(provider: IdentityProvider, how: str) -> Callable[[dict[str, Any]], str]:
    own, stranger = provider.key, new_key()
    kid = {"kid": "first"}
    signers: dict[str, Callable[[dict[str, Any]], str]] = {
        "alg none": lambda claims: jwt.encode(claims, None, algorithm="none", headers=kid),  # type: ignore[arg-type]
        "shared secret": lambda claims: jwt.encode(claims, CLIENT_SECRET * 2, algorithm="HS256", headers=kid),
        "public key as a secret": lambda claims: by_shared_secret(claims, own.public_key().public_bytes(*PEM)),
        "foreign key": lambda claims: jwt.encode(claims, stranger, algorithm="RS256", headers=kid),
        "unknown kid": lambda claims: jwt.encode(claims, own, algorithm="RS256", headers={"kid": "other"}),
        "another algorithm of the key": lambda claims: jwt.encode(claims, own, algorithm="PS256", headers=kid),
        "key in the header": lambda claims: jwt.encode(
            claims, stranger, algorithm="RS256", headers={"jwk": public_jwk(stranger, "first"), "kid": "other"}
        ),
        "critical header": lambda claims: jwt.encode(claims, own, algorithm="RS256", headers=kid | {"crit": ["x"]}),
        "cut signature": lambda claims: jwt.encode(claims, own, algorithm="RS256", headers=kid)[:-8],
        "no token": lambda _claims: "nothing.of.this",
        "huge": lambda claims: jwt.encode(claims | {"x": "y" * 40_000}, own, algorithm="RS256", headers=kid),
    }
    return signers[how]


@pytest.mark.parametrize(
    "how",
    [
        "alg none",
        "shared secret",
        "public key as a secret",
        "foreign key",
        "unknown kid",
        "another algorithm of the key",
        "key in the header",
        "critical header",
        "cut signature",
        "no token",
        "huge",
    ],
)
async def test_o2_hostile_signatures_are_refused(
    service: HeldService, provider: IdentityProvider, browser: Browser, how: str
) -> None:
    """O2: a token that the provider's published key has not signed with an asymmetric algorithm signs nobody in."""
    provider.sign = _resigned(provider, how)

    page = await browser.sign_in(provider)

    assert page.status == 403
    assert await rows(service, User) == []


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
    assert len(await rows(service, User)) == 1


async def test_o1_a_code_works_once(service: HeldService, provider: IdentityProvider, browser: Browser) -> None:
    """O1: a stolen code cannot be used in another attempt, which has another verifier."""
    first = await browser.get("/auth/oidc/start")
    stolen, _ = provider.authorize(first.location)
    second = await browser.get("/auth/oidc/start")
    _, state = provider.authorize(second.location)

    page = await browser.get("/auth/oidc/callback", code=stolen, state=state)

    assert (page.status, "was used already" in page.problem) == (403, True)
    assert await rows(service, User) == []


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


async def test_o3_rotated_keys_are_picked_up(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """O3: a token with a new key's id makes the service read the keys again."""
    await browser.sign_in(provider)
    provider.key, provider.kid = new_key(), "second"
    clock.seconds += 31

    assert (await browser.sign_in(provider)).status == 303
    assert provider.requests.count("keys") == 2
    assert len(await rows(service, User)) == 1


async def test_o3_strangers_do_not_make_the_service_fetch(
    provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """O3: tokens with unknown key ids, also logout tokens that anybody can send, cause one read in 30 seconds."""
    await browser.sign_in(provider)
    clock.seconds += 31
    stranger = new_key()

    for number in range(20):
        token = jwt.encode({"iss": provider.url}, stranger, algorithm="RS256", headers={"kid": f"k{number}"})
        assert (await browser.post("/auth/oidc/backchannel-logout", logout_token=token)).status == 400

    assert provider.requests.count("keys") == 2


async def test_a_token_without_a_key_id_is_checked_with_the_only_key(
    provider: IdentityProvider, browser: Browser
) -> None:
    """A provider with a single key need not name it."""
    provider.kid = None

    assert (await browser.sign_in(provider)).status == 303


def broken(endpoint: str, response: Callable[[web.Request], Any]) -> Callable[[str, web.Request], Any]:
    """Return a behaviour that replaces the response of one endpoint."""
    return lambda name, request: response(request) if name == endpoint else None


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


@pytest.mark.parametrize("verified", [True, False, None])
async def test_o5_an_account_is_not_joined_without_its_owner(
    service: HeldService, provider: IdentityProvider, browser: Browser, *, verified: bool | None
) -> None:
    """O5: the address of an existing account, verified or not, opens it only with its password."""
    await service.register(ADA)
    provider.claims["email_verified"] = verified

    page = await browser.sign_in(provider)
    assert "Is this account yours?" in page.text
    assert await rows(service, SignInIdentity) == []
    assert "Sign in" in (await browser.get("/account")).text

    form = {"csrf": field(page, "csrf"), "token": field(page, "token")}
    wrong = await browser.post("/auth/oidc/link", **form, password="not the password")
    assert (wrong.status, wrong.problem) == (422, "The password is wrong.")
    assert await rows(service, SignInIdentity) == []

    joined = await browser.post("/auth/oidc/link", **form, password=PASSWORD)
    assert (joined.status, len(await rows(service, SignInIdentity))) == (303, 1)
    assert "Your account" in (await browser.get("/account")).text
    async with Browser(service.url) as other:
        assert (await other.sign_in(provider)).status == 303


async def test_o5_a_proof_cannot_be_forged_or_taken_elsewhere(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """O5: the form that joins works in the browser that the provider signed in, within 10 minutes, unchanged."""
    await service.register(ADA)
    page = await browser.sign_in(provider)
    csrf, token = field(page, "csrf"), field(page, "token")
    async with Browser(service.url) as stranger:
        strangers_csrf = field(await stranger.get("/account"), "csrf")
        attempts = [
            (stranger, strangers_csrf, token),
            (browser, strangers_csrf, token),
            (browser, csrf, f"{token}0"),
            (browser, csrf, token.replace(token[:8], "A" * 8)),
            (browser, csrf, ""),
        ]
        for tab, form, proof in attempts:
            assert (await tab.post("/auth/oidc/link", csrf=form, token=proof, password=PASSWORD)).status == 403
    clock.seconds += 601
    assert (await browser.post("/auth/oidc/link", csrf=csrf, token=token, password=PASSWORD)).status == 403
    assert await rows(service, SignInIdentity) == []


async def test_a_provider_without_an_address_is_said_so(provider: IdentityProvider, browser: Browser) -> None:
    """Without an address no account can be made, and the page says what is missing."""
    del provider.claims["email"]

    assert "did not send your e-mail address" in (await browser.sign_in(provider)).problem


@pytest.mark.parametrize("address", ["ada", "a\x00@uni.example", "a b@uni.example", f"{'a' * 250}@uni.example", 7, ""])
async def test_a_text_that_is_no_address_makes_no_account(
    service: HeldService, provider: IdentityProvider, browser: Browser, address: Any
) -> None:
    """An address that could not be stored, or is none, is treated as missing."""
    provider.claims |= {"email": address, "sid": "s\x00"}

    assert "did not send your e-mail address" in (await browser.sign_in(provider)).problem
    assert await rows(service, User) == []


async def test_o5_a_stranger_who_took_the_address_first_stays_outside(
    provider: IdentityProvider, tmp_path: Path, clock: HeldClock
) -> None:
    """O5: an unconfirmed account's identity opens nothing once the owner of the address has come, in either way."""
    async with (
        mail_server() as mail,
        service_of(provider, tmp_path, clock, **mail_settings(mail), operators=ADA) as service,
        Browser(service.url) as stranger,
        Browser(service.url) as owner,
    ):
        provider.claims |= {"sub": "evil", "email_verified": False}
        await stranger.sign_in(provider)
        assert [row.subject for row in await rows(service, SignInIdentity)] == ["evil"]

        provider.claims |= {"sub": "s-1", "email_verified": True}
        await owner.sign_in(provider)

        assert [row.subject for row in await rows(service, SignInIdentity)] == ["s-1"]
        assert "Sign in" in (await stranger.get("/account")).text


async def test_o5_a_new_registration_separates_a_strangers_identity(
    provider: IdentityProvider, tmp_path: Path, clock: HeldClock
) -> None:
    """O5: who registers an unconfirmed address anew does not share the account with an identity from before."""
    async with (
        mail_server() as mail,
        service_of(provider, tmp_path, clock, **mail_settings(mail)) as service,
        Browser(service.url) as stranger,
    ):
        provider.claims |= {"sub": "evil", "email_verified": False}
        await stranger.sign_in(provider)
        await service.register(ADA)

        assert await rows(service, SignInIdentity) == []


def mail_settings(mail: MailServer) -> dict[str, str]:
    """Return the settings of a service in this process that sends mail."""
    names = {"TUTOR_SMTP_URL": "smtp_url", "TUTOR_SMTP_FROM": "smtp_from"}
    return {names[name]: value for name, value in mail.environment.items() if name in names}


async def test_the_address_can_come_from_userinfo(
    service: HeldService, provider: IdentityProvider, browser: Browser
) -> None:
    """An ID token without an address is completed by the userinfo response about the same person, no other."""
    provider.change_claims = without("email")
    assert (await browser.sign_in(provider)).status == 303
    assert [user.email for user in await rows(service, User)] == [ADA]

    provider.respond = broken("userinfo", lambda _request: web.json_response({"sub": "s-2", "email": "x@uni.example"}))
    assert (await browser.sign_in(provider)).status == 403


@pytest.mark.parametrize(
    ("claims", "is_operator"),
    [
        ({"email": "boss@uni.example", "email_verified": True}, True),
        ({"email": "Boss@Uni.Example", "email_verified": "true"}, True),
        ({"email": "boss@uni.example", "email_verified": None}, False),
        ({"sub": "s-77"}, True),
        ({"sub": "boss@uni.example"}, True),
        ({}, False),
    ],
)
async def test_operators_are_named_by_the_settings(
    service: HeldService, provider: IdentityProvider, browser: Browser, claims: dict[str, Any], *, is_operator: bool
) -> None:
    """An operator is known by the subject, or by an address that the provider vouches for."""
    provider.claims |= claims
    await browser.sign_in(provider)

    assert [bool(user.is_operator) for user in await rows(service, User)] == [is_operator]


async def test_an_operator_who_is_named_no_more_loses_the_role(
    provider: IdentityProvider, tmp_path: Path, clock: HeldClock
) -> None:
    """A start with other names takes the role away."""
    async with service_of(provider, tmp_path, clock, operators="s-1") as service:
        async with Browser(service.url) as browser:
            await browser.sign_in(provider)
        assert [bool(user.is_operator) for user in await rows(service, User)] == [True]
        await keep_operators(service.database, frozenset({"s-2"}))
        assert [bool(user.is_operator) for user in await rows(service, User)] == [False]


def logout_token(provider: IdentityProvider, **claims: Any) -> str:
    """Return a logout token of the provider."""
    given = {"events": {LOGOUT_EVENT: {}}, "jti": "j"} | claims
    return provider.id_token(**{name: value for name, value in given.items() if value is not None})


@pytest.mark.parametrize("claims", [{"sub": "s-1"}, {"sid": "there"}, {"sub": "s-1", "sid": "there"}])
async def test_o7_signed_out_at_the_provider(
    service: HeldService, provider: IdentityProvider, browser: Browser, claims: dict[str, str]
) -> None:
    """O7: a logout token by subject or session ends the browser's session and the sign-ins of editors at once."""
    provider.claims["sid"] = "there"
    await browser.sign_in(provider)
    tokens = await sign_in_a_device(service, browser)
    assert (await service.me(tokens["access_token"]))[0] == 200

    page = await browser.post("/auth/oidc/backchannel-logout", logout_token=logout_token(provider, **claims))

    assert page.status == 200
    assert (await service.me(tokens["access_token"]))[0] == 401
    assert (await service.post("/api/auth/refresh", {"refresh_token": tokens["refresh_token"]}))[0] == 401
    assert "Sign in" in (await browser.get("/account")).text


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "s-1", "events": None},
        {"sub": "s-1", "events": {"other": {}}},
        {"sub": "s-1", "nonce": "n"},
        {"sub": "s-1", "aud": "somebody"},
        {"sub": "s-1", "iss": "https://other.example"},
        {"sub": "s-1", "iat": 1},
        {},
    ],
)
async def test_o7_hostile_logout_tokens_end_nothing(
    provider: IdentityProvider, browser: Browser, claims: dict[str, Any]
) -> None:
    """O7: only a valid logout token of the provider ends a sign-in."""
    await browser.sign_in(provider)

    page = await browser.post("/auth/oidc/backchannel-logout", logout_token=logout_token(provider, **claims))

    assert page.status == 400
    assert "Your account" in (await browser.get("/account")).text


async def sign_in_a_device(service: HeldService, browser: Browser) -> dict[str, Any]:
    """Approve a device in a signed-in browser, and return the device's tokens."""
    _, started = await device(service, "/api/auth/device", client_name="Editor")
    page = await browser.get("/device", user_code=started["user_code"])
    page = await browser.post("/device", csrf=field(page, "csrf"), user_code=started["user_code"])
    page = await browser.post("/device", csrf=field(page, "csrf"), user_code=started["user_code"], decision="approve")
    assert page.status == 200, page.text
    status, tokens = await device(
        service,
        "/api/auth/device/token",
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
        device_code=started["device_code"],
    )
    assert status == 200, tokens
    return tokens


async def device(service: HeldService, path: str, **form: str) -> tuple[int, dict[str, Any]]:
    """Send a form of the device grant."""
    async with service.client.post(path, data=form) as response:
        return response.status, await response.json()


async def test_the_device_page_leads_to_the_provider_and_back(
    service: HeldService, provider: IdentityProvider, browser: Browser
) -> None:
    """A student who comes with a device's code signs in at the provider and goes on with that device."""
    _, started = await device(service, "/api/auth/device", client_name="Editor")
    page = await browser.get("/device", user_code=started["user_code"])
    page = await browser.post("/device", csrf=field(page, "csrf"), user_code=started["user_code"])
    link = re.search(r'href="(auth/oidc/start\?user_code=[A-Z-]+)"', page.text)
    assert link is not None

    begun = await browser.get(f"/{link[1]}")
    code, state = provider.authorize(begun.location)
    page = await browser.get("/auth/oidc/callback", code=code, state=state)

    assert page.location == f"../../device?user_code={started['user_code']}"


async def test_passwords_can_be_switched_off(provider: IdentityProvider, tmp_path: Path, clock: HeldClock) -> None:
    """With `TUTOR_PASSWORD_SIGN_IN=false` register and login are refused, and pages offer the provider only."""
    async with (
        service_of(provider, tmp_path, clock, password_sign_in=False) as service,
        Browser(service.url) as browser,
    ):
        body = {"email": ADA, "password": PASSWORD}
        for path in ("/api/auth/register", "/api/auth/login"):
            status, answer = await service.post(path, body)
            assert (status, answer["code"]) == (403, "PASSWORD_SIGN_IN_OFF")
        page = await browser.get("/account")
        assert f"Sign in with {NAME}" in page.text
        assert 'type="password"' not in page.text
        form = {"csrf": "", "email": ADA, "password": PASSWORD}
        assert (await browser.post("/account/sign-in", **form)).status == 403
        new = await browser.get("/account/new")
        assert 'type="password"' not in new.text
        assert (await browser.sign_in(provider)).status == 303


async def test_an_account_without_a_password_is_erased_after_a_fresh_sign_in(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """Such an account can be erased within 5 minutes after a sign-in; later the person signs in again first."""
    await browser.sign_in(provider)
    clock.seconds += 301
    page = await browser.get("/account/delete")
    assert "goal=erase" in page.text
    csrf = field(await browser.get("/account"), "csrf")
    assert "goal=erase" in (await browser.post("/account/delete", csrf=csrf)).text
    assert len(await rows(service, User)) == 1

    begun = await browser.get("/auth/oidc/start", goal="erase")
    assert "prompt=login" in begun.location
    code, state = provider.authorize(begun.location)
    page = await browser.get("/auth/oidc/callback", code=code, state=state)
    assert page.location == "../../account/delete"
    page = await browser.get("/account/delete")
    await browser.post("/account/delete", csrf=field(page, "csrf"))

    assert await rows(service, User) == []
    assert await rows(service, SignInIdentity) == []


async def test_a_disabled_account_is_refused(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """The provider does not open an account that the operator has disabled."""
    await browser.sign_in(provider)
    await service.database.commit(lambda connection: connection.execute(update(User).values(disabled_at=clock.now())))

    async with Browser(service.url) as other:
        page = await other.sign_in(provider)

    assert (page.status, "disabled" in page.problem) == (403, True)


async def test_without_a_provider_there_are_no_such_pages(held: HeldService) -> None:
    """Without the settings the routes answer 404."""
    async with Browser(held.url) as browser:
        pages = [await browser.get(f"/auth/oidc/{name}") for name in ("start", "callback")]

    assert [page.status for page in pages] == [404, 404]
