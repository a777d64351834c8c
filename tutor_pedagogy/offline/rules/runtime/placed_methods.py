"""Methods whose indentation puts them elsewhere: inside another method, or below their class."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.rules.runtime.attributes import HAS_NO
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit


@runtime_rule(
    "method-at-another-indentation",
    ("AttributeError",),
    HAS_NO,
    before=("attribute-misspelt", "attribute-never-set", "not-offered-by-object"),
)
def method_at_another_indentation(case: CrashContext) -> Match | None:
    """Return the `def` with `self` that stands inside another method of the class, or right below the class."""
    name, owner = case.match["name"], case.classes.get(case.match["type"])
    if owner is None or any(getattr(each, "name", "") == name for each in owner.body):
        return None
    for node in case.program.each(ast.FunctionDef):
        if node.name != name or not node.args.args or node.args.args[0].arg != "self" or _is_called_plainly(case, name):
            continue
        around = case.program.parents.get(node)
        slots: dict[str, str | ast.AST] = {"method": Code(name), "class_name": Code(owner.name)}
        if isinstance(around, ast.FunctionDef) and around in owner.body:
            slots["place"] = f"inside the method `{around.name}`"
            return replace(case.at(node, edit=_beside(case, node, around), slots=slots), is_proved=True)
        if isinstance(around, ast.Module) and _is_right_below(around, node, owner):
            slots["place"] = "outside the class"
            return replace(case.at(node, edit=_into(case, node, owner), slots=slots), is_proved=True)
    return None


def _is_called_plainly(case: CrashContext, name: str) -> bool:
    """Return whether the program uses the name as that of a function, without an object before it."""
    return bool(case.program.uses.get(name))


def _beside(case: CrashContext, node: ast.FunctionDef, around: ast.FunctionDef) -> Edit | None:
    """Return the edit that takes a function out of the one around it, if only functions follow it there."""
    later = around.body[around.body.index(node) :] if node in around.body else []
    if not later or not all(isinstance(each, ast.FunctionDef) for each in later) or later[0] is around.body[0]:
        return None
    return _moved(case, _first_line(node), around.end_lineno or node.lineno, around.col_offset - node.col_offset)


def _into(case: CrashContext, node: ast.FunctionDef, owner: ast.ClassDef) -> Edit | None:
    """Return the edit that indents a function below a class as deep as the methods of the class."""
    return _moved(case, _first_line(node), node.end_lineno or node.lineno, owner.body[0].col_offset - node.col_offset)


def _is_right_below(module: ast.Module, node: ast.FunctionDef, owner: ast.ClassDef) -> bool:
    """Return whether only functions with `self` stand between a class and a function."""
    if owner not in module.body:
        return False
    between = module.body[module.body.index(owner) + 1 : module.body.index(node)]
    return all(
        isinstance(each, ast.FunctionDef) and each.args.args[:1] and each.args.args[0].arg == "self" for each in between
    )


def _first_line(node: ast.FunctionDef) -> int:
    return min(node.lineno, *(each.lineno for each in node.decorator_list), node.lineno)


def _moved(case: CrashContext, first: int, last: int, step: int) -> Edit | None:
    """Return the edit that changes the indentation of some lines by a number of columns."""
    texts = [node for node in walk(case.program.tree) if isinstance(node, ast.Constant)] if case.program.tree else []
    if any(first <= node.lineno < (node.end_lineno or 0) <= last for node in texts):
        return None  # A string over several lines would change with its indentation.
    lines = [*case.program.lines]
    for at in range(first - 1, last):
        text = lines[at]
        if text.strip():
            lines[at] = " " * step + text if step > 0 else text[-step:]
    return edit_to(case.program, "\n".join(lines))
