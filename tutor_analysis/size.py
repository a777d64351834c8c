"""The maximum size of a submission that is analysed in the event loop, rather than in a child process."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_protocol import Submission

SMALL_CODE = 4_000
"""The maximum number of characters of code. The timer cannot interrupt CPython's parser, which takes up to 0.02 s."""
SMALL_REST = 4_000
"""The maximum number of other characters in the submission. The timer can interrupt only long matches in `re`."""
FEW = 100
"""The maximum number of notebook cells, and also the maximum number of diagnostics."""


def is_small(submission: Submission) -> bool:
    """Return whether a submission is small enough to be analysed in the event loop."""
    if len(submission.code) > SMALL_CODE or len(submission.cells) > FEW or len(submission.diagnostics) > FEW:
        return False
    rest = len(submission.traceback or "") + len(submission.question or "")
    failure = submission.test_report and submission.test_report.first_failure
    rest += len(failure.message) + sum(map(len, failure.values)) if failure else 0
    cases = submission.test_report.cases if submission.test_report else ()
    rest += sum(len(text) for case in cases for text in case.texts)
    rest += sum(map(len, submission.trace.texts)) if submission.trace else 0
    rest += len(submission.found_edit.new_text or "") if submission.found_edit else 0
    rest += sum(len(cell.source) + len(cell.output) for cell in submission.cells)
    rest += sum(len(said.message) + len(said.source) + len(said.code) for said in submission.diagnostics)
    return rest <= SMALL_REST
