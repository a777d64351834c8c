"""Asynchronous functions: a coroutine that was not awaited."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule(
    "coroutine-not-awaited",
    ("AttributeError", "TypeError"),
    r"'?coroutine'?",
    before=(
        *("function-in-operation", "list-in-calculation", "text-plus-other", "text-in-calculation", "compared-kinds"),
        *("no-items", "loop-over-other", "no-length", "not-offered-by-object", "item-onto-list", "not-callable"),
        *("none-in-operation", "index-of-wrong-kind", "unpacking-count", "nothing-to-search-in", "not-json"),
        *("collection-for-number", "parts-still-texts", "attribute-misspelt", "number-from-input"),
    ),
)
def coroutine_not_awaited(case: CrashContext) -> Match | None:
    """Return the call of an asynchronous function without `await`."""
    functions = {node.name for node in case.program.each(ast.AsyncFunctionDef)}
    calls = [*case.calls]
    for name in case.likely(ast.Name):
        calls += [value for line, value in case.bound(name.id) if isinstance(value, ast.Call) and line <= case.line]
    for call in calls:
        around = case.program.parents.get(call)
        if called_name(call) not in functions or isinstance(around, ast.Await):
            continue
        is_async = isinstance(case.program.function_at(call.lineno), ast.AsyncFunctionDef)
        needs_marks = isinstance(around, ast.Attribute | ast.Subscript)
        new = f"await {case.text(call)}" if is_async else f"asyncio.run({case.text(call)})"
        new = f"({new})" if is_async and needs_marks else new
        is_known = is_async or "asyncio" in case.program.bound_names
        return case.at(call, replace=(call, new if is_known else None), function=Code(called_name(call)))
    return None
