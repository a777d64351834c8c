"""Operators of sets on lists: `&`, `|`, `^` and `-` work on the items only if both sides are sets."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule(
    "set-operator-on-list",
    ("TypeError",),
    r"unsupported operand type\(s\) for (?P<sign>[&|-]): '(?P<left>list|set|tuple)' and '(?P<right>list|set|tuple)'",
    before=("list-in-calculation", "text-in-calculation", "value-from-elsewhere"),
)
def set_operator_on_list(case: CrashContext) -> Match | None:
    """Return the operation that only sets have, if one of its sides is a list or tuple."""
    kinds = (case.match["left"], case.match["right"])
    if case.sides is None or not isinstance(case.sides[0], ast.BinOp):
        return None
    if case.match["sign"] == "-" and "set" not in kinds:
        return None  # Among lists it may be meant that the order and equal items stay.
    operation, left, right = case.sides
    texts = [
        case.text(side) if kind == "set" else f"set({case.text(side)})"
        for side, kind in zip((left, right), kinds, strict=True)
    ]
    new = f" {case.match['sign']} ".join(texts)
    wrong = left if kinds[0] != "set" else right
    kind = next(kind for kind in kinds if kind != "set")
    return case.here(operation, replace=(operation, new), wrong=wrong, kind=kind, sign=Code(case.match["sign"]))
