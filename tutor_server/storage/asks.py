"""Asks with their sessions and messages: what one reads before it is admitted, and writes as it opens and ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from sqlalchemy import delete, insert, select, update

from tutor_server.errors import NotFound
from tutor_server.pedagogy.levels import StudentLevels
from tutor_server.storage.models import Ask, ChatMessage, ChatSession, Problem, User
from tutor_server.storage.modules import find_module
from tutor_server.storage.problems import lower_level
from tutor_server.storage.upsert import upsert

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from tutor_server.protocol import ErrorType
    from tutor_server.storage.modules import Module
    from tutor_server.storage.problems import Raised

HISTORY_MESSAGES = 50
"""Earlier messages that a prompt may draw on; the context budget usually keeps fewer."""
EARLIER_ANSWERS = 10
"""Answers on the same problem that the guard and the prompt remember."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAsk:
    """An ask as the database knows it, with the text that was streamed."""

    id: UUID
    digest: bytes
    session_id: UUID
    state: str
    hint_level: int
    max_hint_level: int
    error_type: ErrorType
    remaining_today: int
    error_code: str | None
    content: str
    delta_ends: Sequence[int]
    provider: str
    model: str
    fallback: bool
    withheld: bool
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The student who asks."""

    id: UUID
    subject: str
    levels: StudentLevels


@dataclass(frozen=True, slots=True)
class PastMessage:
    """A message of the same session, by the student (`user`) or the tutor (`assistant`)."""

    role: str
    content: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """An answer that the student was given on the same problem."""

    hint_level: int
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Everything an ask needs to know before it is admitted."""

    asker: Asker
    session_id: UUID | None
    module: Module | None
    history: tuple[PastMessage, ...]
    """Newest first."""
    earlier_answers: tuple[EarlierAnswer, ...]
    """On the same problem, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAsk:
    """An ask that passed the limits."""

    id: UUID
    user_id: UUID
    request_id: UUID
    digest: bytes
    session_id: UUID
    session_type: str
    module_id: str | None
    raised: Raised
    max_hint_level: int
    error_type: str
    remaining_today: int
    day: date
    owner: str
    question: str
    code: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedAsk:
    """How an ask ended: `state` as in the table, with what the student was given."""

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
    input_tokens: int = 0
    output_tokens: int = 0


def find_ask(connection: Connection, user_id: UUID, request_id: UUID) -> StoredAsk | None:
    """Find a user's ask by the client's id; one that was released is free again, and not found."""
    row = connection.execute(
        select(Ask, ChatMessage.content)
        .outerjoin(ChatMessage, ChatMessage.id == Ask.id)
        .where(Ask.user_id == user_id, Ask.request_id == request_id, Ask.state != "released")
    ).first()
    if row is None:
        return None
    return StoredAsk(
        id=row.id,
        digest=row.digest,
        session_id=row.session_id,
        state=row.state,
        hint_level=row.hint_level,
        max_hint_level=row.max_hint_level,
        error_type=row.error_type,
        remaining_today=row.remaining_today,
        error_code=row.error_code,
        content=row.content or "",
        delta_ends=row.delta_ends or (),
        provider=row.provider or "",
        model=row.model or "",
        fallback=row.fallback,
        withheld=row.withheld_rule is not None,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
    )


def read_background(
    connection: Connection,
    *,
    user_id: UUID,
    session_type: str,
    fingerprint: str,
    session_id: UUID | None,
    module_id: str | None,
) -> Background:
    """Read who asks, in which session and module, and what was said there. Raises `NotFound`."""
    user = connection.execute(
        select(User.subject, User.programming_level, User.maths_level).where(User.id == user_id)
    ).first()
    if user is None:
        raise NotFound("This account does not exist any more.")
    module = _find_module(connection, module_id)
    session_id = _find_session(connection, user_id, session_type, session_id, module_id)
    return Background(
        asker=Asker(id=user_id, subject=user.subject, levels=StudentLevels(user.programming_level, user.maths_level)),
        session_id=session_id,
        module=module,
        history=() if session_id is None else _read_history(connection, session_id),
        earlier_answers=_read_earlier_answers(connection, user_id, fingerprint),
    )


def open_ask(connection: Connection, ask: NewAsk) -> UUID | None:
    """Write the ask, its session and the student's message; give the ask's id.

    A released ask of the same request id is taken up again under the id it had. None: the request id is in use.
    """
    connection.execute(
        upsert(connection, ChatSession)
        .values(
            id=ask.session_id,
            user_id=ask.user_id,
            session_type=ask.session_type,
            module_id=ask.module_id,
            created_at=ask.created_at,
            updated_at=ask.created_at,
        )
        .on_conflict_do_update(index_elements=["id"], set_={"updated_at": ask.created_at})
    )
    values = {
        "digest": ask.digest,
        "session_id": ask.session_id,
        "problem_id": ask.raised.problem_id,
        "module_id": ask.module_id,
        "state": "running",
        "owner": ask.owner,
        "hint_level": ask.raised.level,
        "max_hint_level": ask.max_hint_level,
        "level_raised": ask.raised.moved,
        "error_type": ask.error_type,
        "remaining_today": ask.remaining_today,
        "day": ask.day,
        "created_at": ask.created_at,
        "error_code": None,
        "ended_at": None,
    }
    opened = connection.execute(
        upsert(connection, Ask)
        .values(
            id=ask.id,
            user_id=ask.user_id,
            request_id=ask.request_id,
            fallback=False,
            input_tokens=0,
            output_tokens=0,
            **values,
        )
        .on_conflict_do_update(index_elements=["user_id", "request_id"], set_=values, where=Ask.state == "released")
        .returning(Ask.id)
    ).first()
    if opened is None:
        return None
    ask_id: UUID = opened.id
    connection.execute(
        insert(ChatMessage).values(
            id=question_id(ask_id),
            session_id=ask.session_id,
            role="user",
            content=ask.question,
            code=ask.code,
            hint_level=ask.raised.level,
            created_at=ask.created_at,
        )
    )
    return ask_id


def end_ask(connection: Connection, ended: EndedAsk) -> None:
    """Write how a running ask ended and the answer it gave, as far as it gave one."""
    was_running = connection.execute(
        update(Ask)
        .where(Ask.id == ended.id, Ask.state == "running")
        .values(
            state=ended.state,
            error_code=ended.error_code,
            delta_ends=ended.delta_ends,
            provider=ended.provider,
            model=ended.model,
            fallback=ended.fallback,
            withheld_rule=ended.withheld_rule,
            input_tokens=ended.input_tokens,
            output_tokens=ended.output_tokens,
            ended_at=ended.ended_at,
        )
        .returning(Ask.problem_id, Ask.level_raised)
    ).first()
    if was_running is None:
        return
    if ended.content:
        connection.execute(
            insert(ChatMessage).values(
                id=ended.id,
                session_id=ended.session_id,
                role="assistant",
                content=ended.content,
                hint_level=ended.hint_level,
                created_at=ended.ended_at,
            )
        )
    if ended.state == "released":
        connection.execute(delete(ChatMessage).where(ChatMessage.id == question_id(ended.id)))
    if ended.state in {"released", "cancelled"} and was_running.level_raised:
        lower_level(connection, was_running.problem_id)


def rate_ask(connection: Connection, user_id: UUID, ask_id: UUID, *, helpful: bool) -> None:
    """Keep a student's judgement of an answer. Raises `NotFound`."""
    rated = connection.execute(
        update(Ask).where(Ask.id == ask_id, Ask.user_id == user_id).values(helpful=helpful).returning(Ask.id)
    ).first()
    if rated is None:
        raise NotFound


