"""What one step leaves to the next: an earlier loop's variable, a rest, a list made anew, an unsorted partner."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.moves import moved_above, with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import (
    inside,
    is_constant,
    is_name,
    last_line,
    method_called,
    reads,
    stored_in,
)
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("variable-of-earlier-loop", 0.9, "value zero more less other", needs=(ast.For,), each=ast.For)
def variable_of_earlier_loop(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield the loop variable of an earlier loop, read in a loop that never reads a variable of its own."""
    own = [node for node in walk(loop.target) if isinstance(node, ast.Name)]
    body = list(inside(loop.body))
    unused = [node.id for node in own if not node.id.startswith("_") and not any(reads(each, node.id) for each in body)]
    if not unused or program.loop_around(loop) is not None:
        return
    here = program.function_at(loop.lineno)
    for earlier in program.each(ast.For):
        if last_line(earlier) >= loop.lineno or program.function_at(earlier.lineno) is not here:
            continue
        for name in sorted(names_in(earlier.target) - names_in(loop.target)):
            places = [at for at, _ in program.assignments(name) if program.function_at(at) is here]
            used = [node for node in body if is_name(node, name)]
            if len(places) < 1 or any(earlier.lineno < at <= last_line(loop) for at in places if at != earlier.lineno):
                continue
            if used and all(isinstance(getattr(node, "ctx", None), ast.Load) for node in used) and len(unused) == 1:
                edit = with_parts(program, [(used[0], unused[0])]) if len(used) == 1 else None
                slots: dict[str, Any] = {"name": Code(name), "own": Code(unused[0]), "header": program.header(loop)}
                yield program.here(used[0], edit=edit, earlier=program.header(earlier), **slots)
                return


@logic_rule("limit-joined-by-or", 0.9, "endless more long truth other", needs=(ast.While, ast.Or), each=ast.While)
def limit_joined_by_or(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield `while answer != right or tries < 3`: the loop goes on as long as only one of the two still holds."""
    match loop.test:
        case ast.BoolOp(op=ast.Or(), values=[first, second]):
            pass
        case _:
            return
    for limit, other in ((second, first), (first, second)):
        match limit, other:
            case (
                ast.Compare(left=ast.Name(id=counter), ops=[ast.Lt() | ast.LtE()]),
                ast.Compare(ops=[ast.NotEq() | ast.NotIn()]) | ast.UnaryOp(op=ast.Not()),
            ):
                pass
            case _:
                continue
        steps = [
            each for each in inside(loop.body) if isinstance(each, ast.AugAssign) and is_name(each.target, counter)
        ]
        if len(steps) == 1 and isinstance(steps[0].op, ast.Add) and not _leaves(loop):
            text = program.segment(loop.test)
            replace = text.replace(" or ", " and ", 1) if text.count(" or ") == 1 else None
            yield program.here(loop.test, replace=replace, limit=limit, other=other, counter=Code(counter))
            return


def _leaves(loop: Loop) -> bool:
    return any(isinstance(node, ast.Break | ast.Return) for node in inside(loop.body))


@logic_rule("rest-thrown-away", 0.85, "value less zero other", needs=(ast.While,), each=ast.While)
def rest_thrown_away(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield `minutes = 0` in `while minutes >= 60`: what is above the full 60 is lost."""
    match loop.test:
        case ast.Compare(
            left=ast.Name(id=name), ops=[ast.GtE() | ast.Gt()], comparators=[ast.Constant(value=int(unit)) as full]
        ) if unit > 1:
            pass
        case _:
            return
    raised = [each for each in loop.body if isinstance(each, ast.AugAssign) and not is_name(each.target, name)]
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=target)], value=ast.Constant(value=0)) if target == name and raised:
                text = f"{program.indentation(statement.lineno)}{name} -= {program.segment(full)}"
                edit = program.edit(statement.lineno, text)
                yield program.on_line(statement, edit=edit, name=Code(name), unit=Code(str(unit)), test=loop.test)
                return


