"""Single sign-on: ID tokens with wrong claims and signatures, and changing keys (list O, O2 and O3)."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from testing.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider, new_key, public_jwk
from testing.single_sign_on import NAME, Browser, with_, without
from tutor_server.storage.models import User

if TYPE_CHECKING:
    from collections.abc import Callable

    from testing.clock import HeldClock
    from testing.held_service import HeldService


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
    "expiry that is no number": with_(exp=float("nan")),
    "expiry too large for a number": with_(exp=10**400),
    "nonce that is half a character": with_(nonce="\ud800"),
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
    assert await service.rows(User) == []
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
        "alg none": lambda claims: jwt.encode(claims, "", algorithm="none", headers=kid),
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
    assert await service.rows(User) == []


async def test_o3_rotated_keys_are_picked_up(
    service: HeldService, provider: IdentityProvider, browser: Browser, clock: HeldClock
) -> None:
    """O3: a token with a new key's id makes the service read the keys again."""
    await browser.sign_in(provider)
    provider.key, provider.kid = new_key(), "second"
    clock.seconds += 31

    assert (await browser.sign_in(provider)).status == 303
    assert provider.requests.count("keys") == 2
    assert len(await service.rows(User)) == 1


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
