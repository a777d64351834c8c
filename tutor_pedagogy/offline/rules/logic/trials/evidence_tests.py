"""The test whether the wrong result that a student reports comes about in the evaluator."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.trials.expectations import ends_with, equal, literal

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.logic.trials.expectations import Expectation
    from tutor_pedagogy.offline.rules.logic.trials.stage import Outcome

_CUT = re.compile(r"\[\d{1,9} chars\]")
"""What `unittest` writes in place of the middle of a long value."""


def comes_about(expectation: Expectation, outcome: Outcome) -> bool:
    """Return whether a result is the wrong one that the student reports."""
    got = expectation.got
    if expectation.form == "ending" and got is not None:
        return ends_with(str(outcome.result), got) and not expectation.holds(outcome.result)
    if got is None or expectation.holds(outcome.result):
        return not expectation.holds(outcome.result)
    if (cut := _CUT.search(got)) is not None:
        text = repr(outcome.result)
        return text.startswith(got[: cut.start()]) and text.endswith(got[cut.end() :])
    is_value, value = literal(got)
    return (is_value and equal(outcome.result, value)) or got.strip() in (str(outcome.result), repr(outcome.result))
