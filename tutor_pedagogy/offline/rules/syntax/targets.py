"""The left side of an assignment: what can take a value, what can be deleted."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert, replace_token
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_ASSIGNING = frozenset(("=", "+=", "-=", "*=", "/=", "//=", "%=", "**=", ":="))


@syntax_rule("call-as-target", "cannot assign to function call", "illegal expression for augmented")
def call_as_target(broken: Broken) -> Iterator[Candidate]:
    """Round brackets where an entry of a list or dictionary should take the value."""
    sides = _sides(broken)
    if sides is None:
        return
    left, sign, right = sides
    if left[-1].text != ")" or left[0].kind != "name":
        return
    opener = next((token for token in left if token.text == "("), None)
    if opener is None:
        return
    name = broken.span(left[0], left[left.index(opener) - 1])
    slots = {
        "left": Code(broken.span(left[0], left[-1])),
        "name": Code(name),
        "right": Code(broken.span(right[0], right[-1])),
    }
    has_argument = opener.end < left[-1].start
    if has_argument:
        yield Candidate(
            line=sign.line,
            cost=0.9,
            changes=(replace_token(opener, "["), replace_token(left[-1], "]")),
            expression=broken.span(left[0], left[-1]),
            slots=slots,
        )
    else:
        yield Candidate(
            line=sign.line,
            cost=1.1,
            changes=(Change(opener.start, left[-1].end, ""),),
            expression=broken.span(left[0], left[-1]),
            slots=slots,
        )


def _sides(broken: Broken) -> tuple[list[Token], Token, list[Token]] | None:
    at = _sign(broken)
    if at is None or at == 0 or at == len(broken.here) - 1:
        return None
    return broken.here[:at], broken.here[at], broken.here[at + 1 :]


def _sign(broken: Broken) -> int | None:
    """Give the index of the assignment sign on the line, outside brackets."""
    depth = 0
    for index, token in enumerate(broken.here):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
        if depth == 0 and token.text in _ASSIGNING:
            return index
    return None


@syntax_rule("value-as-target", "cannot assign to", "illegal expression", "illegal target", "^invalid syntax\\. Maybe")
def value_as_target(broken: Broken) -> Iterator[Candidate]:
    yield from _value_as_target(broken)
    if "illegal" in broken.fault.message:
        yield from _chained_change(broken)


def _value_as_target(broken: Broken) -> Iterator[Candidate]:
    """Find a sum, a number or a text on the left of the sign."""
    sides = _sides(broken)
    if sides is None:
        return
    left, sign, right = sides
    text_left, text_right = broken.span(left[0], left[-1]), broken.span(right[0], right[-1])
    slots = {"left": Code(text_left), "right": Code(text_right), "sign": Code(sign.text)}
    if left[0].text == "print" or (len(left) > 1 and left[0].kind == "keyword"):
        return

    def guess(cost: float, *changes: Change) -> Candidate:
        return Candidate(line=sign.line, cost=cost, changes=changes, expression=text_left, slots=slots)

    words = [token for token in left if token.kind == "name"]
    signs = [token.text for token in left if token.kind == "operator"]
    if sign.text == "=" and len(right) == 1 and right[0].kind == "name":
        swapped = Change(right[0].start, right[0].end, text_left)
        yield guess(0.8, Change(left[0].start, left[-1].end, text_right), swapped)
    if 2 <= len(words) <= 4 and set(signs) == {"-"} and len(left) == 2 * len(words) - 1:  # noqa: PLR2004 - words and hyphens
        pattern = r"\s*-\s*".join(rf"\b{word.text}\b" for word in words)
        same = list(re.finditer(pattern, broken.code))[:3]
        yield guess(0.7, *(Change(m.start(), m.end(), "_".join(word.text for word in words)) for m in same))
    if len(left) == 1 and left[0].kind == "string" and left[0].text.strip("'\"").isidentifier():
        yield guess(0.9, replace_token(left[0], left[0].text.strip("'\"")))
    if len(words) == len(left) == 2:  # noqa: PLR2004 - a name of two words
        yield guess(0.9, Change(left[0].start, left[1].end, f"{words[0].text}_{words[1].text}"))
    if sign.text == "=":
        yield guess(1.5, replace_token(sign, "=="))
    else:
        yield guess(2)


def _chained_change(broken: Broken) -> Iterator[Candidate]:
    """`+=` with several names, or with a sum on the left."""
    sides = _sides(broken)
    if sides is not None:
        left, sign, _ = sides
        yield Candidate(
            line=sign.line,
            cost=1,
            expression=broken.span(left[0], left[-1]),
            slots={"left": Code(broken.span(left[0], left[-1])), "right": "the right side", "sign": Code(sign.text)},
        )


@syntax_rule(
    "constant-as-target", "cannot assign to (?:True|False|None|__debug__|ellipsis)", "cannot delete (?:True|False|None)"
)
def constant_as_target(broken: Broken) -> Iterator[Candidate]:
    for token in broken.here:
        if token.text in ("True", "False", "None", "__debug__", "..."):
            yield Candidate(
                line=token.line,
                cost=0.9,
                changes=(replace_token(token, f"is_{token.text.lower()}"),),
                expression=token.text,
                slots={"word": Code(token.text)},
            )
            return


@syntax_rule("name-of-two-words", "^invalid syntax", "expected '\\('")
def name_of_two_words(broken: Broken) -> Iterator[Candidate]:
    """Find a variable or function name with a blank in it."""
    tokens = broken.here
    if len(tokens) < 3:  # noqa: PLR2004 - two words and what follows
        return
    start = 1 if tokens[0].text in ("def", "class", "for") else 0
    if len(tokens) < start + 2:
        return
    words = tokens[start : start + 2]
    after = tokens[start + 2].text if len(tokens) > start + 2 else ""
    wanted = {"def": "(", "class": ("(", ":"), "for": "in"}.get(tokens[0].text, "=")
    first, second = words
    is_name = first.kind in ("name", "keyword") and second.kind in ("name", "number", "keyword")
    slots = {"words": Code(broken.span(first, second))}

    def guess(cost: float, *changes: Change) -> Candidate:
        return Candidate(
            line=first.line, cost=cost, changes=changes, expression=broken.span(first, second), slots=slots
        )

    if after and after in wanted and is_name and (start or first.kind == "name"):
        joined = f"{first.text}_{second.text}"
        if first.kind == "keyword":
            joined = f"{first.text}{second.text[:1].upper()}{second.text[1:]}"
        used = {token.text for token in broken.tokens if token.line != first.line}
        if first.text in ("self", "cls"):
            yield guess(0.5, Change(first.end, second.start, "."))
        elif tokens[0].text == "for" and second.text in used and first.text not in used:
            yield guess(0.5, Change(first.start, second.start, ""))
        elif not start and {first.text, second.text} <= used:
            yield guess(0.5, insert(first.end, ","))
        yield guess(0.6, Change(first.start, second.end, joined))
    for whole, joined in _longer_names(tokens):
        yield Candidate(
            line=first.line,
            cost=0.6,
            changes=(Change(whole[0].start, whole[-1].end, joined),),
            expression=broken.span(whole[0], whole[-1]),
            slots={"words": Code(broken.span(whole[0], whole[-1]))},
        )


def _longer_names(tokens: list[Token]) -> Iterator[tuple[list[Token], str]]:
    """Give names of three words and more, and those that begin with `class`, with the words joined."""
    run = list(takewhile(lambda token: token.kind == "name", tokens))
    if len(run) > 2 and len(tokens) > len(run) and tokens[len(run)].text == "=":  # noqa: PLR2004 - more than two words
        yield run, "_".join(token.text for token in run)
    if tokens[0].text == "class" and tokens[2].text == "=":
        yield tokens[:2], f"class_{tokens[1].text}"


@syntax_rule("not-deletable", "cannot delete")
def not_deletable(broken: Broken) -> Iterator[Candidate]:
    tokens = broken.here
    if not tokens or tokens[0].text != "del" or len(tokens) < 2:  # noqa: PLR2004 - del and its target
        return
    target = broken.span(tokens[1], tokens[-1])
    slots = {"target": Code(target)}
    opener = next((token for token in tokens if token.text == "("), None)
    if opener is not None and tokens[-1].text == ")" and tokens[1].kind == "name":
        yield Candidate(
            line=tokens[0].line,
            cost=1,
            changes=(replace_token(opener, "["), replace_token(tokens[-1], "]")),
            expression=target,
            slots=slots,
        )
    operators = [i for i, token in enumerate(tokens) if token.text in ("+", "-", "*", "/") and i > 1]
    if operators and len(tokens) - operators[0] <= 3:  # noqa: PLR2004 - the bound on changed tokens
        at = operators[0]
        yield Candidate(
            line=tokens[0].line,
            cost=1.2,
            changes=(Change(tokens[at - 1].end, tokens[-1].end, ""),),
            expression=target,
            slots=slots,
        )
    yield Candidate(line=tokens[0].line, cost=2, expression=target, slots=slots)
