"""The stored count of messages for each student and UTC day, over all courses and in each course."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, update

from tutor_server.storage.course_models import EVERYWHERE
from tutor_server.storage.models import CourseDailyUsage, DailyUsage
from tutor_server.storage.statement import Query
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from sqlalchemy import ColumnElement, Connection

_IN_COURSE = Sums(CourseDailyUsage, by=("subject", "day", "course_id"), of=("messages",))


def _count(table: type[DailyUsage | CourseDailyUsage], key: list[str]) -> Query[int]:
    return Query(
        lambda insert: (
            insert(table)
            .on_conflict_do_update(
                index_elements=key,
                set_={"messages": table.messages + 1},
                where=table.messages < bindparam("cap"),
            )
            .returning(table.messages)
        ),
        int,
    )


_COUNT = _count(DailyUsage, ["subject", "day"])
_COUNT_IN_COURSE = _count(CourseDailyUsage, ["subject", "day", "course_id"])


def messages_on(connection: Connection, subject: str, day: date, course_id: UUID = EVERYWHERE) -> int:
    """Return how many messages a subject has sent on a day: in all courses, or in one."""
    table = _table(course_id)
    return connection.scalar(select(table.messages).where(_is_of(subject, day, course_id))) or 0


def count_message(
    connection: Connection, subject: str, day: date, cap: int, course_id: UUID = EVERYWHERE
) -> int | None:
    """Count one message; return the day's count with it, or None if the count would pass the cap."""
    values = {"subject": subject, "day": day, "messages": 1, "cap": cap}
    if course_id == EVERYWHERE:
        return _COUNT.first(connection, values)
    _IN_COURSE.write_deferred(connection)
    return _COUNT_IN_COURSE.first(connection, values | {"course_id": course_id})


def count_uncapped_message(connection: Connection, subject: str, day: date, course_id: UUID) -> None:
    """Count one message in a course without a cap, so that a cap which is set later that day is exact."""
    _IN_COURSE.add(connection, (subject, day, course_id), (1,))


def uncount_messages(
    connection: Connection, subject: str, day: date, count: int = 1, course_id: UUID = EVERYWHERE
) -> None:
    """Subtract messages that were counted before."""
    table = _table(course_id)
    connection.execute(
        update(table)
        .where(_is_of(subject, day, course_id), table.messages >= count)
        .values(messages=table.messages - count)
    )


def forget_days_before(connection: Connection, day: date) -> None:
    """Delete counts of days that no cap depends on any more."""
    for table in (DailyUsage, CourseDailyUsage):
        connection.execute(delete(table).where(table.day < day))


def _table(course_id: UUID) -> type[DailyUsage | CourseDailyUsage]:
    return DailyUsage if course_id == EVERYWHERE else CourseDailyUsage


def _is_of(subject: str, day: date, course_id: UUID) -> ColumnElement[bool]:
    table = _table(course_id)
    condition = (table.subject == subject) & (table.day == day)
    return condition if course_id == EVERYWHERE else condition & (CourseDailyUsage.course_id == course_id)
