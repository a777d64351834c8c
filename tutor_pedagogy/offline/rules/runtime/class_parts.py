"""Parts of classes that do not meet: attributes set by a later call, and methods that override under another name."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import called_name, is_stored
from tutor_pedagogy.offline.engine.spelling import edit_distance
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_NEAR = 2
"""The maximum number of typing errors in the name of a method that should override another."""


@runtime_rule(
    "attribute-set-by-later-call",
    ("AttributeError",),
    r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'",
    before=("attribute-never-set", "attribute-misspelt", "not-offered-by-object"),
)
def attribute_set_by_later_call(case: CrashContext) -> Match | None:
    """Return the line of `__init__` that needs an attribute which a method called below it sets."""
    name, owner = case.match["name"], case.classes.get(case.match["type"])
    set_up = _method(owner, "__init__") if owner is not None else None
    if owner is None or set_up is None:
        return None
    setters = {
        method.name
        for method in owner.body
        if isinstance(method, ast.FunctionDef)
        and method is not set_up
        and any(is_stored(node, name) for node in walk(method))
    }
    lines = {case.line, *case.crash.callers}
    failed = next((each for each in set_up.body if _covers(each, lines)), None)
    later = [each for each in set_up.body if failed is not None and each.lineno > failed.lineno]
    sets = next((each for each in later if _calls(each, setters) or any(is_stored(n, name) for n in walk(each))), None)
    if failed is None or sets is None:
        return None
    slots: dict[str, str | ast.AST] = {"attribute": Code(name), "stop": str(case.program.shown(case.line))}
    slots |= {"later": str(case.program.shown(sets.lineno)), "setting": Code(case.text(sets).split("\n")[0])}
    return replace(case.at(failed, edit=_moved_up(case, sets, failed), slots=slots), is_proved=True)


def _method(owner: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    return next((each for each in owner.body if isinstance(each, ast.FunctionDef) and each.name == name), None)


def _covers(statement: ast.stmt, lines: set[int]) -> bool:
    return any(statement.lineno <= line <= (statement.end_lineno or 0) for line in lines)


def _calls(statement: ast.stmt, names: set[str]) -> bool:
    return any(isinstance(node, ast.Call) and called_name(node) in names for node in walk(statement))


def _moved_up(case: CrashContext, statement: ast.stmt, above: ast.stmt) -> Edit | None:
    """Return the edit that moves a line above another one of the same block."""
    if statement.lineno != statement.end_lineno:
        return None
    lines = [*case.program.lines]
    lines.insert(above.lineno - 1, lines.pop(statement.lineno - 1))
    return edit_to(case.program, "\n".join(lines))


@runtime_rule("method-does-not-override", ("NotImplementedError",), before=("raised-on-purpose",))
def method_does_not_override(case: CrashContext) -> Match | None:
    """Return the method of a subclass whose name is nearly that of the method which should be overridden."""
    function = case.function
    owner = case.class_of(function)
    if function is None or owner is None:
        return None
    found: list[tuple[ast.ClassDef, ast.FunctionDef]] = []
    for each in case.classes.values():
        is_child = any(isinstance(base, ast.Name) and base.id == owner.name for base in each.bases)
        methods = [part for part in each.body if isinstance(part, ast.FunctionDef)]
        if not is_child or any(part.name == function.name for part in methods):
            continue
        near = [part for part in methods if _is_near(part.name, function.name)]
        if len(near) != 1:
            return None
        found.append((each, near[0]))
    if len(found) != 1:
        return None
    child, method = found[0]
    edit = case.substitute(method.lineno, f"def {method.name}", f"def {function.name}")
    slots: dict[str, str | ast.AST] = {"wanted": Code(function.name), "method": Code(method.name)}
    slots |= {"child": Code(child.name), "parent": Code(owner.name), "stop": str(case.program.shown(case.line))}
    slots["base"] = str(case.program.shown(function.lineno))
    return case.at(method, edit=edit, slots=slots)


def _is_near(given: str, wanted: str) -> bool:
    one, other = (name.lower().replace("_", "") for name in (given, wanted))
    return not given.startswith("__") and edit_distance(one, other) <= min(_NEAR, len(wanted) // 3)
