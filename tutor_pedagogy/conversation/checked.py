"""Whether it is checked that an edit has mended a problem, and not only removed the sign of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.behaviour import lines_of, split, stands_in
from tutor_pedagogy.conversation.snapshot import DIAGNOSTIC, DIGEST_BYTES

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.behaviour import Behaviour
    from tutor_pedagogy.conversation.snapshot import Snapshot


def is_mended(before: Snapshot, after: Snapshot) -> bool:
    """Return whether the problem of an earlier ask is known to be mended. Nothing else may be known to be wrong.

    What counts, in this order: the student's words, a green test run, the result that the student wants, what the
    program would do with the finding's edit, the edit itself, and, for an error, that the program runs to its end.
    """
    if after.is_green:
        return True
    if after.is_told_wrong or _was_told_wrong(before, after):
        return False
    was, now, sought = before.behaviour, after.behaviour, before.sought
    if before.wanted is not None and now is not None:
        return _has_wanted_result(before, now) and not _is_written_in(was, sought, now)
    if sought is not None and now is not None:
        if now.tree == sought.tree:
            return True
        same = _does_the_same(sought, now)
        if same is not None:
            return same and not _is_written_in(was, sought, now)
    if after.is_open_statement:
        return False
    if was is not None and now is not None and was.output and was.output == now.output:
        return False
    if sought is not None and _holds_edit(sought, after):
        return True
    return _is_error_gone(before, after)


def kept_open(after: Snapshot, before: Snapshot, line: int | None) -> Snapshot:
    """Return the snapshot of changed code with the problem of the ask before, which is not known to be mended.

    So the next ask is compared with that problem, and with what its program did. `line` is its line now, from 0.
    """
    return replace(
        after,
        is_open=True,
        is_of_syntax=before.is_of_syntax or not before.parses,
        tried=after.behaviour,
        is_told_wrong=after.is_told_wrong or _was_told_wrong(before, after),
        rule=before.rule,
        line=line,
        shown_line=before.shown_line,
        certainty=before.certainty,
        exception=before.exception,
        error=before.error,
        error_line=line if before.error_line == before.line else None,
        culprit=before.culprit,
        failed_test=before.failed_test,
        failing=before.failing,
        behaviour=before.behaviour,
        sought=before.sought,
        wanted=after.wanted or before.wanted,
        words=before.words,
    )


def _was_told_wrong(before: Snapshot, after: Snapshot) -> bool:
    """Return whether the student has said that a program which does the same is wrong."""
    was, now = before.tried, after.behaviour
    if not before.is_open or not before.is_told_wrong or was is None or now is None:
        return False
    return was.tree == now.tree or bool(was.output and was.output == now.output)


def _has_wanted_result(before: Snapshot, now: Behaviour) -> bool:
    wanted = before.wanted
    if wanted is None:
        return False
    if wanted.call:
        return now.results().get(wanted.call) == wanted.value
    value, lines = list(split(wanted.value)), lines_of(now.output)
    old = [] if before.behaviour is None else lines_of(before.behaviour.output)
    if len(old) == len(lines):
        return stands_in(value, lines[wanted.line])
    return any(stands_in(value, line) for line in lines)


def _does_the_same(sought: Behaviour, now: Behaviour) -> bool | None:
    """Return whether a program does what the edit would make it do; None if that is not known."""
    if sought.output and now.output:
        return sought.output == now.output
    theirs, own = sought.results(), now.results()
    shared = theirs.keys() & own.keys()
    return all(theirs[call] == own[call] for call in shared) if shared else None


def _is_written_in(was: Behaviour | None, sought: Behaviour | None, now: Behaviour) -> bool:
    """Return whether the right result is written into the program instead of being worked out."""
    if was is None:
        return False
    known = {*split(was.literals), *split(was.output)}
    if sought is not None:
        known.update(split(sought.literals))
    results = {*split(now.output)}
    return any(literal in results for literal in split(now.literals) if literal not in known)


def _holds_edit(sought: Behaviour, after: Snapshot) -> bool:
    """Return whether each line that the edit writes stands in the unit."""
    written = _digests(sought.lines)
    return bool(written) and written <= _digests(after.lines)


def _digests(lines: bytes) -> set[bytes]:
    return {lines[start : start + DIGEST_BYTES] for start in range(0, len(lines), DIGEST_BYTES)}


def _is_error_gone(before: Snapshot, after: Snapshot) -> bool:
    """Return whether a reported error is gone although the statement with it was neither removed nor fenced in."""
    was, now = before.behaviour, after.behaviour
    if not before.parses or before.is_of_syntax:
        return after.finishes or after.words >= before.words
    if before.exception is None or before.failed_test is not None or before.failing:
        return False
    if now is None or was is None or now.statements < was.statements or now.handlers > was.handlers:
        return False
    return after.finishes or before.exception == DIAGNOSTIC
