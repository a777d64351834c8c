"""Counts and records that are kept wrongly: a first count of 0, a missing `else`, a record that is not raised."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import (
    assigns,
    inside,
    is_constant,
    is_name,
    last_line,
    range_call,
    reads,
    stored_in,
)
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_FEWEST = 2
"""The number of items from which a run tells something about a start value."""
_AGAIN = re.compile(r"(?i)repeat|dup|again|extra|more|index|pos|last|id")
"""Names of dictionaries that may rightly hold 0 for what was seen once."""
_RECORD = re.compile(r"(?i)max|min|best|most|least|long|short|big|small|high|low|size|record|len|large|top|champ|great")


@logic_rule("first-one-not-counted", 0.9, "less off value zero other", needs=(ast.In, ast.Subscript), each=ast.If)
def first_one_not_counted(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield `counts[key] = 0` for a key that is new, beside `counts[key] += 1` for one that is known."""
    known, new = _branches(node)
    match known, new:
        case (
            [ast.AugAssign(target=ast.Subscript() as grown, op=ast.Add(), value=ast.Constant(value=1))],
            [ast.Assign(targets=[ast.Subscript() as first], value=ast.Constant(value=0) as start)],
        ) if alike(grown.value, first.value) and alike(grown.slice, first.slice):
            owner = program.segment(first.value)
        case _:
            return
    if program.loop_around(node) is not None and start.value is not False and not _AGAIN.search(owner):
        slots: dict[str, Any] = {"owner": Code(owner), "key": Code(program.segment(first.slice))}
        yield program.on_line(new[0], edit=with_parts(program, [(start, "1")]), **slots)


def _branches(node: ast.If) -> tuple[list[ast.stmt], list[ast.stmt]]:
    """Return the block for a key that a dictionary has, and the block for one that it has not; else two empty ones."""
    match node.test:
        case ast.Compare(ops=[ast.In()]):
            return node.body, node.orelse
        case ast.Compare(ops=[ast.NotIn()]):
            return node.orelse, node.body
    return [], []


@logic_rule("overwritten-right-after", 0.95, "less off value other", needs=(ast.If, ast.Subscript))
def overwritten_right_after(program: Program) -> Iterator[Match]:
    """Yield `counts[key] = 1` right behind an `if` that has just raised `counts[key]`: the `else` is missing."""
    for _, first, second in program.neighbours:
        match first, second:
            case (
                ast.If(test=ast.Compare(ops=[ast.In()]), body=body, orelse=[]),
                ast.Assign(targets=[ast.Subscript() as stored], value=value),
            ) if not any(isinstance(node, ast.Continue | ast.Return | ast.Break) for node in inside(body)):
                grown = _grown_entry(body[-1])
            case _:
                continue
        reading = any(isinstance(node, ast.Subscript) and alike(node.value, stored.value) for node in walk(value))
        if grown is None or reading or not alike(grown.value, stored.value) or not alike(grown.slice, stored.slice):
            continue
        edit = None
        if last_line(second) == second.lineno:
            inner = program.indentation(body[0].lineno)
            lines = list(program.lines)
            lines[second.lineno - 1] = f"{program.indentation(first.lineno)}else:\n{inner}{program.segment(second)}"
            edit = edit_to(program, "\n".join(lines))
        grows = program.header(body[-1])
        yield program.on_line(second, edit=edit, entry=Code(program.segment(stored)), test=first.test, grows=grows)


def _grown_entry(statement: ast.stmt) -> ast.Subscript | None:
    match statement:
        case ast.AugAssign(target=ast.Subscript() as entry):
            return entry
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Subscript() as entry, attr="append" | "add"))):
            return entry
    return None


