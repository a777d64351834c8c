"""Comparisons and calculations of a part of one entry with another entry as a whole."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule


@runtime_rule(
    "part-against-whole",
    ("TypeError",),
    r"'(?:tuple|list|dict)'",
    before=(
        *("value-from-elsewhere", "compared-kinds", "list-in-calculation", "text-in-calculation", "entry-taken-whole"),
        "text-plus-other",
    ),
)
def part_against_whole(case: CrashContext) -> Match | None:
    """Return the operation in which one side is a part of an entry, and the other a whole entry with such a part."""
    if case.sides is None:
        return None
    operation, left, right = case.sides
    for part, whole in ((left, right), (right, left)):
        match part, case.value(whole):
            case ast.Subscript(slice=ast.Constant(value=int() | str() as at)), tuple() | list() | dict() as held:
                other = _part(held, at)
            case _:
                continue
        if other is not None and type(other) is type(case.value(part)) and isinstance(whole, ast.Name):
            new = f"{whole.id}[{case.text(part.slice)}]"
            found = case.here(operation, replace=(whole, new), part=part, whole=whole)
            return replace(found, is_proved=True, needs_edit=True)
    return None


def _part(held: tuple[Any, ...] | list[Any] | dict[Any, Any], at: int | str) -> Any:
    """Return the part of an entry at an index or key; None if it has none."""
    if isinstance(held, dict):
        return held.get(at)
    return held[at] if isinstance(at, int) and -len(held) <= at < len(held) else None
