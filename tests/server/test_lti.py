"""LTI 1.3: launches from a course platform that is not ours, and what hostile ones meet (list O, O2 and O6)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from testing.clock import HeldClock
from testing.courses import make_course, person
from testing.identity_provider import new_key
from testing.lti_browser import FROM_OWN_PAGE, LtiBrowser
from testing.lti_platform import CLIENT_ID, LTI, LtiPlatform, lti_platform, query_of, write_key
from testing.lti_rows import ADA, roles, rows
from testing.lti_service import LtiService, lti_service
from testing.service import PASSWORD
from tutor_server.storage.models import LtiLaunch, LtiUser, PageSession, User

if TYPE_CHECKING:
    import io
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.lti_browser import LtiPage

VERSION, MESSAGE, TARGET = f"{LTI}version", f"{LTI}message_type", f"{LTI}target_link_uri"


@pytest.fixture
def clock() -> HeldClock:
    """Return a simulated clock that starts now, since the platform has the real time."""
    return HeldClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def platform() -> Iterator[LtiPlatform]:
    """Yield a course platform, which serves all tests of the module."""
    with lti_platform() as running:
        yield running


@pytest.fixture
async def bare(platform: LtiPlatform, tmp_path: Path, clock: HeldClock) -> AsyncIterator[LtiService]:
    """Yield a service, and a platform that it does not know."""
    async with lti_service(platform, tmp_path, clock) as running:
        yield running


@pytest.fixture
async def lti(bare: LtiService) -> LtiService:
    """Return a service with a course, and the platform whose launches lead to it."""
    await make_course(bare.held, "py1")
    await bare.register(course="py1")
    return bare


@pytest.fixture
async def browser(bare: LtiService) -> AsyncIterator[LtiBrowser]:
    """Yield a browser."""
    async with LtiBrowser(bare.url) as opened:
        yield opened


async def test_o6_a_launch_from_the_platform_makes_a_member_of_its_course(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: without any cookie in the frame, the launch names the person; going on signs in, enrols and shows the way."""
    framed = await browser.launch(lti.platform, sub="s-1", email="Ada@Uni.example")
    browser.session.cookie_jar.clear()
    assert "ada@uni.example" in framed.text
    assert f"frame-ancestors {lti.platform.url}" in framed.headers["Content-Security-Policy"]
    assert await rows(lti, User) == []

    entered = await browser.post("/lti/open", {"ticket": framed.field("ticket")}, **FROM_OWN_PAGE)
    shown = await browser.follow(entered)

    assert (entered.status, shown.status, shown.title) == (303, 200, "PY1")
    assert f"tutor sign-in --server {lti.url}" in shown.text
    assert (
        f"vscode://ask-tutor.ask-tutor/connect?server=http%3A%2F%2F127.0.0.1%3A{lti.url.rpartition(':')[2]}"
        in shown.text
    )
    assert await roles(lti) == {ADA: "student"}
    (account,) = await rows(lti, User)
    assert (account.email, account.password_hash, account.is_operator) == (ADA, "", False)
    (launch,) = await rows(lti, LtiLaunch)
    assert (launch.content, launch.email) == (None, None)


