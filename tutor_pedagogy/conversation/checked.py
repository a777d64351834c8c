"""Whether it is checked that an edit has mended a problem, and not only removed the sign of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.behaviour import ANY, lines_of, split, stands_in, token_digest
from tutor_pedagogy.conversation.snapshot import DIGEST_BYTES

if TYPE_CHECKING:
    from typing import Literal

    from tutor_pedagogy.conversation.behaviour import Behaviour
    from tutor_pedagogy.conversation.snapshot import Snapshot

    Outcome = Literal["mended", "open", "other"]

_MOST_GOALS = 3
_FEW_WORDS = 1
_WORKED_OUT = frozenset(("logic.result-against-name", "logic.result-against-note", "logic.wrong-start-value"))
"""The rules whose finding is that the evaluator works out another result than the program's own texts tell."""
_EXPECTED_ERRORS = frozenset(
    ("ValueError", "FileNotFoundError", "OSError", "EOFError", "ZeroDivisionError", "JSONDecodeError")
)
"""Exceptions that a right program may get from its input, so that a handler for them can be the remedy."""


def outcome(before: Snapshot, after: Snapshot) -> Outcome:
    """Return what became of an earlier finding that is gone, where nothing else is known to be wrong.

    `open`: something shows that it is not mended. `other`: it is mended, and the student speaks of something else. What
    counts, in this order: a green test run, the student's words, the result that the student wants, what the program
    would do with the finding's edit, what it did before, and, for an error, whether its statement was only removed.
    """
    if after.is_green:
        return "mended"
    said = _outcome_of_words(before, after)
    if said is not None:
        return said
    is_mended = None if after.behaviour is None else _is_mended_by_result(before, after.behaviour)
    if is_mended is None:
        is_mended = not after.is_open_statement and not _is_contradicted(before, after)
    return "mended" if is_mended else "open"


def _outcome_of_words(before: Snapshot, after: Snapshot) -> Outcome | None:
    """Return the outcome that the student's words decide: that the result is wrong, or something after the edit."""
    is_edit_made = (
        before.sought is not None and after.behaviour is not None and after.behaviour.tree == before.sought.tree
    )
    if after.is_told_wrong or _was_told_wrong(before, after):
        return "other" if is_edit_made and not before.is_told_wrong else "open"
    return "other" if is_edit_made and after.is_open_statement else None


def _is_mended_by_result(before: Snapshot, now: Behaviour) -> bool | None:
    """Return whether the program has the wanted result, or does what an edit would make it do; None if unknown."""
    met = _has_wanted_result(before, now)
    if met is not None:
        return met and not _is_written_in(before, now)
    goals = _goals(before)
    if not any(_does_the_same(goal, now) for goal in goals):
        return None
    if all(goal.tree == now.tree for goal in goals):
        return True
    is_unchanged = before.behaviour is not None and _is_unchanged(before.behaviour, now)
    return not is_unchanged and not _is_written_in(before, now)


def _goals(before: Snapshot) -> tuple[Behaviour, ...]:
    return before.goals if before.sought is None else (before.sought, *before.goals)


def goals_after(before: Snapshot) -> tuple[Behaviour, ...]:
    """Return what the program would have done with the edits of this and earlier findings, the latest first."""
    return _goals(before)[:_MOST_GOALS]


def _is_contradicted(before: Snapshot, after: Snapshot) -> bool:
    """Return whether something shows that the mistake of a finding that is gone is still there, or only removed."""
    was, now, sought = before.behaviour, after.behaviour, before.sought
    if before.words_digest == after.words_digest and (not before.parses or before.is_of_syntax):
        return False
    if sought is not None and now is not None and _does_the_same(sought, now) is False:
        return True
    if was is not None and now is not None and _is_unchanged(was, now):
        return True
    if sought is not None and _holds_edit(sought, after):
        return False
    if before.rule in _WORKED_OUT and now is not None and (now.output or now.calls):
        return after.words + _FEW_WORDS < before.words
    return _is_only_removed(before, after)


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
        goals=before.goals,
        wanted=after.wanted or before.wanted,
        words=before.words,
        words_digest=before.words_digest,
    )


def _was_told_wrong(before: Snapshot, after: Snapshot) -> bool:
    """Return whether the student has said that a program which does the same is wrong."""
    was, now = before.tried, after.behaviour
    if not before.is_open or not before.is_told_wrong or was is None or now is None:
        return False
    return was.tree == now.tree or bool(was.output and was.output == now.output)


def _has_wanted_result(before: Snapshot, now: Behaviour) -> bool | None:
    """Return whether the program has the result that the student wants; None if that is not known."""
    wanted = before.wanted
    if wanted is None:
        return None
    if wanted.call:
        result = now.results().get(wanted.call)
        return None if result is None else result == wanted.value
    if not now.output:
        return None
    value, lines = list(split(wanted.value)), lines_of(now.output)
    old = [] if before.behaviour is None else lines_of(before.behaviour.output)
    if len(old) == len(lines):
        return stands_in(value, lines[wanted.line])
    return any(stands_in(value, line) for line in lines) or None


def _does_the_same(sought: Behaviour, now: Behaviour) -> bool | None:
    """Return whether a program does what the edit would make it do; None if that is not known."""
    theirs, own = sought.results(), now.results()
    shared = theirs.keys() & own.keys()
    is_known = bool(sought.output and now.output)
    if (is_known and not sought.prints_like(now)) or any(theirs[call] != own[call] for call in shared):
        return False
    return True if is_known or shared else None


def _is_unchanged(was: Behaviour, now: Behaviour) -> bool:
    return bool(was.output) == bool(now.output) and _does_the_same(was, now) is True


def _is_written_in(before: Snapshot, now: Behaviour) -> bool:
    """Return whether the right result is written into the program instead of being worked out."""
    was = before.behaviour
    if was is None:
        return False
    known = {*split(was.literals), *split(was.output)}
    for goal in _goals(before):
        known.update(split(goal.literals))
    results = {*split(now.output), *now.results().values()}
    return any(literal in results for literal in split(now.literals) if literal not in known)


def _holds_edit(sought: Behaviour, after: Snapshot) -> bool:
    """Return whether each line that the edit writes stands in the unit."""
    written = _digests(sought.lines)
    return bool(written) and written <= _digests(after.lines)


def _digests(lines: bytes) -> set[bytes]:
    return {lines[start : start + DIGEST_BYTES] for start in range(0, len(lines), DIGEST_BYTES)}


def _is_only_removed(before: Snapshot, after: Snapshot) -> bool:
    """Return whether the statement with a reported error was removed or fenced in."""
    was, now = before.behaviour, after.behaviour
    if not before.parses or before.is_of_syntax:
        return after.words < before.words and not (after.finishes and after.words + _FEW_WORDS >= before.words)
    if before.exception is None or was is None or now is None:
        return False
    return now.statements < was.statements or _is_silenced(before.exception, was, now)


def _is_silenced(exception: str, was: Behaviour, now: Behaviour) -> bool:
    """Return whether a new handler catches everything, or an exception that shows a mistake of the program."""
    before, after = list(split(was.handlers)), list(split(now.handlers))
    names = [ANY] if exception in _EXPECTED_ERRORS else [ANY, exception]
    return any(after.count(token_digest(name)) > before.count(token_digest(name)) for name in names)
