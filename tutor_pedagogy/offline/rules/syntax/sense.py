"""The sense of an edited program: whether it only compiles, or also means something."""

from __future__ import annotations

import ast
import builtins
import re
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.offline.engine.bindings import NAMING, name_bound
from tutor_pedagogy.offline.engine.finding import StillWrong
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

STEPS = 1000
"""The maximum number of steps for which an edited program is evaluated."""
_BUILTINS = frozenset((*dir(builtins), "__file__", "__name__"))
_DOCUMENTED = (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_WITHOUT_EFFECT = (ast.Compare, ast.Name, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Tuple, ast.Subscript, ast.Constant)


class Sense(IntEnum):
    """How much an edited program means, the best first."""

    SOUND = 0
    FAILS_ELSEWHERE = 1
    """Another line fails: the program may have a second mistake."""
    MOVES = 2
    """Another line fails because of what the edited line makes: the edit only moves the mistake."""
    UNKNOWN_NAME = 3
    """The edited line has a name that the program defines nowhere."""
    NONE = 4
    """An edited line fails or has no effect, or the edit brings a name that the program defines nowhere."""


class Meaning(NamedTuple):
    """The sense of an edited program, and the exception with which it ends in the evaluator on another line."""

    sense: Sense
    still_wrong: StillWrong | None = None


SOUND = Meaning(Sense.SOUND)


def meaning_of(tree: ast.Module, before: str, after: str, words: Collection[str], *, is_complete: bool) -> Meaning:
    """Return the meaning of a program `after` an edit of the code `before`, whose words are `words`.

    A program that is not complete (a fragment, or a cell after other cells) has names from elsewhere and is not
    evaluated.
    """
    known = frozenset(before.split("\n"))
    edited = {number for number, line in enumerate(after.split("\n"), 1) if line not in known}
    nodes = list(walk(tree))
    documented = {_docstring(node) for node in nodes if isinstance(node, _DOCUMENTED)}
    statements = (node for node in nodes if isinstance(node, ast.Expr) and node not in documented)
    if any(node.lineno in edited for node in statements if _is_without_effect(node)):
        return Meaning(Sense.NONE)
    unknown = _unknown_names(nodes) if is_complete else {}
    here = {name for name, lines in unknown.items() if edited.intersection(lines)}
    if here - set(words) or any(re.search(rf"\b{name}\s*=(?!=)", before) for name in here):
        return Meaning(Sense.NONE)
    if unknown:
        is_certain = any(edited.issuperset(unknown[name]) for name in here)
        return Meaning(Sense.UNKNOWN_NAME if is_certain else Sense.SOUND)
    return _meaning_of_run(tree, edited) if is_complete else SOUND


def _docstring(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.stmt | None:
    match node.body:
        case [ast.Expr(value=ast.Constant(value=str())) as first, *_]:
            return first
    return None


def _is_without_effect(node: ast.Expr) -> bool:
    """Return whether a statement only computes a value. A string over several lines may be a comment."""
    if not isinstance(node.value, _WITHOUT_EFFECT):
        return False
    is_comment = isinstance(node.value, ast.Constant) and (
        node.value.value is ... or (isinstance(node.value.value, str) and "\n" in node.value.value)
    )
    return not is_comment


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


def _meaning_of_run(tree: ast.Module, edited: Collection[int]) -> Meaning:
    done = run(tree, steps=STEPS)
    if done.exception is None or any(isinstance(node, ast.Raise) and node.lineno == done.line for node in walk(tree)):
        return SOUND
    if done.line in edited:
        return Meaning(Sense.NONE)
    message = f"{type(done.exception).__name__}: {done.exception}"
    if isinstance(done.exception, TypeError) and _names_made(tree, edited) & _names_read(tree, done.line):
        return Meaning(Sense.MOVES, StillWrong(done.line, message))
    return Meaning(Sense.FAILS_ELSEWHERE, StillWrong(done.line, message))


def _names_made(tree: ast.Module, lines: Collection[int]) -> set[str]:
    """Return the names that some lines assign, or whose functions they define."""
    found: set[str] = set()
    for node in walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.FunctionDef(name=name) if node.lineno in lines:
                found.add(name)
    return found


def _names_read(tree: ast.Module, line: int) -> set[str]:
    return {
        each.id
        for each in walk(tree)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load) and each.lineno == line
    }
