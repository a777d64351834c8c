"""The protocol of a launch: the login that the platform starts, and the token with which it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import structlog

from tutor_server.identity.oidc.fetching import ProviderUnavailable
from tutor_server.identity.oidc.tokens import TokenCheck, TokenRefused
from tutor_server.lti.attempts import expiry_of, hash_of
from tutor_server.lti.claims import TARGET, Launch, launch_of
from tutor_server.lti.refusals import AGAIN, LaunchRefused
from tutor_server.storage import lti, lti_people

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.lti.attempts import Attempt, Attempts
    from tutor_server.lti.platforms import KnownPlatform, Platforms
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

PAGE_SECONDS = 9.0
"""Seconds within which a person gets a page, whatever the platform does."""
LAUNCH_PATH = "/lti/launch"
_MOST_HINT_CHARACTERS = 4096
_UNKNOWN = "This service does not know the course platform that you come from. Ask whoever runs it to register the two."


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """What a platform sends to begin a launch (1EdTech Security Framework 1.0 §5.1.1.1, LTI 1.3 Core §4.1)."""

    issuer: str
    client_id: str
    login_hint: str
    message_hint: str
    target: str


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes on to at the platform, and the secret for its cookie."""

    url: str
    browser: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """A verified launch, and the ticket with which it is carried out once."""

    launch: Launch
    ticket: str = field(repr=False)
    attempt: Attempt = field(repr=False)


@dataclass(frozen=True, slots=True)
class Launches:
    """The use cases. Every refusal is a `LaunchRefused`."""

    database: Database
    platforms: Platforms
    attempts: Attempts
    clock: Clock

    async def begin(self, asked: LoginRequest, origin: str) -> Begun:
        """Return where to send the browser for a launch."""
        platform = await self.platforms.registered(asked.issuer, asked.client_id)
        if platform is None:
            raise LaunchRefused(_UNKNOWN, "unknown platform")
        if asked.target.partition("?")[0] != f"{origin}{LAUNCH_PATH}":
            raise LaunchRefused("This link leads to another address than that of this service.", "target_link_uri")
        if not asked.login_hint or len(asked.login_hint) + len(asked.message_hint) > _MOST_HINT_CHARACTERS:
            raise LaunchRefused(f"The course platform's request is not whole. {AGAIN}", "login_hint")
        attempt, browser = self.attempts.begin(platform.client.id, asked.target)
        parameters = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": platform.client.client_id,
            "redirect_uri": f"{origin}{LAUNCH_PATH}",
            "login_hint": asked.login_hint,
            "state": attempt.state,
            "nonce": attempt.nonce,
        }
        if asked.message_hint:
            parameters["lti_message_hint"] = asked.message_hint
        url = platform.client.authorization_url
        return Begun(f"{url}{'&' if '?' in url else '?'}{urlencode(parameters)}", browser)

    async def receive(self, state: str, token: str) -> Received:
        """Return the launch of a token, which is accepted once."""
        attempt = self.attempts.read(state)
        platform = await self.platforms.with_id(attempt.platform_id)
        if platform is None:
            raise LaunchRefused(_UNKNOWN, "unknown platform")
        claims = await self._claims(platform, token, attempt)
        try:
            launch = launch_of(claims, platform.client)
        except TokenRefused as error:
            raise _unverified(error) from None
        await self._store(launch, attempt)
        return Received(launch, self.attempts.ticket(attempt), attempt)

    async def waiting(self, ticket: str) -> Launch:
        """Return a launch that was verified and not carried out yet."""
        now = self.clock.now()
        text = await self.database.read(lambda each: lti_people.launch_of_ticket(each, hash_of(ticket), now))
        if text is None:
            raise LaunchRefused(f"This launch was carried out already, or has run out. {AGAIN}", "ticket")
        return Launch.of_text(text)

    async def _claims(self, platform: KnownPlatform, token: str, attempt: Attempt) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(PAGE_SECONDS):
                claims = await TokenCheck(platform, self.clock).id_token(token, nonce=attempt.nonce)
        except (TimeoutError, ProviderUnavailable) as error:
            log.warning("lti_platform_unavailable", issuer=platform.client.issuer, reason=str(error) or "deadline")
            sentence = "The course platform's keys cannot be read right now. Please try again in a moment."
            raise LaunchRefused(sentence, "unavailable", status=HTTPStatus.SERVICE_UNAVAILABLE) from None
        except TokenRefused as error:
            raise _unverified(error) from None
        if not attempt.is_for(claims.get(TARGET)):
            raise LaunchRefused(f"The course platform's answer is about another address. {AGAIN}", "target_link_uri")
        return claims

    async def _store(self, launch: Launch, attempt: Attempt) -> None:
        """Use the state up. Raise `LaunchRefused` if it was used before, or the deployment is not registered."""
        now, content = self.clock.now(), launch.as_text()
        ticket = self.attempts.ticket(attempt)

        def unit(connection: Connection) -> str | None:
            if lti.find_deployment(connection, launch.platform_id, launch.deployment) is None:
                return "deployment"
            is_new = lti_people.add_launch(
                connection,
                state_hash=hash_of(attempt.state),
                ticket_hash=hash_of(ticket),
                content=content,
                email=launch.email,
                expires_at=expiry_of(attempt, now),
                now=now,
            )
            return None if is_new else "replayed"

        refusal = await self.database.commit(unit)
        if refusal == "deployment":
            log.warning("lti_deployment_unknown", deployment=launch.deployment)
            raise LaunchRefused(_UNKNOWN, "deployment")
        if refusal is not None:
            raise LaunchRefused(f"This launch was carried out already. {AGAIN}", refusal)


def _unverified(error: TokenRefused) -> LaunchRefused:
    return LaunchRefused(f"The course platform's answer could not be verified. {AGAIN}", f"token: {error}")
