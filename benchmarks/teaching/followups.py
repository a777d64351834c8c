"""Plays questions about a hint as local mode would, with the hint before and the hint levels around the question.

Each row of the file has `id`, `code`, `cursor`, `levels` (the number of hints, of which the last is asked about) and
`question`, and optionally `traceback`, `first_question` (the question of the ask for hints) and `wanted` (what a good
answer says). If the student has changed the program before the question, `code_after` is that program, and
`traceback_after` the exception of its run, if it had one.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from benchmarks.figures import Figure, share
from benchmarks.teaching.rows import cursor
from tutor_lsp.tutors.local_state import LocalAnswer, LocalState
from tutor_pedagogy.conversation.taking import take_snapshot
from tutor_pedagogy.dialogue import explain
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Ladder, is_reply
from tutor_pedagogy.offline import report
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import MAX_QUESTION_CHARACTERS, Position, Submission

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.conversation.talk import Talk


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """A question about a hint: the ask for the hint, its level, the ask with the question, and a good answer."""

    id: str
    first: Submission
    level: HintLevel
    asked: Submission
    wanted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A question about a hint with the hint, the answer, and the hint level before and after."""

    row: FollowUp
    hint: str
    answer: str
    level_before: int
    level_after: int

    @property
    def passes_guard(self) -> bool:
        """Whether the guard lets the answer pass at the level of the hint."""
        guard = Guard(self.row.level, self.row.asked)
        guard.feed(self.answer)
        guard.finish()
        return guard.verdict is None

    def as_json(self) -> dict[str, Any]:
        """Return the result as JSON-compatible data."""
        return {
            "id": self.row.id,
            "question": self.row.asked.question,
            "hint": self.hint,
            "answer": self.answer,
            "level_before": self.level_before,
            "level_after": self.level_after,
            "passes_guard": self.passes_guard,
        }


def follow_up(data: dict[str, Any]) -> FollowUp:
    """Return a question about a hint from the object of a row."""
    code = data["code"]
    first = Submission(
        code=code,
        cursor=_within(code, cursor(data.get("cursor"))),
        traceback=data.get("traceback") or None,
        question=(data.get("first_question") or "")[:MAX_QUESTION_CHARACTERS] or None,
    )
    changed = data.get("code_after")
    asked = replace(first, question=data["question"][:MAX_QUESTION_CHARACTERS])
    if changed and changed != code:
        place = _within(changed, first.cursor)
        asked = replace(asked, code=changed, cursor=place, traceback=data.get("traceback_after") or None)
    level = HintLevel(int(data.get("levels") or 1))
    return FollowUp(id=str(data["id"]), first=first, level=level, asked=asked, wanted=str(data.get("wanted") or ""))


def _within(code: str, place: Position) -> Position:
    return Position(min(place.line, max(len(code.splitlines()) - 1, 0)), place.character)


def play_all(rows: Sequence[FollowUp]) -> list[Played]:
    """Return each question with its answer, each in a session of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return [_play(row, LocalState(Path(folder) / str(number))) for number, row in enumerate(rows)]


def _play(row: FollowUp, state: LocalState) -> Played:
    """Ask for hints up to the level of the row, then ask the question."""
    session = uuid4()

    def answer(asked: Submission, problem: int, level: HintLevel, talk: Talk) -> LocalAnswer:
        text = explain(asked, level, StudentLevels(), talk).text
        given = LocalAnswer(
            message_id=uuid4(),
            problem=problem,
            session=session,
            level=level,
            is_follow_up=talk.follow_up_to is not None,
            question=asked.question,
            text=text,
        )
        state.remember_answer(given)
        return given

    while True:
        now = datetime.now(UTC)
        asked = row.first
        taken = take_snapshot(asked, identify(asked.code, asked.cursor), report(asked))
        placed = state.place_ask(
            taken, session=session, run_id=None, policy=Ladder.CODE, bound=HintLevel.SOLUTION, now=now
        )
        hint = answer(asked, placed.problem, placed.step.level, placed.talk)
        if hint.level >= row.level:
            break
    asked = row.asked
    followed = state.place_follow_up(
        str(hint.message_id),
        snapshot=take_snapshot(asked, identify(asked.code, asked.cursor), report(asked)),
        session=session,
        made_effort=is_reply(asked.question),
        policy=Ladder.CODE,
        bound=HintLevel.SOLUTION,
        now=datetime.now(UTC),
    )
    if followed is None:
        raise LookupError(f"row {row.id}: the hint is not stored")
    said = answer(asked, followed.problem, followed.step.level, followed.talk)
    return Played(
        row=row, hint=hint.text, answer=said.text, level_before=int(hint.level), level_after=followed.step.after.level
    )


def figures(played: Sequence[Played]) -> list[Figure]:
    """Return how often the hint level is unchanged, and how often the guard lets the answer pass."""
    return [
        share("the hint level is unchanged", [one.level_after == one.level_before for one in played], at_least=100),
        share("the guard lets the answer pass", [one.passes_guard for one in played], at_least=100),
        share("answers that differ from all others", [_is_single(one, played) for one in played]),
    ]


def _is_single(one: Played, played: Sequence[Played]) -> bool:
    return sum(other.answer == one.answer for other in played) == 1
