"""The outline of a module: its own statements, what they define, and what an expression needs of them."""

from __future__ import annotations

import ast
import builtins
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_pedagogy.offline.engine.program import Program

_DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_BUILTINS = frozenset(dir(builtins))


class Outline:
    """The module's statements. Those under `if __name__ == "__main__"` stand in its place."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.statements = list(_flat(program.tree.body)) if program.tree is not None else []

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names that the statements define."""
        found: set[str] = set()
        for statement in self.statements:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                found.add(statement.name)
            elif isinstance(statement, ast.Assign | ast.AnnAssign):
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                found.update(target.id for target in targets if isinstance(target, ast.Name))
        return frozenset(found)

    @cached_property
    def _words(self) -> frozenset[str]:
        """The names that the functions and classes use."""
        used: set[str] = set()
        for statement in self.statements:
            if isinstance(statement, ast.FunctionDef | ast.ClassDef):
                used |= self.program.words_of(statement)
        return frozenset(used)

    def holds(self, expression: ast.expr) -> bool:
        """Return whether an expression uses a name of the module, and no names but these and built-in ones."""
        nodes = walk(expression)
        own = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        own |= {node.arg for node in nodes if isinstance(node, ast.arg)}
        used = {node.id for node in nodes if isinstance(node, ast.Name)} - own
        return used <= self._names | _BUILTINS and not used.isdisjoint(self._names)

    def needed_for(self, call: ast.expr) -> list[ast.stmt]:
        """Return the statements that a call needs: definitions, imports, and assignments to names that are used."""
        words = self._words | self.program.words_of(call)
        for statement in reversed(self.statements):
            if isinstance(statement, ast.Assign | ast.AnnAssign) and _is_needed(statement, words):
                words |= self.program.words_of(statement)
        return [statement for statement in self.statements if _is_needed(statement, words)]

    def behind(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements that may decide what one of them prints, the statement itself included."""
        found: set[ast.stmt] = {statement}
        words = set(self.program.words_of(statement))
        size = 0
        while size != len(found):
            size = len(found)
            for each in self.statements:
                if each not in found and not words.isdisjoint(_changed_by(each)):
                    found.add(each)
                    words |= self.program.words_of(each)
        return [each for each in self.statements if each in found]

    def before(self, statement: ast.stmt) -> list[ast.stmt]:
        """Return the statements above one of them, without assertions and without what they print."""
        found: list[ast.stmt] = []
        for each in self.statements:
            if each is statement:
                break
            match each:
                case ast.Assert() | ast.Expr(value=ast.Call(func=ast.Name(id="print"))):
                    pass
                case _:
                    found.append(each)
        return found


def _is_needed(statement: ast.stmt, words: frozenset[str] | set[str]) -> bool:
    if isinstance(statement, _DEFINITIONS):
        return True
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name in words
    return False


def _flat(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        match statement:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                yield from statement.body
            case _:
                yield statement


def _changed_by(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds, or whose objects it may change."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    is_shown = isinstance(statement, ast.Expr) and _is_print(statement.value)
    found: set[str] = set()
    for node in walk(statement):
        if isinstance(node, ast.Name) and (isinstance(node.ctx, ast.Store) or not is_shown):
            found.add(node.id)
    return found


def _is_print(node: ast.expr) -> bool:
    """Return whether an expression is a `print` of values that no call in it can change."""
    is_print = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    return is_print and not any(isinstance(each, ast.Attribute) for each in walk(node))
