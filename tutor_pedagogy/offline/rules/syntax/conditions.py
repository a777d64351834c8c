"""Conditions: a missing side, `not` after its operand, a comma or a colon in the middle."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, brackets_of, depths_of, neighbours, top_level
from tutor_pedagogy.offline.rules.syntax.broken import (
    EXPECTED_COLON,
    FORGOTTEN_COMMA,
    INVALID,
    Broken,
    Candidate,
    Change,
    enclose,
    insert_after,
    insert_before,
    remove,
    replace,
    replace_all,
)
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_COMPARING = frozenset(("<", ">", "<=", ">=", "==", "!=", "in", "is"))
_ENDS_OPERAND = frozenset(("and", "or", ":", "", ",", "else", ")", "]"))
_CONDITIONS = ("if", "elif", "while")
_REVERSED = {"=": "!=", "==": "!=", ">": "<=", "<": ">="}


@syntax_rule("comparison-without-left-side", INVALID)
def comparison_without_left_side(broken: Broken) -> Iterator[Candidate]:
    """Yield a comparison without its left side: `x > 3 and < 5`, `x == 1 or == 2`."""
    tokens = broken.here
    name = next((token for token in tokens if token.type == "name"), None)
    for index, (word, after) in enumerate(pairwise(tokens)):
        if name and name.end <= word.start and word.text in ("and", "or") and after.text in _COMPARING:
            side = _left_side(broken, tokens[:index]) or name.text
            shown = broken.span(word, tokens[index : index + 3][-1])
            before = tokens[index - 1]
            comma = before if before.text == "," else None
            changes = [insert_after(word, f" {side}"), *([remove(comma)] if comma is not None else [])]
            yield broken.guess(0.45 if comma else 0.6, *changes, of=shown, word=word, name=name, comma=comma or "")


def _left_side(broken: Broken, tokens: list[Token]) -> str | None:
    """Return the source of the left side of the last comparison in these tokens, or None."""
    depths = depths_of(tokens)
    signs = [i for i, token in enumerate(tokens) if token.text in _COMPARING and not depths[i]]
    if not signs:
        return None
    joins = [i + 1 for i in range(signs[-1]) if tokens[i].text in ("and", "or")]
    before = (*_CONDITIONS, "and", "or", "return", "not")
    start = max(joins or [i + 1 for i in range(signs[0]) if tokens[i].text in before], default=0)
    first = next((i for i in signs if i >= start), signs[-1])
    return broken.span(tokens[start], tokens[first - 1]) if start < first else None


@syntax_rule("not-at-another-place", INVALID, EXPECTED_COLON, FORGOTTEN_COMMA)
def not_at_another_place(broken: Broken) -> Iterator[Candidate]:
    """Yield a misplaced `not`: after the value that it negates, after `in`, or before `=`."""
    tokens = broken.here
    for index, (left, word, after) in enumerate(neighbours(tokens)):
        if word.text != "not" or not index:
            continue
        last = after if after.text else word
        guess = partial(broken.guess, 0.4, of=broken.span(left, last), before=left)
        if left.text == "in" and after.text:
            yield guess(replace_all(left, word, "not in"), of=broken.span(left, word))
        elif after.text in _REVERSED:
            yield guess(replace_all(word, after, _REVERSED[after.text]))
        elif not left.is_operand_end:
            continue
        elif after.text in _ENDS_OPERAND:
            start = _start_of_operand(tokens[:index])
            yield guess(insert_before(start, "not "), Change(left.end, word.end, ""), of=broken.span(start, word))
        elif after.is_operand_start:
            operator = " is not" if after.text in ("None", "True", "False") else " not in"
            yield guess(Change(left.end, word.end, operator))


def _start_of_operand(tokens: list[Token]) -> Token:
    """Return the first token of the name, call or bracket at the end of the given tokens."""
    at = len(tokens) - 1
    depth = 0
    while at > 0:
        depth += (tokens[at].text in CLOSERS) - (tokens[at].text in OPENERS)
        before = tokens[at - 1]
        joined = before.text == "." or tokens[at].text in ("(", "[", ".")
        if not depth and not (joined and (before.is_operand_end or before.text == ".")):
            break
        at -= 1
    return tokens[at]


@syntax_rule("comma-in-condition", INVALID, EXPECTED_COLON)
def comma_in_condition(broken: Broken) -> Iterator[Candidate]:
    """Yield a comma that should be `and`, or a tuple after `in` without its parentheses."""
    tokens, words = broken.here, broken.words
    if not tokens or words[0] not in _CONDITIONS or brackets_of(tokens).unclosed:
        return
    commas = [token for token in top_level(tokens) if token.text == ","]
    if not commas:
        return
    has_colon = words[-1] == ":"
    end = tokens[-2] if has_colon else tokens[-1]
    at = tokens.index(commas[0])
    if {"and", "or"} & set(words[at + 1 : at + 2]):
        return
    if "in" in words[:at] and not _COMPARING & set(words[at:]):
        first = tokens[words.index("in") + 1]
        marks = enclose(first, end, "()") if has_colon else (insert_before(first, "("), insert_after(end, "):"))
        yield broken.guess(0.4, *marks, of=broken.span(first, end), header=tokens[0])
    else:
        changes = [replace(comma, " and") for comma in commas] + ([] if has_colon else [insert_after(end, ":")])
        yield broken.guess(0.5, *changes, of=broken.span(tokens[1], end), header=tokens[0])


@syntax_rule("condition-ends-early", INVALID)
def condition_ends_early(broken: Broken) -> Iterator[Candidate]:
    """Yield a colon in the middle of a condition."""
    if not broken.here or broken.words[0] not in _CONDITIONS:
        return
    for before, colon, word in neighbours(broken.here):
        if colon.text == ":" and word.text in ("and", "or"):
            yield broken.guess(0.4, remove(colon), of=broken.span(before, word), before=before)
