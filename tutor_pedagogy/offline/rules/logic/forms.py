"""Forms of Python that mean something else than they look like: `finally` with `return`, a seed, `round`."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import called_name, names_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.said import texts_of_unit
from tutor_pedagogy.offline.rules.logic.tree import inside, stored_in
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_HALF = re.compile(r"(?<![\d.])\d{1,9}\.5(?!\d)")
_BACKWARDS = re.compile(r"(?i)revers|backward|umgekehrt|r\u00fcckw|al rev[e\u00e9]s|envers|mirror|flip|inver")
_TO_BASE = re.compile(r"(?i)bin|hex|oct|base|bits?|dual|digits|ziffern")


@logic_rule("return-in-finally", 0.95, "value none other", needs=(ast.Try, ast.Return), each=ast.Try)
def return_in_finally(program: Program, node: ast.Try) -> Iterator[Match]:
    """Yield a `return` in a `finally` block, which replaces each result of the `try`."""
    last = next((each for each in inside(node.finalbody) if isinstance(each, ast.Return)), None)
    others = [each for each in inside(node.body) if isinstance(each, ast.Return) and each.value is not None]
    if last is not None and others:
        yield program.on_line(last, result=program.header(others[0]))


@logic_rule("seed-in-every-call", 0.85, "value other", needs=("seed",), each=ast.Call)
def seed_in_every_call(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield a fixed seed that is set again before each random number, in a loop or in a function called twice."""
    if called_name(node) != "seed" or len(node.args) != 1 or not isinstance(node.args[0], ast.Constant):
        return
    function = program.function_at(node.lineno)
    loop = program.loop_around(node)
    is_repeated = loop is not None
    if function is not None and not is_repeated:
        uses = [use for use in program.uses.get(function.name, ()) if isinstance(program.parents.get(use), ast.Call)]
        is_repeated = len(uses) > 1 or any(program.loop_around(use) is not None for use in uses)
    if is_repeated:
        yield program.here(node, seed=node.args[0])


@logic_rule("digits-from-the-back", 0.9, "order value other", needs=(ast.While, ast.Mod, ast.FloorDiv), each=ast.While)
def digits_from_the_back(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield the remainder that is put at the end of the digits, although the first remainder is the last digit."""
    divided = [
        stored_in(each)
        for each in loop.body
        if (isinstance(each, ast.AugAssign) and isinstance(each.op, ast.FloorDiv))
        or (
            isinstance(each, ast.Assign)
            and isinstance(each.value, ast.BinOp)
            and isinstance(each.value.op, ast.FloorDiv)
        )
    ]
    names = {name for found in divided for name in found}
    for statement in loop.body:
        match statement:
            case ast.AugAssign(target=ast.Name(id=kept), op=ast.Add(), value=added):
                pass
            case ast.Assign(
                targets=[ast.Name(id=kept)], value=ast.BinOp(left=ast.Name(id=same), op=ast.Add(), right=added)
            ) if kept == same:
                pass
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=kept), attr="append"), args=[added])):
                pass
            case _:
                continue
        rest = [each for each in walk(added) if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mod)]
        if not rest or isinstance(added, ast.BinOp) or not names_in(rest[0].left) & names:
            continue
        is_text = isinstance(added, ast.Call | ast.Subscript)
        if is_text and _is_number_written(program, loop, kept) and not _is_turned(program, kept):
            slots: dict[str, Any] = {"kept": Code(kept), "rest": rest[0]}
            yield program.on_line(statement, **slots)
            return


def _is_number_written(program: Program, loop: ast.While, kept: str) -> bool:
    """Return whether names or words say that the digits of a number in another base are wanted, in their order."""
    said = [*texts_of_unit(program, loop.lineno), kept]
    is_asked = any(_TO_BASE.search(each) for each in said)
    question = program.submission.question or ""
    own = [each for each in said if each and each not in question]
    return is_asked and not any(_BACKWARDS.search(each) for each in (*own, *program.lines))


def _is_turned(program: Program, kept: str) -> bool:
    """Return whether the digits are turned round or taken from the end afterwards."""
    for use in program.uses[kept]:
        up = program.parents.get(use)
        if isinstance(up, ast.Subscript) or (isinstance(up, ast.Attribute) and up.attr in ("reverse", "pop", "insert")):
            return True
        if isinstance(up, ast.Call) and called_name(up) in ("reversed", "int", "sum", "len"):
            return True
    return False


@logic_rule("part-taken-twice", 0.85, "value other", needs=(ast.Slice,))
def part_taken_twice(program: Program) -> Iterator[Match]:
    """Yield the second of two neighbours that take the very same slice of one list, beside a complaint."""
    for _, first, second in program.neighbours:
        match first, second:
            case (
                ast.Assign(targets=[ast.Name(id=one)], value=ast.Subscript(slice=ast.Slice() as part) as value),
                ast.Assign(targets=[ast.Name(id=other)], value=ast.Subscript() as again),
            ) if one != other and alike(value, again) and (part.lower is not None or part.upper is not None):
                slots: dict[str, Any] = {"one": Code(one), "other": Code(other), "owner": value.value}
                yield program.here(again, needs_symptom=True, **slots)
            case _:
                continue


@logic_rule("round-to-even", 0.9, "value less off other", needs=("round",), each=ast.Call)
def round_to_even(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `round` of a number that lies in the middle, if the question names it."""
    question = program.submission.question or ""
    if called_name(node) != "round" or len(node.args) != 1 or "Decimal" in program.code:
        return
    for half in _HALF.findall(question):
        value = float(half)
        if int(value) % 2 == 0 and (_is_given(program, half) or f"round({half})" in question):
            slots: dict[str, Any] = {"half": Code(half), "even": Code(str(int(value)))}
            yield program.here(node, needs_symptom=True, **slots)
            return


def _is_given(program: Program, half: str) -> bool:
    return any(isinstance(each.value, float) and repr(each.value) == half for each in program.each(ast.Constant))