@logic_rule("list-made-anew", 0.9, "value short truth endless other", needs=(Loop, "append", ast.In), each=Loop)
def list_made_anew(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield an empty list in a loop that puts one item into it and then looks things up in it, in the same round."""
    for statement in loop.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.List(elts=[]) | ast.Call(func=ast.Name(id="set"), args=[])
            ):
                pass
            case _:
                continue
        body = list(inside(loop.body))
        added = [node for node in body if method_called(node) in ((name, "append"), (name, "add"))]
        if len(added) != 1 or program.loop_around(added[0]) is not loop:
            continue
        searched = [
            node
            for node in body
            if isinstance(node, ast.Compare)
            and isinstance(node.ops[0], ast.In | ast.NotIn)
            and is_name(node.comparators[0], name)
        ]
        later = any(use.lineno > last_line(loop) for use in program.uses[name])
        if searched and not later and sum(name in stored_in(each) for each in loop.body) == 1:
            edit = moved_above(program, loop, statement)
            slots: dict[str, Any] = {
                "name": Code(name),
                "header": program.header(loop),
                "added": program.header(_statement(program, added[0])),
            }
            yield program.on_line(statement, edit=edit, searched=searched[0], **slots)
            return


def _statement(program: Program, node: ast.AST) -> ast.stmt:
    return next(up for up in program.above(node) if isinstance(up, ast.stmt))


@logic_rule("pair-turned-round", 0.9, "value more endless other", needs=("append", ast.Tuple, ast.In), each=ast.Compare)
def pair_turned_round(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield `(x, y) in seen` in a program that only ever puts `(y, x)` into `seen`."""
    match node:
        case ast.Compare(
            left=ast.Tuple(elts=[ast.Name(id=one), ast.Name(id=other)]) as pair,
            ops=[ast.In() | ast.NotIn()],
            comparators=[ast.Name(id=owner)],
        ) if one != other:
            pass
        case _:
            return
    kept = [
        call
        for call in program.each(ast.Call)
        if method_called(call) in ((owner, "append"), (owner, "add"))
        and isinstance(call.args[0] if call.args else None, ast.Tuple)
    ]
    texts = {tuple(each.id for each in call.args[0].elts if isinstance(each, ast.Name)) for call in kept}  # type: ignore[attr-defined] # tuples only
    if texts == {(other, one)}:
        edit = with_parts(program, [(pair, f"({other}, {one})")])
        stored = program.header(_statement(program, kept[0]))
        yield program.here(pair, edit=edit, owner=Code(owner), stored=stored)


@logic_rule("twice-the-same-factor", 0.85, "value more other", needs=(ast.Mult, ast.Subscript), each=ast.BinOp)
def twice_the_same_factor(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield `item["price"] * item["price"]` for entries that have another number, which nothing reads."""
    match node:
        case ast.BinOp(
            left=ast.Subscript(slice=ast.Constant(value=str(key))), op=ast.Mult(), right=ast.Subscript() as again
        ) if alike(node.left, again):
            pass
        case _:
            return
    keys = {
        each.value
        for entry in program.each(ast.Dict)
        if any(is_constant(one, key) for one in entry.keys)
        for each, value in zip(entry.keys, entry.values, strict=True)
        if isinstance(each, ast.Constant) and isinstance(value, ast.Constant) and isinstance(value.value, int | float)
    }
    read = {each.slice.value for each in program.each(ast.Subscript) if isinstance(each.slice, ast.Constant)}
    unread = sorted(str(each) for each in keys - read)
    if len(unread) == 1 and isinstance(again.slice, ast.Constant):
        text = program.segment(again.slice)
        edit = with_parts(program, [(again.slice, f"{text[0]}{unread[0]}{text[-1]}")])
        yield program.here(node, edit=edit, key=Code(repr(key)), other=Code(repr(unread[0])))


@logic_rule("stored-under-other-key", 0.9, "less value other", needs=(ast.In, ast.Subscript), each=ast.If)
def stored_under_other_key(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield `counts[word] = 1` beside `if word.lower() in counts`: it is looked up under another key than stored."""
    match node.test:
        case ast.Compare(
            left=ast.Call(func=ast.Attribute(value=ast.Name(id=name)), args=[]) as key,
            ops=[ast.In() | ast.NotIn()],
            comparators=[ast.Name(id=owner)],
        ):
            pass
        case _:
            return
    for statement in (*node.body, *node.orelse):
        match statement:
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=kept), slice=ast.Name(id=used) as plain)]) if (
                kept == owner and used == name
            ):
                edit = with_parts(program, [(plain, program.segment(key))])
                slots: dict[str, Any] = {"owner": Code(owner), "key": key, "plain": plain}
                yield program.on_line(statement, edit=edit, **slots)
                return
