"""The value that a name has when the program has ended, for a question about it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.own_values import shown

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

# linear: a question is read up to at most 300 characters
_VALUE_OF = re.compile(
    r"\b(?:value of|what(?: is|.?s| does)|wert von|valor de|valeur de|vale|vaut|contiene|contient)"
    r" (?:the )?(?:variable )?`?(?P<name>[A-Za-z_]\w{0,40})`?"
    r"(?: (?:have|hold|contain|be|is))?"
    r"(?: (?:at the end|in the end|afterwards|after|now|equal)| am ende| al final|[ à]+la fin| no fim|[?]|$)",
    re.IGNORECASE,
)


def end_value(program: Program, question: str) -> str:
    """Return what value a name has at the end, and which line makes a local one of the same name; or ""."""
    match = _VALUE_OF.search(question[:300])
    done = program.run
    if match is None or done is None or done.ending != "finished" or match["name"] not in done.names:
        return ""
    name = match["name"]
    value = shown(done.names[name])
    if value is None or name in program.functions:
        return ""
    told = f"At the end of the program, {code_span(name)} is {value}."
    for node in program.uses.get(name, ()):
        function = program.function_at(node.lineno)
        if function is None or not isinstance(node.ctx, ast.Store) or _is_declared(program, function, name):
            continue
        return (
            f"{told} The {code_span(name)} on line {program.shown(node.lineno)} is another one: it belongs to a call "
            f"of {code_span(function.name)}, and the one outside does not change."
        )
    return told


def _is_declared(program: Program, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str) -> bool:
    return any(
        isinstance(node, ast.Global | ast.Nonlocal) and name in node.names for node in program.own_nodes(function)
    )
