"""The names that a line of a program can use, for edits that put one name in place of another."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

MOST_NAMES = 8
_NONE: tuple[str, ...] = ()


class Scopes:
    """The local names of each function of a program, in the order of their first binding."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[ast.AST | None, tuple[str, ...]] = {}

    def names_at(self, line: int) -> tuple[str, ...]:
        """Return the parameters and variables of the function around a line, or the variables of the module."""
        function = self._program.function_at(line)
        if function not in self._known:
            self._known[function] = self._names(function)
        return self._known[function]

    def parameters_at(self, line: int) -> tuple[str, ...]:
        """Return the parameters of the function around a line, without `self`."""
        function = self._program.function_at(line)
        return _NONE if function is None else tuple(each.arg for each in function.args.args if each.arg != "self")

    def _names(self, function: ast.AST | None) -> tuple[str, ...]:
        if function is None:
            return tuple(dict.fromkeys(_stored(self._program.tree.body)))[:MOST_NAMES] if self._program.tree else ()
        assert isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)  # noqa: S101 - tells the type checker
        given = [each.arg for each in function.args.args if each.arg != "self"]
        stored = sorted(
            (
                node
                for node in self._program.own_nodes(function)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ),
            key=lambda node: (node.lineno, node.col_offset),
        )
        return tuple(dict.fromkeys([*given, *(node.id for node in stored)]))[:MOST_NAMES]


def _stored(body: list[ast.stmt]) -> list[str]:
    return [
        target.id
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
