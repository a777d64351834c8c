"""Builds the database and the state that all processes of the service share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.composition.shared_state import shared_state
from tutor_server.storage.database import open_database

if TYPE_CHECKING:
    from tutor_server.composition.inputs import Inputs
    from tutor_server.composition.shared_state import SharedState
    from tutor_server.storage.database import Database


@dataclass(frozen=True, slots=True)
class Storage:
    """The database, and the shared state, which is kept in this process or in Redis."""

    database: Database
    shared: SharedState

    async def close(self) -> None:
        """Release the connections to the database and to Redis."""
        await self.database.close()
        if self.shared.close is not None:
            await self.shared.close()


def build_storage(inputs: Inputs) -> Storage:
    """Build the database and the shared state. No connection is opened before the first use."""
    settings, deadlines = inputs.settings, inputs.deadlines
    database = open_database(settings.effective_database_url, unit_seconds=deadlines.database)
    shared = shared_state(
        settings, database, inputs.clock, new_id=inputs.new_id, leases=inputs.leases, deadlines=deadlines
    )
    return Storage(database, shared)
