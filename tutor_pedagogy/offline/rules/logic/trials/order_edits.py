"""Candidates of orders: the other direction of a sort, the other end of a list, and zeros in front of a number."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, replaced, with_text
from tutor_pedagogy.offline.rules.logic.trials.kinds import OTHER_END, PADDED, SORTED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.context import Context

_SMALL = 10


def of_call(program: Program, node: ast.Call) -> Iterator[Candidate]:
    """Yield a sort in the other direction, and a method of a list that works at its other end."""
    match node:
        case ast.Call(func=ast.Name(id="sorted") | ast.Attribute(attr="sort")):
            yield from _turned_sort(program, node)
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="pop") as called, args=[]):
            yield _other_call(program, node, called, ("pop", [ast.Constant(value=0)], "0"))
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="pop") as called, args=[ast.Constant(value=0)]):
            yield _other_call(program, node, called, ("pop", [], ""))
        case ast.Call(func=ast.Attribute(attr="append") as called, args=[item]):
            arguments = [ast.Constant(value=0), item]
            yield _other_call(program, node, called, ("insert", arguments, f"0, {program.segment(item)}"))
        case ast.Call(func=ast.Attribute(attr="insert") as called, args=[ast.Constant(value=0), item]):
            yield _other_call(program, node, called, ("append", [item], program.segment(item)))


def _other_call(
    program: Program, node: ast.Call, called: ast.Attribute, new: tuple[str, list[ast.expr], str]
) -> Candidate:
    """Return the candidate with another method and other arguments, whose code is the last part of `new`."""
    method, arguments, text = new
    owner = program.segment(called.value)
    return Candidate(
        kind=OTHER_END,
        weight=0.6 if method == "pop" else 0.5,
        node=node,
        changes=(Change(node, "args", arguments), Change(called, "attr", method)),
        write=_text(program, node, f"{owner}.{method}({text})"),
    )


def _turned_sort(program: Program, node: ast.Call) -> Iterator[Candidate]:
    old = [each for each in node.keywords if each.arg == "reverse"]
    others = [each for each in node.keywords if each.arg != "reverse"]
    match old:
        case []:
            keywords = [*others, ast.keyword(arg="reverse", value=ast.Constant(value=True))]
        case [ast.keyword(value=ast.Constant(value=True))]:
            keywords = others
        case _:
            return
    parts = [program.segment(each) for each in node.args]
    parts += [f"{each.arg}={program.segment(each.value)}" for each in keywords[: len(others)]]
    parts += ["reverse=True"] if not old else []
    yield Candidate(
        kind=SORTED,
        weight=0.7,
        node=node,
        changes=(Change(node, "keywords", keywords),),
        write=_text(program, node, f"{program.segment(node.func)}({', '.join(parts)})"),
    )


def of_loop(program: Program, loop: ast.For) -> Iterator[Candidate]:
    """Yield a loop that goes through a collection from its end."""
    match loop.iter:
        case ast.Call(func=ast.Name(id="range"), args=[bound]):
            down: list[ast.expr] = [
                ast.BinOp(left=bound, op=ast.Sub(), right=ast.Constant(value=1)),
                ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)),
                ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)),
            ]
            turned = ast.Call(func=ast.Name(id="range", ctx=ast.Load()), args=down, keywords=[])
            text = f"range({program.segment(bound)} - 1, -1, -1)"
            yield from replaced(program, loop.iter, turned, text, (OTHER_END, 0.4))
            return
        case ast.Name() as items:
            pass
        case _:
            return
    backwards = ast.Subscript(
        value=items,
        slice=ast.Slice(lower=None, upper=None, step=ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1))),
        ctx=ast.Load(),
    )
    yield from replaced(program, items, backwards, f"{items.id}[::-1]", (OTHER_END, 0.4))


def of_format(program: Program, node: ast.FormattedValue, context: Context) -> Iterator[Candidate]:
    """Yield a number in an f-string with a zero in front."""
    values = context.run.seen.get(node.value) or []
    if node.format_spec is None and any(type(value) is int and 0 <= value < _SMALL for value in values):
        changed = ast.JoinedStr(values=[ast.Constant(value="02")])
        yield Candidate(
            kind=PADDED,
            weight=0.7,
            node=node,
            changes=(Change(node, "format_spec", changed),),
            write=lambda: _with_format(program, node),
        )


def _with_format(program: Program, node: ast.FormattedValue) -> str | None:
    """Return the code with a format behind the only part of its line that shows this value in braces."""
    line = program.line(node.lineno)
    old = f"{{{ast.unparse(node.value)}}}"
    if line.count(old) != 1:
        return None
    lines = list(program.lines)
    lines[node.lineno - 1] = line.replace(old, f"{old[:-1]}:02}}")
    return "\n".join(lines)


def of_text(program: Program, node: ast.Call, context: Context) -> Iterator[Candidate]:
    """Yield a number that `str` writes with two digits."""
    match node:
        case ast.Call(func=ast.Name(id="str"), args=[ast.Name() as number], keywords=[]):
            values = context.run.seen.get(number) or []
        case _:
            return
    if any(type(value) is int and 0 <= value < _SMALL for value in values):
        changed = ast.Call(
            func=ast.Attribute(value=node, attr="zfill", ctx=ast.Load()), args=[ast.Constant(value=2)], keywords=[]
        )
        text = f"{program.segment(node)}.zfill(2)"
        yield from replaced(program, node, changed, text, (PADDED, 0.7))


def _text(program: Program, node: ast.AST, text: str) -> Callable[[], str | None]:
    return lambda: with_text(program, node, text)
