"""Small edits of blocks: one statement in another place, left out or added."""

from __future__ import annotations

import ast
from itertools import pairwise, product
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.repair.rule_names import CASE_MISSING, IN_ORDER, LEFT_LATE, TOO_MANY
from tutor_pedagogy.offline.repair.small_edit import lines_replaced
from tutor_pedagogy.offline.rules.logic.trials.kinds import BRANCHES, MISSING, MOVED, RETURN
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.repair.scopes import Scopes
    from tutor_pedagogy.offline.repair.small_edit import SmallEdit

_BLOCKS = ("body", "orelse", "finalbody")
_SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Break, ast.Continue, ast.AnnAssign)
_EXITS = (ast.Return, ast.Break, ast.Continue)
_WITH_BLOCK = (ast.For, ast.While, ast.If, ast.With)
_LOOPS = (ast.For, ast.While)
_RESULTS = ("[]", "0", "False", "True", '""', "1")
_TRUTH = ("False", "True")
_LONGEST_BLOCK = 12


def of_blocks(program: Program, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield the edits of every block of a program."""
    for owner in program.with_blocks:
        for field in _BLOCKS:
            block = getattr(owner, field, None)
            if not isinstance(block, list) or not block or not isinstance(block[0], ast.stmt):
                continue
            if not isinstance(owner, ast.Module | ast.ClassDef) and not _is_on_header(program, owner, block):
                yield from _moved_out(program, owner, block)
                yield from _left_out(program, owner, block)
            if isinstance(owner, ast.Module | ast.ClassDef):
                continue
            yield from _moved_in(program, block)
            yield from _swapped(program, block)
            if isinstance(owner, _LOOPS) and field == "body":
                yield from _steps(program, owner, block)
            if isinstance(owner, ast.If):
                yield from _exits(program, owner, block)
    for function in program.functions.values():
        yield from _of_function(program, function, scopes)
    branching: list[ast.If | ast.For | ast.While] = program.each(ast.If, ast.For, ast.While)
    for node in branching:
        yield from _without_else(program, node)


def _is_on_header(program: Program, owner: ast.AST, block: list[ast.stmt]) -> bool:
    first = block[0].lineno
    text = program.line(first)
    return getattr(owner, "lineno", 0) == first or text[: block[0].col_offset].strip() != ""


def _first(node: ast.stmt) -> int:
    decorators = getattr(node, "decorator_list", None)
    return decorators[0].lineno if decorators else node.lineno


def _lines(program: Program, node: ast.stmt) -> list[str]:
    return [program.line(number) for number in range(_first(node), (node.end_lineno or node.lineno) + 1)]


def _shifted(lines: list[str], by: int) -> list[str]:
    """Return lines with their indentation changed by a number of columns."""
    return [(" " * by + line if by > 0 else line[-by:]) if line.strip() else line for line in lines]


def _moved_out(program: Program, owner: ast.AST, block: list[ast.stmt]) -> Iterator[SmallEdit]:
    """Yield the last statements of a block behind it, one or all but the first."""
    if not isinstance(owner, _WITH_BLOCK) or len(block) < 1:
        return
    out = owner.col_offset - block[0].col_offset
    last = block[-1]
    is_end = (owner.end_lineno or 0) == (last.end_lineno or 0)
    if not is_end:
        return
    weight = 0.75 if isinstance(last, ast.Return) else 0.55
    tails = [block[-count:] for count in (1, 2, 3) if count < len(block)]
    for moved in tails:
        lines = [line for each in moved for line in _lines(program, each)]
        yield from lines_replaced(
            _first(moved[0]),
            last.end_lineno or 0,
            _shifted(lines, out),
            MOVED,
            weight / len(moved) ** 0.5,
            line=moved[0].lineno,
        )
    above = program.parents.get(owner)
    if isinstance(above, _WITH_BLOCK) and (above.end_lineno or 0) == (last.end_lineno or 0):
        for moved in tails[:2]:
            lines = [line for each in moved for line in _lines(program, each)]
            out_two = _shifted(lines, above.col_offset - block[0].col_offset)
            first, end = _first(moved[0]), last.end_lineno or 0
            yield from lines_replaced(first, end, out_two, MOVED, weight * 0.7, line=moved[0].lineno)
    yield from _else_behind_loop(program, owner, block)


def _else_behind_loop(program: Program, owner: ast.AST, block: list[ast.stmt]) -> Iterator[SmallEdit]:
    """Yield the only statement of an `else` behind the loop that it ends: the answer when no item has decided."""
    loop = program.loop_around(owner)
    is_last = loop is not None and loop.end_lineno == block[-1].end_lineno
    if not isinstance(owner, ast.If) or block is not owner.orelse or len(block) > 1 or loop is None or not is_last:
        return
    head = block[0].lineno - 1
    if program.line(head).strip() == "else:":
        lines = _shifted(_lines(program, block[0]), loop.col_offset - block[0].col_offset)
        yield from lines_replaced(head, block[0].end_lineno or 0, lines, MOVED, 0.75, line=block[0].lineno)


def _moved_in(program: Program, block: list[ast.stmt]) -> Iterator[SmallEdit]:
    """Yield a statement in the block before it, and one before a loop as the first of its body."""
    for before, node in pairwise(block):
        if isinstance(before, _WITH_BLOCK) and isinstance(node, _SIMPLE):
            inner: ast.stmt | None = before
            depth = 0
            while isinstance(inner, _WITH_BLOCK) and depth < 3:  # noqa: PLR2004 - no deeper blocks are tried
                body = inner.orelse if isinstance(inner, ast.If) and inner.orelse else inner.body
                by = body[0].col_offset - node.col_offset
                if _is_on_header(program, inner, body):
                    break
                lines = _shifted(_lines(program, node), by)
                yield from lines_replaced(
                    node.lineno, node.end_lineno or 0, lines, MOVED, 0.5 - 0.1 * depth, line=node.lineno
                )
                inner, depth = body[-1], depth + 1
        if isinstance(node, _LOOPS) and isinstance(before, ast.Assign) and not _is_on_header(program, node, node.body):
            by = node.body[0].col_offset - before.col_offset
            header = [program.line(number) for number in range(node.lineno, node.body[0].lineno)]
            lines = [*header, *_shifted(_lines(program, before), by)]
            if before.end_lineno == node.lineno - 1 and node.body[0].lineno > node.lineno:
                yield from lines_replaced(before.lineno, node.body[0].lineno - 1, lines, MOVED, 0.5, line=before.lineno)
    for node in block:
        if isinstance(node, _LOOPS) and len(node.body) > 1 and isinstance(node.body[0], ast.Assign):
            yield from _out_to_front(program, node)


def _out_to_front(program: Program, loop: ast.For | ast.While) -> Iterator[SmallEdit]:
    """Yield the first assignment of a loop's body in front of the loop."""
    first = loop.body[0]
    if _is_on_header(program, loop, loop.body):
        return
    header = [program.line(number) for number in range(loop.lineno, first.lineno)]
    lines = [*_shifted(_lines(program, first), loop.col_offset - first.col_offset), *header]
    yield from lines_replaced(loop.lineno, first.end_lineno or 0, lines, MOVED, 0.5, line=first.lineno)


def _swapped(program: Program, block: list[ast.stmt]) -> Iterator[SmallEdit]:
    """Yield two neighbouring statements in the other order."""
    for one, other in pairwise(block):
        is_simple = isinstance(one, _SIMPLE) and isinstance(other, _SIMPLE)
        is_short = (other.end_lineno or 0) - one.lineno < _LONGEST_BLOCK
        is_if = isinstance(one, ast.If) or isinstance(other, ast.If)
        if (is_simple or is_if) and is_short and not isinstance(one, _EXITS) and other.lineno > (one.end_lineno or 0):
            between = [program.line(number) for number in range((one.end_lineno or 0) + 1, other.lineno)]
            lines = [*_lines(program, other), *between, *_lines(program, one)]
            yield from lines_replaced(
                one.lineno, other.end_lineno or 0, lines, IN_ORDER, 0.4 if is_simple else 0.25, line=one.lineno
            )


def _left_out(program: Program, owner: ast.AST, block: list[ast.stmt]) -> Iterator[SmallEdit]:
    """Yield a block without one misplaced statement: one that leaves a loop or function, or a step."""
    del owner
    for node in block:
        if isinstance(node, ast.Break | ast.Continue | ast.Return | ast.AugAssign | ast.Assign | ast.Expr):
            indent = " " * node.col_offset
            is_alone = len(block) == 1
            weight = 0.3 if isinstance(node, ast.Break | ast.Continue) else 0.15
            if isinstance(node, ast.Return) and not is_alone and node is block[-1]:
                weight = 0.1
            lines = [f"{indent}pass"] if is_alone else []
            if lines or (node.end_lineno or 0) < len(program.lines):
                yield from _without(program, node, lines, weight)


def _without(program: Program, node: ast.stmt, lines: list[str], weight: float) -> Iterator[SmallEdit]:
    last = node.end_lineno or node.lineno
    if lines:
        yield from lines_replaced(node.lineno, last, lines, TOO_MANY, weight, line=node.lineno)
    elif node.lineno > 1:
        kept = [program.line(node.lineno - 1)]
        yield from lines_replaced(node.lineno - 1, last, kept, TOO_MANY, weight, line=node.lineno)


def _steps(program: Program, loop: ast.For | ast.While, block: list[ast.stmt]) -> Iterator[SmallEdit]:
    """Yield a `while` loop with one more step of a name in its condition."""
    if not isinstance(loop, ast.While):
        return
    last = block[-1]
    indent = program.line(block[0].lineno)[: block[0].col_offset]
    for name in sorted({each.id for each in ast.walk(loop.test) if isinstance(each, ast.Name)}):
        for text in (f"{name} += 1", f"{name} -= 1"):
            yield from _added_after(program, last, indent + text, MISSING, 0.55, line=loop.lineno)


def _exits(program: Program, owner: ast.If, block: list[ast.stmt]) -> Iterator[SmallEdit]:
    """Yield a branch in a loop that also leaves the loop, or goes on to its next round."""
    if program.loop_around(owner) is None or isinstance(block[-1], _EXITS) or _is_on_header(program, owner, block):
        return
    indent = program.line(block[0].lineno)[: block[0].col_offset]
    for word in ("break", "continue"):
        yield from _added_after(program, block[-1], indent + word, LEFT_LATE, 0.45, line=block[-1].lineno)


def _added_after(
    program: Program, node: ast.stmt, text: str, rule: str, weight: float, *, line: int
) -> Iterator[SmallEdit]:
    last = node.end_lineno or node.lineno
    yield from lines_replaced(last, last, [program.line(last), text], rule, weight, line=line)


def _of_function(
    program: Program, function: ast.FunctionDef | ast.AsyncFunctionDef, scopes: Scopes
) -> Iterator[SmallEdit]:
    """Yield a function with a `return` at its end, and with a case for an empty argument at its start."""
    last, first = function.body[-1], function.body[0]
    if _is_on_header(program, function, function.body):
        return
    indent = program.line(first.lineno)[: first.col_offset]
    names = scopes.names_at(first.lineno)
    if not isinstance(last, ast.Return):
        returned = {node.value.id for node in program.returns_of(function) if isinstance(node.value, ast.Name)}
        for name in names:
            weight = 0.7 if name not in scopes.parameters_at(first.lineno) or name in returned else 0.35
            yield from _added_after(program, last, f"{indent}return {name}", RETURN, weight, line=last.lineno)
        for text in ("False", "True", "-1", "[]", "None"):
            yield from _added_after(program, last, f"{indent}return {text}", RETURN, 0.25, line=last.lineno)
    is_truth = _gives_truth(program, function)
    results = _TRUTH if is_truth else _RESULTS
    for name in scopes.parameters_at(first.lineno):
        for result in (*results, *(() if is_truth else scopes.parameters_at(first.lineno))):
            lines = [f"{indent}if not {name}:", f"{indent}    return {result}", program.line(first.lineno)]
            yield from lines_replaced(first.lineno, first.lineno, lines, CASE_MISSING, 0.3, line=first.lineno)
    for name in sorted(_counted_to(function) & set(scopes.parameters_at(first.lineno))):
        for border, result in product((1, 2), _TRUTH if is_truth else ("0", "1", name)):
            lines = [f"{indent}if {name} < {border}:", f"{indent}    return {result}", program.line(first.lineno)]
            yield from lines_replaced(first.lineno, first.lineno, lines, CASE_MISSING, 0.28, line=first.lineno)


def _gives_truth(program: Program, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a function returns True or False: then `0` would pass for False, and be no answer."""
    values = [node.value for node in program.returns_of(function)]
    return any(isinstance(value, ast.Constant) and isinstance(value.value, bool) for value in values)


def _counted_to(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the names that a function counts to, or divides."""
    found: set[str] = set()
    for node in walk(function):
        if is_call_of(node, "range"):
            found |= names_in(*node.args)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
            found |= names_in(node.left)
    return found


def _without_else(program: Program, node: ast.If | ast.For | ast.While) -> Iterator[SmallEdit]:
    """Yield the lines of an `else` behind the block, and the bodies of `if` and `else` in each other's place."""
    block = node.orelse
    if not block or block[0].lineno - 1 < 1 or program.line(block[0].lineno - 1).strip() != "else:":
        return
    lines = [program.line(number) for number in range(block[0].lineno, (block[-1].end_lineno or 0) + 1)]
    out = _shifted(lines, node.col_offset - block[0].col_offset)
    head = block[0].lineno - 1
    yield from lines_replaced(head, block[-1].end_lineno or 0, out, MOVED, 0.35, line=head)
    if isinstance(node, ast.If) and len(lines) <= _LONGEST_BLOCK and node.body[0].lineno > node.lineno:
        body = [program.line(number) for number in range(node.body[0].lineno, head)]
        swapped = [*lines, program.line(head), *body]
        yield from lines_replaced(
            node.body[0].lineno, block[-1].end_lineno or 0, swapped, BRANCHES, 0.3, line=node.lineno
        )
