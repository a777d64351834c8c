"""Put together what an answer, and those before it, spell out piece by piece."""

from __future__ import annotations

import ast
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.forms import all_tokens_of
from tutor_pedagogy.guard.vocabulary import KEYWORDS
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REMEMBERED = 40
"""Pieces of code that are tried together with the newest one."""
_LONGEST_PIECE = 12
_LONGEST_STATEMENT = 40
"""Both in tokens."""
_FEWEST = 3
"""Two pieces side by side that calculate are how people talk about a name and its value."""
_OPERATION = 3
"""Tokens of the shortest code that does something."""
_SPLIT_SIGN = re.compile(r"([-+*/%<>=!&|^]) (?=[=*/<>])")
_SIGN = re.compile(r"[-+*/%=<>(]|\b(?:and|or|not|in|is|return|lambda|import)\b")
_HOLDS_ANY_WORDS = re.compile(r"""#|\"{3}|'{3}""")
"""A comment, or the quotes of a long string."""
_ACTIONS = (ast.Assign, ast.AugAssign, ast.Return, ast.If, ast.While, ast.For, ast.FunctionDef, ast.Call)
_IMPORTS = (ast.Import, ast.ImportFrom)


class Instalments:
    """Remembers the short pieces of code of all answers on a problem, in their order."""

    def __init__(self, gives_away: Callable[[str], bool], is_case: Callable[[str], bool]) -> None:
        self._gives_away = gives_away
        self._is_case = is_case
        self._pieces: list[list[str]] = []

    def completes(self, piece: str) -> bool:
        """Take in the next piece and tell whether it completes a statement with those before it."""
        if self._is_case(piece):
            self._pieces.clear()  # It is talked about, and no part of a statement: nothing goes on over it.
            return False
        tokens = _before(all_tokens_of(piece), "#")
        if not tokens:
            return False
        self._pieces.append(tokens[-_LONGEST_PIECE:])
        del self._pieces[:-_REMEMBERED]
        if len(tokens) > _LONGEST_PIECE:
            return False
        return any(map(self._is_new_code, self._endings()))

    def _endings(self) -> Iterator[tuple[str, bool]]:
        """Give what the last pieces spell from each token on, and whether that is whole pieces and enough of them."""
        ending: list[str] = []
        for number, piece in enumerate(reversed(self._pieces), 1):
            if (piece[0] == "." and len(piece) > 1) or (number > 1 and piece[-1] == ":"):
                return  # A method by itself, or a header: nothing goes on from there.
            if ending[:1] in (["["], ["("]) and self._is_whole_quote(piece):
                return  # A quoted call, and then another: nobody goes on in the middle of a quote.
            for start in range(len(piece) - 1, -1, -1):
                if number > 1 and piece[start].isidentifier():
                    yield " ".join(_before(piece[start:] + ending, ";")), start == 0 and number >= _FEWEST
            ending = piece + ending
            if len(ending) > _LONGEST_STATEMENT:
                return

    def _is_whole_quote(self, piece: list[str]) -> bool:
        return len(piece) > _OPERATION and piece[-1] == ")" and not self._gives_away(" ".join(piece))

    def _is_new_code(self, ending: tuple[str, bool]) -> bool:
        code, may_calculate = ending
        return is_new_statement(code, self._gives_away, may_calculate=may_calculate)


def is_new_statement(code: str, gives_away: Callable[[str], bool], *, may_calculate: bool = True) -> bool:
    """Tell whether a line is a statement, or where it `may_calculate` an expression, that gives something away."""
    if not _SIGN.search(code):
        return False
    code = _SPLIT_SIGN.sub(r"\1", code)
    tokens = all_tokens_of(code)
    if len(tokens) < _OPERATION or _has_operands_side_by_side(code, tokens):
        return False
    statement = _statement(code)
    calculates = isinstance(statement, ast.Compare | ast.BinOp | ast.IfExp | ast.Subscript | ast.Attribute)
    return (isinstance(statement, _ACTIONS + _IMPORTS) or (may_calculate and calculates)) and gives_away(code)


def _has_operands_side_by_side(code: str, tokens: list[str]) -> bool:
    """Tell without parsing, which costs ten times as much, that a line of code is none: `n = 2 n = 3`."""
    if _HOLDS_ANY_WORDS.search(code):
        return False
    return any(_is_operand(one) and _is_operand(other) for one, other in pairwise(tokens))


def _is_operand(token: str) -> bool:
    return token[0].isdigit() or (token.isidentifier() and token not in KEYWORDS)


def _before(tokens: list[str], mark: str) -> list[str]:
    return tokens[: tokens.index(mark)] if mark in tokens else tokens


def _statement(code: str) -> ast.AST | None:
    """Read a line as a statement, as the header of one, or as an expression."""
    header = re.sub(r"^elif\b", "if", code) + (" pass" if code.endswith(":") else "")
    try:
        statement = syntax_tree(header).body[0]
    except (SyntaxError, ValueError, IndexError, RecursionError, MemoryError):
        return None
    return statement.value if isinstance(statement, ast.Expr) else statement
