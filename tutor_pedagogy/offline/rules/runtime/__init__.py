"""Rules for programs that stop with an exception, selected by the exception and its message."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.cause import Cause
from tutor_pedagogy.offline.engine.rule import rules_of
from tutor_pedagogy.offline.rules.numerical import crashes
from tutor_pedagogy.offline.rules.runtime import (
    accumulators,
    any_exception,
    arguments,
    attributes,
    callables,
    callees,
    entries,
    environment,
    imports,
    indexing,
    initial_values,
    iteration,
    keys,
    literals,
    names,
    none_values,
    objects,
    operands,
    recursion,
    scopes,
    stored_values,
    strings,
    unconverted,
    values,
)
from tutor_pedagogy.offline.rules.runtime.context import CrashContext
from tutor_pedagogy.offline.rules.runtime.rule import RuntimeRule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.evidence import Evidence
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import Certainty

MODULES = (
    any_exception,
    literals,
    unconverted,
    objects,
    entries,
    initial_values,
    stored_values,
    accumulators,
    callees,
    strings,
    environment,
    crashes,
    imports,
    names,
    scopes,
    callables,
    arguments,
    none_values,
    operands,
    iteration,
    indexing,
    keys,
    attributes,
    values,
    recursion,
)


def in_order(rules: Iterable[RuntimeRule]) -> list[RuntimeRule]:
    """Return the rules, sorted so that each comes before the rules that its `before` names. The fallback is last."""
    known = {rule.name: rule for rule in rules}
    above: dict[str, list[str]] = {}
    for rule in known.values():
        for later in rule.before:
            above.setdefault(later, []).append(rule.name)
    ordered: dict[str, RuntimeRule] = {}

    def place(name: str) -> None:
        for earlier in above.get(name, ()):
            place(earlier)
        ordered.setdefault(name, known[name])

    for name in known:
        place(name)
    ordered[any_exception.other.name] = ordered.pop(any_exception.other.name)
    return list(ordered.values())


RULES = tuple(in_order(rules_of(MODULES, RuntimeRule)))
"""All rules in the order in which they are tried: the first that finds a match in the code is used."""


def matches(program: Program, crash: Crash) -> Iterator[tuple[RuntimeRule, Match]]:
    """Yield the rules that match a crash, in order. The last rule matches every crash."""
    for rule in RULES:
        if rule.exceptions and crash.exception not in rule.exceptions:
            continue
        message = rule.message.search(crash.message)
        if message is None:
            continue
        match = rule.detect(CrashContext(program, crash, message))
        if match is not None:
            yield rule, match


def diagnose(evidence: Evidence) -> Cause:
    """Return the cause of a crash: the first rule that matches, asserts nothing false, and whose edit mends the crash.

    If no edit mends it, the cause is the first of these rules without its edit. The last rule matches every crash.
    """
    without_edit: Cause | None = None
    for rule, match in matches(evidence.program, evidence.crash):
        if rule is any_exception.other and without_edit is not None:
            break
        claims = [evidence.holds(claim, match) for claim in rule.lesson.claims]
        if False in claims:
            continue
        is_proved = None not in claims and (bool(claims) or rule.lesson.is_proved_by_message)
        mends = evidence.mends(match.edit) if match.edit is not None else None
        if mends is False:
            without_edit = without_edit or Cause(rule, replace(match, edit=None), "likely")
            continue
        return Cause(rule, match, _certainty(rule, is_certain=is_proved or bool(mends)))
    if without_edit is None:
        raise AssertionError("the last rule matches every crash")
    return without_edit


def _certainty(rule: RuntimeRule, *, is_certain: bool) -> Certainty:
    if rule is any_exception.other or not rule.lesson.is_sure:
        return "start_here"
    return "certain" if is_certain else "likely"
