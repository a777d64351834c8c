"""Candidates of decisions: the order of branches, answers that come too early, and chains."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.trials.blocks import block_of, is_simple
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, slot_of, with_lines
from tutor_pedagogy.offline.rules.logic.trials.kinds import APART, BRANCHES, CHAIN, MOVED, ONCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program


def of_branches(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield branches in another order, an early answer in the other branch, and `elif` for a second `if`."""
    match node:
        case ast.If(body=[ast.stmt() as first], orelse=[ast.stmt() as second]) if is_simple(program, first) and (
            is_simple(program, second)
        ):
            one, other = (program.line(each.lineno) for each in (first, second))
            yield Candidate(
                kind=BRANCHES,
                weight=0.4,
                node=node,
                changes=(Change(node, "body", [second]), Change(node, "orelse", [first])),
                write=lambda: _swapped_lines(program, first.lineno, second.lineno, one, other),
            )
    yield from _else_after_loop(program, node)
    yield from _chained(program, node)
    yield from _order_of_tests(program, node)
    yield from _apart(program, node)
    yield from _repeated(program, node)
    yield from _again(program, node)


_MOST_BRANCHES = 8


def _apart(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield independent `if` statements in place of a chain of `elif` whose branches add to one result."""
    block = block_of(program, node)
    chain = [node]
    while len(chain[-1].orelse) == 1 and isinstance(chain[-1].orelse[0], ast.If) and len(chain) < _MOST_BRANCHES:
        chain.append(chain[-1].orelse[0])
    is_written = all(program.line(each.lineno).strip().startswith("elif ") for each in chain[1:])
    if block is None or len(chain) == 1 or chain[-1].orelse or not is_written:
        return
    if any(isinstance(each.body[-1], ast.Return | ast.Continue | ast.Break) for each in chain):
        return
    holder, field, body = block
    place = body.index(node)
    changes = [Change(holder, field, [*body[:place], *chain, *body[place + 1 :]])]
    changes += [Change(each, "orelse", []) for each in chain[:-1]]

    write = _with_keyword(program, chain[1:], "elif", "if")
    yield Candidate(kind=APART, weight=0.75, node=chain[1], changes=tuple(changes), write=write)


def _with_keyword(program: Program, branches: Sequence[ast.If], old: str, new: str) -> Callable[[], str]:
    """Return a function that writes the program with another keyword at the start of these branches."""

    def write() -> str:
        lines = list(program.lines)
        for each in branches:
            lines[each.lineno - 1] = lines[each.lineno - 1].replace(old, new, 1)
        return "\n".join(lines)

    return write


def _repeated(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield `while` in place of an `if` that brings a number back into its range once."""
    name = _brought_back(program, node)
    if name is not None:
        yield _as_loops(program, [node], name, 0.8)


def of_repeated(program: Program, function: Function) -> Iterator[Candidate]:
    """Yield `while` in place of each such `if` of a function, if it has several of them for the same name."""
    found: dict[str, list[ast.If]] = {}
    for node in program.own_nodes(function):
        if isinstance(node, ast.If) and (name := _brought_back(program, node)) is not None:
            found.setdefault(name, []).append(node)
    for name, nodes in found.items():
        if len(nodes) > 1:
            yield _as_loops(program, sorted(nodes, key=lambda each: each.lineno), name, 0.75)


def _again(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield a loop in place of an `if` whose only statement changes a name that its condition asks for."""
    match node:
        case ast.If(body=[ast.Assign(targets=[ast.Name(id=name)], value=value)], orelse=[]) if (
            name in names_in(node.test) and name in names_in(value) and _brought_back(program, node) is None
        ):
            if program.line(node.lineno).strip().startswith("if "):
                yield _as_loops(program, [node], name, 0.6)


def _brought_back(program: Program, node: ast.If) -> str | None:
    """Return the name of a number that an `if` without `else` changes by one step towards its border."""
    match node:
        case ast.If(
            test=ast.Compare(left=ast.Name(id=name), ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE()]),
            body=[
                ast.Assign(
                    targets=[ast.Name(id=changed)], value=ast.BinOp(left=ast.Name(id=old), op=ast.Add() | ast.Sub())
                )
                | ast.AugAssign(target=ast.Name(id=changed as old), op=ast.Add() | ast.Sub())
            ],
            orelse=[],
        ) if name == changed == old and program.line(node.lineno).strip().startswith("if "):
            return name
    return None


def _as_loops(program: Program, nodes: list[ast.If], name: str, weight: float) -> Candidate:
    changes = []
    for node in nodes:
        held = slot_of(program, node)
        if held is not None:
            made = ast.copy_location(ast.While(test=node.test, body=node.body, orelse=[]), node)
            changes.append(Change(*held, made))

    def write() -> str:
        lines = list(program.lines)
        for node in nodes:
            lines[node.lineno - 1] = lines[node.lineno - 1].replace("if ", "while ", 1)
        return "\n".join(lines)

    slots: dict[str, str] = {"name": Code(name)}
    if len(nodes) > 1:
        slots["siblings"] = f"line {program.shown(nodes[1].lineno)}"
    return Candidate(kind=ONCE, weight=weight, node=nodes[0], changes=tuple(changes), write=write, slots=slots)


def _swapped_lines(program: Program, first: int, second: int, one: str, other: str) -> str:
    between = program.lines[first : second - 1]
    return with_lines(program, first, second, [other, *between, one])


def _else_after_loop(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield the `return` of an `else` branch moved behind the loop, where every item has been seen."""
    loop = program.parents.get(node)
    match node.orelse:
        case [ast.Return() as answer] if isinstance(loop, Loop) and loop.body[-1] is node:
            block = block_of(program, loop)
        case _:
            return
    if block is None or not is_simple(program, answer):
        return
    holder, field, body = block
    place = body.index(loop)
    outer = program.indentation(loop.lineno)
    lines = range(node.body[-1].end_lineno or 0, answer.lineno)

    def write() -> str | None:
        header = next((n for n in lines if program.line(n).strip().startswith("else")), None)
        if header is None:
            return None
        kept = [*program.lines[header : answer.lineno - 1], outer + program.line(answer.lineno).strip()]
        return with_lines(program, header, answer.lineno, kept)

    yield Candidate(
        kind=MOVED,
        weight=0.9,
        node=answer,
        changes=(
            Change(node, "orelse", []),
            Change(holder, field, [*body[: place + 1], answer, *body[place + 1 :]]),
        ),
        write=write,
    )


def _chained(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield a chain of `elif` in place of independent `if` statements that follow each other."""
    block = block_of(program, node)
    if block is None or node.orelse:
        return
    holder, field, body = block
    place = body.index(node)
    chain = [node]
    for following in body[place + 1 :]:
        if not isinstance(following, ast.If):
            break
        chain.append(following)
        if following.orelse:
            break
    is_first = place == 0 or not isinstance(body[place - 1], ast.If)
    if len(chain) == 1 or not is_first:
        return
    changes = [Change(holder, field, [*body[: place + 1], *body[place + len(chain) :]])]
    changes += [Change(one, "orelse", [other]) for one, other in pairwise(chain)]

    write = _with_keyword(program, chain[1:], "if", "elif")
    yield Candidate(kind=CHAIN, weight=0.75, node=chain[1], changes=tuple(changes), write=write)


def _order_of_tests(program: Program, node: ast.If) -> Iterator[Candidate]:
    """Yield the first two branches of a chain in the reverse order."""
    match node.orelse:
        case [ast.If() as second] if second.lineno != node.lineno and program.line(second.lineno).strip().startswith(
            "elif"
        ):
            pass
        case _:
            return
    end = (second.body[-1].end_lineno or 0, node.body[-1].end_lineno or 0)

    def write() -> str | None:
        first_test, second_test = program.line(node.lineno), program.line(second.lineno)
        if not first_test.strip().startswith(("if ", "elif ")):
            return None
        word = "elif" if first_test.strip().startswith("elif ") else "if"
        one = program.indentation(node.lineno) + word + second_test.strip()[len("elif") :]
        other = program.indentation(node.lineno) + "elif" + first_test.strip()[len(word) :]
        texts = [one, *program.lines[second.lineno : end[0]], other, *program.lines[node.lineno : end[1]]]
        return with_lines(program, node.lineno, end[0], texts)

    yield Candidate(
        kind=BRANCHES,
        weight=0.55,
        node=node,
        changes=(
            Change(node, "test", second.test),
            Change(node, "body", second.body),
            Change(second, "test", node.test),
            Change(second, "body", node.body),
        ),
        write=write,
    )
