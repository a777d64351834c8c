"""Strings in place of numbers and truth values, established by the values that the program's own run has shown."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.logic import misread_methods
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_SAY_NO = frozenset(("false", "0", "no", "nein", "nee", "non", "falsch", "faux"))
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


@logic_rule("digits-compared-as-text", 0.95, "value less more order other", needs=("split",), each=ast.Compare)
def digits_compared_as_text(program: Program, node: ast.Compare) -> Iterator[Match]:
    """Yield a comparison of two strings of digits whose order as strings was not that of the numbers."""
    if len(node.ops) != 1 or type(node.ops[0]) not in _SIGNS:
        return
    left, right = node.left, node.comparators[0]
    seen = [program.seen.get(each, ()) for each in (left, right)]
    if not all(seen) or len(seen[0]) != len(seen[1]) or not all(_are_digits(values) for values in seen):
        return
    turned = [(one, other) for one, other in zip(*seen, strict=True) if (one < other) != (int(one) < int(other))]
    if not turned:
        return
    if any(True for _ in misread_methods.numbers_kept_as_text.search(program)):
        return  # That rule names the line on which the strings are collected.
    one, other = turned[0]
    edit = with_parts(program, [(each, f"int({program.segment(each)})") for each in (left, right)])
    slots: dict[str, Any] = {"one": Code(repr(one)), "other": Code(repr(other)), "left": left, "right": right}
    yield program.here(node, edit=edit, **slots)


def _are_digits(values: Any) -> bool:
    return all(isinstance(each, str) and each.isascii() and each.isdigit() and len(each) < 10 for each in values)  # noqa: PLR2004 - no telephone numbers


@logic_rule("text-taken-for-truth", 0.95, "truth value long other", needs=("bool",), each=ast.Call)
def text_taken_for_truth(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `bool` of a string that says no: each string but the empty one is true."""
    match node:
        case ast.Call(func=ast.Name(id="bool"), args=[ast.Name() as given], keywords=[]):
            pass
        case _:
            return
    seen = program.seen.get(given, ())
    words = [each for each in seen if isinstance(each, str)]
    said = next((each for each in words if each.strip().lower() in _SAY_NO), None)
    if said is not None and len(words) == len(seen) and all(words):
        yield program.here(node, text=Code(repr(said)), given=given)
