"""Numbers that were keys of a dictionary before it went through JSON, where every key is a string."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?")


@runtime_rule(
    "number-key-after-json",
    ("KeyError",),
    before=(
        "key-not-found",
        "start-is-no-key",
        "key-of-another-type",
        "counting-new-key",
        "wrong-value-from-elsewhere",
    ),
)
def number_key_after_json(case: CrashContext) -> Match | None:
    """Return the look-up of a number in a dictionary that `json.load` or `json.loads` has made."""
    if not _NUMBER.fullmatch(case.message.strip()):
        return None
    for node in case.subscripts:
        if isinstance(node.value, ast.Name) and (line := _loaded(case, node.value.id)) is not None:
            slots: dict[str, str | ast.AST] = {"owner": node.value, "key": Code(case.message.strip()), "use": node}
            slots |= {"text": Code(f"'{case.message.strip()}'"), "made": str(case.program.shown(line))}
            return case.here(node, replace=(node.slice, _as_string(case, node.slice)), slots=slots)
    return None


def _as_string(case: CrashContext, key: ast.expr) -> str:
    """Return the string that a number becomes as a key in JSON, as code."""
    text = case.text(key)
    return f'"{text}"' if isinstance(key, ast.Constant) else f"str({text})"


def _loaded(case: CrashContext, name: str) -> int | None:
    """Return the line that gives a name the result of a call that reads JSON; None without one."""
    values = case.program.assignments(name)
    if len(values) != 1:
        return None
    line, value = values[0]
    if value is None:
        return None
    if _reads(value):
        return line
    match value:
        case ast.Call(func=ast.Name(id=called)):
            function = case.program.functions.get(called)
        case _:
            return None
    results = case.program.returns_of(function) if function is not None else ()
    return line if any(result.value is not None and _reads(result.value) for result in results) else None


def _reads(value: ast.expr) -> bool:
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and called_name(each) in ("load", "loads")
        and isinstance(each.func.value, ast.Name)
        and each.func.value.id == "json"
        for each in walk(value)
    )
