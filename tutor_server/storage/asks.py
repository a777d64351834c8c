"""Asks with their sessions and messages: opening an ask, ending it, and finding it again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from sqlalchemy import bindparam, delete, select, update

from tutor_protocol import Position, Range, ReportedEdit, ReportedFinding
from tutor_server.errors import AnswerInterrupted
from tutor_server.storage.course_models import DEFAULT_COURSE, EVERYWHERE
from tutor_server.storage.daily_usage import uncount_messages
from tutor_server.storage.deferred import defer
from tutor_server.storage.models import Ask, ChatMessage, ChatSession, User
from tutor_server.storage.problems import lower_level
from tutor_server.storage.statement import Insert, Query, Statement, scalar

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection, Row

    from tutor_protocol import Change, ErrorType, Purpose
    from tutor_server.storage.problems import Raised

# Building a statement takes several times as long as executing it, so each statement is built only once.
_FIND = (
    select(Ask, ChatMessage.content)
    .outerjoin(ChatMessage, ChatMessage.id == Ask.id)
    .where(Ask.user_id == bindparam("user"), Ask.request_id == bindparam("request"))
)
_TOUCH_SESSION = Statement(
    lambda insert: (touched := insert(ChatSession)).on_conflict_do_update(
        index_elements=["id"], set_={"updated_at": touched.excluded.updated_at}
    )
)
_AS_IF_NEW = (
    *("digest", "session_id", "problem_id", "course_id", "module_id", "state", "owner", "hint_level", "max_hint_level"),
    *("level_raised", "error_type", "purpose", "remaining_today", "day", "created_at", "error_code", "ended_at"),
    *("delta_ends", "change", "follow_up_to"),
)
"""Columns in the row of a released ask that a new ask with the same request id overwrites."""
_OPEN: Query[UUID] = Query(
    lambda insert: (
        (new := insert(Ask))
        .on_conflict_do_update(
            index_elements=["user_id", "request_id"],
            set_={name: new.excluded[name] for name in _AS_IF_NEW},
            where=Ask.state == "released",
        )
        .returning(Ask.id)
    ),
    scalar,
)
SAY = Insert(ChatMessage)
TIME_BYTES = 6
"""The number of leading bytes of a UUID version 7 that hold its time (RFC 9562 §5.7)."""


class _Climbed(NamedTuple):
    problem_id: UUID
    level_raised: bool


_END = Query(
    lambda _: (
        update(Ask)
        .where(Ask.id == bindparam("ended"), Ask.state == "running")
        .returning(Ask.problem_id, Ask.level_raised)
    ),
    _Climbed,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAsk:
    """An ask as it is stored, with the text that was streamed to the student."""

    id: UUID
    digest: bytes
    session_id: UUID
    course_id: UUID
    state: str
    hint_level: int
    max_hint_level: int
    error_type: ErrorType
    purpose: Purpose | None
    change: Change | None
    remaining_today: int
    error_code: str | None
    content: str
    delta_ends: Sequence[int]
    provider: str
    model: str
    fallback: bool
    withheld: bool
    has_model_words: bool
    """Whether words of a model are in the answer. For an ask from before the column, its provider tells it."""
    input_tokens: int
    output_tokens: int
    finding: ReportedFinding | None
    edit: ReportedEdit | None
    is_cut_off: bool
    """Whether the process that answered the ask died: the text that it streamed is not stored."""

    @property
    def is_free(self) -> bool:
        """Whether the ask failed before its first text, so that its request id can be used again."""
        return self.state == "released"

    @property
    def is_running(self) -> bool:
        """Whether no end is stored yet: a process is still answering the ask, or died while answering."""
        return self.state == "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsk:
    """An ask that the limits admitted."""

    id: UUID
    user_id: UUID
    request_id: UUID
    digest: bytes
    session_id: UUID
    begins_session: bool
    session_type: str
    course_id: UUID = DEFAULT_COURSE
    module_id: str | None
    raised: Raised
    max_hint_level: int
    error_type: str
    purpose: str | None
    change: Change | None
    follow_up_to: UUID | None
    remaining_today: int
    day: date
    owner: str
    question: str
    code: str | None
    """The student's code; None if the operator does not store code."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedAsk:
    """The end of an ask: its `state` as in the table, and the answer that the student received."""

    id: UUID
    state: str
    session_id: UUID
    hint_level: int
    content: str
    delta_ends: list[int]
    ended_at: datetime
    error_code: str | None = None
    provider: str | None = None
    model: str | None = None
    fallback: bool = False
    withheld_rule: str | None = None
    has_model_words: bool | None = None
    said: bytes = b""
    """The digests of the answer's sentences."""
    was_cut: bool = False
    finding: ReportedFinding | None = None
    edit: ReportedEdit | None = None
    """The edit that the answer shows; None if the operator does not store code."""
    input_tokens: int = 0
    output_tokens: int = 0


