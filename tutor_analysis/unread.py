"""The problem and the explanation of a submission that could not be analysed in time."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.said import share_said
from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.conversation.talk import NEW
from tutor_pedagogy.dialogue import unread_again
from tutor_pedagogy.offline import Explanation
from tutor_pedagogy.problem.identity import Problem, Unit

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.talk import Talk
    from tutor_protocol import ReportedFinding, Submission

NOT_ANALYSED = "not-analysed"
"""The topic of an explanation for code that was not analysed. Other explanations have the id of their rule."""

_TEXT = """\
I could not work through this code in the time that I have, so I cannot say what is wrong with it. That happens with \
code that is very long or nested very deeply, and when many ask at once.

Two things help to find a mistake in such code:

1. Read the last line of the error message, if there is one. It names the kind of error, and the line above it shows \
where Python noticed it.
2. Copy the part that you are working on into a file of its own, with an example call, and ask me there. I can read a \
short program as a whole.

Which part did you change last, before it stopped working?"""


def unread_problem(submission: Submission) -> Problem:
    """Return a problem that is identified by the whole code, so that any edit makes it another problem."""
    text = submission.code.encode("utf-8", "surrogatepass")
    fingerprint = hashlib.sha256(b"not analysed\n" + text).hexdigest()
    return Problem(
        Unit("<module>", "module", 0, submission.code.count("\n") + 1, submission.code), fingerprint, fingerprint
    )


def unread_snapshot(problem: Problem) -> Snapshot:
    """Return the snapshot of an ask whose code could not be analysed. It is compared with equal code only."""
    return Snapshot(fingerprint=problem.fingerprint, shape=problem.shape, unit=problem.fingerprint[:32])


def unread_explanation(submission: Submission, talk: Talk = NEW) -> Explanation:
    """Return advice for code that could not be analysed. It is the same at each level, since it reveals no solution.

    The same advice is not given twice in a session.
    """
    line = submission.first_line + submission.cursor.line + 1
    text = _TEXT if share_said(_TEXT, talk.said) < 1 else unread_again(line, talk.said)
    return Explanation(rule=NOT_ANALYSED, lines=(line,), certainty="start_here", text=text)


def shown_finding(finding: ReportedFinding | None) -> ReportedFinding | None:
    """Return the finding to report to the client, or None if the answer named no mistake."""
    if finding is None or finding.rule == NOT_ANALYSED or finding.rule.startswith("purpose."):
        return None
    return finding
