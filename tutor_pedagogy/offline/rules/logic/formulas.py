"""Formulas that run but compute something else: degrees, powers, precedence, division, number types."""

from __future__ import annotations

import ast
import operator
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, names_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import arguments_for
from tutor_pedagogy.offline.rules.logic.tree import inside, parameters_of
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_DEGREES = re.compile(r"deg|angle|winkel|grad\b", re.IGNORECASE)
_IN_DEGREES = re.compile(r"(?i)deg(?:ree)?s?\b|_deg|degrees|_grad\b|\bgrad\b|grados|degr[eé]s|graus")
_MEAN = re.compile(r"average|(?:^|_)mean|avg$|^avg|(?:^|_)ratio|percent", re.IGNORECASE)
_WHOLE = re.compile(r"(?i)round|whole|floor|int(?:eger)?(?:_|$)")
_MIDDLE = re.compile(r"(?:^|_|\b)(?:average|mean|avg|mid|middle)(?:_|\b)", re.IGNORECASE)
_FULL_TURN = 6.3
_FREEZING = 32
_KNOWN = {0.0: 32.0, 37.0: 98.6, 100.0: 212.0}
"""Degrees Celsius mapped to degrees Fahrenheit: freezing point, body temperature, boiling point."""
_FACTORS = ({5, 9}, {1.8})
_NEAR = 0.5
_OPERATIONS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


@logic_rule("numerical.degrees-for-radians", 0.9, "value off less more other", needs=(ast.Attribute,), each=ast.Call)
def degrees_for_radians(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a call of `sin`, `cos` or `tan` with an angle in degrees instead of radians."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="math" | "np" | "numpy" as module), attr="sin" | "cos" | "tan"),
            args=[argument],
        ):
            value = argument
        case _:
            return
    is_named = False
    if isinstance(argument, ast.Name):
        value = program.last_value(argument.id, node.lineno) or argument
        is_named = bool(_DEGREES.search(argument.id)) and "rad" not in argument.id.lower()
    is_told = _is_told_in_degrees(program, argument)
    if is_told and isinstance(argument, ast.BinOp):
        converted = f"{program.segment(node.func)}({module}.radians({program.segment(argument)}))"
        yield program.here(node, replace=(node, converted), angle=argument, function=node.func)
        return
    is_named = is_named or is_told
    is_big = isinstance(value, ast.Constant) and isinstance(value.value, int | float) and abs(value.value) > _FULL_TURN
    if (is_big or is_named) and not isinstance(value, ast.Call | ast.BinOp):
        converted = f"{program.segment(node.func)}({module}.radians({program.segment(argument)}))"
        yield program.here(node, replace=(node, converted), angle=argument, function=node.func)


def _is_told_in_degrees(program: Program, argument: ast.expr) -> bool:
    """Return whether a parameter in an angle, or the docstring of its function, speaks of degrees only."""
    function = program.function_at(argument.lineno)
    if function is None or not program.features.isdisjoint(("radians", "pi", "deg2rad")):
        return False
    names = names_in(argument) & set(parameters_of(function))
    told = ast.get_docstring(function) or ""
    is_named = any(_IN_DEGREES.search(name) for name in names)
    return bool(names) and (
        is_named or (bool(_IN_DEGREES.search(told)) and "rad" not in told.lower().replace("grad", ""))
    )


