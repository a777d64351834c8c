"""LTI 1.3: tokens, states and key sets of a hostile course platform (list O, O1, O2, O4 and O6)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from testing.identity_provider import new_key
from testing.lti_browser import FROM_OWN_PAGE
from testing.lti_platform import CLIENT_ID, LTI, query_of
from testing.lti_roles import ADA
from tutor_server.storage.models import LtiLaunch

if TYPE_CHECKING:
    import io
    from collections.abc import Callable

    from sqlalchemy import Connection

    from testing.lti_browser import LtiBrowser
    from testing.lti_service import LtiService
    from testing.received_page import ReceivedPage

VERSION, MESSAGE, TARGET = f"{LTI}version", f"{LTI}message_type", f"{LTI}target_link_uri"
Claims = dict[str, Any]


async def answered(
    lti: LtiService, browser: LtiBrowser, change: Callable[[Claims], object], **headers: Any
) -> ReceivedPage:
    """Return the page after a launch whose claims the test changes, signed with the platform's own key."""
    begun = await browser.begin(lti.platform, sub="s-1", email=ADA)
    claims = lti.platform.claims(begun, lti.held.clock.now().timestamp())
    change(claims)
    token = await lti.platform.sign(claims, **headers)
    return await browser.post("/lti/launch", {"state": query_of(begun)["state"], "id_token": token})


def with_(changed: Claims) -> Callable[[Claims], object]:
    """Return a change of claims that replaces some."""
    return lambda claims: claims.update(changed)


def unchanged(_: Claims) -> None:
    """Leave the claims as they are."""


GOOD: dict[str, Callable[[Claims], object]] = {
    "as it is": unchanged,
    "a list of audiences with azp": lambda claims: claims.update(aud=[CLIENT_ID, "other"], azp=CLIENT_ID),
    "a list of one": lambda claims: claims.update(aud=[CLIENT_ID]),
    "the platform's clock is 50 s ahead": lambda claims: claims.update(iat=claims["iat"] + 50),
    "expired 50 s ago": lambda claims: claims.update(exp=claims["iat"] - 50),
}


def deep_linking(data: str) -> Claims:
    """Return the claims of a request for links, with data that the platform wants back."""
    settings = {"deep_link_return_url": "http://127.0.0.1/x", "accept_types": ["ltiResourceLink"], "data": data}
    return {
        MESSAGE: "LtiDeepLinkingRequest",
        "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": settings,
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
    "no audience in a list": (lambda claims: claims.update(aud=[]), "aud"),
    "an audience in a list of lists": (lambda claims: claims.update(aud=[[CLIENT_ID]]), "aud"),
    "an audience that is an object": (lambda claims: claims.update(aud={CLIENT_ID: True}), "aud"),
    "the issuer with a slash": (lambda claims: claims.update(iss=f"{claims['iss']}/"), "iss"),
    "an expiry that is no number": (lambda claims: claims.update(exp=float("nan")), "exp"),
    "an expiry that never comes": (lambda claims: claims.update(exp=float("inf")), "exp"),
    "an expiry too large for a number": (lambda claims: claims.update(exp=10**400), "exp"),
    "an expiry that is a text": (lambda claims: claims.update(exp="4000000000"), "exp"),
    "a time of issue that is true": (lambda claims: claims.update(iat=True), "iat"),
    "a time of issue that is no number": (lambda claims: claims.update(iat=float("nan")), "iat"),
    "a nonce that is half a character": (lambda claims: claims.update(nonce="\ud800"), "nonce"),
    "a nonce that is a list": (lambda claims: claims.update(nonce=[claims["nonce"]]), "nonce"),
    "a subject that is half a character": (lambda claims: claims.update(sub="\ud800"), "sub"),
    "a subject that is a number": (lambda claims: claims.update(sub=7), "sub"),
    "a deployment that is a number": (lambda claims: claims.update({f"{LTI}deployment_id": 1}), "deployment_id"),
    "a long deployment": (lambda claims: claims.update({f"{LTI}deployment_id": "d" * 256}), "deployment_id"),
    "data that are half a character": (lambda claims: claims.update(deep_linking("\ud800")), "data"),
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
    assert await lti.held.rows(LtiLaunch) == []


async def test_o6_another_deployment_is_refused(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: a deployment that nobody has registered for this platform is refused, however like it is to one."""
    other = {"issuer": "https://other.example", "client_id": "tool-8", "course": "py1"}
    await lti.register("deployment-of-another-platform", **other)
    for wrong in ("deployment-2", "deployment-of-another-platform", "DEPLOYMENT-1", "deployment-1 "):
        page = await answered(lti, browser, with_({f"{LTI}deployment_id": wrong}))
        assert page.status == 403, wrong

    assert await lti.held.rows(LtiLaunch) == []


async def test_o6_a_changed_target_is_refused(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: the token must be for the target that the launch began with, which must be ours."""
    for target in (
        f"{lti.url}/lti/launch?x=1",
        f"{lti.url}/lti/launch/",
        f"{lti.url}/LTI/launch",
        "",
        "\ud800",
        7,
        None,
    ):
        changed = await answered(lti, browser, with_({TARGET: target}))
        assert changed.status == 403, target
    without = await answered(lti, browser, lambda claims: claims.pop(TARGET))
    assert without.status == 403

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
    assert len(await lti.held.rows(LtiLaunch)) == 2


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
    assert await lti.held.rows(LtiLaunch) == []


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

    def by_platform(algorithm: str, **headers: Any) -> Callable[[Claims], str]:
        return lambda claims: jwt.encode(claims, platform.key, algorithm=algorithm, headers={"kid": kid} | headers)

    jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(foreign.public_key())) | {"kid": kid}
    jwk.pop("key_ops", None)
    forged: dict[str, Callable[[Claims], str]] = {
        "none": unsigned,
        "shared secret": shared_secret,
        "unknown kid": lambda claims: by_foreign_key(claims, kid="unknown"),
        "foreign key": lambda claims: by_foreign_key(claims, kid=kid),
        "key in the header": lambda claims: by_foreign_key(claims, kid=kid, jwk=jwk),
        "address in the header": lambda claims: by_foreign_key(claims, kid="x", jku="https://evil.example/keys"),
        "an extension that must be understood": by_platform("RS256", crit=["exp"], exp=4_000_000_000),
        "no alg": lambda claims: by_platform("RS256")(claims).replace("eyJ", "eyI", 1),
        "a signature cut short": lambda claims: by_platform("RS256")(claims)[:-8],
        "no signature": lambda claims: f"{by_platform('RS256')(claims).rpartition('.')[0]}.",
        "a kid that leads elsewhere": lambda claims: by_foreign_key(claims, kid="../../etc/passwd"),
        "no token": lambda _: "a.b",
        "too long": lambda _: "a" * 40_000,
    }
    for name, sign in forged.items():
        begun = await browser.begin(platform, sub="s-1", email=ADA)
        token = sign(platform.claims(begun, lti.held.clock.now().timestamp()))
        page = await browser.post("/lti/launch", {"state": query_of(begun)["state"], "id_token": token})
        assert page.status == 403, name
    assert await lti.held.rows(LtiLaunch) == []


async def test_half_an_address_is_none(lti: LtiService, browser: LtiBrowser) -> None:
    """An address that no database can store counts as one that the platform does not share."""
    page = await answered(lti, browser, lambda claims: claims.update(email="\ud800@uni.example"))

    assert page.status == 200
    assert (await browser.post("/lti/open", {"ticket": page.field("ticket")}, **FROM_OWN_PAGE)).status == 403


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
