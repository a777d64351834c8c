"""A service in the test's process that is registered at a course platform, which runs in another process."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from testing.held_service import held_service
from testing.lti_platform import CLIENT_ID, DEPLOYMENT, write_key
from tutor_server.storage import lti
from tutor_server.storage.courses import find_course
from tutor_server.storage.lti import Deployment, Platform

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.clock import HeldClock
    from testing.held_service import HeldService
    from testing.lti_platform import LtiPlatform


@dataclass(frozen=True, slots=True)
class LtiService:
    """The service and its platform."""

    held: HeldService
    platform: LtiPlatform

    @property
    def url(self) -> str:
        """The service's address."""
        return self.held.url

    async def register(self, *deployments: str, course: str | None = None, **more: Any) -> Platform:
        """Register the platform with deployments, which may all belong to a course."""
        url = self.platform.url
        platform = Platform(
            id=uuid4(),
            issuer=more.pop("issuer", url),
            client_id=more.pop("client_id", CLIENT_ID),
            authorization_url=f"{url}/authorize",
            token_url=f"{url}/token",
            keys_url=f"{url}/keys",
            **more,
        )

        def unit(connection: Connection) -> Platform:
            found = None if course is None else find_course(connection, course)
            saved = lti.save_platform(connection, platform, datetime.now(UTC))
            for name in deployments or (DEPLOYMENT,):
                deployment = Deployment(saved.id, name, None if found is None else found.id)
                lti.save_deployment(connection, deployment, datetime.now(UTC))
            return saved

        return await self.held.database.commit(unit)


@asynccontextmanager
async def lti_service(
    platform: LtiPlatform, folder: Path, clock: HeldClock, **settings: Any
) -> AsyncIterator[LtiService]:
    """Run a service that the platform knows. The service does not know the platform yet."""
    keys = (write_key(folder / "tool-key.pem"),)
    given = {"lti_key_files": keys, "admin_key": "an-admin-key-of-the-tests"} | settings
    async with held_service(folder, clock, **given) as held:
        await platform.serve(held.url)
        yield LtiService(held, platform)
