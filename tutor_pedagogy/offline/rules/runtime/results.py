"""Results of the program's own functions: several at once, and an `__init__` that returns one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function


@runtime_rule(
    "several-results-in-one-name",
    ("AttributeError", "TypeError"),
    r"'tuple' and '|' and 'tuple'|'tuple' object has no attribute|not \"tuple\"|not 'tuple'|can only concatenate tuple",
    before=(
        *("list-in-calculation", "item-onto-list", "text-plus-other", "text-in-calculation", "compared-kinds"),
        *("method-of-another-kind", "comma-makes-tuple", "form-of-another-kind", "attribute-misspelt"),
        "began-as-another-kind",
    ),
)
def several_results_in_one_name(case: CrashContext) -> Match | None:
    """Return the assignment that stores the tuple of a function that returns several values in a single name."""
    for node in case.likely(ast.Name):
        if (held := case.value(node)) is not UNKNOWN and not isinstance(held, tuple):
            continue
        for line, value in reversed(case.bound(node.id)):
            match value:
                case ast.Call(func=ast.Name(id=called)) if line < case.line:
                    function = case.program.functions.get(called)
                case _:
                    function = None
            returned = _tuple_of(case, function) if function is not None else None
            if function is not None and returned is not None:
                return case.at(
                    line,
                    edit=_unpacked(case, line, node, returned),
                    name=node,
                    function=Code(function.name),
                    returned=returned,
                    other_line=str(case.program.shown(returned.lineno)),
                )
    return None


def _unpacked(case: CrashContext, line: int, name: ast.Name, returned: ast.Tuple) -> Edit | None:
    """Return the edit that unpacks the tuple, if one of its parts has the name that is used: the others get a `_`."""
    parts = [part.id if isinstance(part, ast.Name) else "" for part in returned.elts]
    statement = case.program.statement_at(line)
    if parts.count(name.id) != 1 or not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target = ", ".join(part if part == name.id else "_" for part in parts)
    return case.rewrite(statement.targets[0], target)


def _tuple_of(case: CrashContext, function: Function) -> ast.Tuple | None:
    """Return the tuple with which a function ends, if each of its `return` statements returns one."""
    values = [each.value for each in case.program.returns_of(function)]
    tuples = [value for value in values if isinstance(value, ast.Tuple) and len(value.elts) > 1]
    return tuples[-1] if tuples and len(tuples) == len(values) else None


@runtime_rule("init-returns-a-value", ("TypeError",), r"__init__\(\) should return None, not '?(?P<type>\w+)")
def init_returns_a_value(case: CrashContext) -> Match | None:
    """Return the `return` with a value in the `__init__` of the class whose object is made on the failing line."""
    for call in case.calls:
        owner = case.classes.get(call.func.id) if isinstance(call.func, ast.Name) else None
        for method in owner.body if owner is not None else ():
            if isinstance(method, ast.FunctionDef) and method.name == "__init__":
                for each in case.program.returns_of(method):
                    if each.value is not None and case.text(each.value) != "None":
                        edit = _without(case, method, each)
                        return case.at(each, edit=edit, class_name=call.func, value=each.value)
    return None


def _without(case: CrashContext, method: ast.FunctionDef, returned: ast.Return) -> Edit | None:
    """Return the edit that removes a `return` at the end of a method, or else its value."""
    if returned.lineno != returned.end_lineno:
        return None
    if method.body[-1] is returned and len(method.body) > 1:
        above = returned.lineno - 1
        return case.program.edit(above, case.program.line(above), before_lines=2)
    return case.rewrite_line(returned.lineno, "return")
