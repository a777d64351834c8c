"""Lines that have no effect, or another one than meant: results thrown away, shared lists, swaps that lose a value."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import BUILTINS, Function, Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import loops_of, names_in, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
_NEW_VALUE = frozenset(
    (
        "upper",
        "lower",
        "strip",
        "lstrip",
        "rstrip",
        "replace",
        "split",
        "join",
        "title",
        "capitalize",
        "casefold",
        "format",
        "zfill",
        "center",
        "copy",
        "union",
        "intersection",
        "difference",
        "astype",
        "reshape",
        "flatten",
        "round",
        "transpose",
    )
)
_COUNT = re.compile(r"count|total|number|tally|hits|^num|_num", re.IGNORECASE)
"""Names of what grows by one; a 1 in any other may mean yes."""
_NEW_BY_FUNCTION = frozenset(
    ("sorted", "reversed", "abs", "round", "int", "float", "str", "list", "len", "sum", "max", "min", "tuple", "set")
)


@logic_rule(
    "error-hidden",
    0.6,
    ("none", "value", "off", "less", "more", "zero", "kind", "empty", "other"),
    needs=(ast.ExceptHandler,),
)
def error_hidden(program: Program) -> Iterator[Match]:
    """Find an `except` for everything that goes on as if nothing had happened."""
    for node in program.each(ast.ExceptHandler):
        match node:
            case ast.ExceptHandler(type=None | ast.Name(id="Exception" | "BaseException"), body=[only]) if isinstance(
                only, ast.Pass | ast.Continue | ast.Return
            ):
                yield Match(lines=(node.lineno,), expression=program.line(node.lineno).strip())


@logic_rule("line-without-effect", 0.95, ("value", "less", "endless", "zero", "empty", "other"), needs=(ast.Expr,))
def line_without_effect(program: Program) -> Iterator[Match]:
    """Find where a sum, a comparison or a name stands alone on a line."""
    for node in program.each(ast.Expr):
        last = program.is_cell and program.tree is not None and program.tree.body and node is program.tree.body[-1]
        if last or isinstance(program.parents.get(node), ast.Try):
            continue
        match node.value:
            case ast.Compare(ops=[ast.Eq()], left=ast.Name() | ast.Subscript() | ast.Attribute()) as compare:
                line = program.line(node.lineno)
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(compare),
                    edit=program.edit(node.lineno, line.replace("==", "=", 1)),
                    slots={"kind": "a comparison", "name": Code(program.segment(compare.left))},
                )
            case ast.BinOp(left=ast.Name(id=name), op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()) as sum_:
                line, text = program.line(node.lineno), program.segment(sum_)
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, f"{name} = {text}", 1)),
                    slots={"kind": "a sum", "name": Code(name)},
                )
            case ast.BinOp(left=ast.Attribute() | ast.Subscript() as left, op=ast.Add() | ast.Sub() | ast.Mult()):
                yield Match(
                    lines=(node.lineno,),
                    expression=program.segment(node.value),
                    slots={"kind": "a sum", "name": Code(program.segment(left))},
                )
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Slice()) as piece:
                line, text = program.line(node.lineno), program.segment(piece)
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, f"{name} = {text}", 1)),
                    slots={"kind": "a piece", "name": Code(name)},
                )


@logic_rule("only-last-round-counts", 0.85, ("less", "value", "short", "zero", "kind"), needs=(Loop, ast.Assign))
def only_last_round_counts(program: Program) -> Iterator[Match]:
    """Find a name that each round of a loop overwrites, although it begins empty and nothing reads it meanwhile."""
    for loop in loops_of(program):
        for before, statement in pairwise((None, *loop.body)):
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if not isinstance(value, ast.Constant):
                    pass
                case _:
                    continue
            if isinstance(loop, ast.While) and isinstance(value, ast.Name):
                continue
            start = program.last_value(name, loop.lineno)
            if not (_begins_empty(start) or _is_none(start)):
                continue
            fresh = names_in(loop.target) if isinstance(loop, ast.For) else stored_in(loop)
            is_begun = not _is_none(start) or _keeps_best(before, fresh)
            looped = (fresh - {name}) & names_in(value)
            if not looped or not is_begun or _stored_again(loop, statement, name) or _is_read_or_left(loop, name):
                continue
            yield Match(
                lines=(statement.lineno,),
                expression=program.segment(statement),
                slots={"name": Code(name), "header": Code(program.line(loop.lineno).strip())},
            )


def _is_read_or_left(loop: ast.For | ast.While, name: str) -> bool:
    """Tell whether a round of a loop reads a name, or may be the last one."""
    return any(
        isinstance(n, ast.Break | ast.Return)
        or (isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load))
        for n in walk(loop)
    )


def _is_none(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _keeps_best(statement: ast.stmt | None, fresh: set[str]) -> bool:
    """Tell whether a statement remembers something of a round under a condition, as what follows it should."""
    return isinstance(statement, ast.If) and any(
        isinstance(inner, ast.Assign) and bool(names_in(inner.value) & fresh) for inner in statement.body
    )


def _begins_empty(value: ast.expr | None) -> bool:
    match value:
        case ast.Constant(value=start):
            return start in (0, "", 1) and start is not None
        case ast.List(elts=[]):
            return True
    return False


def _stored_again(loop: ast.For | ast.While, statement: ast.stmt, name: str) -> bool:
    """Tell whether another statement of the loop stores the name as well."""
    return any(name in stored_in(other) for other in loop.body if other is not statement)


@logic_rule("counted-only-once", 0.8, ("less", "value", "off", "other"), needs=(Loop, ast.Assign))
def counted_only_once(program: Program) -> Iterator[Match]:
    """Find a count that is set to 1 wherever something is found, so that it never gets further."""
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=1)) if _COUNT.search(name):
                pass
            case _:
                continue
        loop = next((up for up in program.above(node) if isinstance(up, ast.For | ast.While)), None)
        start = program.last_value(name, loop.lineno) if loop is not None else None
        if loop is None or not isinstance(start, ast.Constant) or start.value != 0:
            continue
        here = program.function_at(node.lineno)
        bound = [line for line, _ in program.assignments(name) if program.function_at(line) is here]
        read = any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load) for n in walk(loop))
        if len(bound) == 2 and not read:  # noqa: PLR2004 - the start and this line
            line = program.line(node.lineno)
            yield Match(
                lines=(node.lineno,),
                expression=program.segment(node),
                edit=program.edit(node.lineno, line.replace("=", "+=", 1)),
                slots={"name": Code(name), "header": Code(program.line(loop.lineno).strip())},
            )


@logic_rule("method-named-not-called", 0.95, ("value", "order", "other", "endless"), needs=(ast.Expr,))
def method_named_not_called(program: Program) -> Iterator[Match]:
    for node in program.each(ast.Expr):
        match node:
            case ast.Expr(value=ast.Attribute(value=ast.Name()) as attribute):
                line, text = program.line(node.lineno), program.segment(attribute)
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, f"{text}()", 1)),
                    slots={"name": Code(text)},
                )
            case ast.Expr(value=ast.Name(id=name) as value) if (
                name in program.functions or name in ("print", "input", "exit", "quit")
            ) and not program.is_cell:
                line = program.line(node.lineno)
                yield Match(
                    lines=(node.lineno,),
                    expression=name,
                    edit=program.edit(node.lineno, line.replace(name, f"{name}()", 1)),
                    slots={"name": Code(program.segment(value))},
                )


@logic_rule("result-thrown-away", 0.9, ("value", "text", "order", "other"), needs=(ast.Expr, ast.Call))
def result_thrown_away(program: Program) -> Iterator[Match]:
    """Find a call that gives a new value, without anything that takes it."""
    for node in program.each(ast.Expr):
        if program.is_cell and program.tree is not None and program.tree.body and node is program.tree.body[-1]:
            continue
        match node.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) as call if (
                method in _NEW_VALUE and owner not in program.functions
            ):
                name = owner
            case ast.Call(func=ast.Name(id=function), args=[ast.Name(id=name), *_]) as call if (
                function in _NEW_BY_FUNCTION and function not in program.bound_names
            ):
                pass
            case _:
                continue
        line, text = program.line(node.lineno), program.segment(call)
        yield Match(
            lines=(node.lineno,),
            expression=text,
            edit=program.edit(node.lineno, line.replace(text, f"{name} = {text}", 1)),
            slots={"name": Code(name), "call": Code(text)},
        )


@logic_rule("sign-and-equals-swapped", 0.95, ("value", "less", "endless", "other"), needs=(ast.Assign, ast.UnaryOp))
def sign_and_equals_swapped(program: Program) -> Iterator[Match]:
    """`x =+ 1` where `x += 1` is meant."""
    for node in program.each(ast.Assign):
        match node:
            case ast.Assign(targets=[target], value=ast.UnaryOp(op=ast.UAdd() | ast.USub())):
                line, name = program.line(node.lineno), program.segment(target)
                is_begun = not isinstance(target, ast.Name) or any(
                    isinstance(up, ast.For | ast.While) for up in program.above(node)
                )
                for wrong, right in (("=+", "+="), ("=-", "-=")):
                    if f" {wrong} " in line and (wrong == "=+" or is_begun):
                        yield Match(
                            lines=(node.lineno,),
                            expression=line.strip(),
                            edit=program.edit(node.lineno, line.replace(wrong, right, 1)),
                            slots={"name": Code(name), "sign": Code(wrong)},
                        )


@logic_rule("value-lost-in-swap", 0.9, ("value", "order", "other"), needs=(ast.Assign,))
def value_lost_in_swap(program: Program) -> Iterator[Match]:
    for _, first, second in program.neighbours:
        match first, second:
            case ast.Assign(targets=[a], value=ast.Name() | ast.Subscript() as b), ast.Assign(targets=[c], value=d) if (
                _same(program, a, d) and _same(program, b, c) and not _same(program, a, b)
            ):
                left, right = program.segment(a), program.segment(b)
                indent = program.line(first.lineno)[: first.col_offset]
                edit = (
                    program.edit(first.lineno, f"{indent}{left}, {right} = {right}, {left}", before_lines=2)
                    if second.lineno == first.lineno + 1
                    else None
                )
                yield Match(
                    lines=(second.lineno,),
                    expression=program.segment(second),
                    edit=edit,
                    slots={"left": Code(left), "right": Code(right)},
                )


def _same(program: Program, a: ast.AST, b: ast.AST) -> bool:
    return program.segment(a).replace(" ", "") == program.segment(b).replace(" ", "")


@logic_rule("value-lost-before-use", 0.9, ("value", "endless", "other"), needs=(Loop, ast.Assign))
def value_lost_before_use(program: Program) -> Iterator[Match]:
    """Find a line that needs the old value of a name which the line before has replaced."""
    for node, first, second in program.neighbours:
        match first, second:
            case (
                ast.Assign(targets=[ast.Name(id=a)], value=ast.Name(id=b)),
                ast.Assign(targets=[ast.Name(id=c)], value=ast.BinOp() as value),
            ) if b == c and {a, b} <= names_in(value) and a != b:
                left, right = a, b
            case (
                ast.Assign(targets=[ast.Name(id=a)], value=ast.Name(id=new)),
                ast.Assign(targets=[ast.Name(id=c)], value=ast.Name(id=d)),
            ) if a == d and isinstance(node, ast.If) and {a, new} <= names_in(node.test) and c not in (a, new):
                left, right = a, c
            case _:
                continue
        if any(isinstance(up, ast.For | ast.While) for up in program.above(second)):
            yield Match(
                lines=(second.lineno,),
                expression=program.segment(second),
                slots={"left": Code(left), "right": Code(right), "first": Code(program.segment(first))},
            )


@logic_rule("numerical.rows-are-one-list", 0.9, ("value", "other"), needs=(ast.Mult, ast.List))
def rows_are_one_list(program: Program) -> Iterator[Match]:
    """`[[0] * n] * m`: every row is the same list."""
    for node in program.each(ast.BinOp):
        match node:
            case ast.BinOp(
                left=ast.List(elts=[ast.BinOp(left=ast.List(), op=ast.Mult()) | ast.List() as row]),
                op=ast.Mult(),
                right=count,
            ):
                text = program.segment(node)
                line = program.line(node.lineno)
                new = f"[{program.segment(row)} for _ in range({program.segment(count)})]"
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, new, 1)),
                    slots={"row": Code(program.segment(row))},
                )


@logic_rule("default-value-shared", 0.8, ("value", "long", "other"), needs=(Function,))
def default_value_shared(program: Program) -> Iterator[Match]:
    """Find a list or dictionary as a default value, changed in the body."""
    for function in program.functions.values():
        if not function.args.defaults:
            continue
        positional = function.args.args[len(function.args.args) - len(function.args.defaults) :]
        for arg, default in zip(positional, function.args.defaults, strict=False):
            if isinstance(default, ast.List | ast.Dict | ast.Set):
                changed = any(
                    (
                        isinstance(n, ast.Call)
                        and isinstance(n.func, ast.Attribute)
                        and isinstance(n.func.value, ast.Name)
                        and n.func.value.id == arg.arg
                    )
                    or (
                        isinstance(n, ast.Subscript)
                        and isinstance(n.ctx, ast.Store)
                        and isinstance(n.value, ast.Name)
                        and n.value.id == arg.arg
                    )
                    or (isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Name) and n.target.id == arg.arg)
                    for n in walk(function)
                )
                if changed:
                    yield Match(
                        lines=(function.lineno,),
                        expression=f"{arg.arg}={program.segment(default)}",
                        slots={"name": Code(arg.arg), "function": Code(function.name)},
                    )


@logic_rule("nothing-given-back", 0.7, ("none", "printed", "other"), needs=(ast.Call,))
def nothing_given_back(program: Program) -> Iterator[Match]:
    """Find where the result of a function that gives nothing back is used."""
    for call in program.each(ast.Call):
        match call.func:
            case ast.Name(id=name) if name == "print" or _gives_nothing(program, name):
                pass
            case _:
                continue
        match program.parents.get(call):
            case ast.Assign() | ast.Return() | ast.Call(func=ast.Name(id="print"), args=[ast.Call()]):
                yield Match(
                    lines=(call.lineno,),
                    expression=program.segment(call),
                    slots={"name": Code(name), "call": Code(program.segment(call))},
                )


def _gives_nothing(program: Program, name: str) -> bool:
    """Tell whether a name is that of a function of the code that gives nothing back."""
    return name in program.functions and name not in BUILTINS and program.returns_nothing(program.functions[name])


@logic_rule("order-lost-in-set", 0.6, ("order", "kind", "value"), needs=(Function, ast.Return, "set"))
def order_lost_in_set(program: Program) -> Iterator[Match]:
    """Find where a set is made of a sequence and given back: order and doubles are gone."""
    for function in program.functions.values():
        for node in program.returns_of(function):
            inner = node.value
            match inner:
                case ast.Call(func=ast.Name(id="list"), args=[ast.Call(func=ast.Name(id="set"), args=[source])]):
                    pass
                case ast.Call(func=ast.Name(id="set"), args=[source]):
                    pass
                case _:
                    continue
            yield Match(
                lines=(node.lineno,),
                expression=program.segment(inner),
                slots={"source": Code(program.segment(source)), "function": Code(function.name)},
            )


@logic_rule("always-put-in-front", 0.45, ("order",), needs=(Loop, "insert"))
def always_put_in_front(program: Program) -> Iterator[Match]:
    for node in program.each(ast.Call):
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="insert"), args=[ast.Constant(value=0), item]) if any(
                isinstance(up, ast.For | ast.While) for up in program.above(node)
            ):
                text = program.segment(node)
                line = program.line(node.lineno)
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(
                        node.lineno, line.replace(text, f"{program.segment(owner)}.append({program.segment(item)})", 1)
                    ),
                    slots={"owner": Code(program.segment(owner))},
                )


@logic_rule("parameter-overwritten", 0.75, ("value", "other"), needs=(Function, ast.Assign))
def parameter_overwritten(program: Program) -> Iterator[Match]:
    """Find where a parameter gets a new value before its old one was ever used."""
    for function in program.functions.values():
        parameters = {arg.arg for arg in function.args.args}
        for statement in function.body[:3]:
            match statement:
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if (
                    name in parameters and name not in names_in(value)
                ):
                    used_before = any(
                        isinstance(n, ast.Name)
                        and n.id == name
                        and n.lineno < statement.lineno
                        and isinstance(n.ctx, ast.Load)
                        for n in walk(function)
                    )
                    if not used_before:
                        yield Match(
                            lines=(statement.lineno,),
                            expression=program.line(statement.lineno).strip(),
                            slots={"name": Code(name), "function": Code(function.name)},
                        )
