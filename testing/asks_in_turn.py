"""Snapshots of asks about code, and the change from one to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.conversation.change import compare
from tutor_pedagogy.conversation.taking import take_snapshot
from tutor_pedagogy.offline import report
from tutor_pedagogy.problem.identity import identify
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.change import Comparison
    from tutor_pedagogy.conversation.snapshot import Snapshot


def traceback(line: int, source: str, error: str) -> str:
    """Return a traceback with one frame."""
    return f'Traceback (most recent call last):\n  File "program.py", line {line}, in <module>\n    {source}\n{error}\n'


def snapshot(code: str, line: int = 0, **evidence: Any) -> Snapshot:
    """Return the snapshot of an ask about some code."""
    submission = Submission(code=code, cursor=Position(line, 0), **evidence)
    problem = identify(code, submission.cursor)
    return take_snapshot(submission, problem, report(submission))


def compared(before: Snapshot, after: Snapshot) -> Comparison:
    """Return the change between two recent asks."""
    return compare(before, after, is_recent=True)
