"""Counts of the guard's verdicts on models' answers, by rule. An answer is counted when its ask is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from tutor_server.storage.models import GuardVerdicts
from tutor_server.storage.sums import Sums

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from sqlalchemy import Connection

PASSED = "passed"
"""The verdict on an answer of which no part broke a rule; any other verdict is the name of the broken rule."""

_VERDICTS = Sums(GuardVerdicts, by=("day", "course_id", "provider", "model", "hint_level", "verdict"), of=("answers",))


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAnswer:
    """A model's answer at a hint level, and the guard's verdict on it."""

    day: date
    course_id: UUID
    provider: str
    model: str
    hint_level: int
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictTotal:
    """The number of a model's answers at a hint level that received a verdict, over all days."""

    provider: str
    model: str
    hint_level: int
    verdict: str
    answers: int


def count_verdict(connection: Connection, judged: JudgedAnswer) -> None:
    """Count one more verdict."""
    key = (judged.day, judged.course_id, judged.provider, judged.model, judged.hint_level, judged.verdict)
    _VERDICTS.add(connection, key, (1,))


def verdict_totals(connection: Connection) -> Sequence[VerdictTotal]:
    """Return the sums over all days. The table has one row for each day, model, level and rule."""
    by = (GuardVerdicts.provider, GuardVerdicts.model, GuardVerdicts.hint_level, GuardVerdicts.verdict)
    rows = connection.execute(select(*by, func.sum(GuardVerdicts.answers).label("answers")).group_by(*by).order_by(*by))
    return [VerdictTotal(**{**row, "answers": int(row["answers"])}) for row in rows.mappings()]
