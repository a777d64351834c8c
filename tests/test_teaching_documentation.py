"""The answers in `docs/teaching.md` are those of the offline tutor."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.teaching.answers import BUGS, Bug, renewed
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain

TEACHING = Path(__file__).resolve().parents[1] / "docs" / "teaching.md"


def test_documented_answers_are_the_tutors() -> None:
    """The answers in the document are current: `python -m benchmarks.teaching.answers --write` would change nothing."""
    document = TEACHING.read_text(encoding="utf-8")

    assert document == renewed(document)
    assert all(bug.title in document for bug in BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=[bug.title for bug in BUGS])
def test_documented_hints_keep_the_rule_of_their_level(bug: Bug) -> None:
    """The guard for models also accepts each of the documented hints at its level."""
    for level in HintLevel:
        guard = Guard(level, bug.submission)
        guard.feed(explain(bug.submission, level, StudentLevels()).text)
        guard.finish()

        assert guard.verdict is None
