"""The class of rules for exceptions, the decorator that registers a detector, and the names that detectors need."""

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
    """A rule for exceptions of some types (an empty set means every type) whose message matches a pattern.

    `detect` returns None if the code shows that the rule does not apply; then the next rule is tried. `before` names
    rules that must be tried after this rule, because both would match. A rule that `is_general` is tried after every
    other rule that comes before the same rules.
    """

    exceptions: frozenset[str]
    message: re.Pattern[str]
    before: tuple[str, ...]
    detect: Detector
    is_general: bool = False


def runtime_rule(
    name: str,
    exceptions: tuple[str, ...] = (),
    message: str | re.Pattern[str] = "",
    *,
    before: tuple[str, ...] = (),
    is_general: bool = False,
) -> Callable[[Detector], RuntimeRule]:
    """Return a decorator that makes a rule of a detector. A name without a family becomes `runtime.<name>`."""
    pattern = re.compile(message)
    later = tuple(full_name(each, "runtime") for each in before)

    def decorate(detect: Detector) -> RuntimeRule:
        full = full_name(name, "runtime")
        return RuntimeRule(full, "runtime", frozenset(exceptions), pattern, later, detect, is_general)

    return decorate
