"""Frames: the names of a module or of one call, and the scope in which each name is looked up."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from tutor_pedagogy.problem.tree_walk import children

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a function binds, and those that it declares `global` or `nonlocal`."""

    bound: frozenset[str]
    outer: frozenset[str]
    nonlocals: frozenset[str]
    has_yield: bool


@dataclass(slots=True)
class Frame:
    """The names of a running module, class body or call. `parent` is the frame in which the function was defined."""

    names: dict[str, Any]
    scope: Scope | None = None
    parent: Frame | None = None
    function: str = "<module>"
    owner: type | None = None
    receiver: Any = None
    handled: list[BaseException] = field(default_factory=list)

    @property
    def visible(self) -> dict[str, Any]:
        """Every name that this frame can see, with its value; built-in names excepted."""
        frames: list[Frame] = [self]
        while (parent := frames[-1].parent) is not None:
            frames.append(parent)
        return {name: value for frame in reversed(frames) for name, value in frame.names.items()}

    @property
    def module(self) -> Frame:
        """The frame of the module."""
        frame = self
        while frame.parent is not None:
            frame = frame.parent
        return frame


def scope_of(function: ast.FunctionDef | ast.Lambda) -> Scope:
    """Return the scope of a function, from its parameters and its own statements."""
    arguments = function.args
    bound = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    bound |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}
    outer: set[str] = set()
    nonlocals: set[str] = set()
    has_yield = False
    waiting: list[ast.AST] = list(function.body) if isinstance(function, ast.FunctionDef) else [function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Global):
            outer.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            nonlocals.update(node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler) and node.name:
            bound.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound.update((each.asname or each.name.partition(".")[0]) for each in node.names)
        has_yield = has_yield or isinstance(node, ast.Yield | ast.YieldFrom | ast.Await)
        if not isinstance(node, (*_SCOPES, *_COMPREHENSIONS)):
            waiting += children(node)
    return Scope(frozenset(bound - outer - nonlocals), frozenset(outer), frozenset(nonlocals), has_yield)
