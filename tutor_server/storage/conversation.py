"""Reads the conversation about a problem: earlier asks with questions and answers, and the last one's code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from tutor_server.storage.asks import question_id
from tutor_server.storage.models import Ask, ChatMessage
from tutor_server.storage.statement import Query, scalar

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import Connection

PAST_ASKS = 50
"""The maximum number of earlier asks about a problem that are loaded; the context budget usually keeps fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAsk:
    """An earlier ask about the same problem. `answer` is the text that the student was shown, or empty."""

    question: str
    answer: str
    hint_level: int
    state: str = "done"
    """The state of the ask as in the table `asks`."""
    is_withheld: bool = False
    """Whether the guard replaced text of the model."""
    is_helpful: bool | None = None
    """The student's rating, or None."""
    was_cut: bool = False
    """Whether the model stopped before its own end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The earlier asks about a problem, oldest first, and the code of the student's last ask about the same unit.

    `last_code` is None if there is no such ask or if the operator does not store code.
    """

    asks: tuple[PastAsk, ...] = ()
    last_code: str | None = None


class _Row(NamedTuple):
    ask_id: UUID
    question_id: UUID | None
    question: str | None
    answer: str | None
    hint_level: int
    state: str
    withheld_rule: str | None
    helpful: bool | None
    was_cut: bool

    def past_ask(self) -> PastAsk:
        return PastAsk(
            question=self.question or "",
            answer=self.answer or "",
            hint_level=self.hint_level,
            state=self.state,
            is_withheld=self.withheld_rule is not None,
            is_helpful=self.helpful,
            was_cut=self.was_cut,
        )


_QUESTION, _ANSWER = aliased(ChatMessage), aliased(ChatMessage)
# A question is stored with the time of its ask, which the index of messages contains.
_ASKS = Query(
    lambda _: (
        select(
            Ask.id,
            _QUESTION.id,
            _QUESTION.content,
            _ANSWER.content,
            Ask.hint_level,
            Ask.state,
            Ask.withheld_rule,
            Ask.helpful,
            Ask.was_cut,
        )
        .outerjoin(_ANSWER, _ANSWER.id == Ask.id)
        .outerjoin(
            _QUESTION,
            and_(
                _QUESTION.session_id == Ask.session_id,
                _QUESTION.created_at == Ask.created_at,
                _QUESTION.role == "user",
            ),
        )
        .where(Ask.problem_id == bindparam("problem"), Ask.state != "released")
        .order_by(Ask.created_at.desc(), Ask.id.desc())
        .limit(PAST_ASKS)
    ),
    _Row,
)
_LAST_ASK: Query[UUID] = Query(
    lambda _: (
        select(Ask.id)
        .where(Ask.problem_id == bindparam("problem"), Ask.state != "released")
        .order_by(Ask.created_at.desc(), Ask.id.desc())
        .limit(1)
    ),
    scalar,
)
_CODE: Query[str | None] = Query(
    lambda _: select(ChatMessage.code).where(ChatMessage.id == bindparam("message")), scalar
)


def read_conversation(
    connection: Connection, problem_id: UUID, *, last_problem_id: UUID | None, with_code: bool
) -> Conversation:
    """Return the conversation about a problem. `last_problem_id` is that of the last ask about the same unit."""
    rows = [row for row in _ASKS.all(connection, {"problem": problem_id}) if _is_one(row)]
    last_ask = None
    if with_code and last_problem_id == problem_id:
        last_ask = rows[0].ask_id if rows else None
    elif with_code and last_problem_id is not None:
        last_ask = _LAST_ASK.first(connection, {"problem": last_problem_id})
    code = None if last_ask is None else _CODE.first(connection, {"message": question_id(last_ask)})
    return Conversation(asks=tuple(row.past_ask() for row in reversed(rows)), last_code=code)


def _is_one(row: _Row) -> bool:
    """Return whether a row pairs an ask with its own question: another ask can have the same time."""
    return row.question_id is None or row.question_id == question_id(row.ask_id)
