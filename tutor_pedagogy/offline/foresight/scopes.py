"""Scopes: which names belong to a module, a class or a function, as the compiler decides before the program runs."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.problem.tree_walk import children

if TYPE_CHECKING:
    from collections.abc import Iterator

_BINDING = {
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal),
    *(ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping, ast.comprehension, ast.Lambda),
}
"""AST node types that bind names or have a scope of their own."""

Block = ast.Module | ast.ClassDef | Function


@dataclass(slots=True)
class Scope:
    """The names of one block: those that it binds (`own`), and those declared global or nonlocal (`elsewhere`)."""

    block: Block
    parent: Scope | None
    own: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)

    def is_from_around(self, name: str) -> bool:
        """Return whether an enclosing function binds a name."""
        around = self.parent
        while around is not None:
            if isinstance(around.block, Function) and name in around.own:
                return True
            around = around.parent
        return False


def parameters_of(arguments: ast.arguments) -> list[str]:
    """Return the names of all parameters of a function or `lambda`, including `*args` and `**kwargs`."""
    listed = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [argument.arg for argument in listed if argument is not None]


class Scopes:
    """The scopes of a program by their blocks."""

    def __init__(self, tree: ast.Module) -> None:
        self.by_block: dict[ast.AST, Scope] = {}
        self.has_star_import = False
        self.declared: set[str] = set()
        """Names that some function declares global or nonlocal."""
        self.module = self._read(tree, None)

    def of(self, block: Block) -> Scope:
        """Return the scope of a block."""
        return self.by_block[block]

    @property
    def functions(self) -> Iterator[Function]:
        """Every function and method of the program."""
        return (block for block in self.by_block if isinstance(block, Function))

    def _read(self, block: Block, parent: Scope | None) -> Scope:
        scope = self.by_block[block] = Scope(block, parent)
        if isinstance(block, Function):
            scope.own.update(parameters_of(block.args))
        waiting: list[ast.AST] = list(block.body)
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.Name):
                if not isinstance(node.ctx, ast.Load):
                    scope.own.add(node.id)
            else:
                waiting += self._bound_by(node, scope) if node.__class__ in _BINDING else children(node)
        scope.own -= scope.elsewhere
        return scope

    def _bound_by(self, node: ast.AST, scope: Scope) -> Iterator[ast.AST]:
        """Record the names that a node binds, and yield the nodes inside it that belong to the same scope."""
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                scope.own.add(name)
                self._read(node, scope)
                yield from node.decorator_list
                yield from _defaults(node) if isinstance(node, Function) else node.bases
                return
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                scope.own.update(alias.asname or alias.name.partition(".")[0] for alias in names if alias.name != "*")
                self.has_star_import |= any(alias.name == "*" for alias in names)
            case ast.Global(names=declared) | ast.Nonlocal(names=declared):
                scope.elsewhere.update(declared)
                self.declared.update(declared)
            case (
                ast.ExceptHandler(name=str(name))
                | ast.MatchAs(name=str(name))
                | ast.MatchStar(name=str(name))
                | ast.MatchMapping(rest=str(name))
            ):
                scope.own.add(name)
            case ast.comprehension(iter=iterated, ifs=tests):
                yield iterated  # The targets of a comprehension are its own names.
                yield from tests
                return
            case ast.Lambda(body=body):
                yield body
                return
        yield from children(node)


def _defaults(function: Function) -> Iterator[ast.expr]:
    yield from function.args.defaults
    yield from (default for default in function.args.kw_defaults if default is not None)
