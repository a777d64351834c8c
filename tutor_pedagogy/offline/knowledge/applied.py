"""What an entry of the knowledge base means in the student's own program, with the values that are known."""

from __future__ import annotations

import ast
from string import Template
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.knowledge.places import frame_lines
from tutor_pedagogy.offline.purposes.own_values import seen, shown
from tutor_pedagogy.offline.purposes.texts import quoted
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.knowledge.subjects import Known

_MOST_VALUES = 3
_IS = {
    "en": "On line $line, $code is $value",
    "de": "In Zeile $line ist $code $value",
    "es": "En la línea $line, $code es $value",
    "fr": "À la ligne $line, $code est $value",
    "pt": "Na linha $line, $code é $value",
}
_IN_ROUNDS = {
    "en": "In the loop on line $line, $code is $value",
    "de": "In der Schleife in Zeile $line ist $code $value",
    "es": "En el bucle de la línea $line, $code es $value",
    "fr": "Dans la boucle de la ligne $line, $code est $value",
    "pt": "No laço da linha $line, $code é $value",
}
_THIS = {
    "en": "Here that is line $line, $code.",
    "de": "Hier ist das Zeile $line, $code.",
    "es": "Aquí es la línea $line, $code.",
    "fr": "Ici, c'est la ligne $line, $code.",
    "pt": "Aqui é a linha $line, $code.",
}
_THEN = {"en": "then", "de": "dann", "es": "después", "fr": "puis", "pt": "depois"}
_CALLED = {"en": "line $line", "de": "Zeile $line", "es": "línea $line", "fr": "ligne $line", "pt": "linha $line"}


def value_here(program: Program, known: Known, language: str = "en") -> str:
    """Return the sentence about the values at the place of an entry; "" if they are not known."""
    node = known.node
    if node is None or program.tree is None or "$still" in known.entry.says:
        return ""
    language = language if language in _IS else "en"
    match node:
        case ast.For(target=target):
            names = [each for each in walk(target) if isinstance(each, ast.Name)]
            told = _of_rounds(program, node, names[:2], language)
        case _:
            told = _of_expression(program, node, language)
    return told


def here(program: Program, known: Known, language: str = "en") -> str:
    """Return the sentence about the place of an entry: its value, or which line it is; "" if there is no place."""
    node = known.node
    if (told := value_here(program, known, language)) or node is None or "$still" in known.entry.says:
        return told
    language = language if language in _IS else "en"
    line = getattr(node, "lineno", known.line)
    span = quoted(program.line(line).strip())
    return Template(_THIS[language]).substitute(line=program.shown(line), code=span) if span else ""


def says_value(program: Program, expression: ast.expr, language: str = "en") -> str:
    """Return the sentence about the values of an expression of the program; "" if they are not known."""
    return _of_expression(program, expression, language if language in _IS else "en")


def filled(program: Program, known: Known, text: str, language: str = "en") -> str:
    """Return a text of an entry with what it says about the report and the loop of this program."""
    if "$" not in text:
        return text
    lines = [Template(_CALLED.get(language, _CALLED["en"])).substitute(line=line) for line in frame_lines(program)[:4]]
    return (
        Template(text)
        .safe_substitute(lines=", ".join(lines), still=_still(program, known), times=_times(program, known))
        .strip()
        .replace("  ", " ")
    )


def _times(program: Program, known: Known) -> str:
    """Return the sentence about how often the lines of a loop run; "" if it is not known."""
    node, done = known.node, program.run
    if not isinstance(node, ast.For | ast.While) or done is None or done.ending == "stopped" or not done.is_certain:
        return ""
    line = node.body[0].lineno
    many = done.ran.get(line, 0)
    return f"With the values of your program, line {program.shown(line)} runs {many} time{'s' * (many != 1)}."


def _still(program: Program, known: Known) -> str:
    """Return the sentence about a condition that no line of its loop changes."""
    node = known.node
    if not isinstance(node, ast.While):
        return ""
    names = sorted({each.id for each in walk(node.test) if isinstance(each, ast.Name)} - set(program.functions))
    span = quoted(program.segment(node.test))
    if not names or span is None:
        return ""
    value = _of_expression(program, node, "en")
    changed = " or ".join(code_span(name) for name in names[:2])
    return f"{value} No line of the loop gives {changed} a new value.".strip()


def _of_rounds(program: Program, node: ast.For, names: list[ast.Name], language: str) -> str:
    """Return the sentence about the first values of a loop's variables, read at their uses in the loop."""
    said = []
    for name in names:
        uses = [
            each
            for statement in node.body
            for each in walk(statement)
            if isinstance(each, ast.Name) and each.id == name.id and isinstance(each.ctx, ast.Load)
        ]
        values = _joined([shown(value) for value in seen(program, uses[0]).get(uses[0], [])], language) if uses else ""
        if values:
            said.append((code_span(name.id), values))
    if not said:
        return ""
    sentences = [f"{code} = {values}" for code, values in said[1:]]
    first = Template(_IN_ROUNDS[language]).substitute(
        line=program.shown(node.lineno), code=said[0][0], value=said[0][1]
    )
    return f"{'; '.join([first, *sentences])}."


def _of_expression(program: Program, node: ast.AST, language: str) -> str:
    expression = _expression(node)
    if expression is None or isinstance(expression, ast.Constant):
        return ""
    span = quoted(program.segment(expression))
    if span is None:
        return ""
    values = _joined([shown(value) for value in seen(program, expression).get(expression, [])], language)
    if not values or values == span:
        return ""
    line = program.shown(getattr(expression, "lineno", 1))
    return f"{Template(_IS[language]).substitute(line=line, code=span, value=values)}."


def _expression(node: ast.AST) -> ast.expr | None:
    """Return the expression of a place whose value is worth telling."""
    match node:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Return(value=ast.expr() as value):
            return value
        case ast.If(test=value) | ast.While(test=value):
            return value
        case ast.FormattedValue(value=value):
            return value
        case ast.Call(func=ast.Name(id="print" | "input")):
            return None
        case ast.expr():
            return node
    return None


def _joined(spans: list[str | None], language: str) -> str:
    """Return the first distinct values with “then” between them; "" if one of them cannot be shown."""
    if not spans or None in spans:
        return ""
    distinct = list(dict.fromkeys(span for span in spans if span is not None))
    if distinct == ["`None`"]:
        return distinct[0]
    told = f", {_THEN[language]} ".join(distinct[:_MOST_VALUES])
    return f"{told} …" if len(distinct) > _MOST_VALUES else told