def find_ask(connection: Connection, user_id: UUID, request_id: UUID) -> StoredAsk | None:
    """Return the ask that a user made under a client's request id."""
    row = connection.execute(_FIND, {"user": user_id, "request": request_id}).first()
    if row is None:
        return None
    return StoredAsk(
        id=row.id,
        digest=row.digest,
        session_id=row.session_id,
        course_id=row.course_id,
        state=row.state,
        hint_level=row.hint_level,
        max_hint_level=row.max_hint_level,
        error_type=row.error_type,
        purpose=row.purpose,
        change=row.change,
        remaining_today=row.remaining_today,
        error_code=row.error_code,
        content=row.content or "",
        delta_ends=row.delta_ends or (),
        provider=row.provider or "",
        model=row.model or "",
        fallback=row.fallback,
        withheld=row.withheld_rule is not None,
        has_model_words=_has_model_words(row),
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        finding=_finding_of(row),
        edit=_edit_of(row.edit),
        is_cut_off=row.state == "failed" and row.delta_ends is None,
    )


def _finding_of(row: Row[*tuple[Any, ...]]) -> ReportedFinding | None:
    """Return the stored finding of an ask. An ask from before the column for its line has none."""
    if row.topic is None or row.finding_line is None:
        return None
    return ReportedFinding(row.topic, row.finding_line, row.finding_certainty)


def _edit_of(stored: dict[str, Any] | None) -> ReportedEdit | None:
    if stored is None:
        return None
    first, behind = stored["lines"]
    return ReportedEdit(range=Range(start=Position(first, 0), end=Position(behind, 0)), new_text=stored["text"])


def _has_model_words(row: Row[*tuple[Any, ...]]) -> bool:
    known: bool | None = row.has_model_words
    return row.provider not in {None, "", "offline"} if known is None else known


def open_ask(connection: Connection, ask: NewAsk) -> UUID | None:
    """Insert the ask, its session and the student's message; return the ask's id.

    A released ask with the same request id is opened again under its old id. Return None if the request id is in use.
    """
    session = {
        "id": ask.session_id,
        "user_id": ask.user_id,
        "session_type": ask.session_type,
        "course_id": ask.course_id,
        "module_id": ask.module_id,
        "created_at": ask.created_at,
        "updated_at": ask.created_at,
    }
    if ask.begins_session:
        _TOUCH_SESSION.execute(connection, session)
    else:
        defer(connection, _TOUCH_SESSION, session)
    values = {
        "id": ask.id,
        "user_id": ask.user_id,
        "request_id": ask.request_id,
        "fallback": False,
        "was_cut": False,
        "input_tokens": 0,
        "output_tokens": 0,
        "digest": ask.digest,
        "session_id": ask.session_id,
        "problem_id": ask.raised.problem_id,
        "course_id": ask.course_id,
        "module_id": ask.module_id,
        "state": "running",
        "owner": ask.owner,
        "hint_level": ask.raised.level,
        "max_hint_level": ask.max_hint_level,
        "level_raised": ask.raised.moved,
        "error_type": ask.error_type,
        "purpose": ask.purpose,
        "change": ask.change,
        "follow_up_to": ask.follow_up_to,
        "remaining_today": ask.remaining_today,
        "day": ask.day,
        "created_at": ask.created_at,
        "error_code": None,
        "ended_at": None,
    }
    ask_id = _OPEN.first(connection, values)
    if ask_id is None:
        return None
    defer(
        connection,
        SAY,
        {
            "id": question_id(ask_id),
            "session_id": ask.session_id,
            "role": "user",
            "content": ask.question,
            "code": ask.code,
            "hint_level": ask.raised.level,
            "created_at": ask.created_at,
        },
    )
    return ask_id


