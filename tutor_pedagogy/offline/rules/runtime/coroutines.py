"""Coroutines: calls that nothing awaits, `await` before a plain value, and `asyncio.run` inside a running loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_RUNNERS = frozenset(("run", "create_task", "ensure_future", "gather", "wait", "wait_for", "run_until_complete"))


@runtime_rule(
    "coroutine-never-awaited", ("RuntimeWarning",), r"coroutine '(?:[\w<>]+\.){0,9}(?P<name>\w+)' was never awaited"
)
def coroutine_never_awaited(case: CrashContext) -> Match | None:
    """Return the call of a coroutine function that nothing awaits."""
    calls = [call for call in case.program.each(ast.Call) if called_name(call) == case.match["name"]]
    loose = [call for call in calls if not _is_awaited(case, call)]
    here = [call for call in loose if call.lineno == case.crash.line] or loose
    if not here:
        return None
    return case.at(here[0], edit=_awaited(case, here[0]), call=here[0], name=Code(case.match["name"]))


def _is_awaited(case: CrashContext, call: ast.Call) -> bool:
    around = case.program.parents.get(call)
    is_handed_on = isinstance(around, ast.Call) and called_name(around) in _RUNNERS
    return is_handed_on or isinstance(around, ast.Await | ast.List | ast.Starred | ast.ListComp | ast.GeneratorExp)


def _awaited(case: CrashContext, call: ast.Call) -> Edit | None:
    """Return the edit that awaits a call in an `async` function, or runs it with `asyncio.run` outside of functions."""
    function, text = case.program.function_at(call.lineno), case.text(call)
    if isinstance(function, ast.AsyncFunctionDef):
        is_part = isinstance(case.program.parents.get(call), ast.Attribute | ast.Subscript | ast.BinOp | ast.Compare)
        return case.rewrite(call, f"(await {text})" if is_part else f"await {text}")
    return case.rewrite(call, f"asyncio.run({text})") if function is None and "asyncio" in case.program.uses else None


@runtime_rule("plain-value-awaited", ("TypeError",), r"object (?P<type>\w+) can't be used in 'await'|can't be awaited")
def plain_value_awaited(case: CrashContext) -> Match | None:
    """Return the `await` of a value that is not a coroutine."""
    node = case.first(ast.Await)
    if node is None:
        return None
    text = case.text(node.value)
    match node.value:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="time"), attr="sleep")) if "asyncio" in case.program.uses:
            text = f"await asyncio.sleep({', '.join(map(case.text, node.value.args))})"
        case ast.Name(id=name) if name in case.program.functions:
            text = f"await {name}()"
    return case.at(node, replace=(node, text), value=node.value)


@runtime_rule(
    "run-inside-running-loop", ("RuntimeError",), r"cannot be called from a running event loop|loop is already running"
)
def run_inside_running_loop(case: CrashContext) -> Match | None:
    """Return the call of `asyncio.run` in a function that is itself run by it, or in a notebook."""
    call = case.call("run", "run_until_complete")
    is_async = isinstance(case.function, ast.AsyncFunctionDef) or case.program.is_cell
    text = f"await {case.text(call.args[0])}" if call is not None and call.args and is_async else None
    return case.here(call, replace=(call, text) if call is not None else None)


@runtime_rule(
    "coroutine-expected", ("TypeError", "ValueError"), r"[Aa] coroutine was expected, got (?P<given>.{1,200})"
)
def coroutine_expected(case: CrashContext) -> Match | None:
    """Return the call of `asyncio.run` that gets something else than a coroutine."""
    call, edit = case.call("run", "create_task"), None
    match argument := first_argument(call):
        case ast.Name(id=name) if isinstance(case.program.functions.get(name), ast.AsyncFunctionDef):
            edit = case.rewrite(argument, f"{name}()")
        case ast.Call(func=ast.Name(id=name)) if isinstance(case.program.functions.get(name), ast.FunctionDef):
            function = case.program.functions[name]
            edit = case.substitute(function.lineno, "def ", "async def ")
            return case.at(function, edit=edit, argument=argument)
    return case.here(call, edit=edit, argument=case.code(argument, ""))
