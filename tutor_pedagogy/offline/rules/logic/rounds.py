"""Values of one iteration: a sum that goes on from the iteration before, a line behind the loop that belongs in it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_printed
from tutor_pedagogy.offline.rules.logic.tree import inside, is_start, last_line, method_called, reads, stored_in
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_RUNNING = re.compile(
    r"(?i)running|cumul|so_?far|overall|grand|balance|all_|everything|position|depth|offset|index|line"
)
"""Names of values that go on over all iterations."""


@logic_rule("total-goes-on", 0.85, "value more long off short truth other", needs=(ast.For, ast.Assign), each=ast.For)
def total_goes_on(program: Program, outer: ast.For) -> Iterator[Match]:
    """Yield the start of a sum, list or flag that belongs to one outer iteration and is set once above both loops."""
    inner = next((each for each in outer.body if isinstance(each, Loop)), None)
    if inner is None or isinstance(program.parents.get(outer), Loop):
        return
    behind = [each for each in outer.body if each.lineno > last_line(inner)]
    here = program.function_at(outer.lineno)
    for name in sorted(_grown(inner)):
        starts = [(at, value) for at, value in program.assignments(name) if program.function_at(at) is here]
        within = [at for at, _ in starts if outer.lineno <= at <= last_line(outer)]
        above = [(at, value) for at, value in starts if at < outer.lineno]
        if len(above) != 1 or above[0][1] is None or not _is_fresh(above[0][1]):
            continue
        if any(not inner.lineno <= at <= last_line(inner) for at in within):
            continue
        others = [use for use in program.uses[name] if reads(use, name) and program.function_at(use.lineno) is here]
        uses = [use for use in others if last_line(inner) < use.lineno <= last_line(outer)]
        is_later = any(use.lineno > last_line(outer) for use in others)
        is_before = any(outer.lineno <= use.lineno < inner.lineno for use in others)
        if not uses or is_later or is_before or not _is_of_one_round(program, outer, inner, behind, uses):
            continue
        statement = program.statement_at(above[0][0])
        if not isinstance(statement, ast.Assign) or not _is_flag_rightly_used(above[0][1], behind, name):
            continue
        yield program.on_line(
            statement,
            edit=_moved_down(program, statement, inner),
            needs_symptom=bool(_RUNNING.search(name)),
            name=Code(name),
            outer=program.header(outer),
            inner=program.header(inner),
            used=program.header(uses[0]),
        )
        return


def _grown(loop: Loop) -> set[str]:
    """Return the names that a loop adds to, appends to, or sets to a truth value under a condition."""
    found: set[str] = set()
    for node in inside(loop.body):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add() | ast.Mult()):
                found.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Add() | ast.Mult()) as value):
                found |= {name} & names_in(value)
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=False)):
                found.add(name)
        owner, method = method_called(node)
        if method in ("append", "add", "extend"):
            found.add(owner)
    return found


def _is_fresh(value: ast.expr) -> bool:
    return is_start(value) or (isinstance(value, ast.Constant) and value.value is True)


def _is_of_one_round(
    program: Program, outer: ast.For, inner: Loop, behind: list[ast.stmt], uses: list[ast.Name]
) -> bool:
    """Return whether what follows the inner loop uses a value as that of this outer iteration alone."""
    fresh = names_in(outer.target)
    ends = any(isinstance(node, ast.Break | ast.Return) for node in inside(behind))
    depends = bool(names_in(inner.iter if isinstance(inner, ast.For) else inner.test) & (fresh | stored_in(outer)))
    if ends or not depends:
        return False
    for use in uses:
        statement = next((up for up in program.above(use) if isinstance(up, ast.stmt)), None)
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"))):
                return True
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"))) | ast.Assign(targets=[ast.Subscript()]):
                return bool(names_in(statement) & fresh)
            case ast.If(test=ast.Name()):
                return True
            case ast.Assign(value=ast.BinOp(op=ast.Div() | ast.FloorDiv(), right=right)):
                return bool(names_in(right) & fresh)
    return False


def _is_flag_rightly_used(start: ast.expr, behind: list[ast.stmt], name: str) -> bool:
    """Return whether a value is no flag, or a flag that starts as True and that an `if` asks."""
    if not isinstance(start, ast.Constant) or not isinstance(start.value, bool):
        return True
    return start.value is True and any(isinstance(each, ast.If) and name in names_in(each.test) for each in behind)


def _moved_down(program: Program, statement: ast.stmt, inner: Loop) -> Edit | None:
    """Return the edit that moves the start value from above the outer loop to right above the inner one."""
    text = program.line(statement.lineno).strip()
    if last_line(statement) != statement.lineno or program.segment(statement) != text.partition("#")[0].rstrip():
        return None
    lines = list(program.lines)
    lines.insert(inner.lineno - 1, program.indentation(inner.lineno) + text)
    del lines[statement.lineno - 1]
    return edit_to(program, "\n".join(lines))


@logic_rule("kept-after-the-loop-only", 0.85, "short less value other", needs=(ast.For, "append"))
def kept_after_the_loop_only(program: Program) -> Iterator[Match]:
    """Yield an `append` behind a loop that computes a value for each item and keeps none of them."""
    for _, loop, after in program.neighbours:
        match after:
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=kept), attr="append"), args=[item])):
                pass
            case _:
                continue
        if not isinstance(loop, ast.For) or loop.orelse or not isinstance(item, ast.Name):
            continue
        plain = all(isinstance(each, ast.Assign) and len(stored_in(each)) == 1 for each in loop.body)
        made = next((each for each in loop.body if item.id in stored_in(each)), None)
        is_read = any(reads(node, item.id) for node in inside(loop.body))
        start = program.last_value(kept, loop.lineno)
        if not plain or made is None or is_read or not isinstance(start, ast.List) or start.elts:
            continue
        if names_in(made) & (names_in(loop.target) | stored_in(loop)) - {item.id}:
            edit = program.edit(after.lineno, program.indentation(loop.body[0].lineno) + program.segment(after))
            is_alone = last_line(after) == after.lineno
            yield program.on_line(
                after, edit=edit if is_alone else None, name=Code(item.id), kept=Code(kept), header=program.header(loop)
            )


@logic_rule("mean-before-the-sum", 0.8, "less value other", needs=(ast.For, ast.Div, "len"), each=ast.For)
def mean_before_the_sum(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield the mean of all items that a loop computes and shows in each iteration, when the sum is not complete."""
    for place, statement in enumerate(loop.body):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=mean)],
                value=ast.BinOp(
                    left=ast.Name(id=total),
                    op=ast.Div() | ast.FloorDiv(),
                    right=ast.Call(func=ast.Name(id="len"), args=[owner]),
                ),
            ):
                pass
            case _:
                continue
        is_summed = any(
            isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) and each.target.id == total
            for each in loop.body[:place]
        )
        shown = [node for each in loop.body[place + 1 :] for node in walk(each) if reads(node, mean)]
        if not is_summed or not alike(owner, loop.iter) or not shown:
            continue
        if not all(is_printed(program, node) for node in shown) or _is_asked(loop):
            continue
        rest = loop.body[place:]
        lines = list(program.lines)
        for line in range(rest[0].lineno, last_line(rest[-1]) + 1):
            lines[line - 1] = program.indentation(loop.lineno) + program.line(line).strip()
        is_flat = all(last_line(each) == each.lineno for each in rest) and all(
            isinstance(each, ast.Assign | ast.Expr) for each in rest
        )
        edit = edit_to(program, "\n".join(lines)) if is_flat else None
        slots: dict[str, Any] = {"name": Code(mean), "total": Code(total), "header": program.header(loop)}
        yield program.on_line(statement, edit=edit, **slots)
        return


def _is_asked(loop: Loop) -> bool:
    return any(is_call_of(node, "input") for node in inside(loop.body))
