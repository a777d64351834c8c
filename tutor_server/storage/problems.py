"""A student's problems: the versions of code that were asked about, and the hint level that each problem has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, select, true, update
from sqlalchemy.orm import aliased

from tutor_pedagogy.conversation.records import RECENT, Version, highest_of_follow_up, place
from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.ladder.policy import Circumstances, Ladder, Standing, Step, step
from tutor_server.errors import NotFound
from tutor_server.storage.models import Ask, Problem, SeenRun
from tutor_server.storage.statement import Query, Statement, scalar

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_pedagogy.conversation.change import Comparison
    from tutor_pedagogy.conversation.records import Placement
    from tutor_pedagogy.ladder.levels import HintLevel

VERSIONS_OF_CODE = 20
"""The maximum number of errors that the same code was asked about with, and that are told apart."""
VERSIONS_OF_UNIT = 5
"""The number of latest versions of a unit that a new version is compared with."""


class _Row(NamedTuple):
    id: UUID
    root_id: UUID
    fingerprint: str
    updated_at: datetime
    snapshot: dict[str, Any] | None

    def version(self) -> Version[UUID]:
        snapshot = None if self.snapshot is None else Snapshot.from_json(self.snapshot)
        return Version(
            key=self.id, root=self.root_id, fingerprint=self.fingerprint, asked_at=self.updated_at, snapshot=snapshot
        )


class _Rung(NamedTuple):
    level: int
    effort: bool


_ROOT = aliased(Problem)
_COLUMNS = (
    Problem.id,
    func.coalesce(_ROOT.id, Problem.id, type_=Problem.id.type),
    Problem.fingerprint,
    Problem.updated_at,
    Problem.snapshot,
)


def _versions(name: str, limit: int) -> Query[_Row]:
    """Return the query of a student's latest versions with one value of a column.

    A version whose root was deleted is a root itself.
    """
    return Query(
        lambda _: (
            select(*_COLUMNS)
            .outerjoin(_ROOT, _ROOT.id == Problem.root_id)
            .where(Problem.user_id == bindparam("user"), getattr(Problem, name) == bindparam("value"))
            .order_by(Problem.updated_at.desc())
            .limit(limit)
        ),
        _Row,
    )


def _lately() -> Query[_Row]:
    """Return the query of a student's latest versions of any code since a moment."""
    return Query(
        lambda _: (
            select(*_COLUMNS)
            .outerjoin(_ROOT, _ROOT.id == Problem.root_id)
            .where(Problem.user_id == bindparam("user"), Problem.updated_at >= bindparam("since"))
            .order_by(Problem.updated_at.desc())
            .limit(VERSIONS_OF_UNIT)
        ),
        _Row,
    )


_LATELY = _lately()
_OF_CODE = _versions("code_fingerprint", VERSIONS_OF_CODE)
_OF_UNIT = _versions("unit", VERSIONS_OF_UNIT)
_STANDING = Query(
    lambda _: select(Problem.hint_level, Problem.has_effort).where(Problem.id == bindparam("problem")), _Rung
)
_STORE: Query[UUID] = Query(
    lambda insert: (
        (new := insert(Problem))
        .on_conflict_do_update(
            index_elements=["user_id", "fingerprint"],
            set_={name: new.excluded[name] for name in ("code_fingerprint", "unit", "snapshot", "updated_at")},
        )
        .returning(Problem.id)
    ),
    scalar,
)
_RECORD = Statement(
    lambda _: (
        update(Problem)
        .where(Problem.id == bindparam("problem"))
        .values(hint_level=bindparam("level"), has_effort=bindparam("effort"))
    )
)
_SEE_RUN: Query[UUID] = Query(
    lambda insert: insert(SeenRun).on_conflict_do_nothing().returning(SeenRun.run_id),
    scalar,
)
_PROBLEM_OF_ASK: Query[UUID] = Query(
    lambda _: select(Ask.problem_id).where(Ask.id == bindparam("ask"), Ask.user_id == bindparam("user")), scalar
)


@dataclass(frozen=True, slots=True)
class Raised:
    """The hint level of an ask, and whether the ask raised the level. At the highest level it does not."""

    problem_id: UUID
    level: HintLevel
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedAsk:
    """The problem that an ask is about, with its hint level, and what has changed since the last ask."""

    raised: Raised
    circumstances: Circumstances
    comparison: Comparison | None = None
    """None for a question about an earlier answer."""
    last_problem_id: UUID | None = None
    """The problem of the student's last ask about the same unit of code, or None."""


