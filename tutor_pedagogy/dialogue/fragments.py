"""The pieces of code in a question: marked ones, and the longest runs of words and signs that Python can read."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.tables import words
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MARKED = re.compile(r"`([^`\n]{2,80})`")
_TOKEN = re.compile(r"\S{1,60}")
_SIGN = re.compile(r"[=<>+*/%()\[\]{}.\"']|(?<![A-Za-z])-|-(?![A-Za-z])")
_STATEMENTS = frozenset(("return", "global", "nonlocal", "del"))
_ENDING = ".,;:?!"
_MOST_TOKENS, _MOST_READ, _LONGEST = 60, 40, 10


def fragments(question: str, program: Program) -> list[str]:
    """Return the pieces of code in a question, marked ones first, the longest of overlapping ones."""
    marked = _MARKED.findall(question)
    own = program.words
    found = [code for code in marked if _is_code(code, own)]
    tokens = _TOKEN.findall(_MARKED.sub(" , ", question))[:_MOST_TOKENS]
    read = 0
    at = 0
    while at < len(tokens):
        end = at
        for stop in range(min(len(tokens), at + _LONGEST), at, -1):
            window = tokens[at:stop]
            if not _may_be_code(window, own) or read >= _MOST_READ:
                continue
            read += 1
            code = _bare(" ".join(window))
            if _is_code(code, own):
                found.append(code)
                end = stop
                break
        at = max(end, at + 1)
    return list(dict.fromkeys(found))


def _bare(code: str) -> str:
    bare = code.rstrip(_ENDING)
    return (
        f"{bare}:"
        if code.startswith(("if ", "while ", "for ", "def ", "else")) and code.rstrip("?!. ").endswith(":")
        else bare
    )


def _may_be_code(window: list[str], own: frozenset[str]) -> bool:
    """Return whether words can be code: they have a sign of code, and no word of a sentence that is no name here."""
    is_statement = len(window) > 1 and window[0] in _STATEMENTS
    if not is_statement and not any(_SIGN.search(word.rstrip(_ENDING)) for word in window):
        return False
    names = [word.strip("()[]{}.,;:?!'\"").lower() for word in window]
    first, last = names[0], names[-1]
    if first in _OF_SENTENCES and first not in own:
        return False
    if last in _OF_SENTENCES and last not in own:
        return False
    if "is" in names[1:-1]:
        return False
    return not any(name in words("sentence") and name not in own for name in names)


_OF_SENTENCES = frozenset(("in", "is", "not", "and", "or", "as", "with", "from", "if", "for"))


def _is_code(code: str, own: frozenset[str]) -> bool:
    """Return whether a text is one statement or expression, more than a name or a number, whose names are known."""
    header = code.endswith(":")
    try:
        body = syntax_tree(f"{code} pass" if header else code).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    if len(body) != 1:
        return False
    match body[0]:
        case ast.Expr(value=ast.Name() | ast.Constant() | ast.Call(func=ast.Name(), args=[], keywords=[])):
            return False
        case ast.Expr(value=ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[])):
            return False
    read = {node.id for node in ast.walk(body[0]) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    made = {node.id for node in ast.walk(body[0]) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return all(name in own or name in made or name in table("glossary") for name in read)
