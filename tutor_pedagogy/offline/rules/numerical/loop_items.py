"""Conditions in a loop over an array that use the whole array in place of the item of the loop."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk


@runtime_rule(
    "numerical.array-for-its-item",
    ("ValueError",),
    r"truth value of an? (?:array|Series)",
    before=("numerical.truth-of-array",),
)
def array_for_its_item(case: CrashContext) -> Match | None:
    """Return the condition that compares the whole array of the loop around it, and not the item."""
    statement = case.statement
    test = statement.test if isinstance(statement, ast.If | ast.While) else case.first(ast.Compare)
    if test is None:
        return None
    names = [node for node in walk(test) if isinstance(node, ast.Name)]
    for loop in case.loops_above(test):
        whole, variable, item = _parts(loop)
        used = [node for node in names if node.id == whole and _is_whole(case, node)]
        if len(used) == 1 and not any(node.id == variable for node in names):
            slots: dict[str, str | ast.AST] = {"test": test, "array": used[0], "item": Code(item)}
            slots["header"] = str(case.program.shown(loop.lineno))
            return replace(case.at(test, replace=(used[0], item), slots=slots), is_proved=True)
    return None


def _parts(loop: ast.For | ast.While) -> tuple[str, str, str]:
    """Return the array that a loop goes through, its variable, and the item as the body can write it."""
    match loop:
        case ast.For(target=ast.Name(id=item), iter=ast.Name(id=whole)):
            return whole, item, item
        case ast.For(
            target=ast.Tuple(elts=[_, ast.Name(id=item)]),
            iter=ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=whole), *_]),
        ):
            return whole, item, item
        case ast.For(target=ast.Name(id=index), iter=ast.Call(func=ast.Name(id="range"), args=[ast.Call() as counted])):
            owner = first_argument(counted)
            if isinstance(owner, ast.Name) and called_name(counted) == "len":
                return owner.id, index, f"{owner.id}[{index}]"
    return "", "", ""


def _is_whole(case: CrashContext, node: ast.Name) -> bool:
    """Return whether an array is compared as a whole, not one of its items or attributes."""
    return isinstance(case.program.parents.get(node), ast.Compare | ast.BinOp)
