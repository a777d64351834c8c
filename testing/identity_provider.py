"""An identity provider on loopback that speaks OpenID Connect, and can be made to send anything instead.

Tests of ordinary sign-ins use real providers; this one plays the hostile and the broken ones.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from testing.clock import HeldClock

CLIENT_ID, CLIENT_SECRET = "ask-tutor", "a secret of the client"
Change = "Callable[[dict[str, Any]], object]"


def new_key() -> rsa.RSAPrivateKey:
    """Return a new key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_jwk(key: rsa.RSAPrivateKey, kid: str | None, **more: Any) -> dict[str, Any]:
    """Return the public part of a key as a JWK."""
    jwk: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
    jwk.pop("key_ops", None)
    return jwk | ({} if kid is None else {"kid": kid}) | more


@dataclass
class Authorization:
    """What the browser was sent to the provider with."""

    parameters: dict[str, str]

    @property
    def state(self) -> str:
        """The state."""
        return self.parameters["state"]


@dataclass
class IdentityProvider:
    """The provider. Tests change its fields and what it sends."""

    clock: HeldClock
    url: str = ""
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    kid: str | None = "first"
    claims: dict[str, Any] = field(
        default_factory=lambda: {"sub": "s-1", "email": "Ada@uni.example", "email_verified": True}
    )
    change_claims: Callable[[dict[str, Any]], object] = lambda _claims: None
    change_metadata: Callable[[dict[str, Any]], object] = lambda _metadata: None
    sign: Callable[[dict[str, Any]], str] | None = None
    respond: Callable[[str, web.Request], Any] | None = None
    """Returns a response in place of the provider's own, or None, by the name of the endpoint."""
    requests: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, location: str) -> tuple[str, str]:
        """Sign a person in who was sent to a location. Return the code and the state that the browser takes back."""
        parameters = dict(parse_qsl(urlsplit(location).query))
        code = f"code-{len(self.codes)}"
        self.codes[code] = parameters
        return code, parameters["state"]

    def id_token(self, **claims: Any) -> str:
        """Return a signed token with the provider's claims, changed as the test wants."""
        now = int(self.clock.now().timestamp())
        content = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300} | claims
        self.change_claims(content)
        if self.sign is not None:
            return self.sign(content)
        return jwt.encode(content, self.key, algorithm="RS256", headers={} if self.kid is None else {"kid": self.kid})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer a request to any endpoint."""
        endpoint = request.match_info["endpoint"]
        self.requests.append(endpoint)
        if self.respond is not None:
            response = self.respond(endpoint, request)
            if asyncio.iscoroutine(response):
                response = await response
            if response is not None:
                assert isinstance(response, web.StreamResponse)
                return response
        if endpoint == ".well-known/openid-configuration":
            return web.json_response(self._metadata())
        if endpoint == "keys":
            return web.json_response({"keys": [public_jwk(self.key, self.kid, use="sig", alg="RS256")]})
        if endpoint == "userinfo":
            return web.json_response(self.claims)
        if endpoint == "token":
            return self._token(dict(parse_qsl(await request.text())), request.headers.get("Authorization", ""))
        raise web.HTTPNotFound

    def _metadata(self) -> dict[str, Any]:
        metadata: dict[str, Any] = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        self.change_metadata(metadata)
        return metadata

    def _token(self, form: dict[str, str], authorization: str) -> web.Response:
        asked = self.codes.pop(form.get("code", ""), None)
        secret = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET.replace(' ', '%20')}".encode()).decode()
        if asked is None or authorization != f"Basic {secret}":
            return web.json_response({"error": "invalid_grant"}, status=400)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if challenge != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return web.json_response({"error": "invalid_grant"}, status=400)
        token = self.id_token(**self.claims, nonce=asked["nonce"])
        return web.json_response({"access_token": "at", "token_type": "Bearer", "id_token": token})


@asynccontextmanager
async def identity_provider(clock: HeldClock) -> AsyncIterator[IdentityProvider]:
    """Run a provider on a free port."""
    provider = IdentityProvider(clock)
    app = web.Application()
    app.router.add_route("*", "/{endpoint:.*}", provider.handle)
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        provider.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        await web.SockSite(runner, listening).start()
        try:
            yield provider
        finally:
            await runner.cleanup()
