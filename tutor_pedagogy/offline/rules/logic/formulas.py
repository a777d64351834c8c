"""Formulas that run but say something else: degrees, powers, precedence, division, kinds of numbers."""

from __future__ import annotations

import ast
import operator
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import Function
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.program import Program
_DEGREES = re.compile(r"deg|angle|winkel|grad\b", re.IGNORECASE)
_FULL_TURN = 6.3
_FREEZING = 32
_KNOWN = {0.0: 32.0, 37.0: 98.6, 100.0: 212.0}
"""Degrees Celsius with their degrees Fahrenheit: freezing, fever, boiling."""
_NEAR = 0.5
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


@logic_rule(
    "numerical.degrees-for-radians", 0.9, ("value", "off", "less", "more", "other"), needs=(ast.Call, ast.Attribute)
)
def degrees_for_radians(program: Program) -> Iterator[Match]:
    """Find a sine or cosine of degrees."""
    for node in program.each(ast.Call):
        match node:
            case ast.Call(
                func=ast.Attribute(
                    value=ast.Name(id="math" | "np" | "numpy" as module), attr="sin" | "cos" | "tan" as name
                ),
                args=[argument],
            ):
                pass
            case _:
                continue
        text = program.segment(argument)
        value = argument
        if isinstance(argument, ast.Name):
            value = program.last_value(argument.id, node.lineno) or argument
        big = isinstance(value, ast.Constant) and isinstance(value.value, int | float) and abs(value.value) > _FULL_TURN
        named = (
            isinstance(argument, ast.Name) and bool(_DEGREES.search(argument.id)) and "rad" not in argument.id.lower()
        )
        converted = isinstance(value, ast.Call | ast.BinOp)
        if (big or named) and not converted:
            line, call = program.line(node.lineno), program.segment(node)
            yield Match(
                lines=(node.lineno,),
                expression=call,
                edit=program.edit(node.lineno, line.replace(call, f"{module}.{name}({module}.radians({text}))", 1)),
                slots={"angle": Code(text), "function": Code(f"{module}.{name}")},
            )


@logic_rule("numerical.caret-for-power", 0.9, ("value", "off", "less", "more", "other"), needs=(ast.BitXor,))
def caret_for_power(program: Program) -> Iterator[Match]:
    """`^` between numbers, where a power is meant."""
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(left=left, op=ast.BitXor(), right=ast.Constant(value=int() | float() as power)) if (
                not isinstance(power, bool) and power in (2, 3, 4, 0.5, -1)
            ):
                line, text = program.line(node.lineno), program.segment(node)
                new = re.sub(r"(?<!\s)\s*+\^\s*+", " ** ", text, count=1)
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, new, 1)),
                    slots={"base": Code(program.segment(left)), "power": str(power)},
                )


@logic_rule("numerical.only-last-term-divided", 0.9, ("value", "off", "less", "more", "other"), needs=(ast.Add,))
def only_last_term_divided(program: Program) -> Iterator[Match]:
    """Find where `a + b / 2`: only the last term is divided."""
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(
                left=left,
                op=ast.Add(),
                right=ast.BinOp(
                    left=last, op=ast.Div() | ast.FloorDiv() as sign, right=ast.Constant(value=int() as count)
                ),
            ):
                terms = [last]
                rest: ast.expr = left
                while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
                    terms.append(rest.right)
                    rest = rest.left
                terms.append(rest)
            case _:
                continue
        if isinstance(program.parents.get(node), ast.Subscript):
            continue
        plain = all(isinstance(term, ast.Name | ast.Subscript) for term in terms)
        if plain and len(terms) == count:
            line, text = program.line(node.lineno), program.segment(node)
            divided = "//" if isinstance(sign, ast.FloorDiv) else "/"
            head = text[: text.rindex(divided)].rstrip()
            new = f"({head}) {divided} {count}"
            yield Match(
                lines=(node.lineno,),
                expression=text,
                edit=program.edit(node.lineno, line.replace(text, new, 1)),
                slots={"last": Code(program.segment(last)), "count": str(count)},
            )


@logic_rule("numerical.own-power", 0.85, ("value", "off", "more", "other"), needs=(ast.Pow,))
def own_power(program: Program) -> Iterator[Match]:
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(left=ast.Name(id=a), op=ast.Pow(), right=ast.Name(id=b)) if a == b:
                yield Match(lines=(node.lineno,), expression=program.segment(node), slots={"name": Code(a)})


