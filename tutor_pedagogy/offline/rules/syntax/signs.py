"""Operators without a value on one side, and the operators `++` and `--` of other languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, neighbours
from tutor_pedagogy.offline.rules.syntax.broken import (
    INVALID,
    Broken,
    Candidate,
    Change,
    remove,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
_INCOMPLETE = frozenset(("=", "+=", "-=", "*=", "/=", "else", "and", "or", "not", "in", "is", "if"))
"""Words and operators that cannot end a line, because a value must follow."""
_ARITHMETIC = frozenset(("+", "-", "*", "/", "//", "%", "**"))
_BINARY = frozenset(
    ("+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", ">", "<=", ">=", "and", "or", "in", "is", ".", "&", "|", "^")
)
_NO_OPERAND = (_BINARY - {"+", "-", ".", "*", "**"}) | {"", ",", ")", "]", "}", ":"}
"""Texts of tokens that cannot start the right operand of an operator. The empty text is the end of the line."""


@syntax_rule("increment-sign", INVALID)
def increment_sign(broken: Broken) -> Iterator[Candidate]:
    """Yield `++` and `--`, with the replacements `+= 1` and `-= 1`."""
    for line, tokens in broken.suspects:
        for name, (first, second, after) in zip(tokens, list(neighbours(tokens))[2:], strict=False):
            if first.text != second.text or first.text not in ("+", "-") or first.end != second.start:
                continue
            if after.text in ("", ";", ")", ":"):
                shown = broken.span(name, second)
                changed = replace_all(first, second, f" {first.text}= 1")
                yield broken.guess(0.7, changed, line=line, of=shown, sign=Code(first.text * 2), name=name)


@syntax_rule("sign-without-value", INVALID, "never closed")
def sign_without_value(broken: Broken) -> Iterator[Candidate]:
    """Yield an operator or a comma without a value on one side."""
    tokens = broken.here
    if "never closed" in broken.fault.message:
        yield from _before_a_statement(broken)
        return
    if len(tokens) > 1 and tokens[-1].text in _INCOMPLETE:
        yield broken.guess(0.95, of=broken.span(tokens[-2], tokens[-1]), sign=tokens[-1])
    for index, (before, token, after) in enumerate(neighbours(tokens)):
        if token.text == after.text == ";":
            yield broken.guess(0.9, remove(token), of=broken.span(token, after), sign=token)
        elif token.text == ",":
            if before.text in ("(", "[", "{", ","):
                yield broken.guess(1, remove(token), of=broken.span(before, token), sign=token)
        elif token.text == "=" and index > 1 and after.text in (",", ")"):
            first = tokens[index - 2] if tokens[index - 2].text == "," else before
            yield broken.guess(0.5, replace_all(first, token, ""), of=broken.span(before, token), sign=token)
        elif token.text in _BINARY and after.text in _NO_OPERAND:
            start = before.end if before.text else token.start
            end = after.start if after.text in CLOSERS else token.end
            cost = 1.1 if abs(index - broken.at) <= 1 else 1.6
            shown = broken.span(before if before.text else token, token)
            yield broken.guess(cost, Change(start, end, ""), of=shown, sign=token)


def _before_a_statement(broken: Broken) -> Iterator[Candidate]:
    """Yield a line that leaves a bracket open and ends with an operator, if the next line starts a statement."""
    for opener in broken.brackets.unclosed[:1]:
        match broken.on(opener.line), broken.on(broken.code_below(opener.line)):
            case [*_, before, last], [first, second, *_] if last.text in _ARITHMETIC:
                is_assignment = first.type == "name" and second.text in ("=", "+=")
                is_call = first.text in ("print", "input")
                if is_call if second.text == "(" else is_assignment or first.type == "keyword":
                    yield broken.guess(0.4, line=last.line, of=broken.span(before, last), sign=last)
