"""The offline tutor's answer to an ask, in the conversation in which the ask stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.talk import NEW
from tutor_pedagogy.dialogue.choosing import fresh, gone_again, point_back
from tutor_pedagogy.dialogue.depth import until_too_deep
from tutor_pedagogy.dialogue.reaction import react
from tutor_pedagogy.dialogue.replies import reply
from tutor_pedagogy.dialogue.solved import RULE, solved_texts
from tutor_pedagogy.dialogue.wordings import wordings
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline import Explanation
from tutor_pedagogy.offline.engine.diagnosis import examine, explanation_of, note_of
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.purposes import note_on_language

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_protocol import Submission


def explain(submission: Submission, level: HintLevel, student: StudentLevels, talk: Talk = NEW) -> Explanation:
    """Return the explanation of a submission at a hint level, as it fits into the conversation.

    It is deterministic, and no submission makes it raise an exception. Without a conversation it is the text of
    `tutor_pedagogy.offline.explain`.
    """
    if talk.follow_up_to is not None:
        return reply(submission, level, student, talk)
    comparison = talk.comparison
    if comparison.change == "solved" and comparison.before is not None:
        return _solved(comparison.before, submission, level, talk)
    diagnosis = examine(submission)
    is_used_up = level is HintLevel.SOLUTION and talk.times > 1
    texts = () if is_used_up else until_too_deep(wordings(diagnosis, level, student))
    text = fresh(texts, talk.said, diagnosis.program, level)
    if text is None:
        text = point_back(diagnosis, level, student, talk.said)
    opening = "" if talk.is_opened else react(comparison, submission)
    return explanation_of(diagnosis, "\n\n".join(filter(None, (note_of(diagnosis, level), opening, text))))


def _solved(before: Snapshot, submission: Submission, level: HintLevel, talk: Talk) -> Explanation:
    line = before.shown_line or submission.first_line + submission.cursor.line + 1
    text = fresh(solved_texts(before, submission), talk.said, Program(submission), level)
    text = text or gone_again(line, talk.said)
    note = note_on_language(submission.question)
    return Explanation(
        rule=RULE, lines=(line,), certainty="start_here", text=f"{note}\n\n{text}" if note else text, purpose="check"
    )
