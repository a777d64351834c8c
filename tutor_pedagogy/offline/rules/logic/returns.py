"""Results that a function prints instead of returning them, or returns as a string by mistake."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_result_used
from tutor_pedagogy.offline.rules.logic.tree import parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_SPELLED_CONSTANT = re.compile(r"""['"](True|False|None)['"](?:\.\w+\(\))*""")
"""A string literal that spells True, False or None, as programs print them."""
_ABOUT_PRINTING = re.compile(
    r"(?:^|_)(?:show|print|display|draw|report|greet|say|hello|welcome|menu|write|output|log|tell|announce|introduce"
    r"|histogram|plot|chart|receipt|test|debug|dump|describe|line|table)"
)
"""Names of functions whose purpose is printing."""


@logic_rule("print-in-place-of-return", 0.8, "none printed other", needs=("print",), each=Function)
def print_in_place_of_return(program: Program, function: Function) -> Iterator[Match]:
    """Yield a `print` of the result in a function with parameters that returns no value, or only a parameter."""
    prints = prints_in(program, function)
    parameters = parameters_of(function)
    if not prints or not set(parameters) - {"self", "cls"} or function.name in ("main", "__init__"):
        return
    results = [node.value for node in program.returns_of(function) if node.value is not None]
    if results:
        if not all(isinstance(value, ast.Name) and value.id in parameters for value in results):
            return
    elif not program.returns_nothing(function) or _is_called_alone(program, function):
        return
    if not results and _is_for_printing(program, function, prints):
        return
    first, line = prints[0], program.line(prints[0].lineno)
    edit = None
    if len(first.args) == 1 and not first.keywords and line.strip() == program.segment(first):
        shown = program.segment(first.args[0])
        constant = _SPELLED_CONSTANT.fullmatch(shown)
        returned = f"{program.indentation(first.lineno)}return {constant[1] if constant else shown}"
        edit = program.edit(first.lineno, returned)
    is_weak = bool(results) or not is_result_used(program, function)
    yield program.here(first, edit=edit, needs_symptom=is_weak, function=Code(function.name), shown=first.args[0])


def prints_in(program: Program, function: Function) -> list[ast.Call]:
    """Return the `print` calls with an argument in a function, in order of lines."""
    calls = (n for n in program.own_nodes(function) if isinstance(n, ast.Call) and n.args and is_call_of(n, "print"))
    return sorted(calls, key=lambda node: node.lineno)


def _is_called_alone(program: Program, function: Function) -> bool:
    """Return whether other code calls a function as a statement of its own, so that its result is not used."""
    return any(
        is_call_of(node.value, function.name) and program.function_at(node.lineno) is not function
        for node in program.each(ast.Expr)
    )


def _is_for_printing(program: Program, function: Function, prints: list[ast.Call]) -> bool:
    """Return whether a function's purpose is printing: by its name, keywords of `print`, or printing in a loop."""
    return (
        bool(_ABOUT_PRINTING.search(function.name.lower()))
        or any(call.keywords for call in prints)
        or any(program.loop_around(call) is not None for call in prints)
    )


@logic_rule("text-in-place-of-truth-value", 0.8, "type string", needs=(str,), each=ast.Return)
def text_in_place_of_truth_value(program: Program, node: ast.Return) -> Iterator[Match]:
    """Yield a `return` of a string that spells True, False or None."""
    match node.value:
        case ast.Constant(value="True" | "False" | "None" | "true" | "false" as word) as value:
            is_weak = word not in ("True", "False") or not _returns_truth_values(program, node)
            yield program.on_line(node, replace=(value, word.capitalize()), needs_symptom=is_weak, text=value)


def _returns_truth_values(program: Program, node: ast.Return) -> bool:
    """Return whether a function returns nothing but truth values, as such or spelt as strings."""
    function = program.function_at(node.lineno)
    values = [each.value for each in program.returns_of(function)] if function is not None else []
    return all(isinstance(each, ast.Constant) and each.value in (True, False, "True", "False") for each in values)


@logic_rule("text-in-place-of-number", 0.45, "type string", needs=(str,), each=ast.Return)
def text_in_place_of_number(program: Program, node: ast.Return) -> Iterator[Match]:
    """Yield a `return` of a string of digits, in a function that returns no other kind of string."""
    match node.value:
        case ast.Constant(value=str(digits)) as value if _is_number(digits) and not _returns_strings(program, node):
            yield program.on_line(node, replace=(value, digits), text=value)


def _is_number(string: str) -> bool:
    return string.lstrip("-").isdigit()


def _returns_strings(program: Program, result: ast.Return) -> bool:
    """Return whether the function of a `return` also returns a string that is no number."""
    function = program.function_at(result.lineno)
    others = [node.value for node in program.returns_of(function) if node is not result] if function else []
    for value in others:
        bound = [v for _, v in program.assignments(value.id)] if isinstance(value, ast.Name) else [value]
        for given in bound:
            match given:
                case ast.Constant(value=str(string)) if not _is_number(string):
                    return True
                case ast.JoinedStr() | ast.Call(func=ast.Name(id="str" | "bin" | "hex" | "format")):
                    return True
                case ast.Call(func=ast.Attribute(attr="join" | "strip" | "lower" | "upper" | "replace")):
                    return True
    return False