def place_ask(
    connection: Connection,
    *,
    new_id: UUID,
    user_id: UUID,
    snapshot: Snapshot,
    run_id: UUID | None,
    policy: Ladder,
    bound: int,
    now: datetime,
) -> PlacedAsk:
    """Store the version of an ask and the hint level of its problem, which rises by one at most, to `bound`."""
    of_code = _find(connection, _OF_CODE, user_id, snapshot.fingerprint)
    of_unit = _find(connection, _OF_UNIT, user_id, snapshot.unit)

    def lately() -> list[Version[UUID]]:
        rows = _LATELY.all(connection, {"user": user_id, "since": now - RECENT})
        return [row.version() for row in rows]

    placement = place(snapshot, of_code=of_code, of_unit=of_unit, policy=policy, now=now, lately=lately)
    asked = placement.circumstances
    if run_id is not None and _is_new_run(connection, user_id, run_id, now):
        asked = replace(asked, made_effort=True)
    (version_id,) = _STORE.all(connection, _row(new_id, user_id, placement, now))
    root_id = placement.root or version_id
    taken = _climb(connection, root_id, asked, policy, bound)
    return PlacedAsk(
        raised=Raised(root_id, taken.level, moved=taken.moved),
        circumstances=asked,
        comparison=placement.comparison,
        last_problem_id=placement.last_root,
    )


def place_follow_up(
    connection: Connection,
    *,
    user_id: UUID,
    about: UUID,
    snapshot: Snapshot,
    made_effort: bool,
    policy: Ladder,
    bound: int,
    now: datetime,
) -> PlacedAsk:
    """Return the problem of the answer that a question is about. Raise `NotFound` if the student has no such answer."""
    problem_id = _PROBLEM_OF_ASK.first(connection, {"ask": about, "user": user_id})
    if problem_id is None:
        raise NotFound("The answer that this question is about does not exist.")
    asked = Circumstances(is_follow_up=True, made_effort=made_effort)
    highest = highest_of_follow_up(
        snapshot,
        problem_id,
        of_code=_find(connection, _OF_CODE, user_id, snapshot.fingerprint),
        of_unit=_find(connection, _OF_UNIT, user_id, snapshot.unit),
        now=now,
    )
    taken = _climb(connection, problem_id, asked, policy, min(bound, highest))
    return PlacedAsk(
        raised=Raised(problem_id, taken.level, moved=taken.moved), circumstances=asked, last_problem_id=problem_id
    )


def lower_level(connection: Connection, problem_id: UUID, rungs: int = 1) -> None:
    """Lower the levels of problems again, for asks that gave no answer. The effort of the rise is banked again."""
    connection.execute(
        update(Problem)
        .where(Problem.id == problem_id, Problem.hint_level >= rungs)
        .values(hint_level=Problem.hint_level - rungs, has_effort=true())
    )


def _find(connection: Connection, query: Query[_Row], user_id: UUID, value: str) -> list[Version[UUID]]:
    return [row.version() for row in query.all(connection, {"user": user_id, "value": value})]


def _climb(connection: Connection, problem_id: UUID, asked: Circumstances, policy: Ladder, bound: int) -> Step:
    rung = _STANDING.first(connection, {"problem": problem_id})
    standing = Standing() if rung is None else Standing(rung.level, effort=bool(rung.effort))
    taken = step(policy, standing, asked, bound)
    if taken.after != standing:
        _RECORD.execute(connection, {"problem": problem_id, "level": taken.after.level, "effort": taken.after.effort})
    return taken


def _is_new_run(connection: Connection, user_id: UUID, run_id: UUID, now: datetime) -> bool:
    return _SEE_RUN.first(connection, {"user_id": user_id, "run_id": run_id, "seen_at": now}) is not None


def _row(new_id: UUID, user_id: UUID, placement: Placement[UUID], now: datetime) -> dict[str, Any]:
    """Return the row of a version. A stored version keeps its id and its problem."""
    snapshot = placement.stored
    return {
        "id": placement.version or new_id,
        "user_id": user_id,
        "fingerprint": placement.fingerprint,
        "code_fingerprint": snapshot.fingerprint,
        "root_id": placement.root,
        "hint_level": 0,
        "has_effort": False,
        "unit": snapshot.unit,
        "snapshot": snapshot.to_json(),
        "updated_at": now,
    }
