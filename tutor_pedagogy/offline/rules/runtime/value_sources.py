"""Sources of values: what binds a name, stores an attribute, adds to a collection or passes an argument."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.way_steps import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

_ADDING = frozenset(("append", "add", "insert", "appendleft"))


class Sources:
    """The places of a program that give values to names, attributes, parameters and collections."""

    def __init__(self, case: CrashContext) -> None:
        self.case = case
        self.program = case.program

    def binds(self, statement: ast.stmt, name: str) -> bool:
        """Return whether an assignment or a loop gives a value to a name."""
        match statement:
            case ast.Assign(targets=targets):
                return any(place_in(target, name) is not None for target in targets)
            case ast.For(target=target) | ast.AnnAssign(target=target, value=ast.expr()):
                return place_in(target, name) is not None
        return False

    def bindings(self, node: ast.Name, place: Place) -> Iterator[ast.stmt]:
        """Yield the statements of this function that may have given a name its value, the nearest first."""
        loops = [up for up in self.program.above(node) if isinstance(up, ast.For | ast.While)]
        path = {node, *self.program.above(node)}
        found = [
            statement
            for statement in self.program.each(ast.Assign, ast.For, ast.AnnAssign)
            if self.binds(statement, node.id)
            and getattr(statement, "iter", getattr(statement, "value", None)) not in path
            and self.program.function_at(statement.lineno) is place.function
            and (
                statement.lineno < place.line
                or statement in loops
                or any(up in loops for up in self.program.above(statement))
            )
        ]
        around = {*self.program.above(node)}
        before = sorted((each for each in found if each.lineno <= node.lineno), key=lambda each: -each.lineno)
        for statement in before:
            yield statement
            if self.is_sure(statement, node):
                break
        yield from (each for each in found if each.lineno > node.lineno and each not in around)

    def is_sure(self, statement: ast.stmt, node: ast.AST) -> bool:
        """Return whether a statement surely ran before a node: all blocks around it are around the node as well."""
        parent = self.program.parents.get(statement)
        around = {*self.program.above(node)}
        if isinstance(statement, ast.For):
            return statement in around
        same_branch = not isinstance(parent, ast.If | ast.Try) or parent in around
        return statement.lineno <= getattr(node, "lineno", 0) and parent in around and same_branch

    def calls_of(self, function: Function, place: Place) -> Iterable[ast.Call]:
        """Return the calls of a function that can have led to a place."""
        names = {function.name}
        owner = self.case.class_of(function)
        if function.name == "__init__" and owner is not None:
            names = {owner.name}
        same = sum(node.name == function.name for node in self.program.each(ast.FunctionDef))
        if same > 1 and function.name != "__init__" and not place.callers:
            return []
        calls = [node for node in self.program.each(ast.Call) if called_name(node) in names]
        if place.callers:
            return [call for call in calls if call.lineno <= place.callers[-1] <= (call.end_lineno or 0)]
        return calls

    def stores(self, node: ast.Attribute) -> Iterator[tuple[ast.Assign, ast.Attribute]]:
        """Yield the assignments to an attribute. For one of `self`, leave out those to `self` in other classes."""
        owner = self._class_around(node) if _is_of_self(node) else None
        for statement in self.program.each(ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Attribute) and target.attr == node.attr:
                    is_of_another = _is_of_self(target) and self._class_around(target) is not owner
                    if owner is None or not is_of_another or owner.bases:
                        yield statement, target

    def _class_around(self, node: ast.AST) -> ast.ClassDef | None:
        return next((up for up in self.program.above(node) if isinstance(up, ast.ClassDef)), None)

    def collections(self, node: ast.Name | ast.Attribute, place: Place) -> Iterator[tuple[ast.expr, Place]]:
        """Yield the expressions that a variable or attribute got its collection from."""
        if isinstance(node, ast.Attribute):
            for statement, _ in self.stores(node):
                yield statement.value, Place(self.program.function_at(statement.lineno), statement.lineno, None)
            return
        bound = [each for each in self.bindings(node, place) if isinstance(each, ast.Assign)]
        if bound:
            yield from ((each.value, place) for each in bound)
        elif place.function is not None and node.id in [arg.arg for arg in place.function.args.args]:
            is_method = self.case.class_of(place.function) is not None
            for call in self.calls_of(place.function, place):
                given, _ = argument_for(place.function, node.id, call, is_method=is_method)
                if given is not None:
                    callers = place.callers[:-1] if place.callers else None
                    yield given, Place(self.program.function_at(call.lineno), call.lineno, callers)
        elif place.function is not None:
            outside = Place(None, len(self.program.lines) + 1, None)
            for statement in self.program.each(ast.Assign):
                if self.binds(statement, node.id) and self.program.function_at(statement.lineno) is None:
                    yield statement.value, outside

    def added(self, name: str, function: Function | None) -> Iterator[tuple[ast.expr, ast.expr]]:
        """Yield the values that statements add to the collection of this name, each with the collection."""
        for node in self.program.each(ast.Call, ast.Assign):
            match node:
                case ast.Call(func=ast.Attribute(value=owner, attr=method), args=[*_, value]) if method in _ADDING:
                    pass
                case ast.Assign(targets=[ast.Subscript(value=owner)], value=value):
                    pass
                case _:
                    continue
            match owner:
                case ast.Name(id=held) if held == name:
                    if self.program.function_at(node.lineno) in (function, None):
                        yield value, owner
                case ast.Attribute(attr=held) if held == name:
                    yield value, owner


def _is_of_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id == "self"


def place_in(target: ast.expr, name: str) -> int | None:
    """Return the index of a name in a target, or -1 for the whole target; None if the target does not bind it."""
    match target:
        case ast.Name(id=bound) if bound == name:
            return -1
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return next((at for at, part in enumerate(parts) if isinstance(part, ast.Name) and part.id == name), None)
    return None


def argument_for(function: Function, name: str, call: ast.Call, *, is_method: bool) -> tuple[ast.expr | None, bool]:
    """Return the expression that a call passes for a parameter, and whether it is the default value."""
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return None, False
    named = next((each.value for each in call.keywords if each.arg == name), None)
    if named is not None:
        return named, False
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if name not in names:
        return None, False
    at = names.index(name)
    given = at - 1 if is_method and names[:1] == ["self"] else at
    if 0 <= given < len(call.args):
        return call.args[given], False
    defaults = function.args.defaults
    back = len(names) - at
    return (defaults[-back], True) if back <= len(defaults) else (None, False)
