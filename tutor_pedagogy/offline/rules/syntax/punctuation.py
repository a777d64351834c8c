"""Confused punctuation: a point for a comma, parentheses around a slice, missing parentheses around arguments."""

from __future__ import annotations

import builtins
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    make_call,
    remove,
    replace,
    replace_all,
    replace_brackets,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_FUNCTIONS = frozenset(name for name in dir(builtins) if name.islower() and not name.startswith("_")) - {"print"}
_METHODS = frozenset(("append", "add", "remove", "extend", "insert", "pop", "write", "index", "count", "update"))
_UNKNOWN = frozenset("$?!`")
_INVALID = (INVALID, FORGOTTEN_COMMA, "cannot assign", EXPECTED_COLON)


@syntax_rule("point-for-comma", *_INVALID)
def point_for_comma(broken: Broken) -> Iterator[Candidate]:
    """Yield a point instead of the comma between two values in brackets."""
    for before, left, right in neighbours(broken.here):
        if not right.text or broken.opener(right) is None:
            continue
        shown = broken.span(left, right)
        if left.type == "number" and left.text.endswith(".") and left.end < right.start and right.is_operand_start:
            number = left.text.rstrip(".")
            yield broken.guess(0.4, replace(left, left.text[:-1] + ","), of=shown, left=Code(number), right=right)
        if left.text == "." and right.type in ("number", "string"):
            yield broken.guess(0.4, replace(left, ","), of=shown, left=before, right=right)


@syntax_rule("decimal-comma", "leading zeros")
def decimal_comma(broken: Broken) -> Iterator[Candidate]:
    """Yield a number with a decimal comma instead of a decimal point."""
    for whole, comma, rest in neighbours(broken.here):
        is_number = comma.text == "," and whole.end == comma.start and comma.end == rest.start
        if is_number and whole.text.isdecimal() and rest.text.isdecimal():
            number = broken.span(whole, rest)
            yield broken.guess(0.4, replace_all(whole, rest, f"{whole.text}.{rest.text}"), of=number, number=number)


@syntax_rule("slice-in-round-brackets", *_INVALID)
def slice_in_round_brackets(broken: Broken) -> Iterator[Candidate]:
    """Yield a slice in parentheses instead of square brackets."""
    for colon in broken.here:
        opener = broken.opener(colon)
        if colon.text != ":" or opener is None or opener.text != "(" or broken.words[0] in ("def", "class"):
            continue
        at = broken.index(opener)
        name = broken.tokens[at - 1] if at else opener
        inside = [token.text for token in broken.tokens[at + 1 : broken.index(colon)]]
        if not name.is_operand_end or {"lambda", "def"} & set(inside) or any(text[:1] in "'\"" for text in inside):
            continue
        closer = next((t for t in broken.here if t.start > colon.start and t.text == ")"), None)
        if closer is not None:
            yield broken.guess(0.45, *replace_brackets(opener, closer, "[]"), of=broken.span(name, closer), name=name)


@syntax_rule("call-without-brackets", *_INVALID)
def call_without_brackets(broken: Broken) -> Iterator[Candidate]:
    """Yield a function name followed by an argument without the parentheses of a call."""
    tokens, words = broken.here, broken.words
    callable_names = _FUNCTIONS.union(after.text for word, after in pairwise(broken.tokens) if word.text == "def")
    for index, (before, name, value) in enumerate(neighbours(tokens)):
        if name.type != "name" or name.text not in callable_names or before.text in ("def", ".", "for", "class"):
            continue
        if not (value.is_operand_start or value.text == "-") or value.text in ("(", "["):
            continue
        is_declaration = not index and words[2:3] in (["="], ["("])
        if not is_declaration:
            end = _end_of_arguments(broken, name, index + 1)
            yield broken.guess(0.75, *make_call(name, value, end), of=broken.span(name, value), name=name, value=value)
    match tokens:
        case [_, dot, name, value, *_] if dot.text == "." and name.text in _METHODS and value.is_operand_start:
            if value.text not in ("(", "["):
                shown = broken.span(name, value)
                yield broken.guess(0.75, *make_call(name, value, tokens[-1]), of=shown, name=name, value=value)


def _end_of_arguments(broken: Broken, name: Token, start: int) -> Token:
    """Return the last token of a call's arguments, which start at an index of the line."""
    tokens = broken.here
    opener = broken.opener(tokens[start])
    is_inside = opener is not None and opener is broken.opener(name)
    depth = 0
    for last, after in pairwise(tokens[start:]):
        depth += (last.text in OPENERS) - (last.text in CLOSERS)
        is_separator = after.text in (",", ":") and broken.opener(after) is opener
        is_closed = is_inside and after.text in CLOSERS and depth == 0
        if is_separator or is_closed or after.text in ("for", "if", "else", "and", "or"):
            return last
    return tokens[-1]


@syntax_rule("unknown-sign", *_INVALID)
def unknown_sign(broken: Broken) -> Iterator[Candidate]:
    """Yield the characters `$`, `?`, `!` and the backtick, which mean nothing in Python."""
    found = [token for token in broken.here if token.type == "other" and token.text in _UNKNOWN]
    for first in found[:1]:
        shown = "a backtick" if first.text == "`" else first
        yield broken.guess(0.85, *(remove(token) for token in found), sign=shown)


@syntax_rule("argument-with-colon", *_INVALID)
def argument_with_colon(broken: Broken) -> Iterator[Candidate]:
    """Yield a keyword argument with a colon in place of its equals sign: `print(x, sep: "")`."""
    for before, name, colon in neighbours(broken.here):
        opener = broken.opener(name)
        if colon.text != ":" or name.type != "name" or before.text not in ("(", ",") or opener is None:
            continue
        called = broken.tokens[broken.index(opener) - 1]
        is_call = opener.text == "(" and called.type == "name" and broken.words[0] not in ("def", "class")
        if is_call and "lambda" not in broken.words:
            after = broken.tokens[broken.index(colon) + 1]
            gap = Change(colon.start, after.start, "=")
            yield broken.guess(0.42, gap, of=broken.span(name, after), name=name)


@syntax_rule("key-after-dot", *_INVALID)
def key_after_dot(broken: Broken) -> Iterator[Candidate]:
    """Yield a string after a dot, where square brackets around a key are meant."""
    for name, dot, key in neighbours(broken.here):
        is_joined = name.end == dot.start and dot.end == key.start
        if dot.text == "." and is_joined and name.is_operand_end and name.type != "number" and key.type == "string":
            put = replace_all(dot, key, f"[{key.text}]")
            yield broken.guess(0.35, put, of=broken.span(name, key), name=name)