def question_id(ask_id: UUID) -> UUID:
    """Give the id of the student's message of an ask."""
    return uuid5(ask_id, "question")


def _find_module(connection: Connection, module_id: str | None) -> Module | None:
    if module_id is None:
        return None
    module = find_module(connection, module_id)
    if module is None:
        raise NotFound("This learning module does not exist.")
    return module


def _find_session(
    connection: Connection, user_id: UUID, session_type: str, session_id: UUID | None, module_id: str | None
) -> UUID | None:
    if session_id is not None:
        query = select(ChatSession.id).where(ChatSession.id == session_id, ChatSession.user_id == user_id)
        if connection.scalar(query) is None:
            raise NotFound("This chat session does not exist.")
        return session_id
    return connection.scalar(
        select(ChatSession.id)
        .where(
            ChatSession.user_id == user_id,
            ChatSession.session_type == session_type,
            ChatSession.module_id.is_(None) if module_id is None else ChatSession.module_id == module_id,
        )
        .order_by(ChatSession.updated_at.desc())
        .limit(1)
    )


def _read_history(connection: Connection, session_id: UUID) -> tuple[PastMessage, ...]:
    rows = connection.execute(
        select(ChatMessage.role, ChatMessage.content, ChatMessage.code)
        .where(ChatMessage.session_id == session_id)
        .order_by(ChatMessage.created_at.desc())
        .limit(HISTORY_MESSAGES)
    )
    return tuple(PastMessage(row.role, row.content, row.code) for row in rows)


def _read_earlier_answers(connection: Connection, user_id: UUID, fingerprint: str) -> tuple[EarlierAnswer, ...]:
    rows = connection.execute(
        select(ChatMessage.hint_level, ChatMessage.content)
        .join(Ask, Ask.id == ChatMessage.id)
        .join(Problem, Problem.id == Ask.problem_id)
        .where(Problem.user_id == user_id, Problem.fingerprint == fingerprint)
        .order_by(ChatMessage.created_at.desc())
        .limit(EARLIER_ANSWERS)
    ).all()
    return tuple(EarlierAnswer(row.hint_level, row.content) for row in reversed(rows))
