"""Tokens of code that may be broken: nothing raises, an unclosed string ends with its line."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind = Literal["name", "keyword", "number", "string", "open_string", "operator", "comment", "newline", "other"]

_PREFIX = r"(?:[rR][bBfF]?|[bBfF][rR]?|[uU])?"
# linear: a string that does not close is taken to its end as an open one
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
    """A piece of source: its line from 1 and column from 0 in characters, and the offsets into the whole text."""

    kind: Kind
    text: str
    line: int
    column: int
    start: int
    end: int

    @property
    def is_operand_end(self) -> bool:
        """Whether an expression can end here, so that a following operand lacks something between."""
        return self.kind in ("name", "number", "string") or self.text in (")", "]", "}", "True", "False", "None")

    @property
    def is_operand_start(self) -> bool:
        """Whether an expression can start here."""
        return self.kind in ("name", "number", "string", "open_string") or self.text in (
            *("(", "[", "{"),
            *("True", "False", "None", "lambda"),
        )


def tokens_of(code: str) -> list[Token]:
    """Split code into tokens; blanks and continuations are left out, each line break outside a string is a token."""
    return list(_scan(code))


def _scan(code: str) -> Iterator[Token]:
    line, line_start = 1, 0
    for match in _TOKEN.finditer(code):
        kind, text = match.lastgroup, match.group()
        start = match.start()
        if kind not in ("space", "continuation"):
            known: Kind = "keyword" if kind == "name" and keyword.iskeyword(text) else kind  # type: ignore[assignment] # the groups of the pattern are the kinds
            yield Token(known, text, line, start - line_start, start, match.end())
        breaks = text.count("\n")
        if breaks:
            line += breaks
            line_start = start + text.rfind("\n") + 1


@dataclass(frozen=True, slots=True)
class Brackets:
    """How the brackets of some tokens pair up."""

    unclosed: tuple[Token, ...]
    unmatched: tuple[Token, ...]
    crossed: tuple[tuple[Token, Token], ...]
    """Opener and closer that are not of one kind."""


def brackets_of(tokens: list[Token]) -> Brackets:
    """Pair the brackets of a run of tokens."""
    stack: list[Token] = []
    unmatched: list[Token] = []
    crossed: list[tuple[Token, Token]] = []
    for token in tokens:
        if token.kind != "operator":
            continue
        if token.text in OPENERS:
            stack.append(token)
        elif token.text in CLOSERS:
            if not stack:
                unmatched.append(token)
            else:
                opener = stack.pop()
                if OPENERS[opener.text] != token.text:
                    crossed.append((opener, token))
    return Brackets(tuple(stack), tuple(unmatched), tuple(crossed))


def depths_of(tokens: list[Token]) -> list[int]:
    """Give how many brackets of these tokens are open before each of them."""
    depths: list[int] = []
    depth = 0
    for token in tokens:
        depths.append(depth)
        if token.text in OPENERS:
            depth += 1
        elif token.text in CLOSERS:
            depth = max(depth - 1, 0)
    return depths
