"""Small edits of the step at which a value took its wrong way."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import called_name, is_stored
from tutor_pedagogy.offline.rules.runtime.measures import kind_of_number
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext
    from tutor_pedagogy.offline.rules.runtime.culprits import Culprit
    from tutor_pedagogy.offline.rules.runtime.way_steps import Step

_SHORTEST_NAME = 3
"""The length of the shortest name of a collection whose last letter `s` is taken off for one of its items."""


def edits_of(case: CrashContext, culprit: Culprit, step: Step) -> Iterator[Edit | None]:
    """Yield the small edits of a step that may be meant."""
    node = step.node
    if step.kind in ("added", "stored", "assigned"):
        yield from _other_stores(case, step)
    if step.kind == "assigned" and culprit.type == "NoneType":
        yield _in_the_object(case, step)
    yield _as_list(case, culprit, step) or _with_neutral(case, step)
    match step.kind, node:
        case "ends", ast.Expr() if culprit.type == "NoneType":
            yield _as_return(case, node)
        case _, ast.Constant(value=str(text)) if text.isidentifier() and text in case.program.bound_names:
            yield case.rewrite(node, text)
        case _, ast.List():
            yield _of_display(case, node)
        case "added", _ if culprit.type == "list" and "append(" in case.program.line(node.lineno):
            yield case.substitute(node.lineno, "append(", "extend(")
        case "looped", ast.Name(id=name) if name == step.holder:
            yield _other_variable(case, node)
        case "passed", ast.Name():
            yield from _looked_up(case, node)
            yield from _other_arguments(case, step, node)
        case _, ast.Call():
            yield from _other_calls(case, culprit, step.kind, node)


def _with_neutral(case: CrashContext, step: Step) -> Edit | None:
    """Return the edit that gives a bare `return` the empty value that can be added to the other side of a sum."""
    found = re.search(r"for \+: 'NoneType' and '(str|list)'|concatenate (str|list) \(not \"NoneType\"", case.message)
    if found is None or step.kind != "returned" or not isinstance(step.node, ast.Return):
        return None
    return case.rewrite_line(step.node.lineno, "return " + {"str": '""', "list": "[]"}[found[1] or found[2]])


def _as_return(case: CrashContext, node: ast.Expr) -> Edit | None:
    """Return the edit that returns the value of the last line of a function, if that is not a `print`."""
    is_print = isinstance(node.value, ast.Call) and called_name(node.value) == "print"
    if is_print or node.lineno != node.end_lineno:
        return None
    return case.rewrite_line(node.lineno, f"return {case.text(node)}")


def _of_display(case: CrashContext, node: ast.List) -> Edit | None:
    """Return the edit that takes a single value out of its list, or makes a tuple of a list that should be a key."""
    if len(node.elts) == 1 and isinstance(node.elts[0], ast.Name):
        return case.rewrite(node, node.elts[0].id)
    return case.rewrite(node, f"({case.text(node)[1:-1]})") if node.elts and "unhashable" in case.message else None


def _other_calls(case: CrashContext, culprit: Culprit, kind: str, node: ast.Call) -> Iterator[Edit | None]:
    """Yield the edits of a call that gives another type: of `input`, or of `readlines` where `read` is meant."""
    match node:
        case ast.Call(func=ast.Name(id="input")) if "indices must be integers" in case.message:
            yield case.rewrite(node, f"int({case.text(node)})")
        case ast.Call(func=ast.Name(id="input")) if culprit.is_operand:
            yield case.rewrite(node, f"{kind_of_number(case, [node])}({case.text(node)})")
        case ast.Call(func=ast.Attribute(value=owner, attr="readlines"), args=[]):
            if kind == "assigned" and _wants_string(case):
                yield case.rewrite(node, f"{case.text(owner)}.read()")


def _other_variable(case: CrashContext, node: ast.Name) -> Edit | None:
    """Return the edit that gives a loop over a collection of the same name as its variable a name of its own."""
    loop = case.program.parents.get(node)
    if not isinstance(loop, ast.For) or loop.iter is not node or not isinstance(loop.target, ast.Name):
        return None
    name = node.id
    shorter = name.removesuffix("s") if name.endswith("s") and len(name) > _SHORTEST_NAME else f"one_{name}"
    new = next((each for each in (shorter, f"one_{name}") if each not in case.program.uses), None)
    inside = [each for part in loop.body for each in walk(part) if isinstance(each, ast.Name) and each.id == name]
    if new is None or any(not isinstance(each.ctx, ast.Load) for each in inside):
        return None
    lines = [*case.program.lines]
    for use in sorted((loop.target, *inside), key=lambda each: -each.col_offset):
        start, end = case.columns(use)
        text = lines[use.lineno - 1]
        lines[use.lineno - 1] = text[:start] + new + text[end:]
    return edit_to(case.program, "\n".join(lines))


def _in_the_object(case: CrashContext, step: Step) -> Edit | None:
    """Return the edit that stores a value in the object, if a method stores it in a variable of the same name."""
    statement = case.program.statement_at(step.line)
    owner = case.class_of(case.program.function_at(step.line))
    stores = [node for node in case.program.each(ast.Attribute) if is_stored(node, step.holder)]
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) if name == step.holder and owner is not None and stores:
            return case.rewrite_line(step.line, f"self.{case.program.line(step.line).strip()}")
    return None


def _looked_up(case: CrashContext, node: ast.Name) -> Iterator[Edit | None]:
    """Yield the edits that pass what a function of the program finds for a variable: one that is asked for it there."""
    around = case.program.loop_around(node) or case.program.function_at(node.lineno)
    for call in walk(around) if around is not None else ():
        match call:
            case ast.Call(func=ast.Name(id=name), args=[ast.Name(id=given)]) if (
                given == node.id and name in case.program.functions
            ):
                yield case.rewrite(node, f"{name}({given})")
                return


def _other_arguments(case: CrashContext, step: Step, node: ast.Name) -> Iterator[Edit | None]:
    """Yield the edits that pass another variable of the caller: that of the parameter's name, or of a similar one."""
    function = case.program.function_at(node.lineno)
    for loop in case.loops_above(node):
        match loop:
            case ast.For(
                target=ast.Name(id=index),
                iter=ast.Call(func=ast.Name(id="range"), args=[ast.Call(func=ast.Name(id="len"), args=[items])]),
            ) if index == node.id:
                yield case.rewrite(node, f"{case.text(items)}[{index}]")
                return
    near = [name for name, line in _names_near(case, node.lineno) if case.program.function_at(line) is function]
    if step.holder in near and step.holder != node.id:
        yield case.rewrite(node, step.holder)
    else:
        close = get_close_matches(node.id, [name for name in near if name != node.id], 1, 0.8)
        yield from (case.rewrite(node, name) for name in close)


