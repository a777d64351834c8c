"""Sessions of the dashboard: stored in the database, so that a sign-out ends them in every process at once.

The caller passes a hash of the secret in the browser's cookie; the secret itself is not stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor_server.storage import dashboard_sessions

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tutor_server.administration.service import Actor, AdministrationService

SESSION_LIFETIME = timedelta(hours=8)
"""The lifetime of a session: a working day."""


@dataclass(frozen=True, slots=True)
class DashboardSessions:
    """Opens and closes sessions, and records both in the audit log."""

    administration: AdministrationService

    async def open(self, actor: Actor, token_hash: bytes) -> None:
        """Open a session for a browser."""
        now = self.administration.clock.now()

        def unit(connection: Connection) -> None:
            dashboard_sessions.open_session(connection, token_hash, now=now, expires_at=now + SESSION_LIFETIME)

        await self.administration.act(actor, "signed_in", unit)

    async def is_open(self, token_hash: bytes) -> bool:
        """Return whether a browser has an open session."""
        now = self.administration.clock.now()
        return await self.administration.database.read(
            lambda connection: dashboard_sessions.is_open(connection, token_hash, now)
        )

    async def close(self, actor: Actor, token_hash: bytes) -> None:
        """End a browser's session if it is open."""
        await self.administration.act(
            actor, "signed_out", lambda connection: dashboard_sessions.close_session(connection, token_hash)
        )
