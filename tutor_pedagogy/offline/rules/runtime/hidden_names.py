"""Another name for a value that hides a function of the same name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.parsing import characters

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.rules.runtime.rule import CrashContext

_OTHER_NAMES = {
    "list": "items",
    "max": "largest",
    "min": "smallest",
    "sum": "total",
    "str": "text",
    "dict": "table",
    "input": "answer",
    "len": "length",
    "int": "number",
    "set": "group",
    "range": "limits",
    "print": "shown",
    "type": "kind",
    "round": "rounded",
    "id": "key",
}
"""Names for a value, in place of the name of a built-in function."""
_LONGEST_RENAMING = 15
"""The maximum number of lines that an edit replaces to give a variable another name."""


def renamed(case: CrashContext, name: str, line: int) -> Edit | None:
    """Return the edit that gives the value that hides a function another name wherever it is not called."""
    new = _OTHER_NAMES.get(name, f"{name}_result")
    scope = case.program.function_at(line)
    if new in case.program.bound_names:
        return None
    lines = [*case.program.lines]
    uses = [
        node
        for node in case.program.uses.get(name, ())
        if not (isinstance(parent := case.program.parents.get(node), ast.Call) and parent.func is node)
        and (scope is None or case.program.function_at(node.lineno) is scope)
    ]
    for node in sorted(uses, key=lambda use: (use.lineno, use.col_offset), reverse=True):
        text = lines[node.lineno - 1]
        start = characters(text, node.col_offset)
        lines[node.lineno - 1] = text[:start] + new + text[start + len(name) :]
    if not uses or max(node.lineno for node in uses) - min(node.lineno for node in uses) >= _LONGEST_RENAMING:
        return None
    return edit_to(case.program, "\n".join(lines))
