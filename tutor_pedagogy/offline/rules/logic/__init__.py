"""Rules for programs that run but give a wrong result: code patterns, symptoms in a failing test, tracing by hand."""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, names_in
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic import early_returns, trials
from tutor_pedagogy.offline.rules.logic.case_lines import explain_same_answer
from tutor_pedagogy.offline.rules.logic.catalogue import RULES
from tutor_pedagogy.offline.rules.logic.claims import NOT_ALONE, is_refuted
from tutor_pedagogy.offline.rules.logic.contradictions import contradiction, mends
from tutor_pedagogy.offline.rules.logic.followed import DECISION, explain_decision
from tutor_pedagogy.offline.rules.logic.one_sided import explain_condition
from tutor_pedagogy.offline.rules.logic.rule import CERTAIN, SURE, LogicRule
from tutor_pedagogy.offline.rules.logic.symptom import is_about_one_side, is_complaint, symptom_of
from tutor_pedagogy.offline.rules.logic.trials.expectations import expression
from tutor_pedagogy.offline.rules.logic.trials.reported import cases_of
from tutor_pedagogy.offline.rules.logic.wrong_branch import explain_branch
from tutor_pedagogy.offline.rules.logic.wrong_result import explain_result, explain_unreached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol import Certainty

NAME = Rule("logic.result-against-name", "logic")
NOTE = Rule("logic.result-against-note", "logic")
OPEN_PLACES = (NAME, NOTE, DECISION, trials.PLACES, *trials.RULES.values())
"""The rules that prove a mistake and leave its place open."""
_BY_CHANCE = frozenset(
    (
        "logic.wrong-name-used",
        "logic.wrong-function-called",
        "logic.wrong-number",
        "logic.wrong-operator",
        "logic.return-forgotten",
    )
)
_SURER_THAN_TRIALS = 0.9
_MOST_SIBLINGS = 4

_SURE_RULES = sorted((rule for rule in RULES if rule.certainty >= SURE), key=lambda rule: -rule.certainty)
_BY_CERTAINTY = [list(rules) for _, rules in groupby(_SURE_RULES, key=lambda rule: rule.certainty)]


def diagnose(program: Program, symptom: Symptom | None) -> tuple[Rule, Match, Certainty] | None:
    """Return the rule for a wrong result, with its match and the certainty.

    A change that trials have proved comes first, unless the place of the mistake is still open.
    """
    tried = trials.diagnose(program, symptom)
    if tried is not None and tried[2] != "start_here" and not _may_hide_another(tried):
        whole = _proved(program, symptom, _with_siblings(program, symptom, (tried[0], tried[1])))
        return (*whole, tried[2]) if whole is not None and whole[1].edit is not None else tried
    found = _proved(program, symptom, _with_siblings(program, symptom, _by_pattern(program, symptom)))
    if tried is not None and tried[2] != "start_here":
        is_known = found is not None and isinstance(found[0], LogicRule) and found[0].certainty >= _SURER_THAN_TRIALS
        return (*found, _certainty(found[0])) if found is not None and is_known else tried
    if tried is not None and (found is None or not isinstance(found[0], LogicRule)):
        return tried
    if found is None and symptom is None and (told := trials.unmet(program)) is not None:
        return _against_note(program, *told)
    return (*found, _certainty(found[0])) if found is not None else None


def _against_note(program: Program, call: str, expected: str, got: str) -> tuple[Rule, Match, Certainty] | None:
    """Return the finding on a call whose result is not the one that an assertion, a comment or a docstring tells."""
    function = symptom_of(call, expected, got).function_in(program)
    if function is None:
        return None
    slots: dict[str, Any] = {"call": Code(call), "expected": Code(expected), "got": Code(got)}
    return NOTE, program.on_line(function, function=Code(function.name), **slots), "start_here"


def _may_hide_another(tried: tuple[Rule, Match, Certainty]) -> bool:
    """Return whether a change may give the right result although the mistake is elsewhere: another name or number."""
    return tried[2] == "likely" and tried[0].name in _BY_CHANCE


