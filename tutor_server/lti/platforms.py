"""The registered platforms with their keys, and tokens for their services."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from tutor_server.identity.oidc.fetching import ProviderUnavailable, fetch_json
from tutor_server.identity.oidc.key_set import KeySet
from tutor_server.storage import lti

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from tutor_server.clock import Clock
    from tutor_server.identity.oidc.key_set import ProviderKey
    from tutor_server.lti.tool_keys import ToolKeys
    from tutor_server.storage.database import Database
    from tutor_server.storage.lti import Platform

MEMBERS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
"""The only scope that this service asks for: no scores are sent."""
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60


@dataclass(frozen=True, slots=True)
class KnownPlatform:
    """A platform as an issuer of tokens."""

    client: Platform
    keys: KeySet

    async def key(self, kid: str | None, algorithm: str) -> ProviderKey | None:
        """Return the key with an id, or None. Raise `ProviderUnavailable`."""
        return await self.keys.key(kid, algorithm)


@dataclass(frozen=True, slots=True)
class Platforms:
    """The platforms of the database. The key set of each is read at its first launch, and kept."""

    database: Database
    clock: Clock
    tool_keys: ToolKeys
    new_id: Callable[[], UUID]
    _known: dict[UUID, KnownPlatform] = field(default_factory=dict)

    async def registered(self, issuer: str, client_id: str) -> KnownPlatform | None:
        """Return the platform that a login names. An issuer with one registration need not say which it means."""
        found = await self.database.read(lambda connection: lti.platforms_of(connection, issuer))
        meant = [each for each in found if client_id in {"", each.client_id}]
        return self._issuer(meant[0]) if len(meant) == 1 else None

    async def with_id(self, platform_id: UUID) -> KnownPlatform | None:
        """Return the platform with an id."""
        found = await self.database.read(lambda connection: lti.find_platform(connection, platform_id))
        return None if found is None else self._issuer(found)

    async def access_token(self, platform: Platform) -> str:
        """Return a token for the platform's list of members (RFC 7523 §2.2). Raise `ProviderUnavailable`."""
        now = int(self.clock.now().timestamp())
        assertion = self.tool_keys.sign(
            {
                "iss": platform.client_id,
                "sub": platform.client_id,
                "aud": platform.token_audience or platform.token_url,
                "iat": now,
                "exp": now + _ASSERTION_SECONDS,
                "jti": str(self.new_id()),
            }
        )
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": assertion,
            "scope": MEMBERS_SCOPE,
        }
        status, content = await fetch_json(platform.token_url, form=form)
        token = content.get("access_token")
        if status != HTTPStatus.OK or not isinstance(token, str) or not token.isprintable():
            raise ProviderUnavailable(f"the token endpoint answered {status}")
        return token

    def _issuer(self, platform: Platform) -> KnownPlatform:
        known = self._known.get(platform.id)
        if known is not None and known.client == platform:
            return known

        async def find_url() -> str:
            return platform.keys_url

        is_same_set = known is not None and known.client.keys_url == platform.keys_url
        keys = known.keys if known is not None and is_same_set else KeySet(find_url, self.clock)
        self._known[platform.id] = KnownPlatform(platform, keys)
        return self._known[platform.id]