@logic_rule("numerical.caret-for-power", 0.9, "value off less more other", needs=(ast.BitXor,), each=ast.BinOp)
def caret_for_power(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield a `^` with a small exponent, where `**` is meant."""
    match node:
        case ast.BinOp(left=left, op=ast.BitXor(), right=ast.Constant(value=int() | float() as power)):
            if not isinstance(power, bool) and power in (2, 3, 4, 0.5, -1):
                changed = re.sub(r"(?<!\s)\s*+\^\s*+", " ** ", program.segment(node), count=1)
                while isinstance(left, ast.BinOp) and not program.segment(node).startswith("("):
                    left = left.right  # The power binds tighter: only the last factor is raised.
                yield program.here(node, replace=(node, changed), base=left, power=str(power))


@logic_rule("numerical.only-last-term-divided", 0.9, "value off less more other", needs=(ast.Add,), each=ast.BinOp)
def only_last_term_divided(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield a sum such as `a + b / 2`, of which only the last term is divided by the number of terms."""
    match node:
        case ast.BinOp(
            left=rest,
            op=ast.Add(),
            right=ast.BinOp(left=last, op=ast.Div() | ast.FloorDiv() as division, right=ast.Constant(value=int(count))),
        ):
            terms = [last]
        case _:
            return
    while isinstance(rest, ast.BinOp) and isinstance(rest.op, ast.Add):
        terms.append(rest.right)
        rest = rest.left
    terms.append(rest)
    is_plain = all(isinstance(term, ast.Name | ast.Subscript) for term in terms)
    if is_plain and len(terms) == count and not isinstance(program.parents.get(node), ast.Subscript):
        text, symbol = program.segment(node), "//" if isinstance(division, ast.FloorDiv) else "/"
        changed = f"({text[: text.rindex(symbol)].rstrip()}) {symbol} {count}"
        is_weak = not _is_for_mean(program, node)
        yield program.here(node, replace=(node, changed), needs_symptom=is_weak, last=last, count=str(count))


def _is_for_mean(program: Program, node: ast.AST) -> bool:
    """Return whether the variable or the function that receives a value is named after a mean, or text shows it so."""
    statement = program.statement_at(getattr(node, "lineno", 0))
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return bool(_MIDDLE.search(name))
        case ast.Return():
            function = program.function_at(statement.lineno)
            return function is not None and bool(_MIDDLE.search(function.name))
        case ast.Expr():
            return bool(_MIDDLE.search(program.line(statement.lineno)))
    return False


@logic_rule("numerical.own-power", 0.85, "value off more other", needs=(ast.Pow,), each=ast.BinOp)
def own_power(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield a power whose base and exponent are the same name."""
    match node:
        case ast.BinOp(left=ast.Name(id=a), op=ast.Pow(), right=ast.Name(id=b)) if a == b:
            yield program.here(node, needs_symptom=program.loop_around(node) is not None, name=Code(a))


@logic_rule(
    "numerical.digits-by-plain-division",
    0.9,
    "value off more type endless other",
    needs=(ast.Mod, ast.Div),
    each=ast.While,
)
def digits_by_plain_division(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield a `/` with which a loop removes the last digit of a number. It should be `//`: `/` keeps the decimals."""
    digits = set()
    for node in inside(loop.body):
        match node:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Mod(), right=ast.Constant(value=base)):
                digits.add((name, base))
    for statement in loop.body:
        match statement:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Div(), value=ast.Constant(value=base)):
                old = name
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.BinOp(left=ast.Name(id=old), op=ast.Div(), right=ast.Constant(value=base)),
            ):
                pass
            case _:
                continue
        if name == old and (name, base) in digits:
            yield program.here(statement, replace=("/", "//"), name=Code(name), base=str(base))


