"""What became of a problem between two asks about the same unit of code.

The rules are part of the public contract, section "Ladder policies".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.checked import outcome
from tutor_pedagogy.conversation.line_map import LineMap, is_other_text, map_lines
from tutor_pedagogy.conversation.snapshot import DIAGNOSTIC

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_protocol import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The change between two asks, and whether the new one is an attempt at the problem of the earlier one.

    `is_seen` is false if nothing shows what became of the finding: the line still stands there, and the program was
    not run again.
    """

    change: Change
    is_attempt: bool = False
    before: Snapshot | None = None
    after: Snapshot | None = None
    carried_line: int | None = None
    """The line within the unit, from 0, to which the earlier finding's line has moved; None if it was edited."""
    is_introduced: bool = False
    """Whether the finding is on a line that the edit has changed or added."""
    is_seen: bool = True
    is_open: bool = False
    """Whether the finding is gone, but nothing shows that the problem is mended."""


def compare(before: Snapshot | None, after: Snapshot, *, is_recent: bool) -> Comparison:
    """Return the change from an earlier ask about the same unit. `is_recent`: it was asked within the last hour."""
    if before is None or before.fingerprint == after.fingerprint:
        return Comparison(change="none", before=before, after=after)
    if not is_recent:
        return Comparison(change="new", before=before, after=after)
    lines = map_lines(before.lines, after.lines)
    if is_other_text(before.lines, after.lines, lines) and not _is_same_run(before, after):
        return Comparison(change="new")
    carried = None if before.line is None or before.line >= len(lines.carried) else lines.carried[before.line]
    is_introduced = after.line is not None and after.line in lines.edited
    is_same = _is_same_finding(before, after, lines)
    is_unseen = not is_same and _is_unseen(before, after, carried)
    is_gone = not is_same and not is_unseen and _is_gone(before, after)
    became = outcome(before, after) if is_gone else None
    is_open = became == "open"
    is_attempt = is_same or is_unseen or is_open
    if _is_worse(before, after):
        change: Change = "worse"
    elif is_open:
        change = "nearer"
    elif became == "mended":
        change = "solved"
    elif became == "other":
        change = "new"
    elif is_attempt:
        change = "nearer" if _has_fewer_failures(before, after) else "same"
    else:
        is_nearer = _is_gone_with_another_left(before, after, is_introduced=is_introduced)
        change = "nearer" if is_nearer and not _is_hidden(before, after, lines) else "new"
    return Comparison(
        change=change,
        is_attempt=is_attempt,
        before=before,
        after=after,
        carried_line=carried,
        is_introduced=is_introduced,
        is_seen=not is_unseen,
        is_open=is_open,
    )


def is_mended_elsewhere(before: Snapshot, after: Snapshot) -> bool:
    """Return whether an edit outside the unit of an earlier ask has mended what that ask was about.

    Only what the whole program shows counts: it parses again, or it runs to its end. A mistake that shows in the code
    of one unit cannot be seen from another.
    """
    if before.program in {None, after.program} or not _is_gone(before, after):
        return False
    if outcome(before, after) != "mended":
        return False
    if before.unit != after.unit and (before.document is None or before.document != after.document):
        return False
    return after.finishes if _needed_a_run(before) else not before.parses


def is_cosmetic(before: Snapshot, after: Snapshot) -> bool:
    """Return whether an edit changed only spaces, comments or the spelling of names."""
    return before.shape == after.shape


def _is_same_finding(before: Snapshot, after: Snapshot, lines: LineMap) -> bool:
    """Return whether the new finding is the old one, at its carried line or at an edited line that stands there.

    An exception that is raised again there is the old one, too, even if another rule explains it.
    """
    if before.line is None or after.line is None or not lines.carried:
        return _is_same_error(before, after)
    if before.exception is not None and before.exception == after.exception:
        is_repeated = before.rule == after.rule and before.error == after.error
        if is_repeated or _is_there(before.error_line, after.error_line, lines):
            return True
    if before.rule is None or before.rule != after.rule or before.rule.startswith("purpose."):
        return False
    return _is_there(before.line, after.line, lines)


def _is_there(before: int | None, after: int | None, lines: LineMap) -> bool:
    """Return whether a new line is the one to which an old line has moved, or stands where it was edited."""
    if before is None or after is None or before >= len(lines.carried):
        return False
    carried = lines.carried[before]
    return carried == after if carried is not None else after in lines.hunk_of(before)


def _is_same_error(before: Snapshot, after: Snapshot) -> bool:
    if before.failed_test is not None and before.failed_test == after.failed_test:
        return True
    return before.exception is not None and before.exception == after.exception


def _is_same_run(before: Snapshot, after: Snapshot) -> bool:
    """Return whether the same message, or two reports of tests, show that two asks are about one program."""
    is_same_message = before.exception not in {None, DIAGNOSTIC} and before.error == after.error
    return is_same_message or (before.failing is not None and after.failing is not None)


def _is_unseen(before: Snapshot, after: Snapshot, carried: int | None) -> bool:
    """Return whether the finding needed a run, its line still stands there, and the new ask says nothing of a run."""
    if after.reports_error or after.claims or not after.parses or after.finishes:
        return False
    return _needed_a_run(before) and carried is not None and after.failing is None


def _needed_a_run(before: Snapshot) -> bool:
    return before.parses and (before.exception not in {None, DIAGNOSTIC} or before.failed_test is not None)


def _is_hidden(before: Snapshot, after: Snapshot, lines: LineMap) -> bool:
    """Return whether the earlier finding may still be there: the new ask tells of something else before it.

    An exception is told before a mistake that shows in the code, and ends the program before a later line. An exception
    can come again if its line still stands there and the program was not run again.
    """
    if not before.parses or _has_fewer_failures(before, after):
        return False
    is_raised = after.exception not in {None, DIAGNOSTIC}
    if before.exception in {None, DIAGNOSTIC}:
        return is_raised and before.failed_test is None
    place = before.error_line if before.error_line is not None else before.line
    if place is None or place >= len(lines.carried):
        return False
    carried = lines.carried[place]
    if not after.reports_error:
        return carried is not None and not after.finishes
    stands_at = lines.hunk_of(place).start if carried is None else carried
    return is_raised and after.error_line is not None and after.error_line < stands_at


def _is_worse(before: Snapshot, after: Snapshot) -> bool:
    if before.parses and not after.parses:
        return True
    return before.failing is not None and after.failing is not None and after.failing > before.failing


def _has_fewer_failures(before: Snapshot, after: Snapshot) -> bool:
    return before.failing is not None and after.failing is not None and after.failing < before.failing


def _is_gone(before: Snapshot, after: Snapshot) -> bool:
    """Return whether the earlier finding is gone and nothing else is known to be wrong."""
    names_problem = before.names_problem or before.wanted is not None
    return names_problem and not after.names_problem and after.parses


def _is_gone_with_another_left(before: Snapshot, after: Snapshot, *, is_introduced: bool) -> bool:
    if _has_fewer_failures(before, after):
        return True
    return before.names_problem and after.names_problem and not is_introduced
