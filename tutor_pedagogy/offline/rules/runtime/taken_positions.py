"""Indices that are one too large, outside a grid, or no index at all: a value, or a character."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_OUT_OF_RANGE = r"(?:list|string|tuple) index out of range"


@runtime_rule("length-minus-zero", ("IndexError",), _OUT_OF_RANGE, before=("loop-past-the-end",))
def length_minus_zero(case: CrashContext) -> Match | None:
    """Return the index `len(items) - i` that is the length itself, because the variable is 0."""
    for subscript in case.subscripts:
        match subscript.slice:
            case ast.BinOp(left=ast.Call() as length, op=ast.Sub(), right=ast.Name() as step) as index:
                is_length = is_call_of(length, "len") and [*map(case.text, length.args)] == [case.text(subscript.value)]
                if is_length and case.value(step) == 0:
                    edit = case.rewrite(index, f"{case.text(index)} - 1")
                    slots = {"owner": subscript.value, "index": index, "name": step}
                    return replace(case.here(subscript, slots=slots), choices=(edit,) if edit is not None else ())
    return None


@runtime_rule("pop-of-a-value", ("IndexError",), r"pop index out of range", before=("taken-from-empty",))
def pop_of_a_value(case: CrashContext) -> Match | None:
    """Return the call of `pop` with an item of the list, where `pop` expects an index."""
    for call in case.calls:
        match call:
            case ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr="pop"), args=[ast.Name() as item]):
                if _is_item(case, item.id, owner.id):
                    return case.here(call, edit=_removed(case, call, owner, item), owner=owner, item=item)
    return None


def _is_item(case: CrashContext, name: str, owner: str) -> bool:
    """Return whether every value of a name in this function is an item of a list."""
    values = [value for _, value in case.bound(name) if value is not None]
    loops = {
        loop.target.id
        for loop in case.program.each(ast.For)
        if isinstance(loop.target, ast.Name) and isinstance(loop.iter, ast.Name) and loop.iter.id == owner
    }
    return (name in loops and not values) or (bool(values) and all(_is_one(each, owner, loops) for each in values))


def _is_one(value: ast.expr, owner: str, loops: set[str]) -> bool:
    """Return whether a value is an item of a list: by its index, as a loop variable, the largest or the smallest."""
    match value:
        case ast.Subscript(value=ast.Name(id=name), slice=index):
            return name == owner and not isinstance(index, ast.Slice)
        case ast.Name(id=name):
            return name in loops
        case ast.Call(func=ast.Name(id="max" | "min"), args=[ast.Name(id=name)]):
            return name == owner
    return False


def _removed(case: CrashContext, call: ast.Call, owner: ast.Name, item: ast.Name) -> Edit | None:
    """Return the edit that removes the item by its value; None if the line does something else besides."""
    remove, statement = f"{owner.id}.remove({item.id})", case.statement
    match statement:
        case ast.Expr(value=value) if value is call:
            return case.rewrite_line(case.line, remove)
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[given])) if given is call:
            line = case.program.line(case.line)
            indent = line[: len(line) - len(line.lstrip())]
            used = case.text(statement).replace(case.text(call), item.id)
            return case.rewrite_line(case.line, f"{used}\n{indent}{remove}")
    return None


@runtime_rule(
    "character-for-index",
    ("TypeError",),
    r"not all arguments converted during string formatting",
    before=("places-and-values", "number-from-input"),
)
def character_for_index(case: CrashContext) -> Match | None:
    """Return the loop over the characters of a string whose variable is used in a calculation like an index."""
    for node in case.likely(ast.BinOp):
        for loop in case.loops_above(node):
            match node, loop:
                case (
                    ast.BinOp(left=ast.Name(id=used) as letter, right=ast.Constant(value=int())),
                    ast.For(target=ast.Name(id=target), iter=ast.Name() as text),
                ) if used == target:
                    held = case.value(letter)
                    if isinstance(case.value(text), str) and isinstance(held, str) and not held.isdigit():
                        edit = _by_index(case, loop, text.id)
                        return case.at(loop, edit=edit, name=letter, text=text, use=node)
    return None


def _by_index(case: CrashContext, loop: ast.For, text: str) -> Edit | None:
    """Return the edit that makes a loop run over indices: names alone in a call become the character."""
    name = case.text(loop.target)
    uses = [inner for inner in walk(loop) if isinstance(inner, ast.Name) and inner.id == name]
    if len(names_in(loop.iter)) != 1 or any(isinstance(use.ctx, ast.Store) and use is not loop.target for use in uses):
        return None
    lines = [*case.program.lines]
    for use in sorted(uses, key=lambda each: (each.lineno, each.col_offset), reverse=True):
        parent = case.program.parents.get(use)
        if isinstance(parent, ast.Call) and use in parent.args:
            line = lines[use.lineno - 1]
            start = characters(line, use.col_offset)
            lines[use.lineno - 1] = f"{line[:start]}{text}[{name}]{line[start + len(name) :]}"
    header = lines[loop.lineno - 1]
    lines[loop.lineno - 1] = header.replace(f"in {text}", f"in range(len({text}))", 1)
    return edit_to(case.program, "\n".join(lines))
