"""Small edits of statements: other assignments, results that are kept or returned, copies, and other headers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.repair.rule_names import COPY, PART
from tutor_pedagogy.offline.repair.small_edit import grouped, lines_replaced, replaced, span_of
from tutor_pedagogy.offline.rules.logic.trials.kinds import (
    ALONE,
    APART,
    CHAIN,
    CONVERTED,
    JOINED,
    KEPT,
    LOST,
    NUMBER,
    ONCE,
    OPERATOR,
    RETURN,
    STEP,
    TURNED,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.repair.scopes import Scopes
    from tutor_pedagogy.offline.repair.small_edit import SmallEdit

PRINTED = "logic.print-in-place-of-return"
CHANGING = frozenset(("append", "extend", "insert", "remove", "pop", "sort", "reverse", "clear", "add", "update"))
_WRAPPED = (("list", 0.35), ("tuple", 0.35), ("str", 0.3), ("int", 0.3), ("sorted", 0.3), ("len", 0.2), ("abs", 0.2))
_EMPTY = ("[]", "0", '""', "None", "()", "False", "True")


def of_assignment(program: Program, node: ast.Assign, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield `+=` in place of `=`, a copy of the value, and the value of a call that changes its list in place."""
    del scopes
    if len(node.targets) != 1:
        return
    target, value = program.segment(node.targets[0]), program.segment(node.value)
    if program.loop_around(node) is not None:
        kept = names_in(node.value) & {_owner(node.targets[0])}
        for sign, weight in (("+", 0.6), ("-", 0.3), ("*", 0.35)):
            yield from replaced(program, node, f"{target} {sign}= {value}", KEPT, weight * (0.3 if kept else 1))
    match node.value:
        case ast.Name() | ast.Attribute():
            yield from replaced(program, node.value, f"{value}[:]", COPY, 0.4)
            yield from replaced(program, node.value, f"list({value})", COPY, 0.3)
            yield from replaced(program, node, f"{value} = {target}", OPERATOR, 0.3)
        case ast.Call(func=ast.Attribute(attr=name)) if name in CHANGING:
            yield from replaced(program, node, value, ALONE, 0.7)
        case ast.List(elts=[item]):
            yield from replaced(program, node.value, program.segment(item), CONVERTED, 0.25)
    if not isinstance(node.value, ast.Constant | ast.Tuple):
        if isinstance(node.value, ast.BinOp):
            yield from replaced(program, node.value, f"max(0, {value})", STEP, 0.2)
        yield from replaced(program, node.value, f"{grouped(program, node.value)} + 1", STEP, 0.3)
        yield from replaced(program, node.value, f"{grouped(program, node.value)} - 1", STEP, 0.3)


def _owner(target: ast.expr) -> str:
    """Return the name that an assignment changes, such as `counts` for `counts[key]`; "" for several."""
    while isinstance(target, ast.Subscript | ast.Attribute):
        target = target.value
    return target.id if isinstance(target, ast.Name) else ""


