"""Candidates of blocks: lines moved into a block or out of it, and a missing step of a loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import SYMBOLS, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.tree import stored_in
from tutor_pedagogy.offline.rules.logic.trials.blocks import block_of, is_simple, line_after
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, with_line, with_lines
from tutor_pedagogy.offline.rules.logic.trials.kinds import MISSING, MOVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program


def of_block(program: Program, node: Loop | ast.If) -> Iterator[Candidate]:
    """Yield the last line of a block moved behind it, the line behind moved in, and a first line moved before it."""
    block = block_of(program, node)
    if block is None:
        return
    holder, field, body = block
    place = body.index(node)
    outer = program.indentation(node.lineno)
    last = node.body[-1]
    if len(node.body) > 1 and is_simple(program, last) and not getattr(node, "orelse", None):
        moved = [*body[: place + 1], last, *body[place + 1 :]]
        yield Candidate(
            kind=MOVED,
            weight=0.95 if isinstance(last, ast.Return) else 0.7,
            node=last,
            changes=(Change(node, "body", node.body[:-1]), Change(holder, field, moved)),
            write=lambda: with_line(program, last.lineno, outer + program.line(last.lineno).strip()),
        )
    following = body[place + 1] if place + 1 < len(body) else None
    if following is not None and is_simple(program, following) and not getattr(node, "orelse", None):
        inner = program.indentation(last.lineno)
        yield Candidate(
            kind=MOVED,
            weight=0.55 if isinstance(following, ast.Expr | ast.AugAssign) else 0.35,
            node=following,
            changes=(
                Change(node, "body", [*node.body, following]),
                Change(holder, field, [*body[: place + 1], *body[place + 2 :]]),
            ),
            write=lambda: with_line(program, following.lineno, inner + program.line(following.lineno).strip()),
        )
    if isinstance(node, Loop):
        yield from _moved_starts(program, node, holder, field, body)


def of_order(program: Program, first: ast.stmt, second: ast.stmt) -> Iterator[Candidate]:
    """Yield an assignment behind the `if` that follows it, where the `if` asks for a name that it changes."""
    block = block_of(program, first)
    if block is None or not isinstance(second, ast.If) or not is_simple(program, first):
        return
    if not isinstance(first, ast.Assign | ast.AugAssign) or not stored_in(first) & names_in(second):
        return
    holder, field, body = block
    place = body.index(first)
    end = second.end_lineno or second.lineno

    def write() -> str:
        moved = [*program.lines[first.lineno : end], program.line(first.lineno)]
        return with_lines(program, first.lineno, end, moved)

    yield Candidate(
        kind=MOVED,
        weight=0.6,
        node=first,
        changes=(Change(holder, field, [*body[:place], second, first, *body[place + 2 :]]),),
        write=write,
    )


def _moved_starts(program: Program, loop: Loop, holder: Any, field: str, body: list[ast.stmt]) -> Iterator[Candidate]:
    """Yield a start value moved before its loop, and one above an outer loop moved into it."""
    place = body.index(loop)
    first = loop.body[0]
    outer, inner = program.indentation(loop.lineno), program.indentation(first.lineno)
    if len(loop.body) > 1 and isinstance(first, ast.Assign) and is_simple(program, first) and _is_start(first.value):
        text = outer + program.line(first.lineno).strip()
        yield Candidate(
            kind=MOVED,
            weight=0.9,
            node=first,
            changes=(
                Change(loop, "body", loop.body[1:]),
                Change(holder, field, [*body[:place], first, *body[place:]]),
            ),
            write=lambda: with_lines(
                program,
                loop.lineno,
                first.lineno,
                [text, *program.lines[loop.lineno - 1 : first.lineno - 1]],
            ),
        )
    start = body[place - 1] if place else None
    if isinstance(start, ast.Assign) and is_simple(program, start) and _is_start(start.value):
        names = names_in(*start.targets)
        if any(names & program.words_of(each) for each in body[place + 1 :]):
            return
        has_inner = any(isinstance(each, Loop) for each in loop.body)
        yield Candidate(
            kind=MOVED,
            weight=0.85 if has_inner else 0.3,
            node=start,
            changes=(
                Change(holder, field, [*body[: place - 1], *body[place:]]),
                Change(loop, "body", [start, *loop.body]),
            ),
            write=lambda: (
                with_lines(
                    program,
                    start.lineno,
                    loop.lineno,
                    [
                        *program.lines[start.lineno : loop.lineno],
                        inner + program.line(start.lineno).strip(),
                    ],
                )
                if first.lineno > loop.lineno
                else None
            ),
        )


def _is_start(value: ast.expr) -> bool:
    match value:
        case ast.Constant() | ast.List(elts=[]) | ast.Dict(keys=[]):
            return True
    return False


def of_loop(program: Program, loop: ast.While) -> Iterator[Candidate]:
    """Yield a step of 1 at the end of a loop that changes nothing its condition asks for."""
    asked = names_in(loop.test)
    if asked & stored_in(loop):
        return
    last = loop.body[-1]
    line, indentation = last.end_lineno or last.lineno, program.indentation(loop.body[0].lineno)
    for name in sorted(asked & program.bound_names):
        for operator in (ast.Add, ast.Sub):
            made = ast.AugAssign(target=ast.Name(id=name, ctx=ast.Store()), op=operator(), value=ast.Constant(value=1))
            text = f"{indentation}{name} {SYMBOLS[operator]}= 1"
            yield Candidate(
                kind=MISSING,
                weight=0.8,
                node=loop,
                changes=(Change(loop, "body", [*loop.body, ast.copy_location(made, last)]),),
                write=line_after(program, line, text),
                slots={"name": Code(name)},
                binds_names=True,
            )
