"""The traced program, parsed: its functions and loops by their lines."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.AsyncFor | ast.While
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)


@dataclass(frozen=True)
class TracedProgram:
    """The syntax tree of a program whose steps were recorded."""

    tree: ast.Module

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """The functions and methods, in the order of their lines."""
        found = [node for node in walk(self.tree) if isinstance(node, Function)]
        return tuple(sorted(found, key=lambda node: node.lineno))

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """The loops, in the order of their lines, so that an outer loop stands before those inside it."""
        found = [node for node in walk(self.tree) if isinstance(node, Loop)]
        return tuple(sorted(found, key=lambda node: node.lineno))

    def function_at(self, line: int) -> Function | None:
        """Return the innermost function around a line."""
        around = [each for each in self.functions if each.lineno <= line <= (each.end_lineno or each.lineno)]
        return around[-1] if around else None

    def statement_at(self, line: int) -> ast.stmt | None:
        """Return the innermost statement that a line belongs to."""
        found = [
            node
            for node in walk(self.tree)
            if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
        ]
        return max(found, key=lambda node: (node.lineno, -(node.end_lineno or node.lineno)), default=None)


def parsed(text: str) -> TracedProgram | None:
    """Return a program by its text; None if it does not parse."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return TracedProgram(syntax_tree(text.removeprefix("\ufeff")))
    except _NOT_PARSED:
        return None


def own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function or module, without those of functions and classes inside it."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, (*Function.__args__, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
