"""What a rule for exceptions is, the decorator that makes one of a detector, and what a detector is written with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.rule import Rule, full_name
from tutor_pedagogy.offline.rules.runtime.context import CrashContext, Slots

if TYPE_CHECKING:
    from collections.abc import Callable

    Detector = Callable[[CrashContext], Match | None]

__all__ = ["Code", "CrashContext", "Match", "RuntimeRule", "Slots", "runtime_rule"]


@dataclass(frozen=True, slots=True)
class RuntimeRule(Rule):
    """A rule for an exception: its types, none for every type, and the message that it goes with.

    `detect` returns None if the rule does not apply after all, so that a later one is tried. `before` names rules
    that this one comes before where both would match.
    """

    exceptions: frozenset[str]
    message: re.Pattern[str]
    before: tuple[str, ...]
    detect: Detector


def runtime_rule(
    name: str, exceptions: tuple[str, ...] = (), message: str | re.Pattern[str] = "", *, before: tuple[str, ...] = ()
) -> Callable[[Detector], RuntimeRule]:
    """Return a decorator that makes a rule of a detector; a name without a family is one of `runtime`."""
    pattern = re.compile(message)
    later = tuple(full_name(each, "runtime") for each in before)

    def decorate(detect: Detector) -> RuntimeRule:
        return RuntimeRule(full_name(name, "runtime"), "runtime", frozenset(exceptions), pattern, later, detect)

    return decorate
