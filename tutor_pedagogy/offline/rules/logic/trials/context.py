"""The context of candidates: what a run of the failing expression has shown about the program's values."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.evaluation.bounds import SEEN
from tutor_pedagogy.offline.rules.logic.trials.expectations import is_plain
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run

_NUMBERS = (int, float, bool)


class Context:
    """A program and the run of its failing expression, in which all names were watched."""

    def __init__(self, program: Program, run: Run) -> None:
        self.program = program
        self.run = run

    def values(self, node: ast.AST) -> list[Any] | None:
        """Return every value that an expression had; None if not all of them were kept."""
        seen = self.run.seen.get(node)
        return None if seen is None or len(seen) >= SEEN else seen

    def may_be_equal(self, left: ast.expr, right: ast.expr) -> bool:
        """Return whether two compared expressions may have been equal in the run."""
        first, second = (self._known(node) for node in (left, right))
        if first is None or second is None or len(first) != len(second):
            return True
        return any(_same(one, other) for one, other in zip(first, second, strict=True))

    def _known(self, node: ast.expr) -> list[Any] | None:
        values = self.values(node)
        if values is None and isinstance(node, ast.Constant):
            return None
        return values

    def type_of(self, node: ast.AST) -> type | None:
        """Return the only type that a watched value had, or None."""
        seen = self.run.seen.get(node)
        kinds = {type(value) for value in seen or ()}
        return kinds.pop() if len(kinds) == 1 else None

    @cached_property
    def _types(self) -> Mapping[tuple[Function | None, str], type]:
        """The type of each name in each function, as far as the run has shown it."""
        found: dict[tuple[Function | None, str], type] = {}
        for node in self.run.seen:
            parent = self.program.parents.get(node)
            kind = self.type_of(node)
            if isinstance(node, ast.Name) and kind is not None:
                found[self.program.function_at(node.lineno), node.id] = kind
            if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name) and kind is not None:
                found.setdefault((self.program.function_at(parent.lineno), parent.targets[0].id), kind)
        return found

    def alternatives(self, node: ast.Name) -> list[tuple[str, float]]:
        """Return the other variables of the same function that a name may have been taken for, with their weights.

        Their values have the same type. In a `return`, and as the argument of a method, the type may be another.
        """
        parent = self.program.parents.get(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            return []
        function = self.program.function_at(node.lineno)
        kind = self.type_of(node)
        is_free = isinstance(parent, ast.Return) or (
            isinstance(parent, ast.Call) and isinstance(parent.func, ast.Attribute)
        )
        taken = self._beside(parent)
        found = []
        for (owner, name), other in self._types.items():
            if owner is not function or name == node.id or name in taken:
                continue
            if kind is not None and _alike(kind, other):
                found.append((name, self._weight(node, name, parent)))
            elif is_free:
                found.append((name, self._weight(node, name, parent) * 0.8))
        return found

    def _weight(self, node: ast.Name, name: str, parent: ast.AST | None) -> float:
        """Return how likely it is that another name is meant: loop variables and parameters are rarely returned."""
        if isinstance(parent, ast.Return):
            return 0.2 if name in self._passing(node) else 0.55
        started = any(
            isinstance(value, ast.Name) and value.id == node.id for _, value in self.program.assignments(name)
        )
        return 0.7 if started and self.program.loop_around(node) is not None else 0.42

    def _passing(self, node: ast.Name) -> set[str]:
        """Return the loop variables and the parameters of the function around a node."""
        function = self.program.function_at(node.lineno)
        own = self.program.own_nodes(function) if function is not None else []
        targets = (each.target for each in own if isinstance(each, ast.For))
        found = {each.id for target in targets for each in walk(target) if isinstance(each, ast.Name)}
        stored = {each.id for each in own if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        return found | (({each.arg for each in function.args.args} - stored) if function is not None else set())

    @staticmethod
    def _beside(parent: ast.AST | None) -> set[str]:
        """Return the names on the other side of an operator: the same name on both sides has no purpose."""
        match parent:
            case ast.BinOp(left=left, right=right):
                others: list[ast.expr] = [left, right]
            case ast.Compare(left=left, comparators=comparators):
                others = [left, *comparators]
            case ast.Subscript(value=value, slice=index):
                others = [value, index]
            case ast.Assign(targets=targets):
                others = targets
            case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Call(args=items):
                others = items
            case _:
                others = []
        return {each.id for each in others if isinstance(each, ast.Name)}

    def parameters(self, node: ast.AST) -> list[str]:
        """Return the parameters of the function around a node."""
        function = self.program.function_at(getattr(node, "lineno", 0))
        return [each.arg for each in function.args.args if each.arg != "self"] if function is not None else []

    def counters(self, node: ast.AST) -> list[tuple[str, bool]]:
        """Return the names that the function around a node counts up, each with whether nothing reads its value."""
        function = self.program.function_at(getattr(node, "lineno", 0))
        own = self.program.own_nodes(function) if function is not None else self.program.nodes
        found: dict[str, bool] = {}
        for each in own:
            match each:
                case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Constant(value=1)):
                    uses = self.program.uses[name]
                    found[name] = not any(isinstance(use.ctx, ast.Load) for use in uses)
        return list(found.items())

    def may_turn(self, node: ast.Constant) -> bool:
        """Return whether a function still returns both truth values if one `return` gives the other one."""
        parent = self.program.parents.get(node)
        if isinstance(parent, ast.Assign):
            return True
        function = self.program.function_at(node.lineno)
        if not isinstance(parent, ast.Return) or function is None:
            return False
        values = [each.value for each in self.program.returns_of(function) if each is not parent]
        return any(isinstance(value, ast.Constant) and value.value is node.value for value in values)

    @cached_property
    def compared(self) -> frozenset[str]:
        """The names that occur in comparisons."""
        return frozenset(name for node in self.program.each(ast.Compare) for name in names_in(node))

    @cached_property
    def unused_functions(self) -> list[str]:
        """The functions of one parameter that the failing expression has not run."""
        found = []
        for name, function in self.program.functions.items():
            own = self.program.parents.get(function)
            is_free = isinstance(own, ast.Module) and len(function.args.args) == 1
            if is_free and not self.run.ran.get(function.body[0].lineno):
                found.append(name)
        return found[:2]

    def holds_digits(self, node: ast.expr) -> bool:
        """Return whether each value of a name was a string of digits."""
        seen = self.run.seen.get(node) or []
        return bool(seen) and all(isinstance(value, str) and value.strip("-").isdigit() for value in seen)


def _same(one: Any, other: Any) -> bool:
    return (
        is_plain(one) and is_plain(other) and type(one) in _NUMBERS and type(other) in _NUMBERS and one == other
    ) or (isinstance(one, str) and isinstance(other, str) and one == other)


def _alike(one: type | None, other: type) -> bool:
    return one is None or one is other or (one in (int, float) and other in (int, float))


def watched_in(statements: list[ast.stmt]) -> list[ast.AST]:
    """Return the names, the assigned and the compared expressions in statements, whose values are watched."""
    found: list[ast.AST] = []
    for statement in statements:
        for node in walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.append(node)
            elif isinstance(node, ast.Compare):
                found += [node.left, *node.comparators]
            elif isinstance(node, ast.Assign):
                found.append(node.value)
    return found
