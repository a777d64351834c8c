"""Earlier states of lists that are not kept, and orders that get lost: second names, partners, sets, waiting lines."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import (
    is_constant,
    is_name,
    method_called,
    parameters_of,
    stored_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_STATE = re.compile(r"(?i)before|backup|saved?|old|prev|undo|last|snapshot")
"""Names that stand for an earlier state."""
_QUEUE = re.compile(r"(?i)queue|waiting|schlange|^line$|cola|warte|first.?in|fifo")
"""Names of lists from which the oldest item should come first."""


@logic_rule("state-not-copied", 0.85, "value order long other", needs=(Function, ast.Assign), each=ast.Assign)
def state_not_copied(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield `new = old` for a list of which later steps read the old state, or `before = now` to go back to."""
    match node:
        case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old) as source) if new != old:
            function = program.function_at(node.lineno)
        case _:
            return
    if function is None:
        return
    own = program.own_nodes(function)
    changed = _overwritten(program, own, new, old) if old in parameters_of(function) else None
    is_returned = any(is_name(each.value, new) for each in program.returns_of(function))
    declared = {name for each in own if isinstance(each, ast.Global) for name in each.names}
    if (changed is None or not is_returned) and new in declared and _STATE.search(new):
        changed = _changed_elsewhere(program, old, new)
        is_returned = True
    if changed is not None and is_returned:
        edit = with_parts(program, [(source, f"{old}.copy()")])
        yield program.here(node, edit=edit, new=Code(new), other=Code(old), changed=changed)


def _overwritten(program: Program, own: list[ast.AST], new: str, old: str) -> Code | None:
    """Return the line of a loop that stores items in a list whose neighbouring items the loop still reads."""
    stores = [
        each
        for each in own
        if isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store) and is_name(each.value, new)
    ]
    around = [
        each
        for each in own
        if isinstance(each, ast.Subscript)
        and is_name(each.value, old)
        and isinstance(each.ctx, ast.Load)
        and isinstance(each.slice, ast.BinOp)
    ]
    bound = [each for each in own if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    is_bound_once = sum(each.id in (new, old) for each in bound) == 1
    if stores and around and is_bound_once and program.loop_around(stores[0]) is not None:
        return Code(program.line(stores[0].lineno).strip())
    return None


def _changed_elsewhere(program: Program, old: str, new: str) -> Code | None:
    """Return the line that changes a list in place which is only named for later; None if it is replaced each time."""
    back = any(is_name(each.value, new) and old in stored_in(each) for each in program.each(ast.Assign))
    for call in program.each(ast.Call):
        owner, method = method_called(call)
        if back and owner == old and method in ("append", "remove", "pop", "insert", "extend", "sort", "clear"):
            return Code(program.line(call.lineno).strip())
    return None


@logic_rule("letters-in-set-order", 0.9, "order value other", needs=("set", ast.For), each=ast.For)
def letters_in_set_order(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a `set` of a string whose items a loop joins to a new string: a set keeps no order."""
    match loop:
        case ast.For(target=ast.Name(id=item), iter=ast.Name(id=owner)):
            made = program.last_value(owner, loop.lineno)
        case ast.For(target=ast.Name(id=item), iter=ast.Call() as made):
            pass
        case _:
            return
    match made:
        case ast.Call(func=ast.Name(id="set"), args=[source]):
            pass
        case _:
            return
    for each in loop.body:
        match each:
            case ast.AugAssign(target=ast.Name(id=text), op=ast.Add(), value=ast.Name(id=joined)):
                pass
            case ast.Assign(
                targets=[ast.Name(id=text)], value=ast.BinOp(left=ast.Name(), op=ast.Add(), right=ast.Name(id=joined))
            ):
                pass
            case _:
                continue
        if joined == item and is_constant(program.last_value(text, loop.lineno), ""):
            function = program.function_at(loop.lineno)
            name = Code(function.name) if function is not None else ""
            yield program.here(made, source=source, function=name)
            return


@logic_rule("partner-not-sorted", 0.9, "order value other", needs=("sort", ast.Subscript), each=ast.Call)
def partner_not_sorted(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield the sorting of one of two lists whose items belong together by their places."""
    name, method = method_called(node)
    if method != "sort" or not isinstance(program.parents.get(node), ast.Expr) or program.loop_around(node) is not None:
        return
    here = program.function_at(node.lineno)
    pairs: dict[str, set[str]] = {}
    lines: dict[str, int] = {}
    for each in program.each(ast.Subscript):
        match each:
            case ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=index)) if each.lineno > node.lineno:
                if program.function_at(each.lineno) is here:
                    pairs.setdefault(f"{index} {each.lineno}", set()).add(owner)
                    lines[f"{index} {each.lineno}"] = each.lineno
    for key, owners in pairs.items():
        others = owners - {name}
        if name not in owners or len(others) != 1:
            continue
        other = next(iter(others))
        if any(method_called(call) == (other, "sort") for call in program.each(ast.Call)):
            continue
        made = (program.last_value(name, node.lineno), program.last_value(other, node.lineno))
        if all(isinstance(value, ast.List) and len(value.elts) > 1 for value in made):
            used = program.line(lines[key]).strip()
            yield program.here(node, name=Code(name), other=Code(other), used=Code(used))
            return


@logic_rule("newest-taken-first", 0.8, "order value other", needs=("append", "pop"), each=ast.Call)
def newest_taken_first(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `queue.pop()` on a list that is named as a waiting line: it takes the item that came last."""
    owner = node.func.value if isinstance(node.func, ast.Attribute) and node.func.attr == "pop" else None
    name = program.segment(owner) if isinstance(owner, ast.Name | ast.Attribute) else ""
    if node.args or node.keywords or not _QUEUE.search(name.removeprefix("self.")):
        return
    if any(_is_method_of(program, call, name, "insert", "popleft") for call in program.each(ast.Call)):
        return
    if any(_is_method_of(program, call, name, "append") for call in program.each(ast.Call)):
        text = program.segment(node)
        is_open = "queue" in name.lower()  # A search may rightly take the newest item first.
        yield program.here(node, replace=f"{text[:-1]}0)", needs_symptom=is_open, name=Code(name))


def _is_method_of(program: Program, call: ast.Call, owner: str, *methods: str) -> bool:
    """Return whether a call is that of one of these methods of a name or an attribute."""
    func = call.func
    return isinstance(func, ast.Attribute) and func.attr in methods and program.segment(func.value) == owner


def alike_method(call: ast.Call, name: str, method: str) -> bool:
    """Return whether a call is that of a method of a name."""
    return method_called(call) == (name, method)
