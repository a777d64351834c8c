"""A student's problems and the hint level of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, select, update

from tutor_pedagogy.ladder.policy import next_level
from tutor_server.storage.models import Problem
from tutor_server.storage.statement import Query, scalar

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_pedagogy.ladder.levels import HintLevel


class _Rung(NamedTuple):
    problem_id: UUID
    level: int


_RAISE = Query(
    lambda insert: (
        (raised := insert(Problem))
        .on_conflict_do_update(
            index_elements=["user_id", "fingerprint"],
            set_={"hint_level": Problem.hint_level + 1, "updated_at": raised.excluded.updated_at},
            where=Problem.hint_level < bindparam("bound"),
        )
        .returning(Problem.id, Problem.hint_level)
    ),
    _Rung,
)
_PROBLEM: Query[UUID] = Query(
    lambda _: select(Problem.id).where(
        Problem.user_id == bindparam("user_id"), Problem.fingerprint == bindparam("fingerprint")
    ),
    scalar,
)


@dataclass(frozen=True, slots=True)
class Raised:
    """The hint level of an ask, and whether the ask raised the level. At the highest level it does not."""

    problem_id: UUID
    level: HintLevel
    moved: bool


def raise_level(
    connection: Connection, *, new_id: UUID, user_id: UUID, fingerprint: str, bound: int, now: datetime
) -> Raised:
    """Raise the hint level of a problem by one, at most to `bound`, in one conditional upsert."""
    which = {"user_id": user_id, "fingerprint": fingerprint}
    raised = _RAISE.first(
        connection, {**which, "id": new_id, "hint_level": next_level(0, bound), "updated_at": now, "bound": bound}
    )
    if raised is not None:
        return Raised(raised.problem_id, next_level(raised.level - 1, bound), moved=True)
    (problem_id,) = _PROBLEM.all(connection, which)
    return Raised(problem_id, next_level(bound, bound), moved=False)


def lower_level(connection: Connection, problem_id: UUID, rungs: int = 1) -> None:
    """Lower the levels of problems again, for asks that gave no answer."""
    connection.execute(
        update(Problem)
        .where(Problem.id == problem_id, Problem.hint_level >= rungs)
        .values(hint_level=Problem.hint_level - rungs)
    )
