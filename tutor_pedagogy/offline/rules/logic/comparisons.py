"""Values compared, counted or shown in the wrong form: strings from `input`, functions without a call, floats."""

from __future__ import annotations

import ast
import re
from math import isclose
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of
from tutor_pedagogy.offline.engine.vocabulary import words
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import arguments_for, is_printed, is_string
from tutor_pedagogy.offline.rules.logic.tree import parameters_of
from tutor_pedagogy.offline.rules.runtime.origins import is_input
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_STRING_TESTS = words("isdigit isalpha isupper islower startswith endswith isspace isalnum strip lower")
_NUMBERS = re.compile(
    r"(?i)numbers?\b|zahl|\bnum|\bage|price|cost|how (?:many|much|old|long|tall|far)|amount|sum\b|total|average"
    r"|width|height|length|score|points|weight|year|grade|euro|dollar|salary|bigger|larger|smaller|greater"
)
_WORDS = re.compile(r"(?i)name|word|text|string|letter|password|city|street|colou?r|country|title|phrase|sentence")
_MAKES_STRING = words("strip lower upper title split capitalize rstrip lstrip isdigit")


@logic_rule("text-compared-with-number", 0.9, "truth value endless empty zero other", each=ast.Compare)
def text_compared_with_number(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield the `input` call whose string is compared with a number. The two are never equal."""
    match node:
        case ast.Compare(
            left=left, ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=int() | float() as value)]
        ) if not isinstance(value, bool):
            pass
        case _:
            return
    origin = _read_in_loop(program, node, left)
    if origin is not None:
        yield program.here(origin, replace=f"int({program.segment(origin)})", name=left, test=node)
    elif "input" in program.features and is_input(program, left, node.lineno):
        yield from _number_wanted(program, left, name=left, test=node)
    elif _is_part_of_text(program, left):
        yield program.here(left, replace=f"int({program.segment(left)})", name=left, test=node)


def _read_in_loop(program: Program, node: ast.Compare, left: ast.expr) -> ast.expr | None:
    """Return the `input` call in a `while` loop that gives a name its value for the condition of the loop."""
    top = next((up for up in (node, *program.above(node)) if not isinstance(program.parents.get(up), ast.expr)), node)
    loop = program.parents.get(top)
    if not isinstance(loop, ast.While) or loop.test is not top or not isinstance(left, ast.Name):
        return None
    inside = [value for line, value in program.assignments(left.id) if loop.lineno < line <= (loop.end_lineno or 0)]
    match inside:
        case [ast.Call(func=ast.Name(id="input")) as call]:
            return call
    return None


def _is_part_of_text(program: Program, node: ast.expr) -> bool:
    """Return whether a value is one of the strings that `split` returned."""
    match node:
        case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=int())):
            bound = program.assignments(owner)
            made = bound[0][1] if len(bound) == 1 else None
            return isinstance(made, ast.Call) and called_name(made) == "split"
    return False


def _number_wanted(program: Program, string: ast.expr, **slots: Any) -> Iterator[Match]:
    """Yield the expression that produced a string used as a number, with an edit that converts it."""
    origin = program.last_value(string.id, string.lineno) if isinstance(string, ast.Name) else string
    if origin is not None:
        yield program.here(origin, replace=f"int({program.segment(origin)})", **slots)


@logic_rule("inputs-joined-not-added", 0.85, "string type value more other", needs=(ast.Add, "input"), each=ast.BinOp)
def inputs_joined_not_added(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield the first of two `input` strings that `+` joins, although their prompts or names speak of numbers."""
    match node:
        case ast.BinOp(left=ast.Name() as left, op=ast.Add(), right=ast.Name() as right):
            yield from _two_inputs(program, node, left, right)


@logic_rule(
    "inputs-compared-as-text", 0.85, "truth value more less other", needs=("input", ast.Compare), each=ast.Compare
)
def inputs_compared_as_text(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield the first of two `input` strings that are compared by `<` or `>`, although they stand for numbers."""
    match node:
        case ast.Compare(
            left=ast.Name() as left,
            ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()],
            comparators=[ast.Name() as right],
        ):
            yield from _two_inputs(program, node, left, right)
        case ast.Compare(
            left=ast.Name() as left,
            ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()],
            comparators=[ast.Constant(value=str(digits)) as right],
        ) if digits.isdigit():
            origin = program.last_value(left.id, node.lineno)
            if origin is not None and is_input(program, left, node.lineno):
                yield program.here(origin, name=left, number=Code(digits), operation=node)
            elif _gets_input(program, left, node.lineno):
                yield program.here(node, name=left, number=Code(digits), operation=node)


def _gets_input(program: Program, name: ast.Name, line: int) -> bool:
    """Return whether a parameter gets the string of an `input` in every call of its function."""
    function = program.function_at(line)
    if function is None or name.id not in parameters_of(function):
        return False
    given = arguments_for(program, function, name.id)
    return bool(given) and all(is_input(program, each, each.lineno) for each in given)


def _two_inputs(program: Program, node: ast.expr, left: ast.Name, right: ast.Name) -> Iterator[Match]:
    if left.id == right.id or not (is_input(program, left, node.lineno) and is_input(program, right, node.lineno)):
        return
    origin = program.last_value(left.id, node.lineno)
    words = " ".join(
        (program.line(node.lineno), *(program.line(at) for n in (left, right) for at, _ in program.assignments(n.id)))
    )
    if origin is not None and _NUMBERS.search(words) and not _WORDS.search(words):
        yield program.here(origin, name=left, other=right, operation=node)


@logic_rule("text-repeated", 0.9, "string type value more other", needs=(ast.Mult, "input"), each=ast.BinOp)
def text_repeated(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield the `input` call whose string is multiplied by a number, which only repeats the string."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            pass
        case _:
            return
    for name, count in ((left, right), (right, left)):
        is_text = isinstance(name, ast.Name) and is_input(program, name, node.lineno)
        if is_text and _is_whole_number(program, count):
            yield from _number_wanted(program, name, name=name, operation=node)
            return


def _is_whole_number(program: Program, node: ast.expr) -> bool:
    """Return whether an expression is a whole number, or the only value of a name is one."""
    if isinstance(node, ast.Name):
        bound = program.assignments(node.id)
        value = bound[0][1] if len(bound) == 1 else None
        return value is not None and not isinstance(value, ast.Name) and _is_whole_number(program, value)
    return isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool)


@logic_rule("identity-for-equality", 0.7, "truth value other", each=ast.Compare)
def identity_for_equality(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield an `is` or `is not` with a string or number where equality is meant."""
    match node:
        case ast.Compare(
            ops=[ast.Is() | ast.IsNot() as operator],
            comparators=[ast.Constant(value=str() | int() | float() as value)],
        ) if not isinstance(value, bool):
            word, symbol = ("is not", "!=") if isinstance(operator, ast.IsNot) else ("is", "==")
            changed = program.segment(node).replace(f" {word} ", f" {symbol} ", 1)
            yield program.here(node, replace=changed, word=Code(word))
        case ast.Compare(
            left=ast.Attribute(value=ast.Name(id="self"), attr=one),
            ops=[ast.Is()],
            comparators=[ast.Attribute(value=ast.Name(), attr=other)],
        ) if one == other:
            function = program.function_at(node.lineno)
            if function is not None and function.name == "__eq__":
                changed = program.segment(node).replace(" is ", " == ", 1)
                yield program.here(node, replace=changed, needs_symptom=True, word=Code("is"))


@logic_rule("function-named-in-condition", 0.9, "truth value other")
def function_named_in_condition(program: Program) -> Iterator[Match]:
    """Yield a function or method that a condition mentions without calling it."""
    if program.features.isdisjoint(_STRING_TESTS) and program.features.isdisjoint(program.functions):
        return
    tests: list[ast.expr] = [node.test for node in program.each(ast.If, ast.While, ast.IfExp)]  # type: ignore[attr-defined] # all three node classes have a `test`
    tests += [test for node in program.each(ast.comprehension) for test in node.ifs]
    for test in tests:
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            tests.append(test.operand)
        elif isinstance(test, ast.BoolOp):
            tests += test.values
        elif _is_named_only(program, test):
            yield _called_in_place(program, test, _effect(program, test))


def _called_in_place(program: Program, name: ast.expr, effect: str = "") -> Match:
    """Return a match of a name, with the edit that adds the parentheses of a call."""
    edit = with_parts(program, [(name, f"{program.segment(name)}()")])
    return program.here(name, edit=edit, name=name, effect=effect)


def _effect(program: Program, name: ast.expr) -> str:
    """Return what it means for a condition that a name in it counts as true: `not` before it turns that round."""
    around = program.parents.get(name)
    is_negated = False
    while isinstance(around, ast.UnaryOp) and isinstance(around.op, ast.Not):
        is_negated = not is_negated
        around = program.parents.get(around)
    what = "this part of the condition" if isinstance(around, ast.BoolOp) else "the condition"
    shown = f"{what} on line {program.shown(name.lineno)}"
    return f"`not` turns that round, so {shown} is never true" if is_negated else f"So {shown} is always true"


def _is_named_only(program: Program, node: ast.expr) -> bool:
    """Return whether a node names a function or method of the program, or a string test such as `isdigit`."""
    match node:
        case ast.Name(id=name) if name in program.functions and not program.assignments(name):
            function = program.functions[name]
            return not function.decorator_list and not isinstance(program.parents.get(function), ast.ClassDef)
        case ast.Attribute(attr=name) if name in _STRING_TESTS:
            return True
        case ast.Attribute(value=ast.Name(), attr=name):
            return not _is_stored(program, name) and is_method(program, name)
    return False


def _is_stored(program: Program, attribute: str) -> bool:
    """Return whether the code assigns to an attribute of this name."""
    return any(n.attr == attribute and isinstance(n.ctx, ast.Store) for n in program.each(ast.Attribute))


def is_method(program: Program, name: str) -> bool:
    """Return whether all functions of this name are methods without decorators, so that none is a property."""
    named = [function for function in program.each(ast.FunctionDef) if function.name == name]
    return (
        name not in program.uses
        and bool(named)
        and all(
            not function.decorator_list and isinstance(program.parents.get(function), ast.ClassDef)
            for function in named
        )
    )


@logic_rule("function-in-place-of-result", 0.9, "string value printed other")
def function_in_place_of_result(program: Program) -> Iterator[Match]:
    """Yield a function that is printed or compared itself, instead of the result of a call."""
    if program.features.isdisjoint(_MAKES_STRING) and program.features.isdisjoint(program.functions):
        return
    named: list[ast.Name | ast.Attribute] = [*program.each(ast.Name), *program.each(ast.Attribute)]
    for node in named:
        name = node.id if isinstance(node, ast.Name) else node.attr
        if name in _MAKES_STRING and isinstance(node, ast.Attribute) and _is_string_wanted(program, node):
            yield _called_in_place(program, node)
        function = program.functions.get(name)
        is_exception = any(handler.name == name for handler in program.each(ast.ExceptHandler))
        if function is None or function.decorator_list or is_exception or not _is_named_only(program, node):
            continue
        if _is_result_wanted(program, node):
            needs_values = any(argument.arg != "self" for argument in function.args.args)
            yield program.here(node, name=node) if needs_values else _called_in_place(program, node)


def _is_result_wanted(program: Program, named: ast.expr) -> bool:
    """Return whether a function, named without a call, is printed, formatted, or compared with a non-function."""
    match program.parents.get(named):
        case ast.Call(args=args) as call:
            return is_call_of(call, "print", "str", "round", "format") and named in args
        case ast.Compare(ops=[operator], left=left, comparators=[right]):
            other = right if left is named else left
            return not isinstance(operator, ast.Is | ast.IsNot) and isinstance(other, ast.Constant)
        case ast.FormattedValue():
            return True
    return False


def _is_string_wanted(program: Program, method: ast.Attribute) -> bool:
    """Return whether a string method without a call is returned, compared or stored as if it were the result."""
    if _is_stored(program, method.attr) or method.attr in program.functions or not isinstance(method.ctx, ast.Load):
        return False
    is_text = is_call_of(method.value, "input") or (
        isinstance(method.value, ast.Name) and is_string(program, method.value.id, method.lineno)
    )
    if not is_text or isinstance(program.parents.get(method), ast.Call):
        return False
    match program.parents.get(method):
        case ast.Return() | ast.FormattedValue() | ast.BinOp() | ast.Compare():
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return not any(is_call_of(call, name) for call in program.each(ast.Call))
        case ast.Tuple() as row:
            return isinstance(program.parents.get(row), ast.Return)
    return False


@logic_rule("numerical.equality-of-floats", 0.55, "truth endless other", needs=(float, ast.Compare))
def equality_of_floats(program: Program) -> Iterator[Match]:
    """Yield each comparison for equality with a float. Rounding errors make exact equality unlikely."""
    found = [(node, value) for node in program.each(ast.Compare) if (value := _equal_to(node)) is not None]
    seen = values_seen(program, [node.left for node, _ in found])
    knows_tolerance = "isclose" in program.features
    for node, value in found:
        is_missed = _is_stepped(program, node) or any(
            isinstance(each, float) and each != value and isclose(each, value, rel_tol=1e-9)
            for each in seen.get(node.left, ())
        )
        yield program.here(
            node,
            needs_symptom=not is_missed or knows_tolerance or is_printed(program, node),
            left=node.left,
            value=Code(repr(value)),
        )


def _equal_to(node: ast.Compare) -> float | None:
    """Return the float to which a comparison asks an expression to be equal; else None."""
    if is_call_of(node.left, "round"):
        return None  # Both sides are rounded.
    match node:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=float() as value)]) if (
            not value.is_integer()
            or (isinstance(node.left, ast.BinOp) and isinstance(node.ops[0], ast.Eq))
            or isinstance(node.left, ast.Name)
        ):
            return value
    return None


def _is_stepped(program: Program, node: ast.Compare) -> bool:
    """Return whether a `while` waits for a number that its loop reaches in steps which no float holds exactly."""
    loop = next((up for up in program.above(node) if isinstance(up, ast.While)), None)
    if loop is None or node not in set(walk(loop.test)) or not isinstance(node.left, ast.Name):
        return False
    for each in walk(loop):
        match each:
            case ast.AugAssign(
                target=ast.Name(id=name), op=ast.Add() | ast.Sub(), value=ast.Constant(value=float(step))
            ):
                pass
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.BinOp(op=ast.Add() | ast.Sub(), right=ast.Constant(value=float(step))),
            ):
                pass
            case _:
                continue
        if name == node.left.id and not (step * 1024).is_integer():
            return True
    return False
