"""The public keys of an issuer of tokens: read from its key set, with rotation."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import jwt

from tutor_server.identity.oidc.cached import Cached
from tutor_server.identity.oidc.fetching import ProviderUnavailable, fetch_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tutor_server.clock import Clock

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""The signatures that are accepted: with public keys only. Neither `none` nor a shared secret proves the provider."""
SECONDS_BETWEEN_KEYS = 30.0
"""The minimum number of seconds between two reads of the keys, so that strangers cause no requests at will."""
_MOST_KEYS = 100


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A public key of the provider (RFC 7517), with its type, its id and the algorithm that it names."""

    key: Any
    key_type: str
    key_id: str | None
    named_algorithm: str | None


class KeySet:
    """The keys at the URL that `find_url` returns. They are read at the first token, and kept for an hour."""

    def __init__(self, find_url: Callable[[], Awaitable[str]], clock: Clock) -> None:
        self._find_url = find_url
        self._keys = Cached(self._read, clock.monotonic)

    async def key(self, kid: str | None, algorithm: str) -> ProviderKey | None:
        """Return the key with an id, or None. An unknown id reads the keys again, but not at will.

        A token without an id belongs to the only key of its type. Raise `ProviderUnavailable`.
        """
        found = _choose(await self._keys.get(), kid, algorithm)
        if found is None and await self._keys.renew(SECONDS_BETWEEN_KEYS):
            found = _choose(await self._keys.get(), kid, algorithm)
        return found

    async def count(self) -> int:
        """Return how many keys could sign tokens. Raise `ProviderUnavailable`."""
        return len(await self._keys.get())

    async def _read(self) -> Sequence[ProviderKey]:
        status, content = await fetch_json(await self._find_url())
        keys = content.get("keys")
        if status != HTTPStatus.OK or not isinstance(keys, list):
            raise ProviderUnavailable(f"the set of keys has no keys (status {status})")
        return [key for key in map(_public_key, keys[:_MOST_KEYS]) if key is not None]


def _public_key(data: object) -> ProviderKey | None:
    """Return a key for signatures, or None for another one, or one that cannot be read."""
    if not isinstance(data, dict) or data.get("use", "sig") != "sig" or data.get("kty") == "oct":
        return None
    try:
        return ProviderKey(jwt.PyJWK(data).key, data["kty"], data.get("kid"), data.get("alg"))
    except jwt.PyJWTError:
        return None


def _choose(keys: Sequence[ProviderKey], kid: str | None, algorithm: str) -> ProviderKey | None:
    fitting = [key for key in keys if _fits(key, algorithm)]
    if kid is None:
        return fitting[0] if len(fitting) == 1 else None
    return next((key for key in fitting if key.key_id == kid), None)


_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


def _fits(key: ProviderKey, algorithm: str) -> bool:
    """Return whether a key may sign with an algorithm: of its type, and of the one that it names, if it names one."""
    return key.key_type == _TYPES.get(algorithm[:2]) and key.named_algorithm in {None, algorithm}
