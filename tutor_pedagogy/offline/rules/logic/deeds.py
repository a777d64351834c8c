"""Things done too early or in vain: a withdrawal before its check, an answer that is asked for and not kept."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_printed
from tutor_pedagogy.offline.rules.logic.tree import (
    inside,
    is_name,
    last_line,
    method_called,
    parameters_of,
    reads,
    stored_in,
)
from tutor_pedagogy.offline.rules.runtime.origins import IN_PLACE
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_PAUSE = re.compile(r"(?i)enter|return|continue\.|press|any key|weiter|taste|ok\b")
"""Words of a prompt whose answer does not matter."""
_CHANGING = (GROWING | SHRINKING | IN_PLACE) - {"print"}


@logic_rule("done-before-the-check", 0.9, "less value zero other", needs=(ast.AugAssign, ast.If))
def done_before_the_check(program: Program) -> Iterator[Match]:
    """Yield a subtraction whose amount is checked only on the next line, where the value is smaller already."""
    for _, first, second in program.neighbours:
        match first:
            case ast.AugAssign(target=kept, op=ast.Sub(), value=ast.Name() as amount):
                pass
            case ast.Assign(targets=[kept], value=ast.BinOp(left=before, op=ast.Sub(), right=ast.Name() as amount)) if (
                alike_read(kept, before)
            ):
                pass
            case _:
                continue
        if not isinstance(second, ast.If) or not _is_too_little(second.test, kept, amount):
            continue
        restored = any(
            isinstance(node, ast.AugAssign | ast.Assign) and any(alike_read(kept, each) for each in _targets(node))
            for node in inside(second.body + second.orelse)
        )
        refuses = any(isinstance(node, ast.Return | ast.Raise | ast.Expr) for node in second.body)
        if restored or not refuses:
            continue
        edit = None
        if (
            isinstance(second.body[-1], ast.Return | ast.Raise)
            and not second.orelse
            and last_line(first) == first.lineno
        ):
            lines = list(program.lines)
            lines.insert(last_line(second), program.line(first.lineno))
            del lines[first.lineno - 1]
            edit = edit_to(program, "\n".join(lines))
        yield program.on_line(first, edit=edit, kept=kept, amount=amount, test=second.test)


def alike_read(kept: ast.expr, node: ast.expr) -> bool:
    """Return whether two expressions are the same, one of them stored and one of them read."""
    return ast.unparse(kept) == ast.unparse(node) if type(kept) is type(node) else False


def _targets(node: ast.AST) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign) else []


def _is_too_little(test: ast.expr, kept: ast.expr, amount: ast.Name) -> bool:
    """Return whether a condition compares what is left with the amount that was taken."""
    match test:
        case ast.Compare(left=left, ops=[ast.Gt() | ast.GtE()], comparators=[right]):
            return reads(left, amount.id) and alike_read(kept, right)
        case ast.Compare(left=left, ops=[ast.Lt() | ast.LtE()], comparators=[right]):
            is_below_zero = (
                isinstance(test.ops[0], ast.Lt) and isinstance(right, ast.Constant) and right.value == 0
            ) and isinstance(kept, ast.Attribute)
            return (reads(right, amount.id) or is_below_zero) and alike_read(kept, left)
    return False


@logic_rule("answer-not-kept", 0.95, "endless value truth other", needs=(ast.While, "input"), each=ast.While)
def answer_not_kept(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield an `input` in a loop whose answer is not stored in the name that the condition of the loop asks."""
    asked = [
        name
        for name in sorted(names_in(loop.test))
        if (value := program.last_value(name, loop.lineno)) is not None
        and any(is_call_of(node, "input") for node in walk(value))
    ]
    stored = stored_in(loop)
    leaves = any(isinstance(node, ast.Break | ast.Return) for node in inside(loop.body))
    if len(asked) != 1 or asked[0] in stored or leaves:
        return
    name = asked[0]
    for node in inside(loop.body):
        match node:
            case ast.Expr(value=ast.Call() as call) if _asks(call):
                text = f"{program.indentation(node.lineno)}{name} = {program.segment(call)}"
            case ast.Assign(targets=[ast.Name(id=other)], value=ast.Call() as call) if _asks(call):
                if any(reads(use, other) for use in program.uses[other]):
                    continue
                text = f"{program.indentation(node.lineno)}{name} = {program.segment(call)}"
            case _:
                continue
        if _is_pause(call):
            continue
        edit = program.edit(node.lineno, text) if last_line(node) == node.lineno else None
        yield program.on_line(node, edit=edit, name=Code(name), test=loop.test)
        return


