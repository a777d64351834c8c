"""Another name for a value that hides a function of the same name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.parsing import characters

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function
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


def parameter_renamed(case: CrashContext, function: Function, name: str) -> Edit | None:
    """Return the edit that gives a parameter which hides a built-in function another name, except where it is called.

    A use as an argument keeps the name if it stands for a type there, as in `isinstance(x, list)`.
    """
    new = _OTHER_NAMES.get(name, f"{name}_value")
    if new in case.program.bound_names or function.end_lineno is None:
        return None
    places = [(arg.lineno, arg.col_offset) for arg in function.args.args if arg.arg == name]
    for node in case.program.uses.get(name, ()):
        parent = case.program.parents.get(node)
        if function.lineno <= node.lineno <= function.end_lineno:
            is_called = isinstance(parent, ast.Call) and parent.func is node
            if not is_called and not is_call_of(parent, "isinstance"):
                places.append((node.lineno, node.col_offset))
    lines = [*case.program.lines]
    for line, offset in sorted(places, reverse=True):
        text = lines[line - 1]
        start = characters(text, offset)
        lines[line - 1] = text[:start] + new + text[start + len(name) :]
    if any(word.arg == name for call in case.program.each(ast.Call) for word in call.keywords):
        return None
    return edit_to(case.program, "\n".join(lines))


def attribute_renamed(case: CrashContext, name: str) -> Edit | None:
    """Return the edit that puts an underscore before an attribute with the name of a method, where it is not called."""
    new = f"_{name}"
    nodes = [node for node in case.program.each(ast.Attribute) if node.attr == name]
    if any(node.attr == new for node in case.program.each(ast.Attribute)):
        return None
    lines = [*case.program.lines]
    for node in sorted(nodes, key=lambda each: (each.lineno, each.end_col_offset or 0), reverse=True):
        parent = case.program.parents.get(node)
        if (isinstance(parent, ast.Call) and parent.func is node) or node.end_lineno != node.lineno:
            continue
        text = lines[node.lineno - 1]
        end = characters(text, node.end_col_offset or 0)
        lines[node.lineno - 1] = f"{text[: end - len(name)]}{new}{text[end:]}"
    return edit_to(case.program, "\n".join(lines))


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
