"""Conversions on the left side of an assignment: `int(x) = input()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import depths_of
from tutor_pedagogy.offline.rules.syntax.broken import Broken, Candidate, Change, insert
from tutor_pedagogy.offline.rules.syntax.rule import syntax_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
_CONVERSIONS = frozenset(("int", "float", "str", "bool", "list", "tuple", "set"))
_CALL = 4
"""The number of tokens of a conversion of one variable."""


@syntax_rule("conversion-on-the-left", "cannot assign to function call")
def conversion_on_the_left(broken: Broken) -> Iterator[Candidate]:
    """Yield a conversion on the left of `=`, with the edit that moves it to the right."""
    words = [token.text for token in broken.here]
    if "=" not in words:
        return
    at = words.index("=")
    left, right = _items(broken.here[:at]), _items(broken.here[at + 1 :])
    converted = [item for item in left if _is_conversion(item)]
    if not converted or not all(right) or not all(_is_conversion(item) or len(item) == 1 for item in left):
        return
    if len(left) == 1 and _is_swapped(broken, left[0][2], right):
        return
    first = converted[0]
    yield broken.guess(
        0.5,
        *_moved(left, right),
        of=broken.span(left[0][0], left[-1][-1]),
        call=broken.span(first[0], first[-1]),
        conversion=first[0],
    )


def _items(tokens: list[Token]) -> list[list[Token]]:
    """Return the tokens between the commas outside brackets."""
    items: list[list[Token]] = [[]]
    for token, depth in zip(tokens, depths_of(tokens), strict=True):
        if token.text == "," and not depth:
            items.append([])
        else:
            items[-1].append(token)
    return items


def _is_conversion(item: list[Token]) -> bool:
    """Return whether tokens are a call such as `int(x)`."""
    return (
        len(item) == _CALL
        and item[0].text in _CONVERSIONS
        and item[2].type == "name"
        and (item[1].text, item[3].text) == ("(", ")")
    )


def _is_swapped(broken: Broken, name: Token, right: list[list[Token]]) -> bool:
    """Return whether the sides may be swapped: the variable in the conversion has a value, the other one has none."""
    if [token.type for item in right for token in item] != ["name"]:
        return False
    above = {token.text for token in broken.tokens if token.start < broken.here[0].start}
    return name.text in above and right[0][0].text not in above


def _moved(left: list[list[Token]], right: list[list[Token]]) -> Iterator[Change]:
    """Yield the changes that convert the values on the right; none if it is not clear which value belongs to which."""
    converted = [item for item in left if _is_conversion(item)]
    kinds = {item[0].text for item in converted}
    names = [Change(item[0].start, item[3].end, item[2].text) for item in converted]
    if len(left) == len(right):
        pairs = [(item[0].text, value) for item, value in zip(left, right, strict=True) if item in converted]
    elif len(right) == 1 and len(kinds) == 1 and len(converted) == len(left):
        pairs = [(f"map({kinds.pop()}, ", right[0])]
    else:
        return
    yield from names
    for call, value in pairs:
        yield insert(value[0].start, call if call.startswith("map") else f"{call}(")
        yield insert(value[-1].end, ")")
