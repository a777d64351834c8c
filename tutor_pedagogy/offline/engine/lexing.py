"""A tokenizer for code that may not compile. It never raises. An unclosed one-line string ends with its line."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

TokenType = Literal["name", "keyword", "number", "string", "open_string", "operator", "comment", "newline", "other"]

_PREFIX = r"(?:[rR][bBfF]?|[bBfF][rR]?|[uU])?"
# linear: a closed string is matched without backtracking, and an unclosed string is consumed as `open_string`
_TOKEN = re.compile(
    rf"""
    (?P<string>{_PREFIX}(?:\"\"\"(?:[^"\\]++|\\.|""?(?!"))*+\"\"\"|'''(?:[^'\\]++|\\.|''?(?!'))*+'''
        |(?!\"\"\"|''')(?:"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+')))
    |(?P<open_string>{_PREFIX}(?:\"\"\"[\s\S]*|'''[\s\S]*|"(?:[^\\\n]++|\\[^\n])*+\\?|'(?:[^\\\n]++|\\[^\n])*+\\?))
    |(?P<comment>\#[^\n]*)
    |(?P<number>0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+
        |(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?[jJ]?)
    |(?P<name>[^\W\d]\w*)
    |(?P<operator>\*\*=|//=|>>=|<<=|\.\.\.|==|!=|<=|>=|->|:=|\+=|-=|\*=|/=|%=|&=|\|=|\^=|@=|\*\*|//|<<|>>
        |[-+*/%@&|^~<>()\[\]{{}},:.;=])
    |(?P<continuation>\\\n)
    |(?P<newline>\n)
    |(?P<space>[^\S\n]+)
    |(?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

OPENERS = {"(": ")", "[": "]", "{": "}"}
CLOSERS = {closer: opener for opener, closer in OPENERS.items()}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: its line (from 1), its column in characters (from 0), and its character offsets in the whole code."""

    type: TokenType
    text: str
    line: int
    column: int
    start: int
    end: int

    @property
    def is_operand_end(self) -> bool:
        """Whether an expression can end with this token. An operator or a comma must precede the next operand."""
        return self.type in ("name", "number", "string") or self.text in (")", "]", "}", "True", "False", "None")

    @property
    def is_operand_start(self) -> bool:
        """Whether an expression can start with this token."""
        return self.type in ("name", "number", "string", "open_string") or self.text in (
            *("(", "[", "{"),
            *("True", "False", "None", "lambda"),
        )


NO_TOKEN = Token("other", "", 0, 0, 0, 0)
"""The placeholder for the missing neighbour of the first or last token."""


def tokens_of(code: str) -> list[Token]:
    """Return the tokens of code, without spaces and line continuations. A line break outside a string is a token."""
    return list(_scan(code))


def _scan(code: str) -> Iterator[Token]:
    line, line_start = 1, 0
    for match in _TOKEN.finditer(code):
        group, text = match.lastgroup, match.group()
        start = match.start()
        if group not in ("space", "continuation"):
            known = "keyword" if group == "name" and keyword.iskeyword(text) else group
            yield Token(cast("TokenType", known), text, line, start - line_start, start, match.end())
        breaks = text.count("\n")
        if breaks:
            line += breaks
            line_start = start + text.rfind("\n") + 1


@dataclass(frozen=True, slots=True)
class Brackets:
    """The brackets of some tokens that are not paired, or are paired with a bracket of another kind."""

    unclosed: tuple[Token, ...]
    unmatched: tuple[Token, ...]
    crossed: tuple[tuple[Token, Token], ...]
    """Pairs of an opening and a closing bracket of different kinds, as in `(]`."""

    @property
    def closers(self) -> str:
        """The closing brackets that are missing for the unclosed brackets, the innermost first."""
        return "".join(OPENERS[opener.text] for opener in reversed(self.unclosed))


def brackets_of(tokens: list[Token]) -> Brackets:
    """Return the unclosed, unmatched and crossed brackets of some tokens."""
    stack: list[Token] = []
    unmatched: list[Token] = []
    crossed: list[tuple[Token, Token]] = []
    for token in tokens:
        if token.type != "operator":
            continue
        if token.text in OPENERS:
            stack.append(token)
        elif token.text in CLOSERS:
            if not stack:
                unmatched.append(token)
            elif OPENERS[(opener := stack.pop()).text] != token.text:
                crossed.append((opener, token))
    return Brackets(tuple(stack), tuple(unmatched), tuple(crossed))


def depths_of(tokens: list[Token]) -> list[int]:
    """Return the bracket nesting depth before each token."""
    depths: list[int] = []
    depth = 0
    for token in tokens:
        depths.append(depth)
        if token.text in OPENERS:
            depth += 1
        elif token.text in CLOSERS:
            depth = max(depth - 1, 0)
    return depths


def top_level(tokens: list[Token]) -> list[Token]:
    """Return the tokens outside all brackets. An outermost opening bracket counts as outside."""
    return [token for token, depth in zip(tokens, depths_of(tokens), strict=True) if not depth]


def neighbours(tokens: list[Token]) -> Iterator[tuple[Token, Token, Token]]:
    """Yield each token with the previous and the next token. `NO_TOKEN` is the neighbour at either end."""
    return zip([NO_TOKEN, *tokens], tokens, [*tokens[1:], NO_TOKEN], strict=False)
