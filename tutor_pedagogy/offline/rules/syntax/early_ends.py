"""A bracket that closes too early, and a comma on the wrong side of a quote mark."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS
from tutor_pedagogy.offline.rules.syntax.broken import (
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    LineNumber,
    remove,
    replace,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_KINDS = {")": "parenthesis", "]": "square bracket", "}": "brace"}
_MOST_LINES = 40
"""The maximum number of lines above a surplus bracket that are searched."""
_SHORTEST = 3


@syntax_rule("bracket-closed-too-early", "unexpected indent", "^unmatched", INVALID, "does not match opening")
def bracket_closed_too_early(broken: Broken) -> Iterator[Candidate]:
    """Yield a closing bracket at the end of a line if the items go on below it, up to a second closing bracket."""
    surplus = broken.brackets.unmatched[:1]
    above = _line_of_first_end(broken, surplus[0]) if surplus else 0
    tokens = broken.on(above)
    if not tokens:
        return
    comma = tokens[-1] if tokens[-1].text == "," else None
    closer = tokens[-2] if comma is not None and len(tokens) > 1 else tokens[-1]
    if closer.text != surplus[0].text:
        return
    opener = _opener_of(broken, closer)
    if opener is None or _starts_a_row(broken, above, opener):
        return
    change = remove(closer) if comma is not None else replace(closer, ",")
    yield broken.guess(
        0.45,
        change,
        line=above,
        of=broken.span(opener, closer) if opener.line == above else closer.text,
        bracket=closer,
        kind=_KINDS[closer.text],
        below=LineNumber.of(broken.code_below(above)),
        last=LineNumber.of(surplus[0].line),
    )


def _line_of_first_end(broken: Broken, surplus: Token) -> int:
    """Return the line on which a bracket ends whose items go on up to a surplus closing bracket; else 0."""
    is_indented = "unexpected indent" in broken.fault.message
    line = broken.fault.line if is_indented else surplus.line
    if not is_indented and _is_statement(broken.on(line)):
        return 0
    for above in broken.above(line)[:_MOST_LINES]:
        tokens = broken.on(above)
        ends = [token.text for token in tokens[-2:]]
        if (is_indented or _is_statement(tokens)) and (ends[-1] in CLOSERS or (ends[-1] == "," and ends[0] in CLOSERS)):
            return above if is_indented or ends[-1] == "," else 0
        if is_indented or ends[-1] != ",":
            return 0
    return 0


def _is_statement(tokens: list[Token]) -> bool:
    """Return whether a line starts like a statement: with a keyword, a call or an assignment."""
    words = [token.text for token in tokens]
    return tokens[0].type == "keyword" or "=" in words or (tokens[0].type == "name" and words[1:2] in (["("], ["."]))


def _opener_of(broken: Broken, closer: Token) -> Token | None:
    """Return the opening bracket that a closing one is paired with."""
    depth = 0
    for token in reversed(broken.tokens[: broken.index(closer)]):
        if token.text in CLOSERS:
            depth += 1
        elif token.text in OPENERS:
            if depth == 0:
                return token
            depth -= 1
    return None


def _starts_a_row(broken: Broken, line: int, opener: Token) -> bool:
    """Return whether the lines below are rows of their own, so that an opening bracket is missing instead."""
    first = broken.on(broken.code_below(line))[0]
    inside = [token for token in broken.tokens if token.start > opener.start and token.line <= line]
    return first.text == opener.text and not any(token.text == opener.text for token in inside)


@syntax_rule("comma-inside-quotes", FORGOTTEN_COMMA, INVALID)
def comma_inside_quotes(broken: Broken) -> Iterator[Candidate]:
    """Yield strings that end with a comma and have none after them, although a value follows."""
    slips = [
        (left, right)
        for left, right in pairwise(broken.here)
        if left.type == "string"
        and right.is_operand_start
        and right.start >= left.end
        and broken.opener(left) is not None
        and _ends_with_comma(left)
    ]
    if not slips or slips[-1][1].type == "string":
        return
    first = slips[-1][0]
    opener = broken.opener(first)
    is_clear = not first.text[-_SHORTEST].isalnum() or (opener is not None and opener.text == "[")
    changes = [_comma_moved(left) for left, _ in slips] if is_clear else []
    yield broken.guess(0.42, *changes, of=first.text, text=first, right=slips[-1][1], quote=Code(first.text[-1]))


def _ends_with_comma(token: Token) -> bool:
    return len(token.text) > _SHORTEST and token.text[-2] == "," and token.text[-_SHORTEST] not in ("'", '"')


def _comma_moved(token: Token) -> Change:
    return replace(token, f"{token.text[:-2]}{token.text[-1]},")
