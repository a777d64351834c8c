"""Programs that run and give the wrong result: smells in the code, symptoms in a failing test, tracing by hand."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.rule import rules_of
from tutor_pedagogy.offline.rules.logic import (
    conditions,
    effects,
    formulas,
    loops,
    returns,
    searches,
    start_values,
    stores,
    strings,
)
from tutor_pedagogy.offline.rules.logic.rule import SURE, LogicRule
from tutor_pedagogy.offline.rules.logic.wrong_branch import explain_branch
from tutor_pedagogy.offline.rules.logic.wrong_result import explain_result, explain_unreached

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.engine.rule import Rule
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

MODULES = (returns, start_values, loops, conditions, effects, formulas, stores, strings, searches)
RULES = tuple(rules_of(MODULES, LogicRule))
"""Every rule; where several match, certainty, the symptom and the distance to the cursor decide."""

_BY_CERTAINTY = [
    list(smells)
    for _, smells in groupby(
        sorted((smell for smell in RULES if smell.certainty >= SURE), key=lambda smell: -smell.certainty),
        key=lambda smell: smell.certainty,
    )
]


def diagnose(program: Program, symptom: Symptom | None) -> tuple[Rule, Match] | None:
    """Find what a program that runs has wrong: a smell that fits the symptom, else the symptom itself, else a smell."""
    if symptom is None:
        return _surest(program)
    fitting = _fitting(program, symptom)
    if fitting and {smell.name for smell, _ in fitting} == {"logic.way-without-return"}:
        return explain_unreached(program, symptom) or fitting[0]
    if fitting:
        smell, site = max(fitting, key=lambda pair: _fit(pair[0], symptom))
        if smell.name == "logic.answer-in-first-round":
            site = returns.answer_given_early(program, site, symptom.got)
        return smell, site
    if symptom.call or symptom.got:
        return explain_branch(program, symptom) or explain_result(program, symptom)
    return _surest(program) or explain_result(program, symptom)


def _surest(program: Program) -> tuple[LogicRule, Match] | None:
    """Find the smell that is the most certain to be a mistake; of several such the one nearest to the cursor."""
    for smells in _BY_CERTAINTY:
        found = [(smell, site) for smell in smells for site in smell.find(program)]
        if found:
            return min(found, key=lambda pair: abs(pair[1].lines[0] - program.cursor_line))
    return None


def _fitting(program: Program, symptom: Symptom) -> list[tuple[LogicRule, Match]]:
    """Give every smell that leads to the symptom, where the failing call reaches it."""
    reach = _reach(program, symptom)
    return [
        (smell, site)
        for smell in RULES
        if not smell.symptoms.isdisjoint(symptom.kinds)
        for site in smell.find(program)
        if _within(site, reach)
    ]


def _fit(smell: LogicRule, symptom: Symptom) -> tuple[float, float]:
    first = next((rank for rank, kind in enumerate(symptom.kinds) if kind in smell.symptoms), len(symptom.kinds))
    return -first, smell.certainty


def _reach(program: Program, symptom: Symptom) -> list[tuple[int, int]]:
    """Give the line ranges of the functions that the failing call names, and of those that they call; empty for all."""
    waiting = [name for name in symptom.functions if name in program.functions]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        function = program.functions[name]
        waiting += [other for other in program.functions if other not in seen and other in program.words_of(function)]
    return [(program.functions[name].lineno, program.functions[name].end_lineno or 0) for name in sorted(seen)]


def _within(site: Match, reach: list[tuple[int, int]]) -> bool:
    return not reach or any(start <= site.lines[0] <= end for start, end in reach)
