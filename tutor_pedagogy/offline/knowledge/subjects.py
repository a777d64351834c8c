"""What a question is about: the entries of the knowledge base that its words and the program's places point to."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.knowledge.entries import Entry, entries
from tutor_pedagogy.offline.knowledge.places import is_reported, places
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

_MAX_QUESTION = 300
_LINE = re.compile(r"\b(?:lines?|linha|l[ií]nea|zeile|ligne)\s?(\d{1,5})\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_]\w*")
_MARKED = re.compile(r"[`'\".]([A-Za-z_]\w{0,40})|([A-Za-z_]\w{0,40})(?=\(|[`'\"])")
_LITERAL = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w)|[\"'][^\"'\n]{1,20}[\"']")
_COMPARES = re.compile(
    r"\bdiffer|\bunterschied|\bdiff[eé]ren|\bdiferen|\bdiff\b|\binstead\b|\bvs\b|\bor\b|\boder\b|\bstatt\b|\bo\b|\bou\b"
    r"|\bbetter\b|\bbesser\b|\bmejor\b|\bmieux\b|\bmelhor\b",
    re.IGNORECASE,
)
_ORDINARY = frozenset(
    (
        *("get", "index", "count", "find", "sort", "set", "copy", "remove", "replace"),
        *("insert", "while", "return", "print", "try", "except", "input", "type", "values"),
        *("keys", "items", "round", "sum", "map", "break", "continue", "pass", "class"),
        *("float", "max", "min", "def", "join", "split", "pop", "load", "super"),
        *("read", "args", "init", "any", "all", "upper", "lower", "title", "yield"),
        *("global", "assert", "raise", "key", "clear"),
    )
)
"""Words of code that are words of everyday language, too."""
CLEAR, POSSIBLE = 5, 3
_LARGEST_PLACE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An entry that a question is about, with the nearest place of the program if it has one.

    `score` is at least `CLEAR` if words of the question and a place of the program, or a marked name, say so.
    `other` is the second entry of a question that compares two things.
    """

    entry: Entry
    node: ast.AST | None
    line: int
    score: int
    other: Entry | None = None

    @property
    def is_clear(self) -> bool:
        """Whether the question surely asks about this."""
        return self.score >= CLEAR


def known(program: Program, question: str, near: int | None = None) -> Known | None:
    """Return what a question is about, or None. `near` is a line of the code that was spoken of before."""
    text = question[:_MAX_QUESTION].replace("\u2019", "'")
    if not text.strip() or (program.tree is None and program.fault is None):
        return None
    lines = [int(number) - program.first_line for number in _LINE.findall(text)]
    lines += [line for line in (program.cursor_line, near) if line is not None]
    rest = _LINE.sub(" ", text)
    found = sorted(_scored(program, rest, lines), key=lambda each: -each.score)
    if not found or found[0].score < POSSIBLE:
        return None
    best = found[0]
    words = _words(text)
    if _COMPARES.search(text) and best.entry.names & words:
        for other in found[1:]:
            is_named = other.entry.names & words and not other.entry.names & best.entry.names
            if is_named and other.score >= POSSIBLE:
                return Known(entry=best.entry, node=best.node, line=best.line, score=best.score, other=other.entry)
    return best


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text)) | {word.lower() for word in _WORD.findall(text)}


def _scored(program: Program, text: str, lines: list[int]) -> Iterator[Known]:
    words = _words(text)
    marked = {word for pair in _MARKED.findall(text) for word in pair if word}
    literals = {each.strip("\"'") for each in _LITERAL.findall(text)}
    for entry in entries():
        is_asked = entry.parts_asked(text)
        named = (entry.names & words) - program.bound_names - program.functions.keys()
        if not is_asked and not named:
            continue
        reports = [told for need in entry.needs if (told := is_reported(program, need)) is not None]
        if reports and not any(reports):
            continue
        found = [] if program.tree is None else _places(program, entry)
        if entry.needs and not reports and not found and not named - _ORDINARY and not named & marked:
            continue
        if entry.needs and not reports and not found and not named:
            continue
        node = _nearest(found, lines)
        score = _score(entry, is_asked, named, named & marked, is_here=bool(found) or bool(reports))
        is_near = node is not None and getattr(node, "lineno", 0) in lines
        score += is_near + 2 * any(reports)
        if node is not None and literals & _literals_of(node):
            score += 1
        is_beside = node is not None and any(abs(getattr(node, "lineno", 0) - line) <= 1 for line in lines)
        if entry.is_local and found and not is_beside and not named:
            score -= 2
        line = getattr(node, "lineno", 0) or (lines[0] if lines else program.cursor_line)
        yield Known(entry=entry, node=node, line=line, score=score)


def _score(entry: Entry, parts: int, named: frozenset[str], marked: frozenset[str], *, is_here: bool) -> int:
    score = 0
    if parts:
        score += 2 + 2 * min(parts, 3) if is_here or not entry.needs else 1
    if named:
        score += 3 if named - _ORDINARY or marked else (2 if is_here else 0)
    return score


def _places(program: Program, entry: Entry) -> list[ast.AST]:
    return [node for need in entry.needs if is_reported(program, need) is None for node in places(program, need)]


def _nearest(found: list[ast.AST], lines: list[int]) -> ast.AST | None:
    """Return the place on the first of the lines that has one, else the one nearest to the first line."""
    placed = [node for node in found if hasattr(node, "lineno")]
    for line in lines:
        here = [node for node in placed if node.lineno == line]
        if here:
            return here[0]
    at = lines[0] if lines else 1
    return min(placed, key=lambda node: abs(node.lineno - at), default=None)


def _literals_of(node: ast.AST) -> set[str]:
    """Return the literals of a place; of a statement with a block only those of its header."""
    header: ast.AST
    match node:
        case ast.If(test=header) | ast.While(test=header) | ast.For(iter=header):
            pass
        case ast.FunctionDef() | ast.ClassDef() | ast.Try() | ast.With():
            return set()
        case _:
            header = node
    return {str(each.value) for each in walk(header)[:_LARGEST_PLACE] if isinstance(each, ast.Constant)}
