"""The sense of an edited program: whether it only compiles, or also means something."""

from __future__ import annotations

import ast
import builtins
import re
from enum import IntEnum
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.bindings import NAMING, name_bound
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

STEPS = 1000
"""The maximum number of steps for which an edited program is evaluated."""
_BUILTINS = frozenset((*dir(builtins), "__file__", "__name__"))
_WITHOUT_EFFECT = (ast.Compare, ast.Name, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Tuple, ast.Subscript, ast.Constant)


class Sense(IntEnum):
    """How much an edited program means, the best first."""

    SOUND = 0
    FAILS_ELSEWHERE = 1
    """Another line fails: the program may have a second mistake."""
    UNKNOWN_NAME = 2
    """The edited line has a name that the program defines nowhere."""
    NONE = 3
    """An edited line fails or has no effect, or the edit brings a name that the program defines nowhere."""


def sense_of(tree: ast.Module, before: str, after: str, words: Collection[str], *, is_complete: bool) -> Sense:
    """Return the sense of a program `after` an edit of the code `before`, whose words are `words`.

    A program that is not complete (a fragment, or a cell after other cells) has names from elsewhere and is not
    evaluated.
    """
    known = frozenset(before.split("\n"))
    edited = {number for number, line in enumerate(after.split("\n"), 1) if line not in known}
    nodes = list(walk(tree))
    if any(node.lineno in edited for node in nodes if isinstance(node, ast.Expr) and _is_without_effect(node)):
        return Sense.NONE
    unknown = _unknown_names(nodes) if is_complete else {}
    here = {name for name, lines in unknown.items() if edited.intersection(lines)}
    if here - set(words) or any(re.search(rf"\b{name}\s*=(?!=)", before) for name in here):
        return Sense.NONE
    if unknown:
        return Sense.UNKNOWN_NAME if any(edited.issuperset(unknown[name]) for name in here) else Sense.SOUND
    return _sense_of_run(tree, edited) if is_complete else Sense.SOUND


def _is_without_effect(node: ast.Expr) -> bool:
    """Return whether a statement only computes a value. A string may be a docstring."""
    if not isinstance(node.value, _WITHOUT_EFFECT):
        return False
    return not (isinstance(node.value, ast.Constant) and (node.value.value is ... or isinstance(node.value.value, str)))


def _unknown_names(nodes: Iterable[ast.AST]) -> dict[str, list[int]]:
    """Return the names that nothing in the program binds, each with the lines that use it."""
    nodes = list(nodes)
    bound = {name_bound(node) for node in nodes if isinstance(node, NAMING)} | _BUILTINS
    bound.update(name for node in nodes if isinstance(node, ast.MatchAs | ast.MatchStar) if (name := node.name))
    unknown: dict[str, list[int]] = {}
    if "*" not in bound:
        for node in nodes:
            if isinstance(node, ast.Name) and node.id not in bound:
                unknown.setdefault(node.id, []).append(node.lineno)
    return unknown


def _sense_of_run(tree: ast.Module, edited: Collection[int]) -> Sense:
    done = run(tree, steps=STEPS)
    if done.exception is None or any(isinstance(node, ast.Raise) and node.lineno == done.line for node in walk(tree)):
        return Sense.SOUND
    return Sense.NONE if done.line in edited else Sense.FAILS_ELSEWHERE
