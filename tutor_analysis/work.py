"""The steps of analysis: functions of plain values, which run in the event loop or in a child process."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_analysis.processor_time import OverBudget, ProcessorTime
from tutor_pedagogy import dialogue
from tutor_pedagogy.classification import classify
from tutor_pedagogy.conversation.snapshot import TRACE
from tutor_pedagogy.conversation.taking import take_snapshot
from tutor_pedagogy.conversation.talk import NEW
from tutor_pedagogy.guard import Guard, KnownEdit
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline import diagnose, report, sure_mistakes
from tutor_pedagogy.problem.identity import identify
from tutor_pedagogy.reported import is_green, with_report_read
from tutor_pedagogy.shown_edit import shown_edit
from tutor_protocol import ReportedFinding

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.guard import Verdict
    from tutor_pedagogy.guard.known_reference import KnownReference
    from tutor_pedagogy.ladder.levels import StudentLevels
    from tutor_pedagogy.offline import Explanation
    from tutor_pedagogy.problem.identity import Problem
    from tutor_protocol import ErrorType, ReportedEdit, Submission

__all__ = [
    "Judged",
    "Material",
    "edit_shown",
    "examine",
    "explain",
    "find",
    "judge",
    "judge_the_end",
    "known_edit",
    "sure_mistakes",
]

_MOST_GUARDS = 16
"""The maximum number of guards that a child process keeps, one for each answer. A dropped guard is built again."""
_EDIT_SECONDS = 0.2
"""Seconds of processor time for the known edit in a child process, where a whole call may take 1 s."""
_LONGEST_EDIT = 2_000
"""The maximum number of characters of a known edit, before and after together. No hint tells a longer one in words."""
_guards: OrderedDict[UUID, tuple[int, Guard]] = OrderedDict()


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """The arguments with which the `Guard` and the `Floor` of an answer are built."""

    level: HintLevel
    submission: Submission
    allowed_names: frozenset[str] = frozenset()
    earlier: tuple[str, ...] = ()
    canary: str | None = None
    markers: tuple[str, ...] = ()
    """The secret words of the prompt, which the floor keeps from the student."""
    exercise: str = ""
    """The text of the course module, which an answer may quote."""
    reference: KnownReference | None = field(default=None, repr=False)
    """The reference solution of the exercise, for the guard alone."""

    def known_edit(self, seconds: float) -> KnownEdit | None:
        """Return the edit that the offline tutor works out in `seconds` of processor time, or None.

        An ask is diagnosed before its answer is judged, so the finding is mostly in the cache. At the solution level,
        nothing is compared with the edit.
        """
        if self.level >= HintLevel.SOLUTION:
            return None
        try:
            with ProcessorTime(seconds):
                return known_edit(self.submission)
        except OverBudget:
            return None

    def guard(self, edit: KnownEdit | None) -> Guard:
        """Return the guard of an answer, which knows the edit that mends the program."""
        return Guard(
            self.level,
            self.submission,
            allowed_names=self.allowed_names,
            earlier=self.earlier,
            canary=self.canary,
            edit=edit,
            reference=self.reference,
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """The units of a text that a guard releases, and its verdict."""

    units: tuple[str, ...]
    verdict: Verdict | None


def examine(submission: Submission) -> tuple[Problem, ErrorType]:
    """Return the problem that a submission is about, and the type of error."""
    return identify(submission.code, submission.cursor, submission.kind), classify(with_report_read(submission))


def explain(submission: Submission, level: HintLevel, student: StudentLevels, talk: Talk = NEW) -> Explanation:
    """Return the offline tutor's explanation of a submission, with the report of its tests read as a traceback."""
    return dialogue.explain(with_report_read(submission), level, student, talk)


def find(submission: Submission, problem: Problem) -> tuple[ReportedFinding, Snapshot]:
    """Return the offline tutor's finding, and the snapshot with which later asks are compared."""
    submission = with_report_read(submission)
    finding = report(submission)
    if is_green(submission.test_report) and finding.certainty == "likely":
        finding = ReportedFinding(TRACE, finding.line, "start_here")  # The tests have shown that the guess is wrong.
    return finding, take_snapshot(submission, problem, finding)


def edit_shown(submission: Submission, text: str) -> ReportedEdit | None:
    """Return the edit that an answer shows, or None."""
    return shown_edit(text, submission.code, submission.first_line)


def known_edit(submission: Submission) -> KnownEdit | None:
    """Return the edit that the offline tutor works out, as the guard reads it; None for a very long one."""
    edit = diagnose(with_report_read(submission)).edit
    if edit is None or len(edit.before) + len(edit.after) > _LONGEST_EDIT:
        return None
    return KnownEdit(submission.first_line + edit.line, edit.before, edit.after)


def judge(answer: UUID, material: Material, before: str, text: str) -> Judged:
    """Judge the next text of an answer, which follows the text `before`. Return the released units and the verdict.

    The guard is kept between calls. A process that has no guard of this answer builds one and passes the text `before`
    to it. The result is the same, because the released units depend only on the whole text.
    """
    guard = _guard_after(answer, material, before)
    units = guard.feed(text)
    _guards[answer] = (len(before) + len(text), guard)
    if len(_guards) > _MOST_GUARDS:
        _guards.popitem(last=False)
    return Judged(tuple(units), guard.verdict)


def judge_the_end(answer: UUID, material: Material, before: str, text: str) -> Judged:
    """Judge the last text of an answer, which follows the text `before`. Return the released units and the verdict."""
    guard = _guard_after(answer, material, before)
    units = [*guard.feed(text), *guard.finish()]
    return Judged(tuple(units), guard.verdict)


def _guard_after(answer: UUID, material: Material, before: str) -> Guard:
    """Return a guard that has judged the text `before`."""
    length, guard = _guards.pop(answer, (0, None))
    if guard is None or length != len(before):
        guard = material.guard(material.known_edit(_EDIT_SECONDS))
        guard.feed(before)
    return guard