def _asks(call: ast.Call) -> bool:
    return any(is_call_of(node, "input") for node in walk(call))


def _is_pause(call: ast.Call) -> bool:
    texts = [node.value for node in walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return any(_PAUSE.search(text) for text in texts)


@logic_rule("both-names-changed", 0.7, "value long short order other", needs=(ast.Assign,), each=ast.Assign)
def both_names_changed(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield `b = a` for a list that one of the names changes in place, if both are shown apart afterwards."""
    match node:
        case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old) as source) if new != old:
            made = program.last_value(old, node.lineno)
        case _:
            return
    nested = isinstance(made, ast.List) and any(isinstance(each, ast.List | ast.Dict) for each in made.elts)
    if not isinstance(made, ast.List | ast.ListComp | ast.Dict | ast.Set) or program.loop_around(node) is not None:
        return
    if len(program.assignments(new)) != 1 or len(program.assignments(old)) != 1:
        return
    here = program.function_at(node.lineno)
    uses = [use for name in (new, old) for use in program.uses[name] if use.lineno > node.lineno]
    changed = [use for use in uses if _is_changed(program, use) and program.function_at(use.lineno) is here]
    if not changed:
        return
    at = min(use.lineno for use in changed)
    shown = {use.id for use in uses if is_printed(program, use) and use.lineno > at}
    lines = {use.lineno for use in uses if is_printed(program, use) and use.lineno > at}
    if shown == {new, old} and len(lines) > 1:
        copied = f"[row[:] for row in {old}]" if nested else f"{old}.copy()"
        edit = program.edit(
            node.lineno, program.line(node.lineno).replace(f"= {program.segment(source)}", f"= {copied}")
        )
        slots: dict[str, Any] = {"new": Code(new), "other": Code(old), "changed": Code(program.line(at).strip())}
        yield program.here(node, edit=edit, **slots)


def _is_changed(program: Program, use: ast.Name) -> bool:
    up: ast.AST | None = program.parents.get(use)
    if isinstance(up, ast.Attribute):
        return up.attr in _CHANGING and isinstance(program.parents.get(up), ast.Call)
    while isinstance(up, ast.Subscript):
        if not isinstance(up.ctx, ast.Load):
            return True
        up = program.parents.get(up)
    return False


@logic_rule("flat-copy-of-rows", 0.8, "value other", needs=(ast.Subscript, ast.List), each=ast.Assign)
def flat_copy_of_rows(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield a flat copy of a list of lists whose inner lists are changed afterwards while the first one is shown."""
    match node:
        case ast.Assign(
            targets=[ast.Name(id=new)], value=ast.Call(args=[], func=ast.Attribute(attr="copy", value=source))
        ):
            pass
        case ast.Assign(
            targets=[ast.Name(id=new)],
            value=ast.Call(func=ast.Name(id="list"), args=[source])
            | ast.Subscript(value=source, slice=ast.Slice(lower=None, upper=None)),
        ):
            pass
        case _:
            return
    if not isinstance(source, ast.Name) or source.id == new:
        return
    here = program.function_at(node.lineno)
    is_given = here is not None and source.id in parameters_of(here)
    match program.last_value(source.id, node.lineno):
        case ast.List(elts=[ast.List(), *_]) | ast.ListComp(elt=ast.List() | ast.BinOp(left=ast.List())):
            pass
        case _ if not is_given:
            return
    inner = [
        use
        for name in (new, source.id)
        for use in program.uses[name]
        if use.lineno > node.lineno and program.function_at(use.lineno) is here and _is_row_changed(program, use)
    ]
    other = source.id if inner and inner[0].id == new else new
    shown = [use for use in program.uses[other] if inner and use.lineno > inner[0].lineno and reads(use, other)]
    is_returned = is_given and here is not None and any(is_name(each.value, new) for each in program.returns_of(here))
    if inner and (shown or is_returned):
        changed = Code(program.line(inner[0].lineno).strip())
        flat = Code(program.segment(node.value))
        edit = program.edit(
            node.lineno,
            program.line(node.lineno).replace(program.segment(node.value), f"[row[:] for row in {source.id}]"),
        )
        yield program.on_line(node, edit=edit, new=Code(new), other=Code(source.id), changed=changed, copied=flat)


def _is_row_changed(program: Program, use: ast.Name) -> bool:
    row = program.parents.get(use)
    if not isinstance(row, ast.Subscript) or row.value is not use:
        return False
    up = program.parents.get(row)
    if isinstance(up, ast.Subscript):
        return up.value is row and isinstance(up.ctx, ast.Store)
    return isinstance(up, ast.Attribute) and up.attr in _CHANGING and isinstance(program.parents.get(up), ast.Call)


@logic_rule("else-of-the-last-if-only", 0.85, "value less more other", needs=(ast.If,))
def else_of_the_last_if_only(program: Program) -> Iterator[Match]:
    """Yield an `if` with an `else` behind another `if` on the same value: the `else` does not know of the first one."""
    for _, first, second in program.neighbours:
        if not isinstance(first, ast.If) or not isinstance(second, ast.If) or not second.orelse:
            continue
        blocks = [block for test, block in _blocks(first)] + [block for _, block in _blocks(second)]
        stored = {_stored_once(block) for block in blocks}
        is_alike = all(_shows_one(block) for block in blocks) or (len(stored) == 1 and stored != {""})
        if any(test is None for test, _ in _blocks(first)) or not is_alike:
            continue
        asked = [names_in(test) for test, _ in (*_blocks(first), *_blocks(second)) if test is not None]
        if len(asked[0]) != 1 or any(names != asked[0] for names in asked):
            continue
        text = program.line(second.lineno)
        edit = program.edit(second.lineno, text.replace("if ", "elif ", 1))
        yield program.on_line(second, edit=edit, first=program.header(first), test=second.test)


def _blocks(node: ast.If) -> Iterator[tuple[ast.expr | None, list[ast.stmt]]]:
    rest: list[ast.stmt] = [node]
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        yield rest[0].test, rest[0].body
        rest = rest[0].orelse
    if rest:
        yield None, rest


def _stored_once(block: list[ast.stmt]) -> str:
    """Return the name to which a block does nothing but assign a constant; "" for another block."""
    match block:
        case [ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant())]:
            return name
    return ""


def _shows_one(block: list[ast.stmt]) -> bool:
    """Return whether a block only prints one text, with the usual line end."""
    match block:
        case [ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[_], keywords=[]))]:
            return True
    return False


@logic_rule("first-place-of-value", 0.85, "value order other", needs=("index", ast.For), each=ast.For)
def first_place_of_value(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield `items[values.index(value)]` in a loop over values that occur twice: `index` gives the first place."""
    if not isinstance(loop.target, ast.Name) or not isinstance(loop.iter, ast.Name):
        return
    item, owner = loop.target.id, loop.iter.id
    for node in inside(loop.body):
        if method_called(node) != (owner, "index") or not isinstance(node, ast.Call) or not node.args:
            continue
        up = program.parents.get(node)
        if not reads(node.args[0], item) or not isinstance(up, ast.Subscript):
            continue
        made = program.last_value(owner, loop.lineno)
        values = [ast.dump(each) for each in made.elts] if isinstance(made, ast.List) else []
        is_double = len(set(values)) < len(values)
        slots: dict[str, Any] = {"item": Code(item), "owner": Code(owner), "header": program.header(loop)}
        yield program.here(node, needs_symptom=not is_double, **slots)
        return
