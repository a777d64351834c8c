"""The edit that was found with the tests, as the cause of a failure."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.cause import Cause
from tutor_pedagogy.offline.engine.edits import edited_tree
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.repair import rule_names
from tutor_pedagogy.offline.rules.logic import RULES, trials
from tutor_pedagogy.offline.rules.logic.followed import symptom_name
from tutor_pedagogy.offline.rules.logic.rule import LogicRule
from tutor_pedagogy.offline.rules.logic.trials.tricks import fixed_number, is_other_part, is_trick
from tutor_pedagogy.problem.tree_walk import alike

if TYPE_CHECKING:
    import ast

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.engine.rule import Rule
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom
    from tutor_protocol import FoundEdit

_LONGEST = 60
_BELOW = re.compile(r"\s{0,200}if \w{1,200} < (\d):\n")
_STEPPED = re.compile(r"(\w{1,200}) [+-]= 1\s{0,200}$")


@cache
def _rules() -> dict[str, Rule]:
    return {rule.name: rule for rule in RULES} | trials.RULES | rule_names.RULES


def rule_named(name: str) -> Rule | None:
    """Return a rule that an edit can be of, or None."""
    return _rules().get(name)


def by_found_edit(program: Program, symptom: Symptom | None, found: Cause | None) -> Cause | None:
    """Return the cause with the edit that makes all tests pass, if one was found; else what was found by rules.

    A rule that agrees with the edit keeps its words, since they are more special. Any other gives way.
    """
    told = program.submission.found_edit
    if told is None or program.tree is None or program.fault is not None:
        return found
    line = told.line - program.first_line
    if not 1 <= line <= len(program.lines):
        return found
    edit = _edit(program, told)
    if edit is None and told.new_text is not None:
        return found
    if edit is not None and is_trick(program, told.rule, edit):
        return found
    if found is not None and _agrees(program, found, edit, line):
        assert found.match is not None  # noqa: S101 - tells the type checker what `_agrees` has checked
        is_sure = "certain" in (found.certainty, told.certainty)
        return found._replace(match=replace(found.match, edit=edit), certainty="certain" if is_sure else "likely")
    rule, match = _match(program, told, edit, line)
    slots = {**_slots(program, symptom, told), "fixed": _code(fixed_number(told.rule, match.expression)), **match.slots}
    return Cause(rule, replace(match, edit=edit, slots=slots), told.certainty)


def _edit(program: Program, told: FoundEdit) -> Edit | None:
    """Return the edit in the lines of the code; None if it does not fit to them, or gives no program."""
    first, last = told.first_line - program.first_line, told.last_line - program.first_line
    if told.new_text is None or not 1 <= first <= last <= len(program.lines):
        return None
    edit = program.edit(first, told.new_text, before_lines=last - first + 1)
    return edit if edited_tree(program, edit) is not None else None


def _agrees(program: Program, found: Cause, edit: Edit | None, line: int) -> bool:
    """Return whether a rule names the edit that passes, or its line without an edit of its own."""
    match = found.match
    if match is None or found.certainty == "start_here":
        return False
    if match.edit is None or edit is None:
        return match.lines[0] == line and isinstance(found.rule, LogicRule)
    own = edited_tree(program, match.edit)
    return own is not None and alike(own, edited_tree(program, edit))


def _match(program: Program, told: FoundEdit, edit: Edit | None, line: int) -> tuple[Rule, Match]:
    rule = rule_named(told.rule) or rule_names.RULES[rule_names.PART]
    if edit is not None and is_other_part(program, told.rule, edit):
        rule = rule_names.RULES[rule_names.PART]
    if isinstance(rule, LogicRule):
        matches = [each for each in rule.find(program) if each.lines[0] == line]
        same = [each for each in matches if edit is not None and _is_same(program, each.edit, edit)]
        if same or matches:
            return rule, (same or matches)[0]
        rule = rule_names.RULES[rule_names.PART]
    return rule, Match(lines=(line,), expression=_expression(program, edit, line))


def _is_same(program: Program, one: Edit | None, other: Edit) -> bool:
    return one is not None and one.apply(program.code) == other.apply(program.code)


def _expression(program: Program, edit: Edit | None, line: int) -> str | None:
    """Return the smallest expression of the line that an edit changes, else the whole line."""
    whole = program.line(line).strip() or None
    if edit is None or "\n" in edit.before + edit.after or edit.line != line:
        return whole
    old, new = edit.before, edit.after
    start = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    end = len(old)
    shorter = len(new)
    while end > start and shorter > start and old[end - 1] == new[shorter - 1]:
        end, shorter = end - 1, shorter - 1
    around = [
        text
        for node in program.expressions_at(line)
        for text, (first, last) in [(program.segment(node), _columns(program, node))]
        if first <= start and end <= last
    ]
    return min(around, key=len, default=whole)


def _columns(program: Program, node: ast.expr) -> tuple[int, int]:
    text = program.segment(node)
    start = len(program.line(node.lineno).encode()[: node.col_offset].decode(errors="replace"))
    return start, start + len(text)


def _slots(program: Program, symptom: Symptom | None, told: FoundEdit) -> dict[str, Any]:
    ran = dict(program.submission.trace.ran) if program.submission.trace is not None else {}
    times = ran.get(told.line)
    below = _BELOW.match(told.new_text or "")
    stepped = _STEPPED.search(told.new_text or "")
    return {
        "call": (symptom_name(symptom) if symptom is not None else "") or "the failing test",
        "expected": (_code(symptom.expected) if symptom is not None else "") or "the expected result",
        "got": _code(symptom.got) if symptom is not None else "",
        "fact": "" if times is None else f"line {told.line} runs {_times(times)}",
        "name": Code(stepped[1]) if stepped is not None else "",
        "small": f"below `{below[1]}`" if below is not None else "",
    }


def _code(text: str | None) -> str:
    return Code(text) if text and len(text) <= _LONGEST and text.isprintable() and "`" not in text else ""


def _times(count: int) -> str:
    return {0: "not at all", 1: "once", 2: "twice"}.get(count, f"{count} times")