def _with_siblings(
    program: Program, symptom: Symptom | None, found: tuple[Rule, Match] | None
) -> tuple[Rule, Match] | None:
    """Return a finding with the lines in the same function that have the same mistake, and one edit for all of them."""
    if found is None or not isinstance(found[0], LogicRule) or found[0].certainty < SURE:
        return found
    rule, match = found[0], found[1]
    here = program.function_at(match.lines[0])
    others = [
        each
        for each in rule.find(program)
        if program.function_at(each.lines[0]) is here
        and each.lines[0] != match.lines[0]
        and (symptom is not None or not each.needs_symptom)
        and each.slots.get("name") == match.slots.get("name")
    ]
    same = list({each.lines[0]: each for each in others}.values())[:_MOST_SIBLINGS]
    if not same or not all(_is_line_edit(each) for each in (match, *same)):
        return found
    match, *same = sorted((match, *same), key=lambda each: each.lines[0])
    lines = list(program.lines)
    for each in (match, *same):
        if each.edit is not None:
            lines[each.edit.line - 1] = each.edit.after
    shown = [str(program.shown(line)) for line in sorted(each.lines[0] for each in same)]
    named = f"line {shown[0]}" if len(shown) == 1 else f"lines {', '.join(shown[:-1])} and {shown[-1]}"
    edit = edit_to(program, "\n".join(lines))
    return rule, replace(match, edit=edit, slots={**match.slots, "siblings": named})


def _is_line_edit(match: Match) -> bool:
    """Return whether a match's edit changes its own line only."""
    edit = match.edit
    return edit is not None and edit.line == match.lines[0] and "\n" not in edit.before + edit.after


def _proved(program: Program, symptom: Symptom | None, found: tuple[Rule, Match] | None) -> tuple[Rule, Match] | None:
    """Return a finding without its edit if the edit leaves a known expectation unfulfilled."""
    if found is None or found[1].edit is None or not trials.fails_with(program, found[1].edit, symptom):
        return found
    return found[0], replace(found[1], edit=None, slots={**found[1].slots, NOT_ALONE: "yes"})


def _certainty(rule: Rule) -> Certainty:
    """Return the confidence in a rule; a rule that is no code pattern (`LogicRule`) only says where to start."""
    if not isinstance(rule, LogicRule):
        return "start_here"
    return "certain" if rule.certainty >= CERTAIN else "likely"


def _by_pattern(program: Program, symptom: Symptom | None) -> tuple[Rule, Match] | None:
    """Return the rule for a wrong result, with its match.

    Preferred is a rule that fits the symptom, then an explanation of the symptom itself, then the most certain rule.
    """
    if symptom is None:
        return _surest(program) or _complained(program) or _one_sided(program)
    fitting = _fitting(program, symptom)
    if fitting and {rule.name for rule, _ in fitting} == {"logic.way-without-return"}:
        return explain_unreached(program, symptom) or fitting[0]
    if fitting:
        rule, match = max(fitting, key=lambda pair: _fit(pair[0], symptom))
        if rule.name == "logic.answer-in-first-round":
            match = early_returns.answer_that_came(program, match, symptom.got)
        return rule, match
    if symptom.call or symptom.got:
        return _followed(program, symptom)
    found = None if cases_of(program) else _surest(program) or _complained(program)
    return found or _one_sided(program) or explain_result(program, symptom)


def _one_sided(program: Program) -> tuple[Rule, Match] | None:
    """Return a condition that had one truth value only in the run, if the question says that something is wrong."""
    question = program.submission.question
    return explain_condition(program) if is_complaint(question) and is_about_one_side(question) else None


def _complained(program: Program) -> tuple[LogicRule, Match] | None:
    """Return the most certain pattern that correct programs have too, if the question says that a result is wrong."""
    if not is_complaint(program.submission.question):
        return None
    found = [(rule, match) for rule in RULES if rule.certainty >= SURE for match in rule.find(program)]
    return max(found, key=lambda pair: pair[0].certainty, default=None)


def _followed(program: Program, symptom: Symptom) -> tuple[Rule, Match] | None:
    """Return what the failing call shows when it is followed: a branch, a condition, or only the values at a line."""
    run = trials.run_of(program, symptom)
    is_of_state = any(name not in program.functions for name in _names_given(symptom.call))
    return (
        explain_same_answer(program, symptom)
        or explain_branch(program, symptom, run)
        or explain_decision(program, symptom, run)
        or (_surest(program) if is_of_state and not cases_of(program) else None)
        or explain_result(program, symptom, run)
    )


def _names_given(call: str | None) -> set[str]:
    """Return the names in the arguments of a call: variables that any part of the program may have changed."""
    tree = expression(call)
    return names_in(*tree.args) if isinstance(tree, ast.Call) else set()


