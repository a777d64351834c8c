"""Which problem an ask is about: the versions of a student's code that were asked about, and the problems they share.

A *version* is the code of an ask. Each version has a record. The record of the first version of a problem is the
problem's *root*: it holds the hint level that all versions of the problem share.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from tutor_pedagogy.conversation.change import Comparison, compare, is_cosmetic, is_mended_elsewhere
from tutor_pedagogy.conversation.checked import goals_after, kept_open
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.ladder.policy import HIGHEST_OF_AN_ATTEMPT, Circumstances, Ladder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from tutor_pedagogy.conversation.snapshot import Snapshot

CHECK = "purpose.check"
"""The rule of an answer that checks a program in which nothing was found."""
RECENT = timedelta(minutes=60)
"""How long after an ask an edit of the same unit counts as an attempt at its problem."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(Generic[Key]):
    """The record of a version. `root` is the key of the problem's root, which is `key` itself for a root.

    `fingerprint` identifies the version; it differs from the code's fingerprint if the same code is stored with
    another error. `snapshot` is None for versions from before snapshots were stored.
    """

    key: Key
    root: Key
    fingerprint: str
    asked_at: datetime
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement(Generic[Key]):
    """The problem that an ask is about.

    `version` is the stored version of this code with this error, or None if it is new. `root` is the key of the
    problem's root, or None if the ask begins a problem. `fingerprint` identifies the version, and `stored` is the
    snapshot to store of it.
    """

    version: Key | None
    fingerprint: str
    root: Key | None
    circumstances: Circumstances
    comparison: Comparison
    stored: Snapshot
    last_root: Key | None = None
    """The root of the problem of the last ask about the same unit."""


def place(
    snapshot: Snapshot,
    *,
    of_code: Sequence[Version[Key]],
    of_unit: Sequence[Version[Key]],
    policy: Ladder,
    now: datetime,
    lately: Callable[[], Iterable[Version[Key]]] = tuple,
) -> Placement[Key]:
    """Return the problem that an ask is about.

    `of_code` are the versions with the same fingerprint, `of_unit` the latest versions of the same unit, each with the
    newest first. `lately` finds the student's latest versions of any unit; it is called if the program may have been
    mended outside the unit. Versions of another document are no earlier versions of the unit. Two asks about the same
    code outside functions are about two problems if both report an error, and the errors differ.
    """
    known = _version_of(snapshot, of_code)
    of_unit = [one for one in of_unit if one.snapshot is None or not one.snapshot.is_of_other_document(snapshot)]
    last = of_unit[0] if of_unit else None
    comparison = compare(
        last.snapshot if last else None, snapshot, is_recent=last is not None and now - last.asked_at <= RECENT
    )
    if comparison.change in {"none", "new"} and _is_well(snapshot):
        comparison = _mended_elsewhere(snapshot, lately(), now) or comparison
    is_same_code = last is not None and any(version.key == last.key for version in of_code)
    if known is not None:
        made_effort = False
        root: Key | None = known.root
    else:
        origin = None if is_same_code or policy is Ladder.CODE else _attempted(snapshot, comparison, of_unit, now)
        root = None if origin is None else origin.root
        made_effort = origin is not None and origin.snapshot is not None and not is_cosmetic(origin.snapshot, snapshot)
    return Placement(
        version=None if known is None else known.key,
        fingerprint=_fingerprint(snapshot, known, is_first=not of_code),
        root=root,
        circumstances=Circumstances(
            is_same_code=is_same_code,
            is_attempt=known is None and root is not None,
            made_effort=made_effort,
            is_solved=comparison.change == "solved",
        ),
        comparison=comparison,
        stored=_stored(snapshot, known, comparison),
        last_root=None if last is None else last.root,
    )


def highest_of_follow_up(
    snapshot: Snapshot, problem: Key, *, of_code: Sequence[Version[Key]], of_unit: Sequence[Version[Key]], now: datetime
) -> HintLevel:
    """Return the highest hint level of a question about an answer to a problem, by the code that comes with it.

    The level of one problem is not the level of another. So a question that comes with another program, or with another
    error, has level 1.
    """
    is_one_error = snapshot.is_at_module_level and snapshot.points_at_error
    of_same = [_version_of(snapshot, of_code)] if is_one_error else of_code
    if any(version is not None and version.root == problem for version in of_same):
        return HintLevel.SOLUTION
    latest = next((version for version in of_unit if version.root == problem), None)
    if latest is None:
        return HintLevel.QUESTION
    change = compare(latest.snapshot, snapshot, is_recent=now - latest.asked_at <= RECENT).change
    return HintLevel.QUESTION if change in {"none", "new"} else HIGHEST_OF_AN_ATTEMPT


