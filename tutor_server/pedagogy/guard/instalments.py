"""Put together what an answer, and those before it, spell out piece by piece."""

from __future__ import annotations

import ast
import re
from collections import deque
from typing import TYPE_CHECKING

from tutor_server.pedagogy.guard.forms import tokens_of
from tutor_server.pedagogy.guard.own import flat
from tutor_server.pedagogy.guard.reading import MARK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.pedagogy.guard.own import Own
    from tutor_server.pedagogy.guard.reading import Reading

_REMEMBERED = 24
"""Pieces of code that are tried together with the newest one."""
_FEWEST = 3
"""Two pieces side by side are how people talk about a name and its value."""
_LONGEST_PIECE = 6
_WORDS_A_PIECE = 6
"""Where a sentence has more words of prose to each piece of code, it talks about them and does not spell them out."""
_MARKS = re.compile(MARK)
_SIGN = re.compile(r"[-+*/%=<>]|\b(?:and|or|not|in|is|return|lambda)\b")


class Instalments:
    """Remembers the short pieces of marked code of all answers on a problem, in their order."""

    def __init__(self, own: Own) -> None:
        self._own = own
        self._pieces: deque[str] = deque(maxlen=_REMEMBERED)

    def rule_broken(self, reading: Reading) -> str | None:
        """Take in a unit and tell whether its pieces complete a statement that is not the student's."""
        if not reading.marked:
            return None
        marks = _MARKS.findall(reading.prose)
        if len(reading.prose.split()) - len(marks) > _WORDS_A_PIECE * len(marks):
            return None
        return "instalments" if any(map(self._completes, map(reading.span, marks))) else None

    def _completes(self, piece: str) -> bool:
        if len(tokens_of(piece)) > _LONGEST_PIECE:
            return False
        self._pieces.append(piece)
        pieces = list(self._pieces)
        return any(self._is_new_code(pieces[start:]) for start in range(len(pieces) - _FEWEST, -1, -1))

    def _is_new_code(self, pieces: Sequence[str]) -> bool:
        if any(piece.startswith(".") for piece in pieces):
            return False
        code = " ".join(pieces)
        return bool(_SIGN.search(code)) and _is_program(code) and not self._own.has(flat(code))


def _is_program(code: str) -> bool:
    """Tell whether a line is a statement, or the header of one, that computes or compares something."""
    header = code if not code.rstrip().endswith(":") else f"{code} pass"
    for candidate in (header, re.sub(r"^\s*elif\b", "if", header)):
        try:
            statement = ast.parse(candidate.strip()).body[0]
        except (SyntaxError, ValueError, IndexError, RecursionError, MemoryError):
            continue
        value = statement.value if isinstance(statement, ast.Expr) else statement
        return not isinstance(value, ast.Name | ast.Constant | ast.BoolOp | ast.Tuple | ast.UnaryOp)
    return False
