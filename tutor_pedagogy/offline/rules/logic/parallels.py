"""Lines that were copied and changed in one place too few: two lines, or two branches, that are too much alike."""

from __future__ import annotations

import ast
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import branches_of
from tutor_pedagogy.problem.tree_walk import alike, children

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_MOST_BRANCHES = 12
_MOST_LEAVES = 14
_COLUMN_FIRST = (("x", "y"), ("col", "row"), ("c", "r"), ("column", "row"))
_PAIRS = frozenset(
    frozenset(pair.split())
    for line in (
        "x y, row col, row column, rows cols, r c, i j, width height, left right, first second, min max, a b, 1 2",
        "low high, lower upper, start end, player computer, dx dy, red blue, w h, lat lon, top bottom, home away",
        "white black, north south, east west, hours minutes, user computer, old new, male female, src dst, one two",
    )
    for pair in line.split(", ")
)
"""Parts of names that come in pairs, so that one line is for the one and the next for the other."""


@logic_rule("copied-from-above", 0.9, "value other", needs=(ast.Assign,))
def copied_from_above(program: Program) -> Iterator[Match]:
    """Yield the second of two lines alike for a pair such as x and y, in which one part still has the first name."""
    for _, first, second in program.neighbours:
        match first, second:
            case (ast.Assign(targets=[one]), ast.Assign(targets=[other])) | (
                ast.AugAssign(target=one),
                ast.AugAssign(target=other),
            ):
                pair = _pair(_word(one), _word(other))
            case _:
                continue
        twin = _kept(first, second, *pair) if pair is not None else None
        if twin is None or pair is None:
            continue
        was = _word(twin)
        wanted = _swapped(was, *pair) or ""
        if _exists(program, twin, wanted):
            text = program.segment(twin)
            edit = with_parts(program, [(twin, text[: len(text) - len(was)] + wanted)])
            like = program.header(first)
            yield program.on_line(second, edit=edit, name=Code(was), wanted=Code(wanted), like=like, target=other)


def _kept(first: ast.stmt, second: ast.stmt, old: str, new: str) -> ast.expr | None:
    """Return the only part of the second statement that still has the first one's name, if all others have changed."""
    mine, theirs = _leaves(first), _leaves(second)
    if len(mine) != len(theirs) or len(mine) > _MOST_LEAVES:
        return None
    kept: list[ast.expr] = []
    changed = 0
    for (node, text), (twin, again) in list(zip(mine, theirs, strict=True))[1:]:
        wanted = _swapped(text, old, new)
        if type(node) is not type(twin) or again not in (text, wanted):
            return None
        if wanted is not None:
            kept += [twin] if again == text else []
            changed += again == wanted
    return kept[0] if len(kept) == 1 and changed else None


def _leaves(statement: ast.AST) -> list[tuple[ast.expr, str]]:
    """Return the names, attributes and constants of a statement in their order, each with its word."""
    found: list[tuple[ast.expr, str]] = []
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name | ast.Attribute | ast.Constant):
            found.append((node, _word(node)))
        waiting += reversed(list(children(node)))
    return found


def _word(node: ast.AST) -> str:
    match node:
        case ast.Name(id=word) | ast.Attribute(attr=word) | ast.Constant(value=str(word)):
            return word
        case ast.Constant(value=value):
            return repr(value)
        case ast.Subscript(slice=index):
            return _word(index)
    return ""


def _pair(one: str, other: str) -> tuple[str, str] | None:
    """Return the parts in which two names differ, if they come in pairs: `x` and `y` of `dx` and `dy`."""
    if not one or not other or one == other:
        return None
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    old, new = one[start : len(one) - end], other[start : len(other) - end]
    if frozenset((old, new)) in _PAIRS:
        return old, new
    words = one.split("_"), other.split("_")
    if len(words[0]) == len(words[1]):
        different = [(a, b) for a, b in zip(*words, strict=True) if a != b]
        if len(different) == 1 and frozenset(different[0]) in _PAIRS:
            return different[0]
    return None


def _swapped(word: str, old: str, new: str) -> str | None:
    """Return a name with the second part in place of the first; None if it has not the first part."""
    if word == old:
        return new
    parts = word.split("_")
    if old in parts and len(parts) > 1:
        return "_".join(new if part == old else part for part in parts)
    if len(old) == 1 and len(word) <= len(old) + 1 and word.count(old) == 1 and word != "max":
        return word.replace(old, new)
    return None


def _exists(program: Program, node: ast.expr, wanted: str) -> bool:
    """Return whether the program has a name, an attribute or a key of this word."""
    if isinstance(node, ast.Attribute):
        return wanted in program.features
    if isinstance(node, ast.Name):
        return wanted in program.bound_names
    return any(each.value == wanted for each in program.each(ast.Constant)) or wanted.isdigit()