@logic_rule("record-not-raised", 0.85, "value order other", needs=(Loop, ast.Compare), each=ast.If)
def record_not_raised(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield an `if` that keeps a new best item and forgets to store its measure, so that each next item is better."""
    match node.test:
        case ast.Compare(
            left=measure, ops=[ast.Gt() | ast.Lt() | ast.GtE() | ast.LtE()], comparators=[ast.Name(id=name)]
        ):
            loop = program.loop_around(node)
        case _:
            return
    if loop is None or node.orelse or not isinstance(loop, ast.For) or not _RECORD.search(name):
        return
    here = program.function_at(node.lineno)
    bound = [(at, value) for at, value in program.assignments(name) if program.function_at(at) is here]
    fresh = names_in(loop.target) | stored_in(loop)
    if len(bound) != 1 or bound[0][0] >= loop.lineno or not names_in(measure) & fresh or name in fresh:
        return
    kept = [each for each in node.body if isinstance(each, ast.Assign) and names_in(each.value) & fresh]
    is_plain = all(isinstance(each, ast.Assign) for each in node.body)
    is_start = isinstance(bound[0][1], ast.Constant | ast.Subscript | ast.Call | ast.UnaryOp)
    if not kept or not is_plain or not is_start or alike(kept[0].value, measure):
        return
    made = f"{program.line(last_line(node))}\n{program.indentation(kept[0].lineno)}{name} = {program.segment(measure)}"
    edit = program.edit(last_line(node), made)
    slots: dict[str, Any] = {"name": Code(name), "measure": measure, "kept": program.header(kept[0])}
    yield program.here(node.test, edit=edit, **slots)


@logic_rule("no-item-beats-the-start", 0.9, "value zero more less other", needs=(Loop, ast.Compare), each=ast.If)
def no_item_beats_the_start(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield the start value of a largest or smallest item that no item of the program's own run has beaten."""
    match node.test:
        case ast.Compare(left=item, ops=[ast.Gt() | ast.Lt() | ast.GtE() | ast.LtE()], comparators=[ast.Name(id=name)]):
            loop = program.loop_around(node)
        case _:
            return
    is_kept = any(
        assigns(each, name) and isinstance(each, ast.Assign) and alike(each.value, item) for each in node.body
    )
    if loop is None or not is_kept or is_name(item, name):
        return
    here = program.function_at(node.lineno)
    above = [
        (at, value)
        for at, value in program.assignments(name)
        if at < node.lineno and program.function_at(at) is here and _number(value) is not None
    ]
    others = [at for at, _ in program.assignments(name) if program.function_at(at) is here]
    if (
        len(above) != 1
        or len(others) != sum(name in stored_in(each) for each in inside(node.body) if isinstance(each, ast.Assign)) + 1
    ):
        return
    at, value = above[0]
    if _number(value) == 0 and isinstance(node.test.ops[0], ast.Lt | ast.LtE):
        return  # Another rule is about a minimum that starts at 0.
    seen = values_seen(program, [item]).get(item, [])
    numbers = [each for each in seen if isinstance(each, int | float) and not isinstance(each, bool)]
    start = _number(value)
    known = program.run.tests.get(node.test, set()) if program.run is not None else set()
    start = _number(value)
    if True in known:
        return
    if len(numbers) < _FEWEST or len(numbers) != len(seen) or not known or start is None:
        if start == 0 and isinstance(node.test.ops[0], ast.Gt | ast.GtE):
            zero: dict[str, Any] = {"name": Code(name), "start": Code("0"), "test": node.test, "values": ""}
            yield program.on_line(at, needs_symptom=True, item=item, **zero)
        return
    shown = ", ".join(f"{each!r}" for each in numbers[:4])
    slots: dict[str, Any] = {"name": Code(name), "start": Code(repr(start)), "test": node.test, "values": shown}
    yield program.on_line(at, item=item, **slots)


def _number(value: ast.expr | None) -> float | None:
    """Return the number that a literal stands for, or None."""
    match value:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            return -number
    return None


@logic_rule("index-in-place-of-item", 0.85, "value less more zero off other", needs=("range", "len"), each=ast.For)
def index_in_place_of_item(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a loop over the indices of a list that adds or compares the index and never reads an item."""
    match loop:
        case ast.For(target=ast.Name(id=index)):
            args = range_call(loop.iter)
        case _:
            return
    match args:
        case [ast.Call(func=ast.Name(id="len"), args=[ast.Name(id=owner)])]:
            pass
        case _:
            return
    body = list(inside(loop.body))
    if any(isinstance(node, ast.Name) and node.id == owner for node in body):
        return
    if any(isinstance(node, ast.Subscript) and index in names_in(node.slice) for node in body):
        return
    uses = [node for node in body if reads(node, index)]
    for use in uses:
        match program.parents.get(use):
            case ast.AugAssign(op=ast.Add() | ast.Mult()) | ast.Call(func=ast.Attribute(attr="append")):
                is_item = _is_summed(program, owner)
            case ast.Call(func=ast.Name(id="print")):
                is_item = _is_item_name(index, owner)
            case ast.Compare(ops=[ast.Gt() | ast.Lt() | ast.GtE() | ast.LtE()], comparators=[other]) if (
                other is not use
            ):
                is_item = not is_constant(other, 0) and not is_constant(other, 1) and "len" not in names_in(other)
            case _:
                continue
        if is_item and len(uses) == 1:
            edit = with_parts(program, [(use, f"{owner}[{index}]")])
            slots: dict[str, Any] = {"index": Code(index), "owner": Code(owner), "header": program.header(loop)}
            yield program.here(use, edit=edit, **slots)
            return


def _is_item_name(index: str, owner: str) -> bool:
    """Return whether a loop variable has the name of one item of a list, such as `fruit` for `fruits`."""
    return len(index) > 2 and owner.rstrip("s").lower() == index.rstrip("s").lower() and index != owner  # noqa: PLR2004 - a word


def _is_summed(program: Program, owner: str) -> bool:
    """Return whether a list holds other numbers than its indices: it is a parameter, or a literal of numbers."""
    values = [value for _, value in program.assignments(owner)]
    return not any(isinstance(value, ast.ListComp) for value in values)
