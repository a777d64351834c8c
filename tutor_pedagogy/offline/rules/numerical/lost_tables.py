"""Tables of pandas whose changed copy no name takes."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_MAKERS = frozenset(("rename", "assign"))
"""Methods that return a table with a column of another name, and leave their own table as it is."""


@runtime_rule(
    "numerical.renamed-table-not-kept",
    ("KeyError",),
    r"^'(?P<key>[^'\n]{1,60})'$",
    before=("numerical.no-such-column", "key-not-found", "counting-new-key", "column-name-with-space"),
)
def renamed_table_not_kept(case: CrashContext) -> Match | None:
    """Return the call that makes the missing column in a copy of the table, if no name takes the copy."""
    key = case.match["key"]
    owners = {case.text(each.value) for each in case.subscripts if _is(each.slice, key)}
    for statement in case.program.each(ast.Expr):
        match statement.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) as call if (
                method in _MAKERS and name in owners and statement.lineno < case.line
            ):
                pass
            case _:
                continue
        if any(word.arg == "inplace" for word in call.keywords) or not _makes(call, key):
            continue
        if case.program.function_at(statement.lineno) is not case.function:
            continue
        slots = {"owner": Code(name), "method": Code(method), "key": Code(repr(key))}
        return case.at(call, replace=(call, f"{name} = {case.text(call)}"), slots=slots)
    return None


def _makes(call: ast.Call, key: str) -> bool:
    """Return whether a call gives a column the missing name: as a new name in a dictionary, or as a keyword."""
    if any(word.arg == key for word in call.keywords):
        return True
    tables = [word.value for word in call.keywords if word.arg == "columns"]
    return any(_is(value, key) for each in tables if isinstance(each, ast.Dict) for value in each.values)


def _is(node: ast.expr, key: str) -> bool:
    return isinstance(node, ast.Constant) and node.value == key
