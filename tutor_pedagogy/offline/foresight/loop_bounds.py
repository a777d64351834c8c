"""Loops that must fail: an index out of range, a division by 0, a collection that shrinks during iteration."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.bindings import name_bound
from tutor_pedagogy.offline.engine.nodes import Function, names_in
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING
from tutor_pedagogy.offline.foresight.frame import crash_at
from tutor_pedagogy.offline.foresight.predicted import PredictedException
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.crash import Crash
from tutor_pedagogy.offline.engine.program import Program

_EXITS = (ast.Break, ast.Continue, ast.Return, ast.Raise)
_DIVISIONS = {
    ast.Div: "division by zero",
    ast.FloorDiv: "integer division or modulo by zero",
    ast.Mod: "integer modulo by zero",
}

Loop = ast.For | ast.While | ast.comprehension


@dataclass(slots=True)
class _Count:
    """A counting variable of a loop. In the last iteration its value is the length of `owner` plus `last`."""

    name: str
    owner: str
    last: int


def crashes_in_loops(program: Program) -> Iterator[Crash]:
    """Yield the crashes that loops must cause, and an IndexError for every `xs[len(xs)]`."""
    for node in program.each(ast.For, ast.While, ast.comprehension, ast.Subscript):
        if isinstance(node, ast.For | ast.While | ast.comprehension):
            yield from _LoopReader(program, node).crashes()
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            owner = program.segment(node.value)
            if _length_of(program, node.slice) == (owner, 0) and _is_sequence(program, node.value):
                yield crash_at(program, node, _out_of_range(program, node))


class _LoopReader:
    """Finds the crashes in one loop."""

    def __init__(self, program: Program, loop: Loop) -> None:
        self._program = program
        self._loop = loop

    @cached_property
    def _inside(self) -> list[ast.AST]:
        """Every AST node of the loop's body or a comprehension's result; none for a comprehension with a condition."""
        if isinstance(self._loop, ast.comprehension):
            made = self._program.parents.get(self._loop)
            parts = [made.key, made.value] if isinstance(made, ast.DictComp) else [getattr(made, "elt", None)]
            return [node for part in parts if part is not None for node in walk(part)] if not self._loop.ifs else []
        return [node for statement in self._loop.body for node in walk(statement)]

    def crashes(self) -> Iterator[Crash]:
        """Yield the crashes in this loop."""
        if isinstance(self._loop, ast.For):
            yield from self._collection_shrinks(self._loop)
        if isinstance(self._loop, ast.For | ast.comprehension):
            yield from self._divisor_starts_at_zero(self._loop)
        count = self._count()
        if count is None or self._is_set(count.name) or self._changes(count.owner, GROWING):
            return
        shrinks = self._changes(count.owner, SHRINKING)
        for node in self._inside:
            if not isinstance(node, ast.Subscript) or self._program.segment(node.value) != count.owner:
                continue
            step = _step(node.slice, count.name)
            is_too_far = step is not None and count.last + step >= 0
            if (is_too_far or (shrinks and step == 0)) and not self._is_uncertain(node, after_shrinking=not is_too_far):
                yield crash_at(self._program, node, _out_of_range(self._program, node))
                return

    def _count(self) -> _Count | None:
        """Return the counting variable of the loop's header if it counts up to a collection's length, else None."""
        loop = self._loop
        if isinstance(loop, ast.While):
            return self._count_of_while(loop.test)
        match loop.target, loop.iter:
            case ast.Name(id=name), ast.Call(func=ast.Name(id="range"), args=[stop] | [_, stop]):
                bound = _length_of(self._program, stop)
            case (
                ast.Tuple(elts=[ast.Name(id=name), _]),
                ast.Call(func=ast.Name(id="enumerate"), args=[ast.Name(id=owner)], keywords=[]),
            ) if isinstance(loop, ast.For):
                bound = owner, 0
            case _:
                return None
        return _Count(name, bound[0], bound[1] - 1) if bound is not None else None

    def _count_of_while(self, test: ast.expr) -> _Count | None:
        match test:
            case ast.Compare(left=ast.Name(id=name), ops=[ast.Lt() | ast.LtE() as op], comparators=[right]):
                bound = _length_of(self._program, right)
            case _:
                return None
        steps = [node for node in self._inside if isinstance(node, ast.AugAssign) and _is_name(node.target, name)]
        match steps:
            case [ast.AugAssign(op=ast.Add(), value=ast.Constant(value=1))] if bound is not None:
                return _Count(name, bound[0], bound[1] - isinstance(op, ast.Lt))
        return None

    def _is_set(self, name: str) -> bool:
        """Return whether the body of a loop other than `while` assigns to this name."""
        return not isinstance(self._loop, ast.While) and any(name_bound(node) == name for node in self._inside)

    def _changes(self, owner: str, methods: frozenset[str]) -> bool:
        """Return whether the body calls one of these methods on a collection, deletes from it or rebinds its name."""
        for node in self._inside:
            match node:
                case ast.Call(func=ast.Attribute(value=value, attr=name)) if name in methods:
                    pass
                case ast.Delete(targets=[ast.Subscript(value=value)]) if "pop" in methods:
                    pass
                case ast.Name(ctx=ast.Store()) as value if "append" in methods:
                    pass
                case _:
                    continue
            if self._program.segment(value) == owner:
                return True
        return False

    def _is_uncertain(self, node: ast.AST, *, after_shrinking: bool = False) -> bool:
        """Return whether the failing iteration may skip a node, or may reach it with another value of the variable."""
        below: ast.AST = node
        for up in self._program.above(node):
            if up is self._loop:
                break
            if isinstance(up, ast.If | ast.IfExp | ast.While) and below is not up.test:
                return True
            if isinstance(up, ast.BoolOp) and below is not up.values[0]:
                return True
            if isinstance(up, ast.Try | ast.With | ast.Lambda | Function | ast.comprehension):
                return True
            below = up
        line = getattr(node, "lineno", 0)
        for other in self._inside:
            at = getattr(other, "lineno", 0)
            if isinstance(other, _EXITS) and (after_shrinking or at < line):
                return True
            if not isinstance(other, ast.AugAssign) or not isinstance(self._loop, ast.While):
                continue
            if at <= line and isinstance(other.target, ast.Name) and other.target.id in names_in(node):
                return True
        return not _is_sequence(self._program, node.value) if isinstance(node, ast.Subscript) else False

    def _divisor_starts_at_zero(self, loop: ast.For | ast.comprehension) -> Iterator[Crash]:
        match loop.target, loop.iter:
            case ast.Name(id=name), ast.Call(func=ast.Name(id="range"), args=[_] | [ast.Constant(value=0), _]):
                pass
            case _:
                return
        if self._is_set(name):
            return
        for node in self._inside:
            match node:
                case ast.BinOp(left=ast.JoinedStr() | ast.Constant(value=str())):
                    continue
                case ast.BinOp(op=ast.Div() | ast.FloorDiv() | ast.Mod() as op, right=ast.Name(id=divisor)) if (
                    divisor == name and not self._is_uncertain(node)
                ):
                    yield crash_at(self._program, node, PredictedException("ZeroDivisionError", _DIVISIONS[type(op)]))
                    return

    def _collection_shrinks(self, loop: ast.For) -> Iterator[Crash]:
        """Yield the crash of a `for` loop over a dictionary or set whose body removes items from it."""
        match loop.iter:
            case ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr="keys" | "values" | "items"), args=[]):
                word = "dictionary"
            case ast.Name() as owner if (type_ := _made_as(self._program, owner)) in ("dictionary", "Set"):
                word = type_
            case _:
                return
        if self._changes(owner.id, SHRINKING) and not any(isinstance(node, _EXITS) for node in self._inside):
            message = f"{word} changed size during iteration"
            yield crash_at(self._program, loop.iter, PredictedException("RuntimeError", message))


def _length_of(program: Program, node: ast.expr) -> tuple[str, int] | None:
    """Return the collection and the offset of a length: `xs` and 1 for `len(xs) + 1`. A name may refer to `len(xs)`."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name() | ast.Attribute() | ast.Subscript() as owner]):
            return program.segment(owner), 0
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=ast.Constant(value=int(number))):
            bound = _length_of(program, left)
            return (bound[0], bound[1] + (number if isinstance(op, ast.Add) else -number)) if bound else None
        case ast.Name(id=name):
            given = program.assignments(name)
            if len(given) == 1 and isinstance(value := given[0][1], ast.Call) and given[0][0] < node.lineno:
                bound = _length_of(program, value)
                return bound if bound is not None and _keeps_length(program, bound[0]) else None
    return None


