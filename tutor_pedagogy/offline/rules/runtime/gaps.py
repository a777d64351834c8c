"""Values that some paths leave out: an attribute that is set under a condition, a name that a handler does not set."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import is_stored
from tutor_pedagogy.offline.rules.runtime.attributes import HAS_NO
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)


@runtime_rule(
    "attribute-set-in-branch",
    ("AttributeError",),
    HAS_NO,
    before=("attribute-misspelt", "attribute-never-set", "not-offered-by-object"),
)
def attribute_set_in_branch(case: CrashContext) -> Match | None:
    """Return the condition in `__init__` under which alone an attribute is set."""
    name, owner = case.match["name"], case.classes.get(case.match["type"])
    if owner is None:
        return None
    stores = [node for node in case.program.each(ast.Attribute) if is_stored(node, name)]
    if len(stores) != 1 or isinstance(case.program.parents.get(stores[0]), ast.AugAssign):
        return None
    function = case.program.function_at(stores[0].lineno)
    around = next((up for up in case.program.above(stores[0]) if isinstance(up, ast.If | ast.FunctionDef)), None)
    if function is None or function.name != "__init__" or case.class_of(function) is not owner:
        return None
    if not isinstance(around, ast.If) or _is_in_else(around, stores[0]):
        return None
    slots: dict[str, str | ast.AST] = {"attribute": stores[0], "test": around.test, "class_name": Code(owner.name)}
    slots |= {"set": str(case.program.shown(stores[0].lineno)), "stop": str(case.program.shown(case.line))}
    return replace(case.at(around.test, slots=slots), is_proved=True)


def _is_in_else(branch: ast.If, node: ast.AST) -> bool:
    return any(inner is node for statement in branch.orelse for inner in walk(statement))


@runtime_rule(
    "handler-without-value",
    ("NameError", "UnboundLocalError"),
    r"(?:local variable|name) '(?P<name>\w+)'",
    before=("value-only-on-some-paths", "name-misspelt", "used-before-first-value", "name-of-another-function"),
)
def handler_without_value(case: CrashContext) -> Match | None:
    """Return the `except` after which a name that only the `try` block sets has no value, although the code goes on."""
    name = case.match["name"]
    lines = [line for line, _ in case.bound(name)]
    for block in case.program.each(ast.Try):
        first, last = block.body[0].lineno, block.body[-1].end_lineno or 0
        is_above = (block.end_lineno or 0) < case.line and case.program.function_at(block.lineno) is case.function
        if not is_above or not lines or not all(first <= line <= last for line in lines):
            continue
        going_on = [each for each in block.handlers if not isinstance(each.body[-1], _LEAVING)]
        if len(going_on) != 1:
            continue
        made = next((line for line in lines if line >= first), first)
        slots: dict[str, str | ast.AST] = {"name": Code(name), "made": str(case.program.shown(made))}
        slots["stop"] = str(case.program.shown(case.line))
        return replace(case.at(going_on[0].lineno, slots=slots), is_proved=True)
    return None
