"""Lines that run in every iteration although they belong before the loop: a secret number, the start of a total."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import called_name, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.moves import moved_above
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_printed
from tutor_pedagogy.offline.rules.logic.tree import inside, last_line, reads, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_START_AND_SUM = 2
"""The number of statements that store a total: its start value, and the sum."""
_DRAWING = frozenset(("randint", "randrange", "choice", "uniform", "random"))


def _rounds(loop: Loop) -> Iterator[ast.stmt]:
    """Yield the statements that run in every iteration of a loop, also inside a `try` or a `with`."""
    for statement in loop.body:
        yield statement
        if isinstance(statement, ast.Try | ast.With):
            yield from statement.body


@logic_rule("drawn-in-every-round", 0.9, "value endless truth other", needs=(Loop, ast.Compare), each=Loop)
def drawn_in_every_round(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield a random number that a loop draws anew for each guess, although it tells whether the guess is too low."""
    stored = {name for statement in loop.body for name in stored_in(statement)}
    for statement in _rounds(loop):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as drawn) if called_name(drawn) in _DRAWING:
                pass
            case _:
                continue
        if names_in(*drawn.args) & stored or _reads_often(loop) or name in _changed(loop, statement, name):
            continue
        guesses = _compared_with(loop, name)
        for guess in sorted(guesses):
            if _is_guess(program, loop, guess) and program.loop_around(statement) is loop:
                edit = moved_above(program, loop, statement)
                slots: dict[str, Any] = {"name": Code(name), "guess": Code(guess), "header": program.header(loop)}
                yield program.on_line(statement, edit=edit, **slots)
                return


def _changed(loop: Loop, statement: ast.stmt, name: str) -> set[str]:
    """Return the name in a set if another statement of the loop gives it a value."""
    others = (node for node in inside(loop.body) if isinstance(node, ast.Assign | ast.AugAssign))
    return {name for node in others if node is not statement and name in stored_in(node)}


def _reads_often(loop: Loop) -> bool:
    """Return whether each iteration asks the user more than once, as a program that plays several games does."""
    asked = [node for node in inside(loop.body) if is_call_of(node, "input")]
    return len(asked) > 1 or any(isinstance(node, Loop) for node in inside(loop.body))


def _compared_with(loop: Loop, name: str) -> set[str]:
    """Return the names that a loop compares with a name by `<` or `>`, if it also asks whether they are equal.

    With an `else`, the equal case is the branch that is left.
    """
    found: set[str] = set()
    for node in inside(loop.body):
        match node:
            case ast.Compare(
                left=ast.Name(id=left),
                ops=[ast.Lt() | ast.Gt() | ast.LtE() | ast.GtE()],
                comparators=[ast.Name(id=right)],
            ) if name in (left, right):
                found.add(left if right == name else right)
    return found - {name}


def _is_guess(program: Program, loop: Loop, name: str) -> bool:
    """Return whether a name is a guess: the user's input in this iteration, or the item of the iteration."""
    if isinstance(loop, ast.For) and name in names_in(loop.target):
        return True
    values = [value for line, value in program.assignments(name) if loop.lineno < line <= last_line(loop)]
    return any(value is not None and any(is_call_of(node, "input") for node in walk(value)) for value in values)


@logic_rule("total-of-one-item", 0.9, "less value short zero other", needs=(Loop, ast.Assign), each=Loop)
def total_of_one_item(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield the start of a total inside the loop that adds one item to it and shows it, so that it never grows."""
    for statement in _rounds(loop):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=0 | 0.0 as start)) if not isinstance(
                start, bool
            ):
                pass
            case _:
                continue
        inner = list(inside(loop.body))
        bound = [node for node in inner if isinstance(node, ast.Name) and node.id == name]
        stores = [node for node in bound if not reads(node, name)]
        added = [node for node in inner if isinstance(node, ast.stmt) and _adds(node, name)]
        if len(added) != 1 or len(stores) != _START_AND_SUM or added[0].lineno < statement.lineno:
            continue
        if program.loop_around(added[0]) is not loop or program.loop_around(statement) is not loop:
            continue
        own = set(walk(added[0]))
        shown = [node for node in bound if reads(node, name) and node not in own]
        is_later = any(reads(use, name) and use.lineno > last_line(loop) for use in program.uses[name])
        if shown and all(is_printed(program, node) for node in shown) and not is_later:
            edit = moved_above(program, loop, statement)
            changed = program.header(added[0])
            yield program.on_line(statement, edit=edit, name=Code(name), header=program.header(loop), changed=changed)
            return


def _adds(node: ast.AST, name: str) -> bool:
    """Return whether a node adds a value to a number of this name."""
    match node:
        case ast.AugAssign(target=ast.Name(id=changed), op=ast.Add() | ast.Sub()):
            return changed == name
        case ast.Assign(targets=[ast.Name(id=changed)], value=ast.BinOp(op=ast.Add() | ast.Sub()) as value) if (
            changed == name
        ):
            return name in names_in(value)
    return False
