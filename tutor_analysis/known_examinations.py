"""A cache of examinations, because a student asks about the same code again for each hint level."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_pedagogy.problem.identity import Problem
    from tutor_protocol import ErrorType, Purpose, ReportedFinding, Submission

_MOST = 500


@dataclass(frozen=True, slots=True)
class Examination:
    """The problem, the error type, the finding and the purpose of a submission, and its snapshot.

    If `is_read` is false, the submission could not be analysed: problem and type are a guess, and the purpose is None.
    The snapshot is None if the search for a finding took too long.
    """

    problem: Problem
    error_type: ErrorType
    finding: ReportedFinding
    is_read: bool = True
    purpose: Purpose | None = None
    snapshot: Snapshot | None = None


class KnownExaminations:
    """A cache of the latest examinations of large submissions, by student. It stores no code, only hashes of it."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Hashable, int], Examination] = OrderedDict()

    def get(self, owner: Hashable, submission: Submission) -> Examination | None:
        """Return the cached examination of a submission, or None."""
        known = self._known.get(_key(owner, submission))
        if known is None:
            return None
        unit = known.problem.unit
        lines = submission.code.replace("\r\n", "\n").replace("\r", "\n").split("\n")[unit.start_line : unit.end_line]
        source = "".join(f"{line}\n" for line in lines)
        return replace(known, problem=replace(known.problem, unit=replace(unit, source=source)))

    def keep(self, owner: Hashable, submission: Submission, examination: Examination) -> None:
        """Add an examination, and drop the oldest if there are too many."""
        problem = examination.problem
        bare = replace(examination, problem=replace(problem, unit=replace(problem.unit, source="")))
        self._known[_key(owner, submission)] = bare
        if len(self._known) > _MOST:
            self._known.popitem(last=False)


def _key(owner: Hashable, submission: Submission) -> tuple[Hashable, int]:
    told = (submission.test_report, submission.trace, submission.found_edit)
    said = (submission.diagnostics, submission.traceback, submission.question, *told)
    return owner, hash((submission.code, submission.cursor, submission.kind, submission.first_line, *said))
