"""Frames: the names of a module or of one call, and the scope in which each name is looked up."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from tutor_pedagogy.problem.tree_walk import children

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_YIELDS = (ast.Yield, ast.YieldFrom, ast.Await)


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that a function binds, and those that it declares `global` or `nonlocal`."""

    bound: frozenset[str]
    outer: frozenset[str]
    nonlocals: frozenset[str]
    yields: frozenset[ast.AST]
    """The statements that contain a `yield`, and the `yield` expressions themselves."""


@dataclass(slots=True)
class Frame:
    """The names of a running module, class body, comprehension or call.

    `parent` is the frame in which the function was defined.
    """

    names: dict[str, Any]
    scope: Scope | None = None
    parent: Frame | None = None
    function: str = "<module>"
    owner: type | None = None
    receiver: Any = None
    qualified: str = ""
    is_class: bool = False
    is_comprehension: bool = False

    @property
    def visible(self) -> dict[str, Any]:
        """Every name that is visible in this frame, with its value. Built-in names are left out."""
        frames: list[Frame] = [self]
        while (parent := frames[-1].parent) is not None:
            frames.append(parent)
        return {name: value for frame in reversed(frames) for name, value in frame.names.items()}

    def qualify(self, name: str) -> str:
        """Return the qualified name of a function or class that is defined in this frame."""
        around = self.around
        if not around.qualified:
            return name
        return f"{around.qualified}.{name}" if around.is_class else f"{around.qualified}.<locals>.{name}"

    @property
    def module(self) -> Frame:
        """The frame of the module."""
        frame = self
        while frame.parent is not None:
            frame = frame.parent
        return frame

    @property
    def around(self) -> Frame:
        """The nearest frame that is not that of a comprehension: of the function, class or module."""
        frame = self
        while frame.is_comprehension and frame.parent is not None:
            frame = frame.parent
        return frame


def mangled(frame: Frame, name: str) -> str:
    """Return the name of an attribute as it is stored: the private name `__age` in `Person` is `_Person__age`."""
    if not name.startswith("__") or name.endswith("__"):
        return name
    around = frame.around
    kind = around.function if around.is_class else "" if around.owner is None else around.owner.__name__
    kind = kind.lstrip("_")
    return f"_{kind}{name}" if kind else name


def scope_of(function: ast.FunctionDef | ast.Lambda) -> Scope:
    """Return the scope of a function, from its parameters and its own statements."""
    arguments = function.args
    bound = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
    bound |= {each.arg for each in (arguments.vararg, arguments.kwarg) if each is not None}
    outer: set[str] = set()
    nonlocals: set[str] = set()
    order = _own_nodes(function)
    for node in order:
        if isinstance(node, ast.Global):
            outer.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            nonlocals.update(node.names)
        else:
            bound.update(_bound_by(node))
    return Scope(
        frozenset(bound - outer - nonlocals), frozenset(outer), frozenset(nonlocals), _with_yields(function, order)
    )


def _own_nodes(function: ast.FunctionDef | ast.Lambda) -> list[ast.AST]:
    """Return the nodes of a function's body in breadth-first order, without the nodes of inner scopes."""
    found: list[ast.AST] = list(function.body) if isinstance(function, ast.FunctionDef) else [function.body]
    for node in found:
        if isinstance(node, _COMPREHENSIONS):
            found += [inner.target for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr)]
        elif not isinstance(node, _SCOPES):
            found += children(node)
    return found


def _bound_by(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
        case ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [each.asname or each.name.partition(".")[0] for each in names]
    return []


def _with_yields(function: ast.FunctionDef | ast.Lambda, order: list[ast.AST]) -> frozenset[ast.AST]:
    found: set[ast.AST] = {node for node in order if isinstance(node, _YIELDS)}
    if found:
        for node in reversed(order):
            if node is not function and any(child in found for child in children(node)):
                found.add(node)
    return frozenset(found)
