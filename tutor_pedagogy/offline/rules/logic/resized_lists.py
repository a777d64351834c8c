"""Lists that change while a loop goes through them, by their items or by their indices."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import indexed_list, names_in
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, is_name, method_called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("list-changed-while-looping", 0.75, "value order long short endless none other", each=ast.For)
def list_changed_while_looping(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a `for` loop whose body adds or removes items of the list over which it iterates."""
    owner_node = indexed_list(loop.iter)
    if owner_node is not None:
        yield from _shortened_by_index(program, loop, owner_node)
    if not isinstance(loop.iter, ast.Name):
        return
    collection = loop.iter.id
    for node in inside(loop.body):
        owner, method = method_called(node)
        if owner == collection and method in ("remove", "pop", "insert", "append"):
            change = (f"in {owner}", f"in list({owner})")
            is_weak = (
                method == "append"
                or _is_left_after(program, node, loop)
                or _is_restored(loop, owner)
                or _is_asked(program, node, owner)
            )
            slots: dict[str, Any] = {"owner": loop.iter, "call": node, "method": Code(method)}
            yield program.on_line(loop, replace=change, needs_symptom=is_weak, **slots)
            return
        match node:
            case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner))]) if owner == collection:
                yield program.on_line(loop, owner=loop.iter, call=node, method=Code("del"))
                return


def _shortened_by_index(program: Program, loop: ast.For, owner: ast.Name) -> Iterator[Match]:
    """Yield a loop over the indices of a list that removes the item at its index: the next item moves up."""
    for node in inside(loop.body):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="pop"), args=[ast.Name(id=index)]):
                method = "pop"
            case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=name), slice=ast.Name(id=index))]):
                method = "del"
            case _:
                continue
        is_same = name == owner.id and is_name(loop.target, index)
        if is_same and not _is_left_after(program, node, loop) and not _is_restored(loop, name):
            yield program.on_line(loop, owner=owner, call=node, method=Code(method))
            return


def _is_asked(program: Program, node: ast.AST, owner: str) -> bool:
    """Return whether a condition around a node looks at the collection itself, so that the change may be planned."""
    return any(owner in names_in(up.test) for up in program.above(node) if isinstance(up, ast.If | ast.While))


def _is_restored(loop: ast.For, owner: str) -> bool:
    """Return whether a loop both removes items of a collection and adds some, as a search that backtracks does."""
    used = {method for name, method in map(method_called, inside(loop.body)) if name == owner}
    return bool(used & SHRINKING) and bool(used & GROWING)


def _is_left_after(program: Program, node: ast.AST, loop: ast.For) -> bool:
    """Return whether the loop ends right after a node: a block around it ends by `return`, or by its own `break`."""
    ups = [up for up in program.above(node) if isinstance(up, ast.If | ast.For | ast.While | ast.Try)]
    ups = ups[: ups.index(loop)]
    inner = next((place for place in reversed(range(len(ups))) if isinstance(ups[place], ast.For | ast.While)), -1)
    for place, up in enumerate([*ups, loop]):
        # A `break` in an inner loop leaves that loop only.
        ends = ast.Return if place <= inner else ast.Break | ast.Return
        blocks = (up.body,) if up is loop else (up.body, up.orelse)
        if any(block and isinstance(block[-1], ends) for block in blocks):
            return True
    return False
