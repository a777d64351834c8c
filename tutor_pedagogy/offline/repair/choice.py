"""The choice among edits with which every test passes: one edit, only its place, or nothing."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.repair.rule_names import CASE_MISSING, TOO_MANY
from tutor_pedagogy.offline.rules.logic.trials.kinds import NAME
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Literal

    from tutor_pedagogy.offline.repair.small_edit import SmallEdit

FEW_TESTS = 3
"""The number of tests below which an edit passes by accident."""
NEAR = 0.5
"""The share of the best edit's weight from which another one is a rival."""
CLEARLY = 1.6
"""How many times as common as its rivals a mistake is if they do not count, unless there are few tests."""
_FEWEST_SHOWN = 4
_WEAK = frozenset((CASE_MISSING, TOO_MANY, NAME))
_EQUAL = {"False": "0", "True": "1"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The edit that is told. If `is_place` is set, only its line is sure, and the edit is not told."""

    edit: SmallEdit
    certainty: Literal["certain", "likely"]
    is_place: bool = False


def choose(
    lines: Sequence[str], passing: Sequence[SmallEdit], shown: Mapping[SmallEdit, tuple[str, ...]], count: int
) -> Chosen | None:
    """Return what can be told of the edits that pass `count` tests; None if nothing can.

    `lines` are those of the program. `shown` are the results of other calls with each edit.
    """
    passing = [edit for edit in passing if not _is_special_case(lines, edit) or count >= FEW_TESTS]
    natural = [edit for edit in passing if not _is_special_case(lines, edit)]
    if natural and len(natural) < len(passing):
        best_natural = max(edit.weight for edit in natural)
        passing = [edit for edit in passing if edit in natural or edit.weight > best_natural * CLEARLY]
    if not passing:
        return None
    ordered = sorted(passing, key=lambda edit: (-edit.weight, _size(lines, edit)))
    best = ordered[0]
    by_count = CLEARLY if count >= FEW_TESTS else float("inf")
    rivals = [edit for edit in ordered[1:] if edit.weight >= best.weight * NEAR or count < FEW_TESTS]
    others = [edit for edit in rivals if not _agree(best, edit, shown)]
    others = [edit for edit in others if edit.weight * by_count > best.weight]
    if not others:
        is_sure = count >= FEW_TESTS and best.rule not in _WEAK and not _is_special_case(lines, best)
        return Chosen(best, "certain" if is_sure else "likely")
    if all(edit.line == best.line for edit in others):
        return Chosen(best, "likely", is_place=True)
    return None


def _agree(one: SmallEdit, other: SmallEdit, shown: Mapping[SmallEdit, tuple[str, ...]]) -> bool:
    """Return whether two edits give the same results, for calls of which some have a result."""
    results = [[_EQUAL.get(text, text) for text in shown.get(edit, ())] for edit in (one, other)]
    return results[0] == results[1] and len(set(results[0])) > 1 and len(results[0]) >= _FEWEST_SHOWN


def _size(lines: Sequence[str], edit: SmallEdit) -> int:
    before = "\n".join(lines[edit.first - 1 : edit.last])
    return abs(len(edit.text) - len(before)) + edit.text.count("\n")


def _is_special_case(lines: Sequence[str], edit: SmallEdit) -> bool:
    """Return whether an edit adds a `return` of a constant, which may only repeat the result of a test."""
    return not _constants("\n".join(lines[edit.first - 1 : edit.last])).issuperset(_constants(edit.text))


def _constants(text: str) -> set[str]:
    found: set[str] = set()
    for line in text.split("\n"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = syntax_tree(
                    line.strip() if not line.strip().startswith("return") else f"def f():\n {line.strip()}"
                )
        except (SyntaxError, ValueError):
            continue
        found.update(_returned(tree))
    return found


def _returned(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Return(value=ast.Constant(value=value)):
                yield repr(value)
            case ast.Return(value=ast.List(elts=[]) | ast.Tuple(elts=[])):
                yield ast.unparse(node)
