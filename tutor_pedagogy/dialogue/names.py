"""What a name of the program holds, and where it gets it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.tables import sentence_in
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.texts import listed, quoted

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

_MOST_LINES = 3
_MOST_SPAN = 50


_BOUND = re.compile(
    r"^\s*(?:(?P<assigned>[^\W\d]\w{0,60})\s*(?:[-+*/%]|//|\*\*)?=(?!=)|for\s+(?P<looped>[^\W\d]\w{0,60})\s+in\b"
    r"|(?:def|class)\s+(?P<defined>[^\W\d]\w{0,60}))"
)
_LONGEST_LINE = 200


def own_names(program: Program) -> frozenset[str]:
    """Return the names that a program binds. In code that does not parse, they are found line by line."""
    return program.bound_names if program.tree is not None else frozenset(_lines_by_name(program))


def _lines_by_name(program: Program) -> dict[str, list[tuple[int, str]]]:
    """Return the lines that bind each name of code that does not parse, and how: `assigned`, `looped` or `defined`."""
    found: dict[str, list[tuple[int, str]]] = {}
    for number, line in enumerate(program.lines, 1):
        match = _BOUND.match(line[:_LONGEST_LINE])
        if match is not None and match.lastgroup is not None:
            found.setdefault(match[match.lastgroup], []).append((number, match.lastgroup))
    return found


def _says_in_broken_code(program: Program, name: str, language: str) -> str:
    bound = _lines_by_name(program).get(name, [])
    lines = listed([str(program.shown(line)) for line, _ in bound[:_MOST_LINES]])
    if not bound:
        return ""
    match bound[0][1]:
        case "looped":
            return sentence_in(language, "names", "looped", name=code_span(name), line=lines)
        case "defined":
            return sentence_in(language, "names", "defined", name=code_span(name), line=lines)
    key = "assigned_often" if len(bound) > 1 else "assigned"
    return sentence_in(language, "names", key, name=code_span(name), line=lines)


def name_says(program: Program, name: str, near: int, language: str = "en") -> str:
    """Return what a name of the program is and where it gets its value, or "" if the program binds no such name.

    `near` is the line of the code that the conversation is about; of several parameters of this name, the one of the
    function around it counts.
    """
    if program.tree is None:
        return _says_in_broken_code(program, name, language)
    owner = _function_with_parameter(program, name, near)
    if owner is not None and name not in program.functions:
        return _parameter_says(program, name, owner, language)
    return (
        _definition_says(program, name, language)
        or _loop_says(program, name, language)
        or _variable_says(program, name, language)
    )


def _definition_says(program: Program, name: str, language: str) -> str:
    span = code_span(name)
    if name in program.functions:
        return _function_says(program, program.functions[name], language)
    for node in program.each(ast.ClassDef):
        if node.name == name:
            return sentence_in(language, "names", "class", name=span, line=program.shown(node.lineno))
    imports: list[ast.Import | ast.ImportFrom] = program.each(ast.Import, ast.ImportFrom)
    for imported in imports:
        if any((alias.asname or alias.name).partition(".")[0] == name for alias in imported.names):
            return sentence_in(language, "names", "imported", name=span, line=program.shown(imported.lineno))
    return ""


def _loop_says(program: Program, name: str, language: str) -> str:
    for loop in program.each(ast.For):
        if name in _names(loop.target):
            source = quoted(program.segment(loop.iter))
            slots = {"name": code_span(name), "line": program.shown(loop.lineno)}
            if source:
                return sentence_in(language, "names", "looped_over", **slots, source=source)
            return sentence_in(language, "names", "looped", **slots)
    return ""


def _function_says(program: Program, function: Function, language: str) -> str:
    line = program.shown(function.lineno)
    taken = [code_span(each.arg) for each in (*function.args.posonlyargs, *function.args.args) if each.arg != "self"]
    slots = {"name": code_span(function.name), "line": line, "parameters": ", ".join(taken)}
    said = sentence_in(language, "names", "function_with" if taken else "function", **slots)
    if program.returns_nothing(function):
        return f"{said} {sentence_in(language, 'names', 'returns_none')}"
    lines = [str(program.shown(each.lineno)) for each in program.returns_of(function) if each.value is not None]
    if not lines:
        return said
    return f"{said} {sentence_in(language, 'names', 'returns', line=', '.join(lines[:_MOST_LINES]))}"


def _function_with_parameter(program: Program, name: str, near: int) -> Function | None:
    functions: list[Function] = program.each(ast.FunctionDef, ast.AsyncFunctionDef)
    having = [
        node
        for node in functions
        if any(each.arg == name for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs))
    ]
    around = [node for node in having if node.lineno <= near <= (node.end_lineno or node.lineno)]
    return next(iter(around or having), None)


def _parameter_says(program: Program, name: str, function: Function, language: str) -> str:
    span = code_span(name)
    if name == "self":
        return sentence_in(language, "names", "self")
    said = sentence_in(language, "names", "parameter", name=span, function=code_span(function.name))
    place = next((at for at, each in enumerate(function.args.args) if each.arg == name), None)
    calls = [
        call
        for call in program.each(ast.Call)
        if isinstance(call.func, ast.Name) and call.func.id == function.name and place is not None
    ]
    for call in calls:
        if place is not None and place < len(call.args) and (value := quoted(program.segment(call.args[place]))):
            handed = sentence_in(language, "names", "handed", line=program.shown(call.lineno), value=value)
            return f"{said} {handed}"
    return said


def _variable_says(program: Program, name: str, language: str) -> str:
    bound = program.assignments(name)
    if not bound:
        return ""
    lines = list(dict.fromkeys(program.shown(line) for line, _ in bound))
    first_line, value = bound[0]
    text = program.segment(value) if value is not None else ""
    is_shown = bool(text) and len(text) <= _MOST_SPAN and text.isprintable()
    slots = {"name": code_span(name), "line": program.shown(first_line), "value": code_span(text) if is_shown else ""}
    said = sentence_in(language, "names", "variable_from" if is_shown else "variable", **slots)
    if len(lines) == 1:
        return f"{said} {sentence_in(language, 'names', 'only_once')}"
    others = ", ".join(str(line) for line in lines[1 : _MOST_LINES + 1])
    return f"{said} {sentence_in(language, 'names', 'again', line=others)}"


def _names(target: ast.expr) -> set[str]:
    match target:
        case ast.Name(id=name):
            return {name}
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return set().union(*map(_names, parts))
    return set()
