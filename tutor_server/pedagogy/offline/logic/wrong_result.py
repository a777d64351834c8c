"""What a wrong result alone tells: one rule for each way in which a value can be wrong."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Rule
from tutor_server.pedagogy.offline.lessons.logic import wrong_result as lessons
from tutor_server.pedagogy.offline.runtime.case import Site

if TYPE_CHECKING:
    from tutor_server.pedagogy.offline.logic.symptom import Symptom
    from tutor_server.pedagogy.offline.program import Function, Program

_LONGEST_VALUE = 60


NOTHING = Rule(
    "logic.result-is-none",
    "logic",
    lessons.RESULT_IS_NONE,
)
KIND = Rule(
    "logic.result-of-another-kind",
    "logic",
    lessons.RESULT_OF_ANOTHER_KIND,
)
TRUTH = Rule(
    "logic.answer-turned-round",
    "logic",
    lessons.ANSWER_TURNED_ROUND,
)
OFF = Rule(
    "logic.result-off-by-one",
    "logic",
    lessons.RESULT_OFF_BY_ONE,
)
AMOUNT = Rule(
    "logic.result-too-big-or-small",
    "logic",
    lessons.RESULT_TOO_BIG_OR_SMALL,
)
ORDER = Rule(
    "logic.result-in-another-order",
    "logic",
    lessons.RESULT_IN_ANOTHER_ORDER,
)
LENGTH = Rule(
    "logic.result-too-long-or-short",
    "logic",
    lessons.RESULT_TOO_LONG_OR_SHORT,
)
ENDLESS = Rule(
    "logic.never-comes-to-an-end",
    "logic",
    lessons.NEVER_COMES_TO_AN_END,
)
FORM = Rule(
    "logic.text-in-another-form",
    "logic",
    lessons.TEXT_IN_ANOTHER_FORM,
)
VALUE = Rule(
    "logic.result-differs",
    "logic",
    lessons.RESULT_DIFFERS,
)

_BY_KIND: dict[str, Rule] = {
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


def explain_result(program: Program, symptom: Symptom) -> tuple[Rule, Site] | None:
    """Choose the rule for a wrong result, and the line of the function at which to start."""
    rule = next(
        (_BY_KIND[kind] for kind in symptom.kinds if kind in _BY_KIND), VALUE if symptom.call or symptom.got else None
    )
    if rule is None:
        return None
    function = next((program.functions[name] for name in symptom.functions if name in program.functions), None)
    if function is None:
        function = program.function_at(program.cursor_line) or next(iter(program.functions.values()), None)
    line = _place(program, rule, function) if function is not None else program.cursor_line
    shown = program.line(line).strip()
    facts = {
        "call": _value(symptom.call) or (Code(f"{function.name}") if function is not None else "your program"),
        "expected": _value(symptom.expected) or "the right result",
        "got": _value(symptom.got) or "something else",
        "function": Code(function.name) if function is not None else "your program",
    }
    return rule, Site(lines=(line,), expression=shown or None, facts=facts)


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
            chosen = (whiles or loops) if rule is ENDLESS else loops
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
