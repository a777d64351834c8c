"""What a smell is: a pattern in a program's tree that usually means something else than was meant."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.lesson import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_server.pedagogy.offline.program import Program
    from tutor_server.pedagogy.offline.runtime.case import Site


@dataclass(frozen=True, slots=True)
class Smell(Rule):
    """A rule for a program that runs.

    `certainty` from 0 to 1 tells how often the pattern is a mistake; below `SURE` it counts only beside a symptom.
    `symptoms` are the kinds of wrong results that it leads to.
    """

    certainty: float
    symptoms: frozenset[str]
    find: Callable[[Program], Iterator[Site]]


SURE = 0.5


def loops_in(node: ast.AST) -> Iterator[ast.For | ast.While]:
    """Give the loops inside a node."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.For | ast.While):
            yield inner


def names_in(node: ast.AST) -> set[str]:
    """Give the names that a node mentions."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def stored_in(node: ast.AST) -> set[str]:
    """Give the names that a node binds."""
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)}
