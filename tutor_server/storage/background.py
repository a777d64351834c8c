"""Reads the data for opening an ask: the asker before admission, then session and module."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from tutor_pedagogy.conversation.said import split_digests
from tutor_pedagogy.conversation.talk import Told
from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_server.errors import EmailUnconfirmed, NotFound
from tutor_server.storage.asks import question_id
from tutor_server.storage.course_models import DEFAULT_COURSE, EVERYWHERE
from tutor_server.storage.memberships import roles_by_course, row_counts_for
from tutor_server.storage.models import Ask, ChatMessage, ChatSession, CourseMember, LimitOverride, User
from tutor_server.storage.module_files import reference_of
from tutor_server.storage.modules import find_module
from tutor_server.storage.overrides import OwnLimits
from tutor_server.storage.statement import Query, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from tutor_server.storage.module_files import Reference
    from tutor_server.storage.modules import Module

NO_MODULE = "This learning module does not exist."
NO_SESSION = "This chat session does not exist."
SAID_ANSWERS = 300
"""The maximum number of answers of a session that no offline text repeats."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A course of a student, with the limits of this student that replace the course's until they expire."""

    course_id: UUID
    own_limits: OwnLimits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The student who sent the ask."""

    id: UUID
    subject: str
    levels: StudentLevels
    own_limits: OwnLimits | None = None
    """Limits of this student that replace the general ones until they expire."""
    standings: tuple[Standing, ...] = (Standing(DEFAULT_COURSE),)
    """The student's courses, in the order of their ids."""

    def standing_in(self, course_id: UUID) -> Standing | None:
        """Return the student's standing in a course, or None for a course that the student is not a member of."""
        return next((standing for standing in self.standings if standing.course_id == course_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBackground:
    """The session and module, which are read before an ask is opened."""

    session_id: UUID | None
    module: Module | None
    reference: Reference | None = None
    """The solution of the module's exercise, for the guard alone."""


class _AskerRow(NamedTuple):
    subject: str
    programming_level: int
    maths_level: int
    is_confirmed: bool
    has_own_limits: bool
    messages_per_minute: int | None
    daily_messages: int | None
    course_id: UUID | None
    role: str | None
    has_limits_in_course: bool
    messages_per_minute_in_course: int | None
    daily_messages_in_course: int | None

    @property
    def limits_in_course(self) -> OwnLimits | None:
        if not self.has_limits_in_course:
            return None
        return OwnLimits(self.messages_per_minute_in_course, self.daily_messages_in_course)


_IN_COURSE = aliased(LimitOverride)
_ASKER = Query(
    lambda _: (
        select(
            User.subject,
            User.programming_level,
            User.maths_level,
            User.confirmed_at.is_not(None),
            LimitOverride.user_id.is_not(None),
            LimitOverride.messages_per_minute,
            LimitOverride.daily_messages,
            CourseMember.course_id,
            CourseMember.role,
            _IN_COURSE.user_id.is_not(None),
            _IN_COURSE.messages_per_minute,
            _IN_COURSE.daily_messages,
        )
        .outerjoin(
            LimitOverride,
            and_(
                LimitOverride.user_id == User.id,
                LimitOverride.course_id == EVERYWHERE,
                LimitOverride.expires_at > bindparam("now"),
            ),
        )
        .outerjoin(CourseMember, row_counts_for(User))
        .outerjoin(
            _IN_COURSE,
            and_(
                _IN_COURSE.user_id == User.id,
                _IN_COURSE.course_id == func.coalesce(CourseMember.course_id, DEFAULT_COURSE),
                _IN_COURSE.expires_at > bindparam("now"),
            ),
        )
        .where(User.id == bindparam("user"))
    ),
    _AskerRow,
)
_SESSION: Query[UUID] = Query(
    lambda _: select(ChatSession.course_id).where(
        ChatSession.id == bindparam("session"), ChatSession.user_id == bindparam("user")
    ),
    scalar,
)


def _latest_session_in(module: ColumnElement[bool]) -> Query[UUID]:
    return Query(
        lambda _: (
            select(ChatSession.id)
            .where(
                ChatSession.user_id == bindparam("user"),
                ChatSession.session_type == bindparam("type"),
                ChatSession.course_id == bindparam("course"),
                module,
            )
            .order_by(ChatSession.updated_at.desc())
            .limit(1)
        ),
        scalar,
    )


_LATEST_SESSION = _latest_session_in(ChatSession.module_id.is_(None))
_LATEST_SESSION_OF_MODULE = _latest_session_in(ChatSession.module_id == bindparam("module"))
_SAID: Query[bytes] = Query(
    lambda _: (
        select(Ask.said)
        .where(Ask.session_id == bindparam("session"), Ask.said.is_not(None))
        .order_by(Ask.created_at.desc())
        .limit(SAID_ANSWERS)
    ),
    scalar,
)
_TOLD: Query[int] = Query(lambda _: select(Ask.hint_level).where(Ask.id == bindparam("ask")), scalar)
_QUESTION: Query[str] = Query(
    lambda _: select(ChatMessage.content).where(ChatMessage.id == bindparam("message")), scalar
)
_TIMES: Query[int] = Query(
    lambda _: select(func.count()).where(
        Ask.problem_id == bindparam("problem"),
        Ask.hint_level == bindparam("level"),
        Ask.state == "done",
        Ask.follow_up_to.is_(None),
    ),
    scalar,
)


def read_asker(connection: Connection, user_id: UUID, now: datetime) -> Asker:
    """Return the asker. Raise `NotFound`, or `EmailUnconfirmed` if the student's address is not confirmed."""
    rows = _ASKER.all(connection, {"user": user_id, "now": now})
    if not rows:
        raise NotFound("This account does not exist any more.")
    user = rows[0]
    if not user.is_confirmed:
        raise EmailUnconfirmed
    return Asker(
        id=user_id,
        subject=user.subject,
        levels=StudentLevels(user.programming_level, user.maths_level),
        own_limits=OwnLimits(user.messages_per_minute, user.daily_messages) if user.has_own_limits else None,
        standings=_standings(rows),
    )


def _standings(rows: Sequence[_AskerRow]) -> tuple[Standing, ...]:
    roles = roles_by_course((row.course_id, row.role) for row in rows)
    limits = {row.course_id or DEFAULT_COURSE: row.limits_in_course for row in rows}
    return tuple(Standing(course_id, limits.get(course_id)) for course_id in sorted(roles))


def read_background(
    connection: Connection,
    *,
    user_id: UUID,
    session_type: str,
    session_id: UUID | None,
    course_id: UUID,
    module_id: str | None,
) -> AskBackground:
    """Return the session and module of an ask in a course. Raise `NotFound`.

    A session of another course is not continued: the latest one of this course is, or a new one begins.
    """
    module = _find_module(connection, course_id, module_id)
    session_id = _find_session(connection, user_id, session_type, session_id, course_id=course_id, module_id=module_id)
    reference = None if module is None else reference_of(connection, module.id)
    return AskBackground(session_id=session_id, module=module, reference=reference)


def course_of_session(connection: Connection, user_id: UUID, session_id: UUID) -> UUID | None:
    """Return the course of a user's session, or None if the user has no such session."""
    course_id = _SESSION.first(connection, {"session": session_id, "user": user_id})
    return None if course_id is None else UUID(bytes=course_id.bytes)


def _find_module(connection: Connection, course_id: UUID, module_id: str | None) -> Module | None:
    if module_id is None:
        return None
    module = find_module(connection, module_id)
    if module is None or module.course_id != course_id:
        raise NotFound(NO_MODULE)
    return module


def _find_session(
    connection: Connection,
    user_id: UUID,
    session_type: str,
    session_id: UUID | None,
    *,
    course_id: UUID,
    module_id: str | None,
) -> UUID | None:
    if session_id is not None:
        its_course = course_of_session(connection, user_id, session_id)
        if its_course is None:
            raise NotFound(NO_SESSION)
        if its_course == course_id:
            return session_id
    known = {"user": user_id, "type": session_type, "course": course_id}
    if module_id is None:
        return _LATEST_SESSION.first(connection, known)
    return _LATEST_SESSION_OF_MODULE.first(connection, known | {"module": module_id})


def read_said(connection: Connection, session_id: UUID | None) -> frozenset[bytes]:
    """Return the digests of what was said in a session."""
    if session_id is None:
        return frozenset()
    return frozenset().union(*map(split_digests, _SAID.all(connection, {"session": session_id})))


def read_told(connection: Connection, ask_id: UUID) -> Told:
    """Return the hint level of an earlier ask, and its question."""
    question = _QUESTION.first(connection, {"message": question_id(ask_id)})
    return Told(_TOLD.first(connection, {"ask": ask_id}) or 1, question or None)


def count_times(connection: Connection, problem_id: UUID, level: int) -> int:
    """Return how many asks for a hint on a problem were answered at a level."""
    return _TIMES.first(connection, {"problem": problem_id, "level": level}) or 0