@logic_rule("combination-missing", 0.9, "value other", needs=(ast.If,), each=ast.If)
def combination_missing(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield a branch that repeats another one, in a chain whose branches are x and y, up and down, without one."""
    around = program.parents.get(node)
    if isinstance(around, ast.If) and node in around.orelse:
        return
    steps = [body[0] for _, body in islice(branches_of(node), _MOST_BRANCHES) if len(body) == 1]
    raised = [step for step in steps if isinstance(step, ast.AugAssign)]
    if len(raised) != 4:  # noqa: PLR2004 - two names in two directions
        return
    parts = [(_word(step.target), type(step.op), ast.dump(step.value)) for step in raised]
    yield from _odd_one(program, raised, parts)


def _odd_one(program: Program, steps: Sequence[ast.AugAssign], parts: list[tuple[str, type, str]]) -> Iterator[Match]:
    names, signs = {part[0] for part in parts}, {part[1] for part in parts}
    if len(names) != 2 or len(signs) != 2 or len({part[2] for part in parts}) != 1 or len(set(parts)) != 3:  # noqa: PLR2004
        return
    twice = [place for place, part in enumerate(parts) if parts.count(part) == 2]  # noqa: PLR2004
    lone = next(name for name in names if sum(part[0] == name for part in parts) == 1)
    alone = next(place for place, part in enumerate(parts) if part[0] == lone)
    beside = alone ^ 1
    if beside not in twice or parts[beside][1] is parts[alone][1]:
        return
    step, first = steps[beside], steps[next(place for place in twice if place != beside)]
    edit = with_parts(program, [(step.target, program.segment(steps[alone].target))])
    slots: dict[str, Any] = {"name": Code(parts[beside][0]), "wanted": Code(lone)}
    yield program.on_line(step, edit=edit, like=program.header(first), target=Code(program.segment(step)), **slots)


@logic_rule("call-repeated", 0.85, "value other", needs=(ast.Assign, ast.Call))
def call_repeated(program: Program) -> Iterator[Match]:
    """Yield `top = max(xs)` beside `right = max(xs)`, `bottom = min(ys)` and `left = min(xs)`: `max(ys)` is missing."""
    for block in (getattr(node, "body", None) for node in program.with_blocks):
        if not isinstance(block, list) or len(block) < 4:  # noqa: PLR2004 - two functions of two names
            continue
        calls = [(each, call) for each in block if (call := _plain_call(each)) is not None]
        for group in zip(calls, calls[1:], calls[2:], calls[3:], strict=False):
            lines = [each.lineno for each, _ in group]
            parts = [_call_parts(call) for _, call in group]
            if any(b - a > 1 for a, b in pairwise(lines)) or len(set(parts)) != 3:  # noqa: PLR2004
                continue
            functions, owners = {part[0] for part in parts}, {part[1] for part in parts}
            if len(functions) != 2 or len(owners) != 2:  # noqa: PLR2004
                continue
            missing = next((f, o) for f in functions for o in owners if (f, o) not in parts)
            again = [place for place, part in enumerate(parts) if parts.count(part) == 2]  # noqa: PLR2004
            statement, call = group[again[1]]
            argument = call.args[0]
            if missing[0] != parts[again[1]][0]:
                continue
            edit = with_parts(program, [(argument, missing[1])])
            like = program.header(group[again[0]][0])
            name, wanted = Code(parts[again[1]][1]), Code(missing[1])
            target = statement.targets[0]
            yield program.on_line(statement, edit=edit, name=name, wanted=wanted, like=like, target=target)


def _plain_call(statement: ast.stmt) -> ast.Call | None:
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Call(func=ast.Name(), args=[ast.Name()], keywords=[]) as call):
            return call
    return None


def _call_parts(call: ast.Call) -> tuple[str, str]:
    return _word(call.func), _word(call.args[0])


@logic_rule("coordinates-swapped", 0.8, "value other", needs=(ast.Subscript,))
def coordinates_swapped(program: Program) -> Iterator[Match]:
    """Yield `board[x][y]` in a program that reads the same grid as `board[y][x]` elsewhere."""
    found: dict[tuple[str, str, str], list[ast.Subscript]] = {}
    for node in program.each(ast.Subscript):
        match node:
            case ast.Subscript(
                value=ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=one)), slice=ast.Name(id=other)
            ) if one != other:
                found.setdefault((owner, one, other), []).append(node)
    for (owner, one, other), nodes in found.items():
        turned = found.get((owner, other, one), [])
        pairs = [(a, b) for a in nodes for b in turned]
        if not pairs or (one, other) not in _COLUMN_FIRST:
            continue
        if any(program.statement_at(a.lineno) is program.statement_at(b.lineno) for a, b in pairs):
            continue
        node = min(nodes, key=lambda each: each.lineno)
        right, at = Code(program.segment(turned[0])), str(program.shown(turned[0].lineno))
        yield program.here(node, replace=f"{owner}[{other}][{one}]", owner=Code(owner), right=right, at=at)


@logic_rule("guard-in-one-test-only", 0.85, "truth value other", needs=(ast.And, ast.Eq), each=ast.If)
def guard_in_one_test_only(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield a row of equal cells that may all be empty, in a function that excludes the empty cell elsewhere."""
    match node.test:
        case ast.Compare(ops=[ast.Eq(), ast.Eq(), *_], left=left):
            pass
        case _:
            return
    here = program.function_at(node.lineno)
    for other in program.each(ast.BoolOp):
        match other:
            case ast.BoolOp(op=ast.And(), values=values) if program.function_at(other.lineno) is here:
                pass
            case _:
                continue
        chained = [each for each in values if isinstance(each, ast.Compare) and len(each.ops) > 1]
        guards = [
            each
            for each in values
            if isinstance(each, ast.Compare) and len(each.ops) == 1 and isinstance(each.ops[0], ast.NotEq)
        ]
        if len(chained) == len(guards) == 1 and alike(chained[0].left, guards[0].left):
            test = program.segment(guards[0].comparators[0])
            added = f"{program.segment(node.test)} and {program.segment(left)} != {test}"
            slots: dict[str, Any] = {
                "empty": Code(test),
                "like": program.header(program.statement_at(other.lineno) or other),
            }
            yield program.here(node.test, replace=added, left=left, **slots)
            return
