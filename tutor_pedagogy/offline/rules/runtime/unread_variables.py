"""Variables that the program makes and never reads, where another one is used: the line with the wrong one."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_BEFORE = (
    *("key-not-found", "no-items", "method-of-another-kind", "not-offered-by-object", "text-plus-other"),
    *("compared-kinds", "text-in-calculation", "attribute-never-set", "unpacking-count", "position-out-of-range"),
    *("loop-over-other", "no-length", "text-key-on-list", "index-of-wrong-kind", "key-one-level-deeper"),
)
MOST_TRIED = 3
"""The maximum number of places at which the unread variable is tried."""


@runtime_rule(
    "made-and-not-used",
    ("AttributeError", "IndexError", "KeyError", "TypeError", "ValueError"),
    is_general=True,
    before=_BEFORE,
)
def made_and_not_used(case: CrashContext) -> Match | None:
    """Return the name for which a variable is meant that the lines above make and nothing reads, if that mends."""
    for line in dict.fromkeys((case.line, *reversed(case.crash.callers))):
        function = case.program.function_at(line)
        unread = _unread(case, line)
        if len(unread) != 1:
            continue
        name, made = unread[0]
        names = [
            node
            for node in case.program.expressions_at(line)
            if isinstance(node, ast.Name)
            and isinstance(node.ctx, ast.Load)
            and not _is_called(case, node)
            and (function is not None or node.id not in case.program.functions)
        ]
        edits = [edit for node in names[:MOST_TRIED] if (edit := case.rewrite(node, name)) is not None]
        if not edits:
            return None
        slots: dict[str, str | ast.AST] = {"made": Code(name), "made_line": str(case.program.shown(made))}
        slots["stop"] = str(case.program.shown(case.line))
        return replace(case.at(line, slots=slots), choices=tuple(edits), needs_edit=True)
    return None


def _is_called(case: CrashContext, node: ast.Name) -> bool:
    around = case.program.parents.get(node)
    return isinstance(around, ast.Call) and around.func is node


def _unread(case: CrashContext, line: int) -> list[tuple[str, int]]:
    """Return the variables that are assigned above a line, in its function, and never read, each with its line."""
    function = case.program.function_at(line)
    found: dict[str, int] = {}
    for name, uses in case.program.uses.items():
        if any(isinstance(use.ctx, ast.Load) for use in uses):
            continue
        bound = [at for at, value in case.program.assignments(name) if value is not None and at < line]
        if len(bound) == 1 and case.program.function_at(bound[0]) is function:
            found[name] = bound[0]
    return list(found.items())