async def test_o6_a_second_launch_signs_in_to_the_same_account(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: the account belongs to the platform's subject, also when its address has changed there."""
    await browser.enter(lti.platform, sub="s-1", email=ADA)
    again = await browser.enter(lti.platform, sub="s-1", email="countess@uni.example")

    assert again.title == "PY1"
    assert [account.email for account in await rows(lti, User)] == [ADA]
    assert len(await rows(lti, LtiUser)) == 1
    assert await roles(lti) == {ADA: "student"}


async def test_o6_a_launch_in_a_page_of_its_own_goes_on_by_itself(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: where the browser sends the cookie of the launch, no button is needed; elsewhere one is."""
    as_page = {"Sec_Fetch_Dest": "document"}
    to_service = await browser.get(lti.platform.launch_url(sub="s-1", email=ADA))
    begun = await browser.get(to_service.location)
    cookie = begun.headers["Set-Cookie"]
    assert all(part in cookie for part in ("SameSite=None", "Secure", "HttpOnly"))
    secret = cookie.partition("=")[2].partition(";")[0]

    went_on = await browser.receive(begun.location, **as_page, Cookie=f"lti={secret}")
    assert (went_on.status, went_on.location) == (303, "open")
    entered = await browser.get("/lti/open", Cookie=went_on.headers["Set-Cookie"].partition(";")[0])
    assert entered.location.endswith("lti/connect?course=py1")

    elsewhere = await browser.receive(await browser.begin(lti.platform, sub="s-1", email=ADA), **as_page)
    assert (elsewhere.status, "Continue as ada@uni.example" in elsewhere.text) == (200, True)
    other_secret = f"lti={secret}"
    foreign = await browser.receive(
        await browser.begin(lti.platform, sub="s-1", email=ADA), **as_page, Cookie=other_secret
    )
    assert foreign.status == 200


async def test_o6_a_form_of_another_site_carries_no_launch_out(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: an attacker who has a ticket of their own cannot sign somebody else's browser in with it."""
    framed = await browser.launch(lti.platform, sub="mallory", email="mallory@uni.example")
    form = {"ticket": framed.field("ticket")}

    for headers in (
        {},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        refused = await browser.post("/lti/open", form, **headers)
        assert refused.status == 403
        assert "Set-Cookie" not in refused.headers
    assert (await browser.get("/lti/open")).status == 403
    assert await rows(lti, PageSession) == []

    of_old_browser = await browser.post("/lti/open", form, Origin=lti.url)
    assert of_old_browser.status == 303


async def test_o6_a_ticket_is_used_once(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: a launch is carried out once, also by twenty requests at the same time."""
    framed = await browser.launch(lti.platform, sub="s-1", email=ADA)
    form = {"ticket": framed.field("ticket")}

    pages = await asyncio.gather(*(browser.post("/lti/open", form, **FROM_OWN_PAGE) for _ in range(20)))

    assert sorted(page.status for page in pages) == [303] + [403] * 19
    assert len(await rows(lti, PageSession)) == 1


Claims = dict[str, Any]


async def answered(lti: LtiService, browser: LtiBrowser, change: Callable[[Claims], object], **headers: Any) -> LtiPage:
    """Return the page after a launch whose claims the test changes, signed with the platform's own key."""
    begun = await browser.begin(lti.platform, sub="s-1", email=ADA)
    claims = lti.platform.claims(begun, lti.held.clock.now().timestamp())
    change(claims)
    token = await lti.platform.sign(claims, **headers)
    return await browser.post("/lti/launch", {"state": query_of(begun)["state"], "id_token": token})


def unchanged(_: Claims) -> None:
    """Leave the claims as they are."""


GOOD: dict[str, Callable[[Claims], object]] = {
    "as it is": unchanged,
    "a list of audiences with azp": lambda claims: claims.update(aud=[CLIENT_ID, "other"], azp=CLIENT_ID),
    "a list of one": lambda claims: claims.update(aud=[CLIENT_ID]),
    "the platform's clock is 50 s ahead": lambda claims: claims.update(iat=claims["iat"] + 50),
    "expired 50 s ago": lambda claims: claims.update(exp=claims["iat"] - 50),
}
HOSTILE: dict[str, tuple[Callable[[Claims], object], str]] = {
    "another nonce": (lambda claims: claims.update(nonce="x" * 43), "nonce"),
    "no nonce": (lambda claims: claims.pop("nonce"), "nonce"),
    "another issuer": (lambda claims: claims.update(iss="https://evil.example"), "iss"),
    "another audience": (lambda claims: claims.update(aud="other"), "aud"),
    "no audience": (lambda claims: claims.pop("aud"), "aud"),
    "a list of audiences without us": (lambda claims: claims.update(aud=["other", "more"]), "aud"),
    "a list of audiences without azp": (lambda claims: claims.update(aud=[CLIENT_ID, "other"]), "azp"),
    "another azp": (lambda claims: claims.update(azp="other"), "azp"),
    "another azp in a list": (lambda claims: claims.update(aud=[CLIENT_ID, "other"], azp="other"), "azp"),
    "expired": (lambda claims: claims.update(exp=claims["iat"] - 61), "exp"),
    "no expiry": (lambda claims: claims.pop("exp"), "exp"),
    "issued in the future": (lambda claims: claims.update(iat=claims["iat"] + 61), "iat"),
    "issued long ago": (lambda claims: claims.update(iat=claims["iat"] - 601), "iat"),
    "no time of issue": (lambda claims: claims.pop("iat"), "iat"),
    "not valid yet": (lambda claims: claims.update(nbf=claims["iat"] + 61), "nbf"),
    "no subject": (lambda claims: claims.pop("sub"), "sub"),
    "a long subject": (lambda claims: claims.update(sub="s" * 256), "sub"),
    "another version": (lambda claims: claims.update({VERSION: "1.1"}), "version"),
    "an unknown message": (lambda claims: claims.update({MESSAGE: "LtiSubmissionReviewRequest"}), "message_type"),
    "no deployment": (lambda claims: claims.pop(f"{LTI}deployment_id"), "deployment_id"),
    "no resource link": (lambda claims: claims.pop(f"{LTI}resource_link"), "resource_link"),
    "roles that are no list": (lambda claims: claims.update({f"{LTI}roles": "Instructor"}), "roles"),
    "a context that is no object": (lambda claims: claims.update({f"{LTI}context": "c-1"}), "context"),
}


async def test_o2_right_tokens_are_accepted(lti: LtiService, browser: LtiBrowser) -> None:
    """O2: tokens that the specification allows are accepted, with 60 s of skew."""
    for name, change in GOOD.items():
        assert (await answered(lti, browser, change)).status == 200, name


async def test_o2_a_token_with_a_wrong_claim_is_refused(
    lti: LtiService, browser: LtiBrowser, log_output: io.BytesIO
) -> None:
    """O2: a token with the platform's own signature is refused for each wrong claim, and the log says which."""
    for name, (change, _) in HOSTILE.items():
        page = await answered(lti, browser, change)
        assert page.status == 403, name
        assert page.problem.startswith("The course platform's answer could not be verified."), name

    logged = [json.loads(line) for line in log_output.getvalue().splitlines()]
    told = [line["reason"] for line in logged if line["event"] == "lti_launch_refused"]
    assert told == [f"token: {reason}" for _, reason in HOSTILE.values()]
    assert await rows(lti, LtiLaunch) == []


async def test_o6_another_deployment_is_refused(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: a deployment that nobody has registered is refused."""
    page = await answered(lti, browser, lambda claims: claims.update({f"{LTI}deployment_id": "deployment-2"}))

    assert page.status == 403
    assert await rows(lti, LtiLaunch) == []


async def test_o6_a_changed_target_is_refused(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: the token must be for the target that the launch began with, which must be ours."""
    changed = await answered(lti, browser, lambda claims: claims.update({TARGET: f"{lti.url}/lti/launch?x=1"}))
    without = await answered(lti, browser, lambda claims: claims.pop(TARGET))
    assert (changed.status, without.status) == (403, 403)

    login = {"iss": lti.platform.url, "client_id": CLIENT_ID, "login_hint": "1"}
    for target in (
        "",
        "https://evil.example/lti/launch",
        f"{lti.url}/lti/launch/../account",
        f"{lti.url}.evil/lti/launch",
    ):
        refused = await browser.post("/lti/login", login | {"target_link_uri": target})
        assert (refused.status, refused.location) == (403, "")


async def test_o6_a_state_is_used_once(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: the same token and state again, also spelt otherwise, are refused; so is a token with another state."""
    begun, other = [await browser.begin(lti.platform, sub="s-1", email=ADA) for _ in range(2)]
    state = query_of(begun)["state"]
    claims = lti.platform.claims(begun, lti.held.clock.now().timestamp())
    token = await lti.platform.sign(claims)
    assert (await browser.post("/lti/launch", {"state": query_of(other)["state"], "id_token": token})).status == 403
    assert (await browser.post("/lti/launch", {"state": state, "id_token": token})).status == 200

    for spelling in (state, f"{state}=", f"{state}==", f"{state[:9]}*{state[9:]}", f"{state[:9]}\n{state[9:]}"):
        replayed = await browser.post("/lti/launch", {"state": spelling, "id_token": token})
        assert replayed.status == 403, spelling
    at_once = await asyncio.gather(*(browser.receive(other) for _ in range(10)))
    assert sorted(page.status for page in at_once) == [200] + [403] * 9
    assert len(await rows(lti, LtiLaunch)) == 2


async def test_o1_a_state_that_is_not_ours_or_too_old_is_refused(lti: LtiService, browser: LtiBrowser) -> None:
    """O1: no state, an invented one, one with another's signature, and one of eleven minutes ago."""
    begun = await browser.begin(lti.platform, sub="s-1", email=ADA)
    state = query_of(begun)["state"]
    token = await lti.platform.sign(lti.platform.claims(begun, lti.held.clock.now().timestamp()))
    for wrong in ("", "x", "é", "A" * len(state), f"{state[:-4]}AAAA", f"AAAA{state[4:]}"):
        assert (await browser.post("/lti/launch", {"state": wrong, "id_token": token})).status == 403, wrong

    lti.held.clock.seconds += 601
    late = await lti.platform.sign(lti.platform.claims(begun, lti.held.clock.now().timestamp()))
    assert (await browser.post("/lti/launch", {"state": state, "id_token": late})).problem.startswith(
        "This launch took"
    )


async def test_o6_a_state_of_another_platform_is_refused(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: a token of one platform does not answer the launch of another, even with the right nonce."""
    await lti.register(issuer="https://other.example", client_id="tool-8", course="py1")
    login = {
        "iss": "https://other.example",
        "login_hint": "1",
        "target_link_uri": f"{lti.url}/lti/launch",
    }
    begun = (await browser.post("/lti/login", login)).location
    claims = lti.platform.claims(begun, lti.held.clock.now().timestamp())
    token = await lti.platform.sign(claims | {"aud": CLIENT_ID})

    page = await browser.post("/lti/launch", {"state": query_of(begun)["state"], "id_token": token})

    assert page.status == 403
    assert await rows(lti, LtiLaunch) == []


def unsigned(claims: Claims) -> str:
    """Return a token with `alg` none."""
    return jwt.encode(claims, "", algorithm="none", headers={"kid": "x"})


async def test_o2_signatures_that_do_not_prove_the_platform(lti: LtiService, browser: LtiBrowser) -> None:
    """O2: `alg` none, the public key as a shared secret, an unknown key id, a foreign key, a key in the header."""
    platform, foreign = lti.platform, new_key()
    kid = await platform.key_id()
    public = platform.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def shared_secret(claims: Claims) -> str:
        head, body = ({"alg": "HS256", "typ": "JWT", "kid": kid}, claims)
        signed = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (head, body))
        signature = hmac.digest(public, signed, hashlib.sha256)
        return f"{signed.decode()}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def by_foreign_key(claims: Claims, **headers: Any) -> str:
        return jwt.encode(claims, foreign, algorithm="RS256", headers=headers)

    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(foreign.public_key())) | {"kid": kid}
    jwk.pop("key_ops", None)
    forged: dict[str, Callable[[Claims], str]] = {
        "none": unsigned,
        "shared secret": shared_secret,
        "unknown kid": lambda claims: by_foreign_key(claims, kid="unknown"),
        "foreign key": lambda claims: by_foreign_key(claims, kid=kid),
        "key in the header": lambda claims: by_foreign_key(claims, kid=kid, jwk=jwk),
        "address in the header": lambda claims: by_foreign_key(claims, kid="x", jku="https://evil.example/keys"),
        "no token": lambda _: "a.b",
        "too long": lambda _: "a" * 40_000,
    }
    for name, sign in forged.items():
        begun = await browser.begin(platform, sub="s-1", email=ADA)
        token = sign(platform.claims(begun, lti.held.clock.now().timestamp()))
        page = await browser.post("/lti/launch", {"state": query_of(begun)["state"], "id_token": token})
        assert page.status == 403, name
    assert await rows(lti, LtiLaunch) == []


async def test_o4_a_platform_without_keys_gives_a_clear_page(lti: LtiService, browser: LtiBrowser) -> None:
    """O4: a key set that cannot be read is 503 with a sentence, and nothing else is affected."""
    await lti.register(issuer="http://127.0.0.1:9", client_id="tool-9", course="py1")
    platform = await lti.register(issuer=lti.platform.url, course="py1")

    def break_keys(connection: Connection) -> None:
        connection.exec_driver_sql(
            f"UPDATE lti_platforms SET keys_url = 'http://127.0.0.1:9/keys' WHERE id = '{platform.id.hex}'"
        )

    await lti.held.database.commit(break_keys)
    page = await answered(lti, browser, unchanged)

    assert (page.status, page.problem[:36]) == (503, "The course platform's keys cannot be")
    async with lti.held.client.get("/api/health") as response:
        assert response.status == 200


async def test_o5_an_existing_account_is_joined_by_its_owner_alone(lti: LtiService, browser: LtiBrowser) -> None:
    """O5: the platform's word on an address opens no account: the password is asked for, and consent."""
    await lti.register(course="py1", vouches=True)
    await person(lti.held, "ada")

    asked = await browser.enter(lti.platform, sub="s-1", email=ADA)
    assert asked.title == "Is this account yours?"
    assert (await rows(lti, PageSession), await rows(lti, LtiUser), await roles(lti)) == ([], [], {})
    form = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket")}

    wrong = await browser.post("/lti/link", form | {"password": "not the password"})
    assert (wrong.status, wrong.problem) == (422, "The password is wrong.")
    claimed = await browser.post("/lti/link", form | {"agreed": "yes", "password": ""})
    assert claimed.status == 422
    foreign = await browser.post("/lti/link", {"ticket": form["ticket"], "csrf": "x", "password": PASSWORD})
    assert foreign.status == 403
    assert (await rows(lti, LtiUser), await roles(lti)) == ([], {})

    joined = await browser.post("/lti/link", form | {"password": PASSWORD})
    assert joined.status == 303
    assert await roles(lti) == {ADA: "student"}
    assert (await browser.enter(lti.platform, sub="s-1", email=ADA)).title == "PY1"


async def test_o5_a_browser_that_is_signed_in_is_asked_for_consent_alone(lti: LtiService, browser: LtiBrowser) -> None:
    """O5: whoever is signed in to the account joins it by a button, and no other account."""
    await person(lti.held, "ada")
    await person(lti.held, "bob")

    async def sign_in(name: str) -> None:
        page = await browser.get("/account")
        form = {"csrf": page.field("csrf"), "email": f"{name}@uni.example", "password": PASSWORD}
        assert (await browser.post("/account/sign-in", form)).status == 303

    await sign_in("bob")
    as_bob = await browser.enter(lti.platform, sub="s-1", email=ADA)
    assert "Password of the account" in as_bob.text
    form = {"csrf": as_bob.field("csrf"), "ticket": as_bob.field("ticket"), "agreed": "yes"}
    assert (await browser.post("/lti/link", form)).status == 422
    assert await rows(lti, LtiUser) == []

    browser.session.cookie_jar.clear()
    await sign_in("ada")
    as_ada = await browser.enter(lti.platform, sub="s-1", email=ADA)
    assert "Password of the account" not in as_ada.text
    form = {"csrf": as_ada.field("csrf"), "ticket": as_ada.field("ticket"), "agreed": "yes"}
    assert (await browser.post("/lti/link", form)).status == 303
    assert await roles(lti) == {ADA: "student"}


async def test_a_platform_that_shares_no_address_is_joined_with_the_account_of_the_browser(
    lti: LtiService, browser: LtiBrowser
) -> None:
    """Without an address no account is made; whoever is signed in may join their own."""
    refused = await browser.enter(lti.platform, sub="s-1")
    assert (refused.status, "did not send your e-mail address" in refused.problem) == (403, True)

    await person(lti.held, "ada")
    page = await browser.get("/account")
    form = {"csrf": page.field("csrf"), "email": ADA, "password": PASSWORD}
    assert (await browser.post("/account/sign-in", form)).status == 303
    asked = await browser.enter(lti.platform, sub="s-1")
    joined = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket"), "agreed": "yes"}
    assert (await browser.post("/lti/link", joined)).status == 303
    assert await roles(lti) == {ADA: "student"}


async def test_an_unknown_platform_is_refused(bare: LtiService, browser: LtiBrowser) -> None:
    """A platform that nobody has registered leads nowhere; so does an issuer with two registrations that names none."""
    login = {"iss": bare.platform.url, "login_hint": "1", "target_link_uri": f"{bare.url}/lti/launch"}
    assert (await browser.post("/lti/login", login)).status == 403

    await bare.register()
    assert (await browser.post("/lti/login", login)).status == 303
    await bare.register(client_id="tool-8")
    assert (await browser.post("/lti/login", login)).status == 403
    assert (await browser.post("/lti/login", login | {"client_id": "tool-8"})).status == 303
    assert (await browser.post("/lti/login", login | {"client_id": "tool-9"})).status == 403


async def test_the_tools_keys_and_configuration(platform: LtiPlatform, tmp_path: Path, clock: HeldClock) -> None:
    """The key set has each file's public part and nothing private; the configuration names scopes without scores."""
    files = [write_key(tmp_path / name) for name in ("one.pem", "two.pem")]
    async with lti_service(platform, tmp_path, clock, lti_key_files=files) as service:
        async with service.held.client.get("/lti/jwks") as response:
            keys = (await response.json())["keys"]
        async with service.held.client.get("/lti/config.json") as response:
            configuration = await response.json()

    assert [set(key) for key in keys] == [{"alg", "e", "kid", "kty", "n", "use"}] * 2
    assert configuration["target_link_uri"] == f"{service.url}/lti/launch"
    assert configuration["scopes"] == ["https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"]
    assert "score" not in json.dumps(configuration["scopes"])


async def test_without_keys_there_is_no_tool(held: Any) -> None:
    """A service without keys answers each route of LTI with 404."""
    for path in ("jwks", "config.json", "login", "connect", "open"):
        async with held.client.get(f"/lti/{path}") as response:
            assert response.status == 404, path
    for path in ("login", "launch", "deep-link", "open", "link", "course", "members"):
        async with held.client.post(f"/lti/{path}", data={"state": "x"}) as response:
            assert response.status == 404, path