def _fingerprint(snapshot: Snapshot, known: Version[Key] | None, *, is_first: bool) -> str:
    if known is not None:
        return known.fingerprint
    if is_first:
        return snapshot.fingerprint
    error = f"{snapshot.fingerprint} {snapshot.exception} {snapshot.culprit}"
    return hashlib.sha256(error.encode()).hexdigest()


def _is_well(snapshot: Snapshot) -> bool:
    """Return whether nothing is known to be wrong, and the ask is for a look at the program, not for an explanation."""
    is_for_more = snapshot.rule is not None and snapshot.rule.startswith("purpose.") and snapshot.rule != CHECK
    return snapshot.parses and not snapshot.names_problem and not is_for_more


def _mended_elsewhere(snapshot: Snapshot, lately: Iterable[Version[Key]], now: datetime) -> Comparison | None:
    """Return that the problem of an earlier ask is solved if an edit outside this unit has mended it, else None."""
    for version in lately:
        before = version.snapshot
        if before is None or before.is_solved or now - version.asked_at > RECENT:
            return None
        if before.names_problem and not before.is_of_other_document(snapshot):
            is_solved = is_mended_elsewhere(before, snapshot)
            return Comparison(change="solved", before=before, after=snapshot) if is_solved else None
    return None


def _stored(snapshot: Snapshot, known: Version[Key] | None, comparison: Comparison) -> Snapshot:
    """Return the snapshot to store: with the known error of this code, and whether its problem was told to be gone."""
    was_solved = known is not None and known.snapshot is not None and known.snapshot.is_solved
    is_solved = comparison.change == "solved" or (was_solved and _is_well(snapshot))
    stored = replace(_with_known_error(snapshot, known), is_solved=is_solved)
    before = comparison.before
    if before is None or comparison.change == "solved":
        return stored
    if comparison.is_open or (comparison.change == "none" and before.is_open and not snapshot.names_problem):
        return kept_open(stored, before, before.line if comparison.change == "none" else comparison.carried_line)
    is_other_error = comparison.change == "new" and stored.reports_error
    return replace(
        stored,
        wanted=stored.wanted or (None if is_other_error else before.wanted),
        goals=goals_after(before) if comparison.change != "none" else before.goals,
    )


def _with_known_error(snapshot: Snapshot, known: Version[Key] | None) -> Snapshot:
    """Return the snapshot with the error of an earlier ask about the same code, if this ask reports none."""
    if snapshot.points_at_error or known is None or known.snapshot is None:
        return snapshot
    return replace(snapshot, exception=known.snapshot.exception, culprit=known.snapshot.culprit)


def _version_of(snapshot: Snapshot, of_code: Sequence[Version[Key]]) -> Version[Key] | None:
    """Return the version of this code that is about the same error."""
    if not of_code:
        return None
    if not snapshot.is_at_module_level or not snapshot.points_at_error:
        return of_code[0]
    for version in of_code:
        if (
            version.snapshot is not None
            and version.snapshot.points_at_error
            and snapshot.has_error_of(version.snapshot)
        ):
            return version
    return next((v for v in of_code if v.snapshot is None or not v.snapshot.points_at_error), None)


def _attempted(
    snapshot: Snapshot, comparison: Comparison, of_unit: Sequence[Version[Key]], now: datetime
) -> Version[Key] | None:
    """Return the version whose problem the changed code is an attempt at.

    It is the student's last ask about the unit, or else the latest one before: a slip in between, such as a missing
    bracket, does not end the work on a problem.
    """
    if comparison.is_attempt:
        return of_unit[0]
    if not of_unit or (of_unit[0].snapshot is not None and of_unit[0].snapshot.is_solved):
        return None
    for version in of_unit[1:]:
        if version.snapshot is not None and version.snapshot.is_solved:
            return None
        if now - version.asked_at > RECENT:
            return None
        if version.snapshot is not None and compare(version.snapshot, snapshot, is_recent=True).is_attempt:
            return version
    return None
