"""Loops that return too early: in their first iteration, or as soon as the first item matches."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import branches_of, inside, is_start, last_line
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_ABOUT_ALL = re.compile(
    r"(?:^|_)(?:all|every|only|sorted|prime|unique|palindrome|none|no)(?:_|$)|isprime|issorted|ispalindrome"
)
"""Names of functions that should return True only if every item passes a test."""
_ADDED_AND_RETURNED = 2
"""The number of times that a name occurs in a loop that only adds to it and returns it."""


@logic_rule("answer-in-first-round", 0.8, "none truth value short other", needs=(ast.Return,), each=Loop)
def answer_in_first_round(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield a `return` that ends a loop in its first iteration, whatever the first item is."""
    last = loop.body[-1]
    header = program.header(loop)
    if isinstance(last, ast.Return) and _looks_for_more(loop):
        if not _is_built(last):
            yield program.on_line(last, edit=_behind(program, loop, last), header=header)
    elif isinstance(loop, ast.For) and isinstance(last, ast.If):
        answers = [body[-1] for _, body in branches_of(last)]
        has_else = list(branches_of(last))[-1][0] is None
        compares_with_end = any(is_call_of(inner, "len") for inner in walk(last.test))
        is_plain = len(loop.body) == 1 and not loop.orelse
        if has_else and all(isinstance(answer, ast.Return) for answer in answers) and not compares_with_end:
            function = program.function_at(loop.lineno)
            needs_all = function is not None and _ABOUT_ALL.search(function.name.lower())
            early = [answer for answer in answers if _returns(program, answer, "True")]
            is_constant = all(isinstance(answer, ast.Return) and not names_in(answer) for answer in answers)
            is_weak = not (is_plain and is_constant)
            place = early[0] if early and needs_all else answers[-1]
            yield program.on_line(place, needs_symptom=is_weak, header=header)


@logic_rule("result-before-all-items", 0.8, "none short less value string other", needs=(ast.Return,), each=Loop)
def result_before_all_items(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield a `return` of a total, a text or a list at the end of the loop that builds it."""
    last = loop.body[-1]
    if isinstance(last, ast.Return) and last.value is not None and _looks_for_more(loop) and _is_built(last):
        edit = _behind(program, loop, last)
        yield program.on_line(last, edit=edit, header=program.header(loop), result=last.value)


def _is_built(last: ast.Return) -> bool:
    """Return whether a `return` gives a value that is made from names, and no fixed answer."""
    return last.value is not None and bool(names_in(last.value))


def _behind(program: Program, loop: Loop, last: ast.Return) -> Edit:
    """Return the edit that moves the last line of a loop behind the loop."""
    return program.edit(last.lineno, program.indentation(loop.lineno) + program.line(last.lineno).strip())


@logic_rule("loop-left-in-first-round", 0.85, "truth value short long none other", needs=(ast.Break,), each=ast.For)
def loop_left_in_first_round(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield the `if` at the end of a loop whose branches all leave the loop, one of them by `break`."""
    last = loop.body[-1]
    if not isinstance(last, ast.If) or any(isinstance(node, ast.Continue) for node in inside(loop.body)):
        return
    branches = list(branches_of(last))
    ends = [body[-1] for _, body in branches]
    leaves = all(isinstance(end, ast.Break | ast.Return) for end in ends)
    if branches[-1][0] is None and leaves and any(isinstance(end, ast.Break) for end in ends):
        yield program.on_line(last, header=program.header(loop), otherwise=program.header(branches[-1][1][0]))


@logic_rule("else-of-loop-always-runs", 0.8, "truth value long other", needs=(ast.For, ast.If), each=ast.For)
def else_of_loop_always_runs(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield the `else` of a loop that nothing can leave early and that ends by an `if` without `else`."""
    last = loop.body[-1]
    leaves = any(isinstance(node, ast.Break | ast.Return | ast.Raise | ast.Yield) for node in inside(loop.body))
    if loop.orelse and isinstance(last, ast.If) and not last.orelse and not leaves:
        line = loop.orelse[0].lineno
        above = (number for number in range(line, last_line(last), -1) if program.line(number).strip() == "else:")
        place = next(above, 0)
        if place:
            yield program.on_line(place, header=program.header(loop), condition=last.test)


def _looks_for_more(loop: Loop) -> bool:
    """Return whether a loop should run more than once, because it tests or collects items before its `return`."""
    if any(isinstance(node, ast.Continue | ast.Try | ast.With | ast.Raise) for node in inside(loop.body)):
        return False
    return any(isinstance(statement, ast.If) or _collects(statement) for statement in loop.body[:-1])


def _collects(statement: ast.stmt) -> bool:
    """Return whether a statement computes a name's new value from its old one, or adds to a collection."""
    match statement:
        case ast.AugAssign():
            return True
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            return name in names_in(value)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=method))):
            return method in IN_PLACE
    return False


def _returns(program: Program, answer: ast.stmt, value: str | None) -> bool:
    return isinstance(answer, ast.Return) and answer.value is not None and program.segment(answer.value) == value


def answer_that_came(program: Program, match: Match, got: str | None) -> Match:
    """Return a match of the early `return` whose value the failing test got, or the given match if there is none."""
    for loop in program.each(ast.For):
        last = loop.body[-1]
        if isinstance(last, ast.If) and loop.lineno < match.lines[0]:
            answers = [body[-1] for _, body in branches_of(last)]
            given = [answer for answer in answers if _returns(program, answer, got)]
            if given and any(answer.lineno == match.lines[0] for answer in answers):
                return program.on_line(given[0], header=program.header(loop))
    return match


@logic_rule("answer-at-first-fit", 0.85, "none value short less other", needs=(ast.For, ast.Return), each=ast.If)
def answer_at_first_fit(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield a `return` of a count or collection right after its first item has been added."""
    loop = program.parents.get(node)
    match node.body:
        case [*_, added, ast.Return(value=ast.expr() as value) as last] if isinstance(loop, ast.For):
            changed = names_in(added) & names_in(value) if _collects(added) else set()
        case _:
            return
    here = program.function_at(node.lineno)
    for name in sorted(changed):
        start = program.last_value(name, node.lineno)
        uses = [
            use
            for use in program.uses[name]
            if program.function_at(use.lineno) is here and loop.lineno < use.lineno <= last_line(loop)
        ]
        if start is not None and is_start(start) and len(uses) == _ADDED_AND_RETURNED:
            yield program.on_line(last, name=Code(name), header=program.header(loop))