def _as_list(case: CrashContext, culprit: Culprit, step: Step) -> Edit | None:
    """Return the edit that makes a list of a string or tuple, if the failing line assigns to one of its items."""
    if "does not support item assignment" not in case.message or culprit.type not in ("str", "tuple"):
        return None
    return case.rewrite(step.node, f"list({case.text(step.node)})") if isinstance(step.node, ast.expr) else None


def _other_stores(case: CrashContext, step: Step) -> Iterator[Edit | None]:
    """Yield the edits of a line that stores a value: another variable, or an item added to the list that was there."""
    node = step.node
    if step.kind == "added" and isinstance(node, ast.Name):
        yield from (case.rewrite(node, name) for name in names_left_unread(case, step))
    elif began_as_list(case, step) and node.lineno == node.end_lineno:
        yield case.rewrite_line(node.lineno, f"{step.holder}.append({case.text(node)})")


def names_left_unread(case: CrashContext, step: Step) -> list[str]:
    """Return the variables that are made in the block of a step, and of which nothing is read: one may be meant."""
    loop = case.program.loop_around(step.node)
    if loop is None or not isinstance(step.node, ast.Name):
        return []
    made: list[str] = []
    for statement in loop.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if name != step.node.id and statement.lineno < step.line:
                made.append(name)
    uses = case.program.uses
    return [name for name in dict.fromkeys(made) if not any(_is_read(case, use) for use in uses.get(name, ()))]


def _is_read(case: CrashContext, use: ast.Name) -> bool:
    """Return whether a use of a variable hands its value on: not as the target of an assignment to one of its parts."""
    around = case.program.parents.get(use)
    is_filled = isinstance(around, ast.Subscript | ast.Attribute) and isinstance(around.ctx, ast.Store)
    return isinstance(use.ctx, ast.Load) and not is_filled


def began_as_list(case: CrashContext, step: Step) -> bool:
    """Return whether another line gives the variable or attribute of a step a list."""
    name = step.holder.rpartition(".")[2]
    values = case.attribute_values(name) if "." in step.holder else case.program.assignments(name)
    others = [value for _, value in values if value is not step.node]
    return bool(others) and all(isinstance(value, ast.List) for value in others)


def _wants_string(case: CrashContext) -> bool:
    """Return whether the failing line uses a method that strings have and lists do not."""
    name = case.message.rpartition("attribute '")[2].partition("'")[0]
    return hasattr(str, name) and not hasattr(list, name)


def _names_near(case: CrashContext, line: int) -> Iterator[tuple[str, int]]:
    for name in case.program.uses:
        yield from ((name, at) for at, _ in case.program.assignments(name) if at < line)