@logic_rule(
    "numerical.digits-by-plain-division",
    0.9,
    ("value", "off", "more", "kind", "endless", "other"),
    needs=(ast.While, ast.Mod, ast.Div),
)
def digits_by_plain_division(program: Program) -> Iterator[Match]:
    """Find a loop that takes the last digit of a number, but takes it away with the division that leaves a rest."""
    for loop in program.each(ast.While):
        digits = {
            (node.left.id, node.right.value)
            for statement in loop.body
            for node in walk(statement)
            if isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mod)
            and isinstance(node.left, ast.Name)
            and isinstance(node.right, ast.Constant)
        }
        for statement in loop.body:
            match statement:
                case ast.AugAssign(target=ast.Name(id=name), op=ast.Div(), value=ast.Constant(value=base)):
                    pass
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.BinOp(left=ast.Name(id=old), op=ast.Div(), right=ast.Constant(value=base)),
                ) if name == old:
                    pass
                case _:
                    continue
            if (name, base) in digits:
                line = program.line(statement.lineno)
                yield Match(
                    lines=(statement.lineno,),
                    expression=program.segment(statement),
                    edit=program.edit(statement.lineno, line.replace("/", "//", 1)),
                    slots={"name": Code(name), "base": str(base)},
                )


@logic_rule("numerical.temperature-formula", 0.9, ("value", "off", "less", "more", "other"), needs=(ast.BinOp,))
def temperature_formula(program: Program) -> Iterator[Match]:
    """Find a formula between Celsius and Fahrenheit that gives neither for the points that everybody knows."""
    for node in program.each(ast.BinOp) if str(_FREEZING) in program.code else ():
        if isinstance(program.parents.get(node), ast.BinOp):
            continue
        inside = list(walk(node))
        numbers = {n.value for n in inside if isinstance(n, ast.Constant) and isinstance(n.value, int | float)}
        names = {n.id for n in inside if isinstance(n, ast.Name)}
        if _FREEZING not in numbers or not ({5, 9} <= numbers or 1.8 in numbers) or len(names) != 1:  # noqa: PLR2004 - the factor of the formula
            continue
        name = next(iter(names))
        to_f = [_value(node, name, c) for c in _KNOWN]
        to_c = [_value(node, name, f) for f in _KNOWN.values()]
        if None in to_f or None in to_c:
            continue
        if not _near(to_f, list(_KNOWN.values())) and not _near(to_c, list(_KNOWN)):
            yield Match(lines=(node.lineno,), expression=program.segment(node), slots={"name": Code(name)})


def _value(node: ast.expr, name: str, given: float) -> float | None:
    """Work out a formula of one name; None where it holds anything but numbers, that name and the four operations."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=used) if used == name:
            return given
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _OPERATIONS:
            a, b = _value(left, name, given), _value(right, name, given)
            if a is not None and b is not None and (b or not isinstance(sign, ast.Div | ast.FloorDiv)):
                return _OPERATIONS[type(sign)](a, b)
    return None


def _near(found: list[float | None], wanted: list[float]) -> bool:
    return all(value is not None and abs(value - right) < _NEAR for value, right in zip(found, wanted, strict=True))


@logic_rule("numerical.rest-dropped", 0.7, ("value", "less", "off", "other"), needs=(Function, ast.FloorDiv))
def rest_dropped(program: Program) -> Iterator[Match]:
    """Find a mean or share with the division that drops the rest."""
    for function in [*program.functions.values()]:
        if not re.search(r"average|mean|avg|ratio|percent|share", function.name, re.IGNORECASE):
            continue
        for node in walk(function):
            match node:
                case ast.BinOp(op=ast.FloorDiv(), left=left, right=right):
                    line, text = program.line(node.lineno), program.segment(node)
                    yield Match(
                        lines=(node.lineno,),
                        expression=text,
                        edit=program.edit(node.lineno, line.replace(text, text.replace("//", "/", 1), 1)),
                        slots={"left": Code(program.segment(left)), "right": Code(program.segment(right))},
                    )


@logic_rule(
    "numerical.point-cut-off-in-array",
    0.85,
    ("value", "less", "off", "other"),
    needs=(ast.Assign, ast.Subscript, ast.Call, ast.Attribute),
)
def point_cut_off_in_array(program: Program) -> Iterator[Match]:
    """Find where a number with a point is stored in an array of whole numbers, which cuts it."""
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
                pass
            case _:
                continue
        made = program.last_value(name, node.lineno)
        whole = False
        match made:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="array"),
                args=[ast.List(elts=elements)],
                keywords=[],
            ):
                whole = bool(elements) and all(
                    isinstance(e, ast.Constant) and isinstance(e.value, int) for e in elements
                )
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr="arange" | "zeros" | "ones"),
                keywords=keywords,
            ):
                whole = any(
                    k.arg == "dtype" and program.segment(k.value) in ("int", "np.int64", '"int"') for k in keywords
                )
        fraction = any(isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div) for n in walk(value)) or (
            isinstance(value, ast.Constant) and isinstance(value.value, float)
        )
        if whole and fraction and made is not None:
            yield Match(
                lines=(made.lineno,),
                expression=program.segment(made),
                slots={"name": Code(name), "stored": Code(program.segment(value))},
            )
