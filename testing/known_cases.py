"""Asks about a failing test with the cases that its report tells."""

from __future__ import annotations

from itertools import starmap
from typing import TYPE_CHECKING, Literal

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.reported import with_report_read
from tutor_protocol import FirstFailure, FoundEdit, KnownCase, Position, Submission, TestReport

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Explanation

Told = tuple[str, str, str | None]


def case(given: str, expected: str, got: str | None) -> KnownCase:
    """Return a case that passes if its result is not told."""
    return KnownCase(given=given, expected=expected, got=got, outcome="passed" if got is None else "failed")


def submission(code: str, *told: Told) -> Submission:
    """Return an ask about code, with a report that tells cases. The first with a result is the one that failed."""
    cases = tuple(starmap(case, told))
    first = next(each for each in cases if each.outcome == "failed")
    message = f"Test failed: {first.given}\nExpected: {first.expected}\nGot: {first.got}"
    report = TestReport(
        passed=1, failed=1, errors=0, first_failure=FirstFailure(name="test_a", message=message), cases=cases
    )
    return with_report_read(Submission(code=code, cursor=Position(0, 0), test_report=report))


def ladder(code: str, *told: Told) -> list[Explanation]:
    """Return the explanations of all levels."""
    return [explain(submission(code, *told), level, StudentLevels()) for level in HintLevel]


def found_edit(
    rule: str,
    line: int,
    text: str,
    *,
    first: int | None = None,
    certainty: Literal["certain", "likely"] = "certain",
    passed: int = 4,
) -> FoundEdit:
    """Return an edit of a line with which the tests pass; of the lines from `first` on, if that is given."""
    return FoundEdit(
        rule=f"logic.{rule}",
        line=line,
        certainty=certainty,
        passed=passed,
        first_line=line if first is None else first,
        last_line=line,
        new_text=text,
    )
