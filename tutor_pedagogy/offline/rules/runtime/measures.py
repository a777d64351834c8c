"""Numbers that are typed in: whether they may have decimals, and where the string becomes a number."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.rules.runtime.origins import is_input

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

_WORD = re.compile(r"[A-Za-z]+|[€$£°]")
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{0,40})?")
MEASURES = frozenset(
    (
        *("m", "cm", "mm", "km", "metre", "metres", "meter", "meters", "kg", "g", "kilo", "kilos", "litre", "litres"),
        *("liter", "liters", "inch", "inches", "feet", "price", "prices", "cost", "costs", "amount", "money", "salary"),
        *(
            "weight",
            "height",
            "width",
            "length",
            "depth",
            "distance",
            "radius",
            "area",
            "temperature",
            "temp",
            "degrees",
        ),
        *("celsius", "fahrenheit", "euro", "euros", "dollar", "dollars", "pounds", "rate", "percent", "bmi", "speed"),
        *("balance", "wage", "tip", "bill", "€", "$", "£", "°"),
    )
)
"""Words for measures and money, which often have decimals."""


def kind_of_number(case: CrashContext, inputs: Sequence[ast.expr]) -> str:
    """Return `float` if the question of an `input` is about a measure or money, or names a unit; else `int`."""
    words = {
        word.lower()
        for origin in inputs
        for node in (origin, case.program.statement_at(origin.lineno))
        if node is not None
        for word in _WORD.findall(case.text(node).replace("_", " "))
    }
    return "float" if words & MEASURES else "int"


def kind_of_texts(case: CrashContext, node: ast.expr) -> str:
    """Return `int` or `float` if the strings that an expression gives in a run read as numbers, else nothing.

    The text is `float` if one of them has a decimal point.
    """
    held = [case.value(node)]
    if isinstance(node, ast.Call):
        held = [value for values in values_seen(case.program, [node]).values() for value in values]
    texts = [value.strip() for value in held if isinstance(value, str)]
    if not texts or not all(_NUMBER.fullmatch(text) for text in texts):
        return ""
    return "float" if any("." in text for text in texts) else "int"


def is_tested_as_string(case: CrashContext, name: str) -> bool:
    """Return whether the program compares a variable with a string, so that it must stay a string until then."""
    for node in case.program.each(ast.Compare):
        match node:
            case ast.Compare(left=ast.Name(id=compared), comparators=[ast.Constant(value=str())]) if compared == name:
                return True
    return False


def converted_at_use(case: CrashContext, operation: ast.AST | None, kind: str) -> Edit | None:
    """Return the edit that converts the names in an operation that `input` has set, on the line of the operation."""
    match operation:
        case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right]):
            sides = [side for side in (left, right) if isinstance(side, ast.Name)]
        case _:
            return None
    if operation.lineno != operation.end_lineno:
        return None
    line = case.program.line(operation.lineno)
    for side in sorted(sides, key=lambda side: -side.col_offset):
        if is_input(case.program, side, case.line):
            start, end = case.columns(side)
            line = f"{line[:start]}{kind}({side.id}){line[end:]}"
    return case.program.edit(operation.lineno, line)
