"""The identity provider: its endpoints by discovery, its keys with rotation, its token endpoint."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from tutor_server.hosts import is_loopback
from tutor_server.identity.oidc.cached import Cached
from tutor_server.identity.oidc.fetching import ProviderUnavailable, fetch_json
from tutor_server.identity.oidc.key_set import KeySet

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor_server.clock import Clock
    from tutor_server.identity.oidc.key_set import ProviderKey


@dataclass(frozen=True, slots=True)
class Client:
    """The registration of this service at the provider."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The provider's metadata (OpenID Connect Discovery 1.0 §3), as far as it is used."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    names_issuer: bool
    """Whether responses to the browser name the issuer (RFC 9207)."""
    token_methods: tuple[str, ...]


class IdentityProvider:
    """The provider that the settings name. Its metadata are read at the first sign-in, not at the start."""

    def __init__(self, client: Client, clock: Clock) -> None:
        self.client = client
        self._endpoints = Cached(self._discover, clock.monotonic)
        self._keys = KeySet(self._keys_url, clock)

    async def endpoints(self) -> Endpoints:
        """Return the provider's endpoints. Raise `ProviderUnavailable`."""
        return await self._endpoints.get()

    async def key(self, kid: str | None, algorithm: str) -> ProviderKey | None:
        """Return the key with an id, or None, as `KeySet.key` does. Raise `ProviderUnavailable`."""
        return await self._keys.key(kid, algorithm)

    async def count_keys(self) -> int:
        """Return how many keys could sign tokens. Raise `ProviderUnavailable`."""
        return await self._keys.count()

    async def exchange(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """Return the token response for a code (RFC 6749 §4.1.3, RFC 7636 §4.5).

        Raise `CodeRefused` or `ProviderUnavailable`.
        """
        endpoints = await self.endpoints()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers: dict[str, str] = {}
        secret = self.client.client_secret
        if secret is None:
            form["client_id"] = self.client.client_id
        elif "client_secret_basic" in endpoints.token_methods or "client_secret_post" not in endpoints.token_methods:
            pair = f"{quote(self.client.client_id, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": self.client.client_id, "client_secret": secret}
        status, content = await fetch_json(endpoints.token, headers=headers, form=form)
        if secret is not None and headers and _is_misread(content, self.client, secret, endpoints.token_methods):
            secrets = {"client_id": self.client.client_id, "client_secret": secret}
            status, content = await fetch_json(endpoints.token, form=form | secrets)
        if status == HTTPStatus.OK:
            return content
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED} and isinstance(content.get("error"), str):
            raise CodeRefused(content["error"][:64])
        raise ProviderUnavailable(f"the token endpoint answered {status}")

    async def userinfo(self, access_token: str) -> dict[str, Any]:
        """Return the claims of the userinfo endpoint, or none if the provider has no such endpoint.

        Raise `ProviderUnavailable`.
        """
        endpoint = (await self.endpoints()).userinfo
        if endpoint is None:
            return {}
        status, content = await fetch_json(endpoint, headers={"Authorization": f"Bearer {access_token}"})
        if status != HTTPStatus.OK:
            raise ProviderUnavailable(f"the userinfo endpoint answered {status}")
        return content

    async def _discover(self) -> Endpoints:
        issuer = self.client.issuer
        status, content = await fetch_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != HTTPStatus.OK:
            raise ProviderUnavailable(f"discovery answered {status}")
        if content.get("issuer") != issuer:
            raise ProviderUnavailable(f"discovery names another issuer, {str(content.get('issuer'))[:200]!r}")
        userinfo = content.get("userinfo_endpoint")
        return Endpoints(
            authorization=_endpoint(content, "authorization_endpoint", issuer),
            token=_endpoint(content, "token_endpoint", issuer),
            keys=_endpoint(content, "jwks_uri", issuer),
            userinfo=None if userinfo is None else _endpoint(content, "userinfo_endpoint", issuer),
            names_issuer=content.get("authorization_response_iss_parameter_supported") is True,
            token_methods=_texts(content.get("token_endpoint_auth_methods_supported")),
        )

    async def _keys_url(self) -> str:
        return (await self.endpoints()).keys


class CodeRefused(Exception):
    """The provider refused the code: it was used, has expired, or the client is not registered as it says."""


def _endpoint(content: Mapping[str, Any], name: str, issuer: str) -> str:
    """Return the URL of an endpoint. It is https, or on this machine like the issuer itself."""
    url = content.get(name)
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or not parts.hostname:
        raise ProviderUnavailable(f"discovery names no {name}")
    is_local = is_loopback(parts.hostname) and is_loopback(urlsplit(issuer).hostname or "")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
        raise ProviderUnavailable(f"{name} is not https")
    return parts.geturl()


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _is_misread(content: dict[str, Any], client: Client, secret: str, methods: Collection[str]) -> bool:
    """Return whether a provider refuses a secret that it may have read wrongly, and also takes it in a form.

    Unusual characters are percent-encoded in the header (RFC 6749 §2.3.1), which LemonLDAP::NG 2.21 does not decode.
    """
    plain = f"{client.client_id}{secret}"
    is_refused = content.get("error") == "invalid_client" and "client_secret_post" in methods
    return is_refused and quote(plain, safe="") != plain