def of_step(program: Program, node: ast.AugAssign, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield another operator for a step, a plain assignment, and one more item."""
    del scopes
    target, value = program.segment(node.target), program.segment(node.value)
    for sign, weight in (("+", 0.45), ("-", 0.45), ("*", 0.35), ("//", 0.25), ("", 0.35)):
        yield from replaced(program, node, f"{target} {sign}= {value}", OPERATOR if sign else KEPT, weight)
    if isinstance(node.op, ast.Add) and not isinstance(node.value, ast.Constant):
        for text in (f"[{value}]", f"({value},)", f"list({value})", f"str({value})"):
            yield from replaced(program, node.value, text, CONVERTED, 0.4)
        yield from replaced(program, node.value, "1", NUMBER, 0.3)
        yield from replaced(program, node, f"{target} = {value} + {target}", OPERATOR, 0.3)


def of_lone_expression(program: Program, node: ast.Expr, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield what keeps, returns or calls the value of an expression that stands alone."""
    del scopes
    text = program.segment(node)
    match node.value:
        case ast.Call(func=ast.Name(id="print"), args=[ast.expr() as value], keywords=[]):
            yield from replaced(program, node, f"return {program.segment(value)}", PRINTED, 0.8)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name), args=arguments):
            if name not in CHANGING:
                yield from replaced(program, node, f"{owner} = {text}", LOST, 0.6)
            if name in ("append", "add") and len(arguments) == 1:
                yield from _items_added(program, node, owner, arguments[0])
        case ast.Call(func=ast.Name(), args=[ast.Name(id=given), *_]):
            yield from replaced(program, node, f"{given} = {text}", LOST, 0.5)
            yield from replaced(program, node, f"return {text}", RETURN, 0.55)
        case ast.BinOp(left=ast.Name(id=owner)):
            yield from replaced(program, node, f"{owner} = {text}", LOST, 0.6)
        case ast.Compare(left=ast.Name() as owner, ops=[ast.Eq()], comparators=[value]):
            yield from replaced(program, node, f"{owner.id} = {program.segment(value)}", LOST, 0.6)
        case ast.Attribute() | ast.Name():
            yield from replaced(program, node, f"{text}()", LOST, 0.7)
    if not isinstance(node.value, ast.Constant):
        yield from replaced(program, node, f"return {text}", RETURN, 0.35)


def _items_added(program: Program, node: ast.Expr, owner: str, item: ast.expr) -> Iterator[SmallEdit]:
    text = program.segment(item)
    yield from replaced(program, item, f"{text}[:]", COPY, 0.3)
    yield from replaced(program, item, f"[{text}]", CONVERTED, 0.3)
    if isinstance(item, ast.List) and len(item.elts) == 1:
        yield from replaced(program, item, program.segment(item.elts[0]), CONVERTED, 0.4)
    yield from replaced(program, node, f"{owner}.insert(0, {text})", OPERATOR, 0.3)


def of_return(program: Program, node: ast.Return, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield other results: of another type, of one more or less, or changed in place before."""
    value = node.value
    if value is None:
        for name in scopes.names_at(node.lineno):
            yield from replaced(program, node, f"return {name}", RETURN, 0.5)
        return
    yield from _of_form(program, value, scopes)
    if isinstance(value, ast.Constant):
        yield from _of_constant(program, value, scopes)
    else:
        yield from _of_value(program, value, scopes)


def _of_form(program: Program, value: ast.expr, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield a result that a method does not give, and a list of other depth."""
    match value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="sort"), keywords=keywords):
            given = ", ".join([owner, *map(program.segment, keywords)])
            yield from replaced(program, value, f"sorted({given})", ALONE, 0.8)
        case ast.Call(func=ast.Name(id="print"), args=[ast.expr() as printed]):
            yield from replaced(program, value, program.segment(printed), PRINTED, 0.8)
        case ast.List(elts=[]):
            yield from replaced(program, value, "[[]]", CONVERTED, 0.35)
            for name in scopes.parameters_at(value.lineno):
                yield from replaced(program, value, f"[{name}]", CONVERTED, 0.3)
        case ast.List(elts=[item]):
            yield from replaced(program, value, program.segment(item), CONVERTED, 0.35)


def _of_constant(program: Program, value: ast.Constant, scopes: Scopes) -> Iterator[SmallEdit]:
    for name in scopes.names_at(value.lineno):
        if isinstance(value.value, bool):  # A plain name could pass by `0 == False`, and would be no truth value.
            yield from replaced(program, value, f"{name} == 0", PART, 0.26)
            yield from replaced(program, value, f"not {name}", PART, 0.25)
        else:
            yield from replaced(program, value, name, PART, 0.3)
    yield from _of_empty(program, value)


