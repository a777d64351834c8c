"""The sentences that open an answer: what the change since the last ask did to the problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.snapshot import DIAGNOSTIC
from tutor_pedagogy.dialogue.tables import amid, sentence
from tutor_pedagogy.offline.engine.writing import LONGEST_SPAN, code_span

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.change import Comparison
    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_protocol import Submission

_SYNTAX = frozenset(("SyntaxError", "IndentationError", "TabError"))


def react(comparison: Comparison, submission: Submission) -> str:
    """Return one or two sentences on the change since the last ask, or "" if there is nothing true to say of it.

    They are written from the snapshots and the code's lines alone, without another analysis of the program.
    """
    before, after = comparison.before, comparison.after
    if before is None or after is None or comparison.change in {"none", "solved"}:
        return ""
    if comparison.is_open:
        return _open(before, after)
    match comparison.change:
        case "same":
            said = _same(comparison, before, after, submission)
        case "nearer":
            said = _nearer(before, after)
        case "worse":
            said = _worse(before, after, submission)
        case _:
            said = _new(after) if comparison.is_introduced else ""
    return " ".join(filter(None, (said, _passing(submission) if said else "")))


def _same(comparison: Comparison, before: Snapshot, after: Snapshot, submission: Submission) -> str:
    if not comparison.is_seen:
        line = _carried_line(comparison, before, after)
        return sentence("reaction", "unseen_test" if before.failed_test else "unseen", line=line) if line else ""
    if after.failed_test is not None and after.failed_test == before.failed_test:
        return sentence("reaction", "same_test", test=after.failed_test)
    if after.shown_line is None:
        return ""
    place = quoted_place(submission, after.shown_line)
    is_named = after.exception not in {None, DIAGNOSTIC, *_SYNTAX}
    if is_named and after.exception == before.exception:
        return sentence("reaction", "same_exception", exception=after.exception, amid=amid(place))
    return sentence("reaction", "same_certain" if after.certainty == "certain" else "same", place=place)


def _open(before: Snapshot, after: Snapshot) -> str:
    """Return that the finding is gone, and that nothing shows whether the program is right, with how to find out."""
    if before.failed_test is not None:
        return sentence("reaction", "open_test", test=before.failed_test)
    if before.exception not in {None, DIAGNOSTIC}:
        gone = sentence("reaction", "open_exception", exception=before.exception)
    elif before.claims and before.shown_line is not None:
        gone = sentence("reaction", "open_mistake", line=before.shown_line)
    else:
        gone = ""
    told = "open_wrong" if after.is_told_wrong else "open_again" if before.is_open else "open"
    return " ".join(filter(None, (gone if not before.is_open else "", sentence("reaction", told))))


def _carried_line(comparison: Comparison, before: Snapshot, after: Snapshot) -> int | None:
    """Return the line of the editor at which the earlier finding's line stands now, if that is known."""
    known = after if after.line is not None and after.shown_line is not None else before
    if comparison.carried_line is None or known.shown_line is None or known.line is None:
        return None
    return known.shown_line - known.line + comparison.carried_line


def _nearer(before: Snapshot, after: Snapshot) -> str:
    if before.failing is not None and after.failing is not None and after.failing < before.failing:
        name = "one_fewer" if before.failing - after.failing == 1 else "fewer"
        return sentence("reaction", name, now=after.failing, before=before.failing)
    if after.shown_line is None:
        return ""
    if before.claims and before.shown_line is not None:
        is_readable_now = not before.parses and before.shown_line != after.shown_line
        name = "mended" if is_readable_now else "mended_elsewhere"
        return sentence("reaction", name, gone=before.shown_line, line=after.shown_line)
    if before.exception not in {None, DIAGNOSTIC} and before.exception != after.exception:
        return sentence("reaction", "other_exception", exception=before.exception, line=after.shown_line)
    return ""


def _worse(before: Snapshot, after: Snapshot, submission: Submission) -> str:
    if before.parses and not after.parses and after.shown_line is not None:
        return sentence("reaction", "unreadable", place=quoted_place(submission, after.shown_line))
    if before.failing is not None and after.failing is not None and after.failing > before.failing:
        return sentence("reaction", "worse_tests", now=after.failing, before=before.failing)
    return ""


def _new(after: Snapshot) -> str:
    if not after.claims or after.shown_line is None:
        return ""
    return sentence("reaction", "introduced", line=after.shown_line)


def _passing(submission: Submission) -> str:
    """Return how many tests pass, if a report came with the ask and some of them do."""
    report = submission.test_report
    if report is None or not report.passed:
        return ""
    return sentence("reaction", "passing", passed=report.passed, all=report.passed + report.failed + report.errors)


def quoted_place(submission: Submission, shown: int) -> str:
    """Return the number of a line as the editor shows it and, if it can be quoted, its code."""
    lines = submission.code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = shown - submission.first_line - 1
    text = lines[at].strip() if 0 <= at < len(lines) else ""
    is_quotable = text and len(text) <= LONGEST_SPAN and text.isprintable()
    return f"line {shown}, {code_span(text)}" if is_quotable else f"line {shown}"
