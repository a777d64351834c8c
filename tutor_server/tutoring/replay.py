"""Replays an ended answer from the database, with the original numbering of its deltas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_analysis.unread import shown_finding
from tutor_protocol import Accepted, Done, TokenUsage
from tutor_server.errors import AnswerInterrupted, TutorError

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_server.storage.asks import StoredAsk
    from tutor_server.tutoring.answer import Answer


def replay(stored: StoredAsk, answer: Answer) -> None:
    """Fill `answer` with the stored answer, from the first delta that it lacks.

    If the stored ask is still marked as running, its process has died, and the answer fails.
    """
    answer.accept(accepted_of(stored, answer.request_id))
    start = 0
    for seq, end in enumerate(stored.delta_ends):
        if seq == answer.next_seq:
            answer.release(stored.content[start:end])
        start = end
    if stored.state == "done":
        answer.finish(
            Done(
                request_id=answer.request_id,
                message_id=stored.id,
                hint_level=stored.hint_level,
                provider=stored.provider,
                model=stored.model,
                fallback=stored.fallback,
                withheld=stored.withheld,
                ai=stored.has_model_words,
                finding=shown_finding(stored.finding),
                edit=stored.edit,
                usage=TokenUsage(input_tokens=stored.input_tokens, output_tokens=stored.output_tokens),
            )
        )
    else:
        answer.fail(_failure(stored.error_code))


def accepted_of(stored: StoredAsk, request_id: UUID) -> Accepted:
    """Return the frame that told the client that the ask was accepted."""
    return Accepted(
        request_id=request_id,
        session_id=stored.session_id,
        message_id=stored.id,
        hint_level=stored.hint_level,
        max_hint_level=stored.max_hint_level,
        error_type=stored.error_type,
        remaining_today=stored.remaining_today,
        purpose=stored.purpose,
        change=stored.change,
        course_id=stored.course_id,
    )


def _failure(code: str | None) -> TutorError:
    kinds = {kind.code: kind for kind in TutorError.__subclasses__()}
    return kinds.get(code or AnswerInterrupted.code, AnswerInterrupted)()