@logic_rule("numerical.temperature-formula", 0.9, "value off less more other", each=ast.BinOp)
def temperature_formula(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield a conversion between Celsius and Fahrenheit that is wrong for freezing, body and boiling temperature."""
    if str(_FREEZING) not in program.code or isinstance(program.parents.get(node), ast.BinOp):
        return
    numbers = {n.value for n in walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, int | float)}
    names = names_in(node)
    if _FREEZING not in numbers or not any(factors <= numbers for factors in _FACTORS) or len(names) != 1:
        return
    name = next(iter(names))
    to_fahrenheit, to_celsius = ([_value(node, name, each) for each in given] for given in (_KNOWN, _KNOWN.values()))
    if None in to_fahrenheit or None in to_celsius:
        return
    if not _near(to_fahrenheit, _KNOWN.values()) and not _near(to_celsius, _KNOWN):
        yield program.here(node, name=Code(name))


def _value(node: ast.expr, name: str, given: float) -> float | None:
    """Return the value of a formula if its only variable has the given value.

    Return None if the formula contains anything but numbers, that variable and `+ - * / //`.
    """
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=used) if used == name:
            return given
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            a, b = _value(left, name, given), _value(right, name, given)
            if a is not None and b is not None and (b or not isinstance(op, ast.Div | ast.FloorDiv)):
                return _OPERATIONS[type(op)](a, b)
    return None


def _near(found: list[float | None], wanted: Iterable[float]) -> bool:
    return all(value is not None and abs(value - right) < _NEAR for value, right in zip(found, wanted, strict=True))


@logic_rule("numerical.rest-dropped", 0.7, "value less off other", needs=(ast.FloorDiv,), each=Function)
def rest_dropped(program: Program, function: Function) -> Iterator[Match]:
    """Yield a `//` in a function that computes a mean or a ratio: it drops the decimals."""
    is_meant = _MEAN.search(function.name) and not _WHOLE.search(function.name)
    for node in walk(function) if is_meant else ():
        match node:
            case ast.BinOp(op=ast.FloorDiv(), left=left, right=right):
                changed = program.segment(node).replace("//", "/", 1)
                is_result = isinstance(program.parents.get(node), ast.Return) or _is_for_mean(program, node)
                yield program.here(node, replace=(node, changed), needs_symptom=not is_result, left=left, right=right)


_WITH_DECIMALS = frozenset(("mean", "std", "sqrt", "average"))
"""Functions and methods of NumPy whose results have decimals."""


@logic_rule(
    "numerical.point-cut-off-in-array",
    0.85,
    "value less off other",
    needs=(ast.Subscript, ast.Call, ast.Attribute),
    each=ast.Assign,
)
def point_cut_off_in_array(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield an integer array in which the code stores a number with decimals, which NumPy truncates."""
    match node:
        case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value):
            made = program.last_value(name, node.lineno)
        case _:
            return
    has_decimals = any(
        (isinstance(n, ast.BinOp) and isinstance(n.op, ast.Div))
        or (isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in _WITH_DECIMALS)
        for n in walk(value)
    ) or (isinstance(value, ast.Constant) and isinstance(value.value, float))
    if any(is_call_of(n, "int", "round") for n in walk(value)):
        return
    if made is not None and has_decimals and _holds_integers(program, made):
        yield program.here(made, name=Code(name), stored=value)


def _holds_integers(program: Program, made: ast.expr) -> bool:
    """Return whether an expression creates a NumPy array of integers."""
    match made:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=function)):
            pass
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="copy"), args=[]):
            copied = program.last_value(owner, made.lineno)
            return copied is not None and not _is_copy(copied) and _holds_integers(program, copied)
        case _:
            return False
    match function, made.args, made.keywords:
        case "array", [ast.expr() as values], []:
            return _are_integers(program, values)
        case "arange" | "zeros" | "ones", _, keywords:
            types = (program.segment(k.value) for k in keywords if k.arg == "dtype")
            return any(type_ in ("int", "np.int64", '"int"') for type_ in types)
    return False


def _is_copy(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "copy"


def _are_integers(program: Program, values: ast.expr) -> bool:
    """Return whether an expression is a list of integers. For a parameter, each call of the function must give one."""
    given = [values]
    if isinstance(values, ast.Name):
        function = program.function_at(values.lineno)
        if function is not None and values.id in parameters_of(function):
            given = arguments_for(program, function, values.id)
        given = [_literal(program, each) for each in given]
    return bool(given) and all(
        isinstance(each, ast.List)
        and bool(each.elts)
        and all(isinstance(item, ast.Constant) and type(item.value) is int for item in each.elts)
        for each in given
    )


def _literal(program: Program, value: ast.expr) -> ast.expr:
    """Return the value that a name has if it is bound only once, else the expression itself."""
    bound = program.assignments(value.id) if isinstance(value, ast.Name) else []
    return bound[0][1] if len(bound) == 1 and bound[0][1] is not None else value
