"""Signs that look like the right ones: a point for a comma, round brackets for a slice, brackets left out of a call."""

from __future__ import annotations

import builtins
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import OPENERS
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator
_FUNCTIONS = frozenset(name for name in dir(builtins) if name.islower() and not name.startswith("_")) - {"print"}
_UNKNOWN = frozenset("$?!`")
_INVALID = ("^invalid syntax", "Perhaps you forgot a comma", "cannot assign", "expected ':'")


@syntax_rule("point-for-comma", *_INVALID)
def point_for_comma(broken: Broken) -> Iterator[Candidate]:
    """Find a point where a comma should part two values of a call or a list."""
    for left, right in pairwise(broken.here):
        if broken.opener(right) is None:
            continue
        slots = {"left": Code(left.text.rstrip(".")), "right": Code(right.text)}
        expression = broken.span(left, right)
        if left.kind == "number" and left.text.endswith(".") and left.end < right.start and right.is_operand_start:
            yield Candidate(
                line=left.line,
                cost=0.4,
                changes=(replace_token(left, left.text[:-1] + ","),),
                expression=expression,
                slots=slots,
            )
        if left.text == "." and right.kind in ("number", "string"):
            yield Candidate(
                line=left.line,
                cost=0.4,
                changes=(replace_token(left, ","),),
                expression=expression,
                slots={**slots, "left": Code(_before(broken, left.start))},
            )


def _before(broken: Broken, start: int) -> str:
    return next((token.text for token in reversed(broken.here) if token.end <= start), "")


@syntax_rule("decimal-comma", "leading zeros")
def decimal_comma(broken: Broken) -> Iterator[Candidate]:
    """Find a number with a comma where Python writes a point."""
    tokens = broken.here
    for whole, comma, rest in zip(tokens, tokens[1:], tokens[2:], strict=False):
        is_number = whole.kind == rest.kind == "number" and whole.text.isdigit() and rest.text.isdigit()
        if is_number and comma.text == "," and whole.end == comma.start and comma.end == rest.start:
            number = f"{whole.text},{rest.text}"
            yield Candidate(
                line=comma.line,
                cost=0.4,
                changes=(Change(whole.start, rest.end, f"{whole.text}.{rest.text}"),),
                expression=number,
                slots={"number": Code(number)},
            )


@syntax_rule("slice-in-round-brackets", *_INVALID)
def slice_in_round_brackets(broken: Broken) -> Iterator[Candidate]:
    """Find a slice, which has a colon, in the brackets of a call."""
    for colon in broken.here:
        opener = broken.opener(colon)
        if colon.text != ":" or opener is None or opener.text != "(":
            continue
        at = broken.index(opener)
        name = broken.tokens[at - 1] if at else opener
        inside = [token.text for token in broken.tokens[at + 1 : broken.index(colon)]]
        if not name.is_operand_end or {"lambda", "def"} & set(inside) or any(text[:1] in "'\"" for text in inside):
            continue
        closer = next((t for t in broken.here if t.start > colon.start and t.text == ")"), None)
        if closer is not None and broken.opener(colon) is opener:
            yield Candidate(
                line=colon.line,
                cost=0.45,
                changes=(replace_token(opener, "["), replace_token(closer, "]")),
                expression=broken.span(name, closer),
                slots={"name": Code(name.text)},
            )


@syntax_rule("call-without-brackets", *_INVALID)
def call_without_brackets(broken: Broken) -> Iterator[Candidate]:
    """Find a function that is followed by its value, without the brackets of a call."""
    tokens = broken.here
    own = {after.text for word, after in pairwise(broken.tokens) if word.text == "def"}
    for index, (name, value) in enumerate(pairwise(tokens)):
        if name.kind != "name" or not (value.is_operand_start or value.text == "-") or value.text in ("(", "["):
            continue
        before = tokens[index - 1].text if index else ""
        if (name.text not in _FUNCTIONS and name.text not in own) or before in ("def", ".", "for", "class"):
            continue
        if not index and len(tokens) > 2 and tokens[2].text in ("=", "("):  # noqa: PLR2004 - a kind before a name, as in C
            continue
        end = index + 1
        opener = broken.opener(value)
        while end + 1 < len(tokens):
            after = tokens[end + 1]
            closes = after.text in OPENERS.values() and opener is not None and opener.end <= value.start
            is_out = (after.text in (",", ":") and broken.opener(after) is opener) or (
                closes and opener is broken.opener(name) and _depth(broken, value.start, after.start) < 0
            )
            if is_out or after.text in ("for", "if", "else", "and", "or"):
                break
            end += 1
        yield Candidate(
            line=name.line,
            cost=0.75,
            changes=(Change(name.end, value.start, "("), insert(tokens[end].end, ")")),
            expression=broken.span(name, value),
            slots={"name": Code(name.text), "value": Code(value.text)},
        )


def _depth(broken: Broken, start: int, closer: int) -> int:
    """Count the brackets that are open behind a closing one, of those that stand from a place on."""
    inside = [token.text for token in broken.here if start <= token.start <= closer]
    return sum(text in OPENERS for text in inside) - sum(text in OPENERS.values() for text in inside)


@syntax_rule("unknown-sign", *_INVALID)
def unknown_sign(broken: Broken) -> Iterator[Candidate]:
    """Find a sign that Python does not have, beside a value."""
    found = [token for token in broken.here if token.kind == "other" and token.text in _UNKNOWN]
    if found:
        yield Candidate(
            line=found[0].line,
            cost=0.85,
            changes=tuple(replace_token(token, "") for token in found),
            expression=broken.statement(found[0].line),
            slots={"sign": Code(found[0].text) if found[0].text != "`" else "a backtick"},
        )