def _keeps_length(program: Program, owner: str) -> bool:
    """Return whether the length of a collection surely stays the same: its name is bound once and never resized."""
    return owner.isidentifier() and len(program.assignments(owner)) <= 1 and owner not in program.resized_names


def _step(index: ast.expr, name: str) -> int | None:
    """Return the integer that an index adds to a variable: 1 for `i + 1`; None for another kind of index."""
    match index:
        case ast.Name(id=used) if used == name:
            return 0
        case ast.BinOp(left=ast.Name(id=used), op=ast.Add(), right=ast.Constant(value=int(added))) if used == name:
            return added
    return None


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _is_sequence(program: Program, owner: ast.expr) -> bool:
    """Return whether a collection may be a sequence, because the code does not bind its name to a dictionary."""
    return not isinstance(owner, ast.Name) or _made_as(program, owner) != "dictionary"


def _made_as(program: Program, owner: ast.Name) -> str | None:
    """Return the kind of collection to which the code binds a name: dictionary, Set, string, array, or None."""
    for _, value in program.assignments(owner.id):
        match value:
            case (
                ast.Dict()
                | ast.DictComp()
                | ast.Call(func=ast.Name(id="dict" | "defaultdict" | "Counter" | "OrderedDict"))
            ):
                return "dictionary"
            case ast.Set() | ast.SetComp() | ast.Call(func=ast.Name(id="set")):
                return "Set"
            case ast.Constant(value=str()):
                return "string"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="np" | "numpy"))):
                return "array"
    return None


def _out_of_range(program: Program, node: ast.Subscript) -> PredictedException:
    assigned = "" if isinstance(node.ctx, ast.Load) else "assignment "
    made = _made_as(program, node.value) if isinstance(node.value, ast.Name) else None
    messages = {"array": "index out of bounds for axis 0 with this size", "string": "string index out of range"}
    return PredictedException("IndexError", messages.get(made or "", f"list {assigned}index out of range"))
