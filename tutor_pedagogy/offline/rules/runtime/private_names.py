"""Attributes whose name begins with two underscores: outside of their class they have another name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.rules.runtime.attributes import HAS_NO
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule(
    "private-name-outside",
    ("AttributeError",),
    HAS_NO,
    before=(*("attribute-never-set", "attribute-misspelt", "not-offered-by-object", "attribute-set-by-later-call"),),
)
def private_name_outside(case: CrashContext) -> Match | None:
    """Return the use of `object.__name` outside of the class that sets `self.__name`."""
    name = case.match["name"]
    node = case.attribute(name)
    owner = next((each for each in case.classes.values() if _sets(each, name)), None)
    if node is None or owner is None or not name.startswith("__") or name.endswith("__"):
        return None
    around = {up for up in case.program.above(node) if isinstance(up, ast.ClassDef)}
    if owner in around:
        return None
    inside = next((each for each in owner.body if isinstance(each, ast.FunctionDef) and _returns(each, name)), None)
    slots: dict[str, str | ast.AST] = {"attribute": Code(name), "class_name": Code(owner.name), "use": node}
    slots |= {"method": Code(inside.name) if inside is not None else ""}
    edit = _asked_for(case, name, inside.name, owner) if inside is not None else None
    return case.here(node, edit=edit, slots=slots)


def _asked_for(case: CrashContext, name: str, method: str, owner: ast.ClassDef) -> Edit | None:
    """Return the edit that calls the method wherever code outside of the class reads the attribute."""
    uses = [
        node
        for node in case.program.each(ast.Attribute)
        if node.attr == name and node.lineno == node.end_lineno and owner not in case.program.above(node)
    ]
    if any(not isinstance(node.ctx, ast.Load) for node in uses):
        return None
    lines = [*case.program.lines]
    for node in sorted(uses, key=lambda each: -(each.end_col_offset or 0)):
        _, end = case.columns(node)
        text = lines[node.lineno - 1]
        lines[node.lineno - 1] = text[: end - len(name)] + method + "()" + text[end:]
    return edit_to(case.program, "\n".join(lines))


def _sets(owner: ast.ClassDef, name: str) -> bool:
    return any(
        isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store)
        for node in walk(owner)
    )


def _returns(function: ast.FunctionDef, name: str) -> bool:
    """Return whether a method only gives out an attribute."""
    match function.body:
        case [ast.Return(value=ast.Attribute(attr=attribute))]:
            return attribute == name
    return False
