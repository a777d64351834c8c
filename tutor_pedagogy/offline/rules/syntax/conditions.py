"""Questions that are true or false: a side that is missing, `not` behind its value, a comma between two of them."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import OPENERS, brackets_of, depths_of
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_COMPARING = frozenset(("<", ">", "<=", ">=", "==", "!=", "in", "is"))
_JOINING = frozenset(("and", "or", ":", "", ",", "else"))


@syntax_rule("comparison-without-left-side", "^invalid syntax")
def comparison_without_left_side(broken: Broken) -> Iterator[Candidate]:
    """`x > 3 and < 5`, `x == 1 or == 2`: a comparison without its left side."""
    tokens = broken.here
    for index, token in enumerate(tokens[:-1]):
        after = tokens[index + 1]
        if token.text in ("and", "or") and after.text in _COMPARING:
            before = [t for t in tokens[:index] if t.kind == "name"]
            if before:
                yield Candidate(
                    line=token.line,
                    cost=0.6,
                    changes=(insert(token.end, f" {_left_side(broken, tokens[:index]) or before[0].text}"),),
                    expression=broken.span(token, tokens[min(index + 2, len(tokens) - 1)]),
                    slots={"word": Code(token.text), "name": Code(before[0].text)},
                )


def _left_side(broken: Broken, tokens: list[Token]) -> str | None:
    """Give what the last comparison of these tokens compares."""
    depths = depths_of(tokens)
    signs = [i for i, token in enumerate(tokens) if token.text in _COMPARING and not depths[i]]
    if not signs:
        return None
    start = max(
        (i + 1 for i in range(signs[0]) if tokens[i].text in ("if", "elif", "while", "and", "or", "return", "not")),
        default=0,
    )
    start = max((i + 1 for i in range(signs[-1]) if tokens[i].text in ("and", "or")), default=start)
    first = next((i for i in signs if i >= start), signs[-1])
    return broken.span(tokens[start], tokens[first - 1]) if start < first else None


@syntax_rule("not-at-another-place", "^invalid syntax", "expected ':'", "Perhaps you forgot a comma")
def not_at_another_place(broken: Broken) -> Iterator[Candidate]:
    """Find `not` behind the value that it is about, `not` in place of `not in`, and `not =`."""
    tokens = broken.here
    for index in range(1, len(tokens)):
        left, word = tokens[index - 1], tokens[index]
        if word.text != "not":
            continue
        if left.text == "in" and index + 1 < len(tokens):
            yield Candidate(
                line=word.line,
                cost=0.4,
                changes=(Change(left.start, word.end, "not in"),),
                expression=broken.span(left, word),
                slots={"before": Code("in")},
            )
            continue
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        text = after.text if after is not None else ""
        slots = {"before": Code(left.text)}
        expression = broken.span(left, after or word)
        sign = {"=": "!=", "==": "!=", ">": "<=", "<": ">="}.get(text)
        if sign is not None and after is not None:
            yield Candidate(
                line=word.line,
                cost=0.4,
                changes=(Change(word.start, after.end, sign),),
                expression=expression,
                slots=slots,
            )
        elif not left.is_operand_end:
            continue
        elif text in _JOINING or text in (")", "]"):
            start = _start_of_operand(tokens[:index])
            yield Candidate(
                line=word.line,
                cost=0.4,
                changes=(insert(start.start, "not "), Change(left.end, word.end, "")),
                expression=broken.span(start, word),
                slots=slots,
            )
        elif after is not None and after.is_operand_start:
            mended = " is not" if text in ("None", "True", "False") else " not in"
            yield Candidate(
                line=word.line,
                cost=0.4,
                changes=(Change(left.end, word.end, mended),),
                expression=expression,
                slots=slots,
            )


def _start_of_operand(tokens: list[Token]) -> Token:
    """Give where the name, call or bracket begins that some tokens end with."""
    at = len(tokens) - 1
    depth = 0
    while at > 0:
        depth += (tokens[at].text in ")]}") - (tokens[at].text in "([{")
        before = tokens[at - 1]
        joined = before.text == "." or tokens[at].text in ("(", "[", ".")
        if not depth and not (joined and (before.is_operand_end or before.text == ".")):
            break
        at -= 1
    return tokens[at]


@syntax_rule("comma-in-condition", "^invalid syntax", "expected ':'")
def comma_in_condition(broken: Broken) -> Iterator[Candidate]:
    """Find a comma where two conditions should be joined, or between values that are not in brackets."""
    tokens = broken.here
    if not tokens or tokens[0].text not in ("if", "elif", "while") or brackets_of(tokens).unclosed:
        return
    depths = depths_of(tokens)
    commas = [token for token, depth in zip(tokens, depths, strict=True) if token.text == "," and not depth]
    if not commas:
        return
    words = [token.text for token in tokens]
    end = tokens[-2] if words[-1] == ":" else tokens[-1]
    slots = {"header": Code(words[0])}
    colon = () if words[-1] == ":" else (insert(end.end, ":"),)
    at = tokens.index(commas[0])
    if "in" in words[:at] and not any(word in _COMPARING for word in words[at:]):
        first = tokens[words.index("in") + 1]
        yield Candidate(
            line=broken.fault.line,
            cost=0.4,
            changes=(insert(first.start, "("), insert(end.end, ")" + (":" if colon else ""))),
            expression=broken.span(first, end),
            slots=slots,
        )
    else:
        yield Candidate(
            line=broken.fault.line,
            cost=0.5,
            changes=(*(replace_token(comma, " and") for comma in commas), *colon),
            expression=broken.span(tokens[1], end),
            slots=slots,
        )


@syntax_rule("condition-ends-early", "^invalid syntax")
def condition_ends_early(broken: Broken) -> Iterator[Candidate]:
    """Find a colon in the middle of a condition."""
    tokens = broken.here
    if not tokens or tokens[0].text not in ("if", "elif", "while"):
        return
    for colon, word in pairwise(tokens):
        opener = broken.opener(colon)
        if colon.text == ":" and word.text in ("and", "or") and (opener is None or opener.text in OPENERS):
            yield Candidate(
                line=colon.line,
                cost=0.4,
                changes=(replace_token(colon, ""),),
                expression=broken.span(tokens[tokens.index(colon) - 1], word),
                slots={"before": Code(tokens[tokens.index(colon) - 1].text)},
            )