def end_ask(connection: Connection, ended: EndedAsk) -> bool:
    """Store how a running ask ended and the answer it gave; return whether the ask was still running."""
    finding, edit = ended.finding, ended.edit
    climbed = _END.first(
        connection,
        {
            "ended": ended.id,
            "state": ended.state,
            "error_code": ended.error_code,
            "delta_ends": ended.delta_ends,
            "provider": ended.provider,
            "model": ended.model,
            "fallback": ended.fallback,
            "withheld_rule": ended.withheld_rule,
            "has_model_words": ended.has_model_words,
            "said": ended.said or None,
            "was_cut": ended.was_cut,
            "topic": finding.rule if finding else None,
            "finding_line": finding.line if finding else None,
            "finding_certainty": finding.certainty if finding else None,
            "edit": edit and {"lines": [edit.range.start.line, edit.range.end.line], "text": edit.new_text},
            "input_tokens": ended.input_tokens,
            "output_tokens": ended.output_tokens,
            "ended_at": ended.ended_at,
        },
    )
    if climbed is None:
        return False
    if ended.content:
        defer(
            connection,
            SAY,
            {
                "id": ended.id,
                "session_id": ended.session_id,
                "role": "assistant",
                "content": ended.content,
                "code": None,
                "hint_level": ended.hint_level,
                "created_at": ended.ended_at,
            },
        )
    if ended.state == "released":
        connection.execute(delete(ChatMessage).where(ChatMessage.id == question_id(ended.id)))
    if ended.state in {"released", "cancelled"} and climbed.level_raised:
        lower_level(connection, climbed.problem_id)
    return True


def interrupt_asks(
    connection: Connection, ask_ids: Collection[UUID], now: datetime
) -> Collection[tuple[str, date, UUID]]:
    """End the asks whose process died, and give back the daily message and the hint level that they took.

    The text that the process streamed is lost, so the service cannot know whether the student saw any of it. The ask is
    therefore not counted. Return the subjects, days and courses whose counts have changed.
    """
    query = (
        select(Ask.id, User.subject, Ask.day, Ask.course_id, Ask.problem_id, Ask.level_raised)
        .join(User, User.id == Ask.user_id)
        .where(Ask.id.in_(ask_ids), Ask.state == "running")
    )
    asks = connection.execute(query).all()
    if not asks:
        return ()
    connection.execute(
        update(Ask)
        .where(Ask.id.in_([ask.id for ask in asks]), Ask.state == "running")
        .values(state="failed", error_code=AnswerInterrupted.code, ended_at=now)
    )
    messages = Counter((ask.subject, ask.day, UUID(bytes=ask.course_id.bytes)) for ask in asks)
    for (subject, day, course_id), count in sorted(messages.items()):
        for counted in (EVERYWHERE, course_id):
            uncount_messages(connection, subject, day, count, counted)
    rungs = Counter(ask.problem_id for ask in asks if ask.level_raised)
    for problem_id, count in sorted(rungs.items()):
        lower_level(connection, problem_id, count)
    return messages.keys()


def question_id(ask_id: UUID) -> UUID:
    """Return the id of an ask's question. It begins with the ask's time, so that question and answer are neighbours."""
    return UUID(bytes=ask_id.bytes[:TIME_BYTES] + uuid5(ask_id, "question").bytes[TIME_BYTES:])
