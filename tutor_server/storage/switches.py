"""The off switch: the whole tutor or single modules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from tutor_server.storage.models import SwitchedOff
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_EVERYTHING = ""


@dataclass(frozen=True, slots=True)
class Off:
    """A module, or everything (`module_id` None), that is switched off. `message` is shown to students."""

    module_id: str | None
    message: str
    since: datetime


def switched_off(connection: Connection) -> list[Off]:
    """Return the switches that are off; the switch for everything comes first."""
    query = select(SwitchedOff.scope, SwitchedOff.message, SwitchedOff.since).order_by(SwitchedOff.scope)
    return [Off(row.scope or None, row.message, row.since) for row in connection.execute(query)]


def switch_off(connection: Connection, off: Off) -> None:
    """Switch a module or everything off, or change its message."""
    connection.execute(
        upsert(connection, SwitchedOff)
        .values(scope=off.module_id or _EVERYTHING, message=off.message, since=off.since)
        .on_conflict_do_update(index_elements=["scope"], set_={"message": off.message})
    )


def switch_on(connection: Connection, module_id: str | None) -> bool:
    """Switch a module or everything on again; return whether it was off."""
    scope = module_id or _EVERYTHING
    return connection.execute(delete(SwitchedOff).where(SwitchedOff.scope == scope)).rowcount == 1
