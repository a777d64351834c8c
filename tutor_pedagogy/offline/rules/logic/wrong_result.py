"""What a wrong result alone tells: one rule for each way in which a value can be wrong."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Function, Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

_LONGEST_VALUE = 60
_LIKE_NOTHING = frozenset(("None", "False", "-1", "0", "''", '""', "[]", "()", "{}", "True"))
"""Results that say that nothing was found; `True` may as well be the answer of the last line."""


NOTHING = Rule("logic.result-is-none", "logic")
KIND = Rule("logic.result-of-another-kind", "logic")
TRUTH = Rule("logic.answer-turned-round", "logic")
OFF = Rule("logic.result-off-by-one", "logic")
AMOUNT = Rule("logic.result-too-big-or-small", "logic")
ORDER = Rule("logic.result-in-another-order", "logic")
LENGTH = Rule("logic.result-too-long-or-short", "logic")
ENDLESS = Rule("logic.never-comes-to-an-end", "logic")
FORM = Rule("logic.text-in-another-form", "logic")
VALUE = Rule("logic.result-differs", "logic")

ROUNDED = Rule("logic.result-not-rounded", "logic")
UNREACHED = Rule("logic.return-never-reached", "logic")

_BY_KIND: dict[str, Rule] = {
    "unrounded": ROUNDED,
    "none": NOTHING,
    "printed": NOTHING,
    "kind": KIND,
    "text": KIND,
    "truth": TRUTH,
    "off": OFF,
    "less": AMOUNT,
    "more": AMOUNT,
    "zero": AMOUNT,
    "order": ORDER,
    "short": LENGTH,
    "long": LENGTH,
    "empty": LENGTH,
    "endless": ENDLESS,
    "form": FORM,
    "value": VALUE,
    "rounding": KIND,
}


def explain_result(program: Program, symptom: Symptom) -> tuple[Rule, Match] | None:
    """Choose the rule for a wrong result, and the line of the function at which to start."""
    rule = next(
        (_BY_KIND[kind] for kind in symptom.kinds if kind in _BY_KIND), VALUE if symptom.call or symptom.got else None
    )
    if rule is None:
        return None
    function = next((program.functions[name] for name in symptom.functions if name in program.functions), None)
    if function is None:
        function = program.function_at(program.cursor_line) or next(iter(program.functions.values()), None)
    line = _place(program, rule, function) if function is not None else _last_output(program)
    shown = program.line(line).strip()
    slots = {
        "call": _value(symptom.call) or (Code(f"{function.name}") if function is not None else "your program"),
        "expected": _value(symptom.expected) or "the right result",
        "got": _value(symptom.got) or "something else",
        "function": Code(function.name) if function is not None else "your program",
    }
    return rule, Match(lines=(line,), expression=shown or None, slots=slots)


def explain_unreached(program: Program, symptom: Symptom) -> tuple[Rule, Match] | None:
    """Find the condition before the `return` that should have given what was expected, where nothing came back."""
    function = next((program.functions[name] for name in symptom.functions if name in program.functions), None)
    if function is None or not symptom.expected or symptom.expected in _LIKE_NOTHING:
        return None
    for result in program.returns_of(function):
        fits = not isinstance(result.value, ast.Constant) or program.segment(result.value) == symptom.expected
        test = next((node for node in program.above(result) if isinstance(node, ast.If | ast.While)), None)
        if result.value is None or not fits or not isinstance(test, ast.If) or test.lineno < function.lineno:
            continue
        condition = program.segment(test.test)
        return UNREACHED, Match(
            lines=(test.lineno,),
            expression=condition,
            slots={
                "condition": Code(condition),
                "call": _value(symptom.call) or Code(function.name),
                "expected": _value(symptom.expected) or "the right result",
                "function": Code(function.name),
            },
        )
    return None


def _last_output(program: Program) -> int:
    """Give the line that shows the result of a program without functions: its last `print`, else the cursor's."""
    shown = [
        node.lineno for node in program.each(ast.Call) if isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    return max(shown, default=program.cursor_line)


def _value(text: str | None) -> str | None:
    if not text:
        return None
    return (
        Code(text)
        if len(text) <= _LONGEST_VALUE and text.isprintable()
        else Code(text[:_LONGEST_VALUE].rsplit(" ", 1)[0])
    )


def _place(program: Program, rule: Rule, function: Function) -> int:
    """Give the line of a function that decides about a result of this kind."""
    loops = sorted(
        (n for n in program.own_nodes(function) if isinstance(n, ast.For | ast.While)), key=lambda n: n.lineno
    )
    tests = sorted((n for n in program.own_nodes(function) if isinstance(n, ast.If)), key=lambda n: n.lineno)
    results = program.returns_of(function)
    match rule.name:
        case NOTHING.name:
            return function.body[-1].end_lineno or function.lineno
        case TRUTH.name:
            return tests[-1].lineno if tests else results[-1].lineno if results else function.lineno
        case OFF.name | ENDLESS.name | ORDER.name | LENGTH.name:
            whiles = [n for n in loops if isinstance(n, ast.While)]
            builders = _builders(loops, results)
            chosen = (whiles or loops) if rule is ENDLESS else builders or loops
            return (
                chosen[0].lineno
                if chosen
                else tests[0].lineno
                if tests
                else results[-1].lineno
                if results
                else function.lineno
            )
        case _:
            return results[-1].lineno if results else function.body[-1].end_lineno or function.lineno


def _builders(loops: list[ast.For | ast.While], results: list[ast.Return]) -> list[ast.For | ast.While]:
    """Give the loops that change what is given back at the end, the last one first."""
    if not results or not isinstance(results[-1].value, ast.Name):
        return []
    name = results[-1].value.id

    def changes(node: ast.AST) -> bool:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner))) | ast.AugAssign(target=ast.Name(id=owner)):
                return owner == name
        return False

    return [loop for loop in reversed(loops) if any(changes(node) for node in walk(loop))]