def _of_value(program: Program, value: ast.expr, scopes: Scopes) -> Iterator[SmallEdit]:
    text, whole = program.segment(value), grouped(program, value)
    is_truth = isinstance(value, ast.Compare | ast.BoolOp)
    for function, weight in _WRAPPED:
        yield from replaced(program, value, f"{function}({text})", CONVERTED, weight)
    if not is_truth and not isinstance(value, ast.Tuple | ast.List):
        for sign in "+-":
            yield from replaced(program, value, f"{whole} {sign} 1", STEP, 0.4)
        yield from replaced(program, value, f"[{text}]", CONVERTED, 0.25)
        yield from replaced(program, value, f"-{whole}", STEP, 0.15)
    if not is_truth:
        for name in scopes.names_at(value.lineno):
            yield from replaced(program, value, f"{name} + {text}", RETURN, 0.15)
    if is_truth or isinstance(value, ast.Name | ast.Call):
        yield from replaced(program, value, f"not {whole}", TURNED, 0.3)


def _of_empty(program: Program, value: ast.Constant) -> Iterator[SmallEdit]:
    """Yield another empty value in place of one, such as `[]` for `None`."""
    if value.value is None or (value.value in (0, "") and not isinstance(value.value, bool)):
        for text in _EMPTY:
            yield from replaced(program, value, text, CONVERTED, 0.25)


def of_condition(program: Program, node: ast.If | ast.While, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield `if` for `elif` and the reverse, `while` for `if`, and other conditions."""
    line, source = node.lineno, program.line(node.lineno)
    indent = source[: len(source) - len(source.lstrip())]
    word = source.strip().partition(" ")[0].partition("(")[0]
    others = {
        "if": (("elif", CHAIN, 0.4), ("while", ONCE, 0.3)),
        "elif": (("if", APART, 0.5),),
        "while": (("if", ONCE, 0.3),),
    }
    for other, rule, weight in others.get(word, ()):
        new = indent + other + source[len(indent) + len(word) :]
        yield from lines_replaced(line, line, [new], rule, weight, line=line)
    test, text = node.test, program.segment(node.test)
    if not isinstance(test, ast.Compare) or len(test.ops) > 1:
        yield from replaced(program, test, f"not {grouped(program, test)}", TURNED, 0.35)
    if isinstance(test, ast.Constant):
        for name in scopes.names_at(line):
            yield from replaced(program, test, name, JOINED, 0.35)
        return
    shown = f"({text})" if isinstance(test, ast.BoolOp) else text
    for name in scopes.names_at(line)[:5]:
        yield from replaced(program, test, f"{shown} and {name}", JOINED, 0.15)
        yield from replaced(program, test, f"{shown} or not {name}", JOINED, 0.15)


def of_for(program: Program, node: ast.For, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield a loop over a copy, from the second item, over the indices, or over the items."""
    text = program.segment(node.iter)
    if isinstance(node.iter, ast.Name | ast.Attribute):
        yield from replaced(program, node.iter, f"{text}[:]", COPY, 0.5)
        yield from replaced(program, node.iter, f"{text}[1:]", STEP, 0.3)
        for name in scopes.parameters_at(node.lineno):
            if name != text:
                yield from replaced(program, node.iter, f"{text}[{name}:]", STEP, 0.2)
        yield from replaced(program, node.iter, f"range(len({text}))", CONVERTED, 0.4)
        yield from replaced(program, node.iter, f"reversed({text})", OPERATOR, 0.25)
        yield from replaced(program, node.iter, f"range({text})", CONVERTED, 0.3)
    elif (inner := _counted(node.iter)) is not None:
        yield from replaced(program, node.iter, program.segment(inner), CONVERTED, 0.35)
    elif span_of(program, node.iter)[0] is not None and not isinstance(node.iter, ast.Call):
        yield from replaced(program, node.iter, f"list({text})", COPY, 0.2)


def _counted(node: ast.expr) -> ast.expr | None:
    """Return the collection whose indices an expression counts."""
    match node:
        case ast.Call(func=ast.Name(id="range"), args=[ast.Call(func=ast.Name(id="len"), args=[inner])]):
            return inner
    return None


STATEMENTS: dict[type[ast.AST], Callable[..., Iterator[SmallEdit]]] = {
    ast.Assign: of_assignment,
    ast.AugAssign: of_step,
    ast.Expr: of_lone_expression,
    ast.Return: of_return,
    ast.If: of_condition,
    ast.While: of_condition,
    ast.For: of_for,
}
"""The functions that yield the edits of a statement, by its class."""
