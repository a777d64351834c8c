"""Programs that stop with an exception: a catalogue keyed on the exception and its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.runtime import (
    arguments,
    attributes,
    beginnings,
    callables,
    entries,
    first_values,
    indexing,
    iteration,
    literals,
    members,
    names,
    numerical,
    objects,
    operands,
    other,
    outside,
    receivers,
    recursion,
    stops,
    texts,
    unconverted,
    values,
)
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.program import Program

RULES: tuple[RuntimeRule, ...] = (
    *stops.RULES,
    *literals.RULES,
    *unconverted.RULES,
    *objects.RULES,
    *entries.RULES,
    *beginnings.RULES,
    *first_values.RULES,
    *receivers.RULES,
    *members.RULES,
    *texts.RULES,
    *outside.RULES,
    *numerical.RULES,
    *names.RULES,
    *callables.RULES,
    *arguments.RULES,
    *operands.RULES,
    *iteration.RULES,
    *indexing.RULES,
    *attributes.RULES,
    *values.RULES,
    *recursion.RULES,
    *other.RULES,
)
"""The catalogue in order: of the rules that match, the first that finds its place in the code wins."""


def diagnose(program: Program, crash: Crash) -> tuple[RuntimeRule, Site]:
    """Find the rule for a crash. The last rule takes whatever is left."""
    for rule in RULES:
        if rule.exceptions and crash.exception not in rule.exceptions:
            continue
        match = rule.message.search(crash.message)
        if match is None:
            continue
        site = rule.locate(Case(program, crash, match))
        if site is not None:
            return rule, site
    raise AssertionError("the last rule matches every crash")
