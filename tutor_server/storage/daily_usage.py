"""The stored count of messages for each student and UTC day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from tutor_server.storage.models import DailyUsage
from tutor_server.storage.statement import Query

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Connection


_COUNT = Query(
    lambda insert: (
        insert(DailyUsage)
        .on_conflict_do_update(
            index_elements=["subject", "day"],
            set_={"messages": DailyUsage.messages + 1},
            where=DailyUsage.messages < bindparam("cap"),
        )
        .returning(DailyUsage.messages)
    ),
    int,
)


def messages_on(connection: Connection, subject: str, day: date) -> int:
    """Return how many messages a subject has sent on a day."""
    query = select(DailyUsage.messages).where(DailyUsage.subject == subject, DailyUsage.day == day)
    return connection.scalar(query) or 0


def count_message(connection: Connection, subject: str, day: date, cap: int) -> int | None:
    """Count one message; return the day's count with it, or None if the count would pass the cap."""
    return _COUNT.first(connection, {"subject": subject, "day": day, "messages": 1, "cap": cap})


def uncount_messages(connection: Connection, subject: str, day: date, count: int = 1) -> None:
    """Subtract messages that were counted before."""
    connection.execute(
        update(DailyUsage)
        .where(DailyUsage.subject == subject, DailyUsage.day == day, DailyUsage.messages >= count)
        .values(messages=DailyUsage.messages - count)
    )


def forget_days_before(connection: Connection, day: date) -> None:
    """Delete counts of days that no cap depends on any more."""
    connection.execute(delete(DailyUsage).where(DailyUsage.day < day))
