"""Examinations that were made before: a student asks about the same code level by level."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tutor_pedagogy.problem.identity import Problem
    from tutor_protocol import ErrorType, Submission

_MOST = 500


@dataclass(frozen=True, slots=True)
class Examination:
    """What a submission is about. Without `is_read` it could not be analysed, and the rest is a guess."""

    problem: Problem
    error_type: ErrorType
    is_read: bool = True


class KnownExaminations:
    """The last examinations of large submissions by student, without their code: it comes again with each ask."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Hashable, int], Examination] = OrderedDict()

    def get(self, owner: Hashable, submission: Submission) -> Examination | None:
        """Return the examination of a submission, if it is still known."""
        known = self._known.get(_key(owner, submission))
        if known is None:
            return None
        unit = known.problem.unit
        lines = submission.code.replace("\r\n", "\n").replace("\r", "\n").split("\n")[unit.start_line : unit.end_line]
        source = "".join(f"{line}\n" for line in lines)
        return replace(known, problem=replace(known.problem, unit=replace(unit, source=source)))

    def keep(self, owner: Hashable, submission: Submission, examination: Examination) -> None:
        """Keep an examination in place of the one that was kept for longest."""
        problem = examination.problem
        bare = replace(examination, problem=replace(problem, unit=replace(problem.unit, source="")))
        self._known[_key(owner, submission)] = bare
        if len(self._known) > _MOST:
            self._known.popitem(last=False)


def _key(owner: Hashable, submission: Submission) -> tuple[Hashable, int]:
    said = (submission.diagnostics, submission.traceback, submission.question)
    return owner, hash((submission.code, submission.cursor, submission.kind, submission.first_line, *said))
