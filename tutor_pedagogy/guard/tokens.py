"""Split code in an answer into tokens, and classify them: a string, one value, a single word or symbol."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.vocabulary import CONSTANTS
from tutor_pedagogy.problem import lexing

if TYPE_CHECKING:
    from collections.abc import Sequence

_STRING = r"""(?:[rRbBfFuU]{1,2}(?=["']))?(?:"[^"\n]*"|'[^'\n]*')"""
"""A string literal without a backslash."""
_TOKEN = re.compile(
    f"{_STRING}|{lexing.TOKEN.pattern}"
)  # linear: only the last quote of each kind on a line has no closing quote and is read to the line's end
_STRING_OPENING = re.compile(r"""(?:[rRbBfFuU]{1,2}(?=["']))?(?P<quote>["'])""")
_STRING_BODY = {'"': re.compile(r'(?:[^"\\\n]++|\\.)*+'), "'": re.compile(r"(?:[^'\\\n]++|\\.)*+")}
_EDGE = frozenset(",.;?!\\")
_EDGE_BEFORE = _EDGE - {"."}
OPENING, CLOSING = frozenset("([{"), frozenset(")]}")
BRACKETS = OPENING | CLOSING
LITERAL_SIGNS = BRACKETS | {",", "-"}
_ITEM_SIGNS = LITERAL_SIGNS | {":"}


def flat(text: str) -> list[str]:
    """Return the tokens of a text, including the tokens inside strings. Single quotes become double quotes."""
    return lexing.TOKEN.findall(text.replace("'", '"'))


def all_tokens_of(code: str) -> list[str]:
    """Return the tokens of code, each string as one token."""
    return _TOKEN.findall(code) if "\\" not in code else _tokens_with_escapes(code)


def _tokens_with_escapes(code: str) -> list[str]:
    """Return the tokens of code with backslashes. Each line is scanned once for the end of an unclosed string."""
    found: list[str] = []
    position = 0
    open_until = {'"': 0, "'": 0}
    while token := lexing.TOKEN.search(code, position):
        opening = _STRING_OPENING.match(code, token.start())
        if opening and opening.end() > open_until[quote := opening["quote"]]:
            body = _STRING_BODY[quote].match(code, opening.end())
            end = body.end() if body else opening.end()
            if code.startswith(quote, end):
                position = end + 1
                found.append(code[token.start() : position])
                continue
            open_until[quote] = end
        found.append(token[0])
        position = token.end()
    return found


def tokens_of(code: str) -> list[str]:
    """Return the tokens of code without the punctuation of the surrounding sentence at either end."""
    found = all_tokens_of(code)
    while found and found[-1] in _EDGE:
        found.pop()
    while found and found[0] in _EDGE_BEFORE:
        del found[0]
    return found


def names_in(tokens: Sequence[str]) -> list[str]:
    """Return the tokens except those after a dot, `def` or `class`, and those before `=`. Code may introduce these."""
    return [
        token
        for number, token in enumerate(tokens)
        if not (number and tokens[number - 1] in {".", "def", "class"}) and tokens[number + 1 : number + 2] != ["="]
    ]


def is_string(token: str) -> bool:
    """Return whether a token is a string with its quotes."""
    return token[-1] in "\"'" and len(token) > 1


def is_value(token: str) -> bool:
    """Return whether a token is a number, a string or a constant such as `None`."""
    return token[0].isdigit() or (token[0] == "." and token[1:2].isdigit()) or is_string(token) or token in CONSTANTS


def is_literal(tokens: Sequence[str]) -> bool:
    """Return whether tokens are one literal value: a number, a string, a constant, or a collection of them."""
    if not tokens or not all(is_value(token) or token in _ITEM_SIGNS for token in tokens):
        return False
    if ":" in tokens and "{" not in tokens:
        return False
    return any(map(is_value, tokens)) or tokens[0] in BRACKETS


def is_bracketed_values(tokens: Sequence[str]) -> bool:
    """Return whether tokens are several values in brackets, or a tuple such as `(3,)`. An index is neither."""
    return is_literal(tokens) and tokens[0] in OPENING and (sum(map(is_value, tokens)) > 1 or "," in tokens)


def is_one_thing(tokens: Sequence[str]) -> bool:
    """Return whether tokens are a single word, symbol or value, which alone reveals nothing of the solution."""
    match tokens:
        case [] | [_]:
            return True
        case ["+" | "-", value]:
            return is_value(value)
    return False


def closing(tokens: Sequence[str], opening: int) -> int:
    """Return the index of the bracket that closes the one at `opening`, or the number of tokens if there is none."""
    depth = 0
    for position in range(opening, len(tokens)):
        depth += (tokens[position] in OPENING) - (tokens[position] in CLOSING)
        if not depth:
            return position
    return len(tokens)


def holds(tokens: Sequence[str], run: Sequence[str]) -> bool:
    """Return whether a run of tokens stands among others without a gap."""
    wanted = list(run)
    return any(list(tokens[start : start + len(wanted)]) == wanted for start in range(len(tokens) - len(wanted) + 1))
