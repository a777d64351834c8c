"""Attributes that only lines outside a class store, and only for some of its objects."""

from __future__ import annotations

import ast
from difflib import get_close_matches

from tutor_pedagogy.offline.rules.runtime.attributes import HAS_NO, own_attributes
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

_ALIKE = 0.8
"""The similarity from which two attributes count as one that is misspelt."""


@runtime_rule("attribute-set-for-some", ("AttributeError",), HAS_NO, before=("attribute-never-set",))
def attribute_set_for_some(case: CrashContext) -> Match | None:
    """Return the end of `__init__` of a class whose objects get an attribute only by assignments outside the class."""
    name, owner = case.match["name"], case.classes.get(case.match["type"])
    if owner is None or owner.bases:
        return None
    inside = set(own_attributes(owner))
    outside = [
        node
        for node in case.program.each(ast.Attribute)
        if isinstance(node.ctx, ast.Store) and not (isinstance(node.value, ast.Name) and node.value.id == "self")
    ]
    used = {node.attr for node in walk(owner) if isinstance(node, ast.Attribute) and case.text(node.value) == "self"}
    given = sorted({node.attr for node in outside} - inside, key=lambda each: (each != name, each))
    if (
        name in inside
        or get_close_matches(name, inside, 1, _ALIKE)
        or not given
        or (name not in given and not used.intersection(given))
    ):
        return None
    missing = [each for each in dict.fromkeys((name, *given, *sorted(used))) if each not in inside]
    methods = [node for node in owner.body if isinstance(node, ast.FunctionDef) and node.name == "__init__"]
    if not methods:
        return None
    last = methods[0].body[-1]
    shown = sorted({case.program.shown(node.lineno) for node in outside if node.attr in given})[:3]
    slots: dict[str, str | ast.AST] = {"attribute": Code(name), "class_name": Code(owner.name)}
    slots["set_lines"] = ("line " if len(shown) == 1 else "lines ") + ", ".join(map(str, shown))
    slots["all"] = " and ".join(f"`{each}`" for each in missing[1:5])
    end = last.end_lineno or last.lineno
    indent = case.program.line(last.lineno)[: last.col_offset]
    new = "\n".join([case.program.line(end), *(f"{indent}self.{each} = None" for each in missing)])
    return case.at(methods[0], edit=case.program.edit(end, new), slots=slots)
