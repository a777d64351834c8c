"""Counts of students' ratings by day, model and hint level. They stay when the account of a student is erased."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select, update

from tutor_server.errors import NotFound
from tutor_server.storage.course_models import is_in_course
from tutor_server.storage.models import AnswerRatings, Ask
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Connection

_RATINGS = Sums(
    AnswerRatings, by=("day", "course_id", "provider", "model", "hint_level", "is_helpful"), of=("answers",)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingTotal:
    """The number of a model's answers at a hint level that have a rating, over all days."""

    provider: str
    model: str
    hint_level: int
    is_helpful: bool
    answers: int


class _Rated(NamedTuple):
    day: date
    course_id: UUID
    provider: str | None
    model: str | None
    hint_level: int
    helpful: bool | None


def rate_ask(connection: Connection, user_id: UUID, ask_id: UUID, *, helpful: bool) -> None:
    """Store a student's rating of an answer, which replaces an earlier one. Raise `NotFound` for another's answer."""
    mine = (Ask.id == ask_id, Ask.user_id == user_id)
    columns = (Ask.day, Ask.course_id, Ask.provider, Ask.model, Ask.hint_level, Ask.helpful)
    row = connection.execute(select(*columns).where(*mine).with_for_update()).first()
    if row is None:
        raise NotFound
    rated = _Rated(*row)
    if rated.helpful == helpful:
        return
    connection.execute(update(Ask).where(*mine).values(helpful=helpful))
    if rated.provider is None or rated.model is None:
        return
    key = (rated.day, rated.course_id, rated.provider, rated.model, rated.hint_level)
    if rated.helpful is not None:
        _RATINGS.add(connection, (*key, rated.helpful), (-1,))
    _RATINGS.add(connection, (*key, helpful), (1,))


def rating_totals(connection: Connection) -> Sequence[RatingTotal]:
    """Return the sums over all days."""
    by = (AnswerRatings.provider, AnswerRatings.model, AnswerRatings.hint_level, AnswerRatings.is_helpful)
    rows = connection.execute(select(*by, func.sum(AnswerRatings.answers).label("answers")).group_by(*by).order_by(*by))
    return [RatingTotal(**{**row, "answers": int(row["answers"])}) for row in rows.mappings()]


def ratings_by_level(
    connection: Connection, first: date, last: date, course_id: UUID | None = None
) -> Sequence[tuple[int, bool, int]]:
    """Return the ratings of answers to asks of some days, by hint level and whether they helped."""
    by = (AnswerRatings.hint_level, AnswerRatings.is_helpful)
    query = (
        select(*by, func.sum(AnswerRatings.answers))
        .where(AnswerRatings.day.between(first, last), is_in_course(AnswerRatings, course_id))
        .group_by(*by)
        .order_by(*by)
    )
    return [(level, is_helpful, int(answers)) for level, is_helpful, answers in connection.execute(query)]