def diagnose_name(program: Program) -> tuple[Rule, Match, Certainty] | None:
    """Return the finding on a function whose results contradict its name, with its certainty; or None.

    A pattern in the function is the cause for certain if its edit makes every call right. A pattern whose edit does not
    is dropped. Without a pattern, the finding names a call that shows the mistake.
    """
    found = contradiction(program)
    if found is None:
        return None
    expected, got = repr(found.call.wanted), repr(found.got)
    symptom = symptom_of(found.call.code, expected, got, found.others)
    likely: list[tuple[LogicRule, Match]] = []
    fitting = _fitting(program, symptom, program.parents.get(found.function))
    for rule, match in sorted(fitting, key=lambda pair: _fit(pair[0], symptom), reverse=True):
        if match.edit is not None and mends(program, found, match.edit):
            return rule, match, "certain"
        if match.edit is None and rule.certainty >= SURE:
            likely.append((rule, match))
    tried = trials.diagnose(program, symptom)
    if tried is not None and tried[2] != "start_here":
        changed, match, certainty = tried
        return changed, replace(match, slots={**match.slots, "call": Code(found.call.shown)}), certainty
    if likely:
        return *likely[0], "likely"
    slots: dict[str, Any] = {"call": Code(found.call.shown), "expected": Code(expected), "got": Code(got)}
    place = program.on_line(found.function, function=Code(found.function.name), **slots)
    return NAME, place, "start_here"


def patterns(program: Program) -> Iterator[tuple[LogicRule, Match]]:
    """Yield the matches of rules that apply without a symptom, the most certain first."""
    for rules in _BY_CERTAINTY:
        for rule in rules:
            for match in rule.find_unasked(program):
                yield rule, match


def _surest(program: Program) -> tuple[LogicRule, Match] | None:
    """Return the most certain of the matching rules. Of equally certain rules, the match nearest to the cursor wins."""
    refutations = trials.Refutations(program)
    for rules in _BY_CERTAINTY:
        found = [
            (rule, match)
            for rule in rules
            for match in rule.find_unasked(program)
            if not refutations.contradict(rule.name, match)
        ]
        if found:
            return min(found, key=lambda pair: abs(pair[1].lines[0] - program.cursor_line))
    return None


def _fitting(program: Program, symptom: Symptom, owner: ast.AST | None = None) -> list[tuple[LogicRule, Match]]:
    """Return every rule that can cause the symptom, with each match in the functions that the failing call reaches.

    For a method, they are all methods of its class, the owner.
    """
    reach = _reach(program, symptom)
    if isinstance(owner, ast.ClassDef):
        reach.append((owner.lineno, owner.end_lineno or owner.lineno))
    if reach:
        reach += _shared_by_methods(program, symptom)
    return [
        (rule, match)
        for rule in RULES
        if not rule.symptoms.isdisjoint(symptom.kinds)
        for match in rule.find(program)
        if not reach or any(start <= match.lines[0] <= end for start, end in reach)
        if not is_refuted(program, symptom, rule, match)
    ]


def _shared_by_methods(program: Program, symptom: Symptom) -> list[tuple[int, int]]:
    """Return the line ranges that each object of a called method's class depends on: the class body and `__init__`."""
    called = (program.functions[name] for name in symptom.functions if name in program.functions)
    owners = (program.parents.get(function) for function in called)
    return [
        (statement.lineno, statement.end_lineno or statement.lineno)
        for owner in owners
        if isinstance(owner, ast.ClassDef)
        for statement in owner.body
        if not isinstance(statement, Function) or statement.name == "__init__"
    ]


def _fit(rule: LogicRule, symptom: Symptom) -> tuple[float, float]:
    first = next((rank for rank, kind in enumerate(symptom.kinds) if kind in rule.symptoms), len(symptom.kinds))
    return -first, rule.certainty


def _reach(program: Program, symptom: Symptom) -> list[tuple[int, int]]:
    """Return the line ranges of the functions that the failing call reaches. An empty list means the whole program."""
    waiting = [name for name in symptom.functions if name in program.functions]
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            words = program.words_of(program.functions[name])
            waiting += [other for other in program.functions if other not in seen and other in words]
    found = [program.functions[name] for name in sorted(seen)]
    return [(each.lineno, each.end_lineno or 0) for each in found] + _tables_of(program, found)


def _tables_of(program: Program, functions: list[Function]) -> list[tuple[int, int]]:
    """Return the line ranges of the module's literal tables that functions read."""
    words = {word for function in functions for word in program.words_of(function)}
    return [
        (statement.lineno, statement.end_lineno or statement.lineno)
        for statement in (program.tree.body if program.tree is not None else ())
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Dict)
        and any(isinstance(target, ast.Name) and target.id in words for target in statement.targets)
    ]


__all__ = ["OPEN_PLACES", "RULES", "diagnose", "diagnose_name", "patterns"]
