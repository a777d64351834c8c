"""What a line does, and what a word means, in the language of a question that is not in English."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.own_values import seen
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import fill

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

TRANSLATED = ("de", "es", "fr", "pt")
"""The languages besides English in which a question is answered, each with a file `terms.<language>.toml`."""
_SLOTS = {"first": "", "second": ""}


def line_in_language(program: Program, line: int, language: str) -> str:
    """Return what a line does as a whole, in another language than English; "" for a form that is not described."""
    node = program.statement_at(line) if program.tree is not None else None
    if node is None or any(isinstance(part, ast.Starred) for part in ast.walk(node)):
        return ""
    code = [program.segment(part) for part in _slots_of(node)]
    name = _FORMS.get(type(node).__name__, "")
    match node:
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[_], keywords=[])):
            name = "print"
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
            name = ""
        case ast.Expr(value=ast.Call(func=ast.Attribute())):
            name = "method"
        case ast.Return(value=None):
            name = ""
    texts = table("lines").get(language, {})
    if name not in texts or any(not part or "\n" in part or len(part) > _LONGEST_PART for part in code):
        return ""
    slots = dict(zip(("first", "second"), map(code_span, code), strict=False))
    alias = alias_says(program, node, language)
    told = fill(texts[name], {**_SLOTS, **slots, "line": str(program.shown(line))})
    return f"{told} {alias}".strip()


_FORMS = {
    "Assign": "assign",
    "AugAssign": "change",
    "For": "for",
    "While": "while",
    "If": "if",
    "Return": "return",
    "FunctionDef": "def",
    "ClassDef": "class",
    "Expr": "call",
    "Import": "import",
    "ImportFrom": "import",
}
_LONGEST_PART = 60


def _slots_of(node: ast.stmt) -> list[ast.AST]:
    """Return the parts of a statement that its description names."""
    match node:
        case ast.Assign(targets=[target], value=value) | ast.AugAssign(target=target, value=value):
            return [target, value]
        case ast.For(target=target, iter=source):
            return [target, source]
        case ast.While(test=test) | ast.If(test=test):
            return [test]
        case ast.Return(value=ast.expr() as value):
            return [value]
        case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[only])):
            return [only]
        case ast.Expr(value=value):
            return [value]
    return []


def alias_says(program: Program, node: ast.stmt, language: str) -> str:
    """Return the sentence that an assignment of a name makes no copy, if its value can be changed in place; else ""."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=other) as value):
            found = seen(program, value).get(value, [])
            if found and type(found[0]) in (list, dict, set):
                return fill(table("lines")[language]["alias"], {"name": code_span(name), "other": code_span(other)})
    return ""


def terms_in(question: str, language: str) -> list[str]:
    """Return what the words of Python and of programming mean that a question names, the first two of them."""
    known = table(f"terms.{language}")
    glossary = table("glossary")
    told = []
    for word in re.findall(r"\w+", question[:300]):
        entry = word.lower()
        is_code = word in glossary or f".{word}" in glossary or word in _CODE_WORDS
        if entry in known and (is_code or entry not in table("lines")["ordinary"]["words"].split()):
            told.append(f"{code_span(word) if is_code else f'“{word}”'} {known[entry]}.")
    return list(dict.fromkeys(told))[:1]


_CODE_WORDS = frozenset(("lambda", "return", "break", "global", "None"))
