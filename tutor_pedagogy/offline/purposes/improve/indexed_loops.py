"""Loops that only test for membership, count one value, add up by index, or look for a partner; chains of `if`."""

from __future__ import annotations

import ast
import operator
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import indexed_list, names_in
from tutor_pedagogy.offline.purposes.improve.longhand import counting_by_hand
from tutor_pedagogy.offline.purposes.literal_types import literal_type
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.engine.program import Program

Found = tuple[str, int, dict[str, str | int]]
_LONGEST_ROW = 12
_CALLED = ("range", "len")


def _indexed(loop: ast.For) -> tuple[str, str] | None:
    """Return the collection that a loop goes through and the text for one item in it; None for another loop."""
    match loop:
        case ast.For(target=ast.Name(id=item), iter=ast.Name(id=owner), orelse=[]):
            return owner, item
        case ast.For(target=ast.Name(id=index), iter=indices, orelse=[]) if (
            indexed := indexed_list(indices)
        ) is not None:
            return indexed.id, f"{indexed.id}[{index}]"
    return None


def _wanted(test: ast.expr, item: str, loop: ast.For) -> str | None:
    """Return the value that an equality test looks for, if it does not depend on the loop; else None."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            pass
        case _:
            return None
    own = set(names_in(loop.target))
    for one, other in ((left, right), (right, left)):
        if ast.unparse(one) == item and not own & set(names_in(other)):
            return ast.unparse(other)
    return None


def flags(program: Program) -> Iterator[Found]:
    """Yield each loop that only sets a flag if a value is in a list, between its start value and its test."""
    following = {id(first): second for _, first, second in program.neighbours}
    for _, first, loop in program.neighbours:
        match first, loop:
            case (
                ast.Assign(targets=[ast.Name(id=flag)], value=ast.Constant(value=False)),
                ast.For(
                    body=[
                        ast.If(
                            test=test,
                            orelse=[],
                            body=[
                                ast.Assign(targets=[ast.Name(id=to)], value=ast.Constant(value=True)),
                                *rest,
                            ],
                        )
                    ]
                ),
            ) if flag == to and all(isinstance(each, ast.Break) for each in rest):
                pass
            case _:
                continue
        place, last = _indexed(loop), following.get(id(loop))
        value = _wanted(test, place[1], loop) if place is not None else None
        if place is None or value is None:
            continue
        new = f"{flag} = {value} in {place[0]}"
        match last:
            case ast.If(
                test=ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=asked))
                | ast.Compare(left=ast.Name(id=asked), ops=[ast.Eq()], comparators=[ast.Constant(value=False)])
            ) if asked == flag:
                new = f"if {value} not in {place[0]}:"
        yield "membership-by-hand", loop.lineno, {"name": place[0], "flag": flag, "new": new}


def counts(program: Program) -> Iterator[Found]:
    """Yield each loop that only counts how often one value is in a list, below the line with the start value."""
    for _, first, loop in program.neighbours:
        match first, loop:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=0)),
                ast.For(body=[ast.If(test=test, orelse=[], body=[step])]),
            ) if _raised(step) == (name, "1"):
                pass
            case _:
                continue
        place = _indexed(loop)
        value = _wanted(test, place[1], loop) if place is not None else None
        owner = next((each for each in walk(loop.iter) if isinstance(each, ast.Name) and each.id not in _CALLED), None)
        is_list = owner is not None and literal_type(program, owner) in (list, str)
        if place is not None and value is not None and is_list:
            yield "count-of-value", loop.lineno, {"name": place[0], "new": f"{name} = {place[0]}.count({value})"}


def _raised(node: ast.stmt) -> tuple[str, str] | None:
    """Return the name that a statement adds to, with what it adds; None for any other statement."""
    match node:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
            return name, ast.unparse(value)
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.BinOp(left=ast.Name(id=old), op=ast.Add(), right=value)
        ) if name == old:
            return name, ast.unparse(value)
    return None


def sums(program: Program) -> Iterator[Found]:
    """Yield each `while` loop that counts an index only to add up the items of a list."""
    for _, line, slots in counting_by_hand(program):
        loop = next(each for each in program.each(ast.While) if each.lineno == line)
        index, owner = slots["index"], slots["name"]
        added = _raised(loop.body[0]) if len(loop.body) == len(("addition", "index")) else None
        if added is None or added[1] != f"{owner}[{index}]":
            continue
        starts = [value for at, value in program.assignments(added[0]) if at < line]
        last = loop.end_lineno or line
        is_used = any(
            isinstance(each.ctx, ast.Load) and each.id == index and not line <= each.lineno <= last
            for each in program.each(ast.Name)
        )
        if not is_used and [getattr(each, "value", None) for each in starts] == [0]:
            yield "sum-by-hand", line, {"name": added[0], "new": f"{added[0]} = sum({owner})"}


def partners(program: Program) -> Iterator[Found]:
    """Yield each pair of loops over one list that looks for two items with a fixed sum."""
    for inner in program.each(ast.For):
        outer = program.parents.get(inner)
        if not isinstance(outer, ast.For) or len(inner.body) != 1 or not isinstance(inner.body[0], ast.If):
            continue
        match inner.body[0].test:
            case ast.Compare(left=ast.BinOp(left=one, op=ast.Add(), right=two), ops=[ast.Eq()], comparators=[goal]):
                pass
            case _:
                continue
        own, around = set(names_in(inner.target)), set(names_in(outer.target))
        lists = {name for side in (one, two) for name in names_in(side)} - own - around
        is_pair = own & set(names_in(two)) and around & set(names_in(one)) and not (own | around) & set(names_in(goal))
        if is_pair and len(lists) <= 1:
            yield (
                "search-for-partner",
                inner.lineno,
                {
                    "loop": program.shown(outer.lineno),
                    "goal": ast.unparse(goal),
                    "code": ast.unparse(inner.body[0].test),
                },
            )


def chains(program: Program) -> Iterator[Found]:
    """Yield each row of `if` statements about one variable of which never two are true, with its `elif` chain."""
    following = {id(first): second for _, first, second in program.neighbours}
    before = {id(second): first for _, first, second in program.neighbours}
    for first in program.each(ast.If):
        name = _subject(first)
        above = before.get(id(first))
        if name is None or (above is not None and _subject(above) == name):
            continue
        row, last = [first], following.get(id(first))
        while isinstance(last, ast.If) and _subject(last) == name and len(row) < _LONGEST_ROW:
            row.append(last)
            last = following.get(id(last))
        tests = [each.test for each in row]
        shorter = _shorter(tests) if len(row) > len(("if", "else")) else None
        if shorter is None:
            continue
        lines = []
        for at, (test, node) in enumerate(zip(shorter, row, strict=True)):
            head = "else:" if not test else f"{'elif' if at else 'if'} {test}:"
            lines += [head, f"    {ast.unparse(node.body[0])}"]
        yield "if-chain", row[0].lineno, {"name": name, "count": len(row), "new": "\n".join(lines)}


def chosen_values(program: Program) -> Iterator[Found]:
    """Yield each chain of conditions that only picks a fixed value for a fixed value, with the dictionary for it."""
    for first in program.each(ast.If):
        up = program.parents.get(first)
        if isinstance(up, ast.If) and up.orelse == [first]:
            continue
        pairs, subject, rest = _pairs_of(first)
        if len(pairs) < _FEWEST_PAIRS or subject is None:
            continue
        made = next(iter(pairs.values()))
        kept = ", ".join(f"{key}: {value}" for key, (value, _) in pairs.items())
        store = f"return names.get({subject})" if made[1] is None else f"{made[1]} = names.get({subject})"
        is_plain = not rest
        yield (
            "chain-to-dictionary",
            first.lineno,
            {"name": subject, "count": len(pairs), "new": f"names = {{{kept}}}\n{store}" if is_plain else ""},
        )


_FEWEST_PAIRS = 3


def _pairs_of(first: ast.If) -> tuple[dict[str, tuple[str, str | None]], str | None, list[ast.stmt]]:
    """Return the values of a chain by what its subject is compared with, the subject, and what its `else` has."""
    pairs: dict[str, tuple[str, str | None]] = {}
    subject: str | None = None
    target: str | None = None
    made: str | None
    node: ast.If | None = first
    rest: list[ast.stmt] = []
    while node is not None:
        match node:
            case ast.If(
                test=ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant() as key]),
                body=[ast.Return(value=ast.Constant() as value)],
            ):
                made = None
            case ast.If(
                test=ast.Compare(left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant() as key]),
                body=[ast.Assign(targets=[ast.Name(id=stored)], value=ast.Constant() as value)],
            ):
                made = stored
            case _:
                return {}, None, []
        if subject not in (None, name) or (pairs and made != target):
            return {}, None, []
        subject, target = name, made
        pairs[ast.unparse(key)] = (ast.unparse(value), made)
        rest = node.orelse
        node = rest[0] if len(rest) == 1 and isinstance(rest[0], ast.If) else None
    return pairs, subject, rest


def _subject(node: ast.stmt) -> str | None:
    """Return the variable that the condition of a plain `if` with one short line compares with numbers, or None."""
    if not isinstance(node, ast.If) or node.orelse or len(node.body) != 1 or "\n" in ast.unparse(node.body[0]):
        return None
    parts = node.test.values if isinstance(node.test, ast.BoolOp) and isinstance(node.test.op, ast.And) else [node.test]
    names = set()
    for part in parts:
        match part:
            case ast.Compare(left=ast.Name(id=name), ops=[op], comparators=[ast.Constant(value=int() | float())]) if (
                type(op) in _TESTS
            ):
                names.add(name)
            case _:
                return None
    stored = [each.id for each in walk(node.body[0]) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    return next(iter(names)) if len(names) == 1 and not names & set(stored) else None


_TESTS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}


def _shorter(tests: list[ast.expr]) -> list[str] | None:
    """Return the conditions that an `elif` chain needs, "" for `else`; None if two can be true, or none is shorter.

    Between two neighbouring limits no condition changes, so the limits and the points between them decide.
    """
    limits = sorted(
        {
            float(each.value)
            for test in tests
            for each in walk(test)
            if isinstance(each, ast.Constant) and isinstance(each.value, int | float)
        }
    )
    gaps = [(one + two) / 2 for one, two in pairwise(limits)]
    points = [limits[0] - 1, *limits, *gaps, limits[-1] + 1]
    open_points, found = points, []
    for at, test in enumerate(tests):
        whole = [point for point in points if _holds(test, point)]
        if not set(whole) <= set(open_points):
            return None
        is_last = at == len(tests) - 1
        parts = test.values if isinstance(test, ast.BoolOp) else [test]
        enough = next(
            (part for part in parts if {point for point in open_points if _holds(part, point)} == set(whole)), test
        )
        found.append("" if is_last and set(whole) == set(open_points) else ast.unparse(enough))
        open_points = [point for point in open_points if point not in whole]
    return found if found != [ast.unparse(test) for test in tests] else None


def _holds(test: ast.expr, point: float) -> bool:
    for part in test.values if isinstance(test, ast.BoolOp) else [test]:
        match part:
            case ast.Compare(ops=[op], comparators=[ast.Constant(value=int() | float() as limit)]):
                if not _TESTS[type(op)](point, limit):
                    return False
    return True


CHECKS = (flags, counts, sums, partners, chains, chosen_values)
