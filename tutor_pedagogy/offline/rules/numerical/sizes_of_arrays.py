"""Matrix products that fail because an array was given its shape in the other order."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.nodes import called_name, parameters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.value_sources import argument_for

_PAIR = 2
_MAKERS = frozenset(("reshape", "zeros", "ones", "full", "empty"))


@runtime_rule(
    "numerical.shape-in-other-order",
    ("ValueError",),
    r"shapes (?P<left>\([\d,]+\)) and (?P<right>\([\d,]+\)) not aligned: (?P<last>\d+) \(dim \d\) != (?P<first>\d+)"
    r"|size (?P<second>\d+) is different from (?P<inner>\d+)",
    before=("numerical.matrix-sizes",),
)
def shape_in_other_order(case: CrashContext) -> Match | None:
    """Return the line that gives an array two sizes with which, in the other order, the product would fit."""
    last, first = case.match["last"] or case.match["inner"], case.match["first"] or case.match["second"]
    sides = _sides(case)
    if sides is None:
        return None
    found: list[tuple[ast.expr, tuple[int, int], ast.expr]] = []
    for side in sides:
        made = _made(case, side)
        sizes = _sizes(made) if made is not None else None
        if made is None or sizes is None:
            continue
        if sizes == (int(first), int(last)):
            found.append((made, sizes, side))
    if len(found) != 1:
        return None
    made, sizes, side = found[0]
    slots: dict[str, str | ast.AST] = {"array": side, "made": made, "stop": str(case.program.shown(case.line))}
    slots |= {"rows": Code(str(sizes[0])), "columns": Code(str(sizes[1])), "left": sides[0], "right": sides[1]}
    slots |= {"last": Code(last), "first": Code(first)}
    return case.at(made, slots=slots)


def _sides(case: CrashContext) -> tuple[ast.expr, ast.expr] | None:
    """Return the two factors of the matrix product on the failing line."""
    for node in case.nodes_here:
        match node:
            case ast.BinOp(left=left, op=ast.MatMult(), right=right):
                return left, right
            case ast.Call(func=ast.Attribute(value=left, attr="dot" | "matmul"), args=[right]):
                return left, right
            case ast.Call(func=ast.Attribute(attr="dot" | "matmul"), args=[left, right]):
                return left, right
    return None


def _made(case: CrashContext, node: ast.expr) -> ast.expr | None:
    """Return the expression that made an array: through one variable, and one call of the failing function."""
    function = case.function
    if isinstance(node, ast.Name) and function is not None and node.id in parameters(function):
        calls = [each for each in case.program.each(ast.Call) if called_name(each) == function.name]
        given = [argument_for(function, node.id, call, is_method=False)[0] for call in calls]
        node = given[0] if len(given) == 1 and given[0] is not None else node
        function = None
    if isinstance(node, ast.Name):
        bound = case.program.assignments(node.id)
        values = [value for line, value in bound if case.program.function_at(line) is function]
        return values[0] if len(values) == 1 else None
    return node


def _sizes(node: ast.expr) -> tuple[int, int] | None:
    """Return the two sizes that a call gives to an array, if they are numbers in the program."""
    if not isinstance(node, ast.Call) or called_name(node) not in _MAKERS or not node.args:
        return None
    parts = node.args[0].elts if isinstance(node.args[0], ast.Tuple | ast.List) else node.args[:_PAIR]
    numbers = [each.value for each in parts if isinstance(each, ast.Constant) and type(each.value) is int]
    return (numbers[0], numbers[1]) if len(numbers) == _PAIR == len(parts) else None
