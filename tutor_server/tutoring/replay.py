"""An answer that ended earlier, given again from the database with the numbering it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.errors import AnswerInterrupted, TutorError, ValidationFailed
from tutor_server.protocol import Accepted, Done, TokenUsage

if TYPE_CHECKING:
    from tutor_server.storage.asks import StoredAsk
    from tutor_server.tutoring.answer import Answer

OTHER_CONTENT = "This request_id was used for another question."


def replay(stored: StoredAsk, answer: Answer, digest: bytes | None = None) -> None:
    """Fill `answer` with what was given then. With the digest of a repeated ask, raise `ValidationFailed` on another's.

    An answer that is still marked as running here lost the process that wrote it.
    """
    if digest is not None and digest != stored.digest:
        raise ValidationFailed(OTHER_CONTENT)
    answer.accept(
        Accepted(
            request_id=answer.request_id,
            session_id=stored.session_id,
            message_id=stored.id,
            hint_level=stored.hint_level,
            max_hint_level=stored.max_hint_level,
            error_type=stored.error_type,
            remaining_today=stored.remaining_today,
        )
    )
    start = 0
    for end in stored.delta_ends:
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
                usage=TokenUsage(input_tokens=stored.input_tokens, output_tokens=stored.output_tokens),
            )
        )
    else:
        answer.fail(_failure(stored.error_code))


def _failure(code: str | None) -> TutorError:
    kinds = {kind.code: kind for kind in TutorError.__subclasses__()}
    return kinds.get(code or AnswerInterrupted.code, AnswerInterrupted)()
