"""Decimals in an operation with floats: the float is the value of the wrong type."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack


@runtime_rule(
    "decimal-with-float",
    ("TypeError",),
    r"unsupported operand type\(s\) for (?P<sign>\S+): '(?P<left>decimal\.Decimal|float)' and"
    r" '(?P<right>decimal\.Decimal|float)'",
    before=("text-in-calculation",),
)
def decimal_with_float(case: CrashContext) -> Match | None:
    """Return the line that makes the float in an operation with a `Decimal`."""
    if case.sides is None or case.match["left"] == case.match["right"]:
        return None
    operation, left, right = case.sides
    node = left if case.match["left"] == "float" else right
    way = WayBack(case, "float").of(node)
    made = way[-1].node if way and isinstance(way[-1].node, ast.expr) else node
    slots: dict[str, str | ast.AST] = {"made": made, "name": node, "operation": operation}
    slots |= {"stop": str(case.program.shown(case.line)), "other": right if node is left else left}
    maker = _maker(case)
    new = None
    match made:
        case ast.Constant(value=float()):
            new = f'{maker}("{case.text(made)}")' if maker else None
        case ast.Call(args=[given]) if is_call_of(made, "float"):
            new = f"{maker}({case.text(given)})" if maker else None
    return replace(case.at(made, replace=(made, new), slots=slots), is_proved=made is not node or new is not None)


def _maker(case: CrashContext) -> Code | None:
    """Return the name under which the program reaches the class `Decimal`; None if it does not import it."""
    for origin in case.program.each(ast.ImportFrom):
        for name in origin.names:
            if origin.module == "decimal" and name.name in ("Decimal", "*"):
                return Code(name.asname or "Decimal")
    for node in case.program.each(ast.Import):
        for name in node.names:
            if name.name == "decimal":
                return Code(f"{name.asname or 'decimal'}.Decimal")
    return None
