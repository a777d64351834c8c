"""The way of a value back from the failing line: assignments, arguments, returns, entries, attributes.

The way is read from the tree. Where several lines could have given the value, those whose value surely has another type
are left out, and a way counts only if one line remains.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.guessed_types import guessed_type
from tutor_pedagogy.offline.rules.runtime.origins import ends_in_result
from tutor_pedagogy.offline.rules.runtime.value_sources import Sources, argument_for, place_in
from tutor_pedagogy.offline.rules.runtime.way_steps import Place, Step, Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

MAX_STEPS = 80
"""The maximum number of expressions that one search looks at."""
_SAME_ENTRIES = frozenset(("list", "sorted", "reversed", "tuple", "set", "iter"))
_TAKING = frozenset(("pop", "popleft", "choice"))


class WayBack:
    """The search for the line that gave a value of a type to the failing line, or this very value if one is given."""

    def __init__(self, case: CrashContext, wanted: str, value: object = None) -> None:
        self.case = case
        self.program = case.program
        self.wanted = wanted
        self.value = value
        self.sources = Sources(case)
        self._left = MAX_STEPS
        self._seen: set[tuple[ast.AST, ast.AST | None, int, str]] = set()

    def of(self, node: ast.expr) -> Way:
        """Return the steps from the failing line back to the line that made the value; empty if that is not clear."""
        start = Place(self.case.function, self.case.line, self.case.crash.callers)
        return self._agreed([way for way in self._ways(node, start) if way])

    def all_of(self, node: ast.expr) -> list[Way]:
        """Return all ways from the failing line back, whose lines have run, to lines that can have made the value."""
        start = Place(self.case.function, self.case.line, self.case.crash.callers)
        ways = [way for way in self._ways(node, start) if way]
        return [way for way in ways if self._has_run(way)] or ways

    def _agreed(self, ways: list[Way]) -> Way:
        """Return the shortest way if all ways lead to one line, else the steps that they share."""
        ways = [way for way in ways if self._has_run(way)] or ways
        if self._left <= 0 or not ways:
            return ()
        shortest = min(ways, key=len)
        if all(way[-1].node is shortest[-1].node for way in ways):
            return shortest
        shared = [steps[0] for steps in takewhile(lambda steps: len(set(steps)) == 1, zip(*ways, strict=False))]
        return tuple(shared)

    def _has_run(self, way: Way) -> bool:
        """Return whether the evaluator, if it fails on the same line, has run all lines of a way before."""
        done = self.program.run
        if done is None or done.exception is None or done.line != self.case.line:
            return True
        statements = (self.program.statement_at(step.line) for step in way if step.kind != "ends")
        return all(statement is None or statement.lineno in done.ran for statement in statements)

    def of_items(self, node: ast.expr) -> Way:
        """Return the steps from a collection on the failing line back to the line that gave its item of the type."""
        start = Place(self.case.function, self.case.line, self.case.crash.callers)
        ways = [way for way in self._of_entries(node, start, -1) if way]
        return self._agreed(ways)

    def _ways(self, node: ast.expr | None, place: Place, index: int = -1) -> Iterator[Way]:
        """Yield the ways on which an expression can have got a value of the wanted type.

        With an index, the value is the part at this index of the expression's value. The empty way says that the
        expression itself makes the value.
        """
        if node is None or self._is_known(node, place, index, "value"):
            return
        if index >= 0 and isinstance(node, ast.Tuple | ast.List):
            if index < len(node.elts):
                yield from self._ways(node.elts[index], place)
            return
        kind = guessed_type(node, self.case.classes, self.program.functions) if index < 0 else ""
        if kind:
            if kind == self.wanted and (self.value is None or _literal(node) == self.value):
                yield ()
            return
        match node:
            case ast.Name():
                yield from self._of_name(node, place, index)
            case ast.Attribute():
                yield from self._of_attribute(node, index)
            case ast.IfExp(body=body, orelse=other):
                yield from self._ways(body, place, index)
                yield from self._ways(other, place, index)
            case _:
                yield from self._of_access(node, place, index)

    def _is_known(self, node: ast.AST, place: Place, index: int, sought: str) -> bool:
        """Return whether the search has been here before, or has looked at enough expressions; note that it is here."""
        self._left -= 1
        key = (node, place.function, index, sought)
        is_known = self._left <= 0 or key in self._seen
        self._seen.add(key)
        return is_known

    def _of_access(self, node: ast.expr, place: Place, index: int) -> Iterator[Way]:
        """Yield the ways of a value that a subscript or a call gives."""
        match node:
            case ast.Subscript(value=owner, slice=ast.Constant(value=int(part))) if part >= 0 and index < 0:
                yield from self._of_entries(owner, place, part, is_part=True)
            case ast.Subscript(value=owner):
                yield from self._of_entries(owner, place, index)
            case ast.Call(func=ast.Attribute(value=owner, attr=name)) if (
                name in _TAKING and name not in self.program.functions
            ):
                owner = node.args[0] if name == "choice" and node.args else owner
                yield from self._of_entries(owner, place, index)
            case ast.Call(func=ast.Attribute(attr="split" | "splitlines" | "readlines")) if index >= 0:
                if self.wanted == "str" and self.value is None:
                    yield ()
            case ast.Call():
                yield from self._of_call(node, place, index)

    def _of_name(self, node: ast.Name, place: Place, index: int) -> Iterator[Way]:
        for up in self.program.above(node):
            for part in getattr(up, "generators", ()):
                if (inner := place_in(part.target, node.id)) is not None:
                    yield from self._of_entries(part.iter, place, inner)
                    return
        bound = list(self.sources.bindings(node, place))
        for statement in bound:
            yield from self._of_binding(statement, node.id, place, index)
        is_parameter = place.function is not None and any(
            arg.arg == node.id for arg in (*place.function.args.args, *place.function.args.kwonlyargs)
        )
        if is_parameter and not any(self.sources.is_sure(statement, node) for statement in bound):
            yield from self._of_parameter(node.id, place, index)
        elif not bound and place.function is not None:
            yield from self._of_name_outside(node.id, index)

    def _of_name_outside(self, name: str, index: int) -> Iterator[Way]:
        outside = Place(None, len(self.program.lines) + 1, None)
        for statement in self.program.each(ast.Assign, ast.For, ast.AnnAssign):
            if self.sources.binds(statement, name) and self.program.function_at(statement.lineno) is None:
                yield from self._of_binding(statement, name, outside, index)

    def _of_binding(self, statement: ast.stmt, name: str, place: Place, index: int) -> Iterator[Way]:
        match statement:
            case ast.Assign(value=value):
                inner = next(found for each in statement.targets if (found := place_in(each, name)) is not None)
                before = replace(place, line=statement.lineno)
                steps = Step("assigned", value, name)
                yield from self._after(steps, self._ways(value, before, inner if inner >= 0 else index))
            case ast.AnnAssign(value=ast.expr() as value):
                yield from self._after(Step("assigned", value, name), self._ways(value, place, index))
            case ast.For(target=target, iter=iterated):
                part = place_in(target, name)
                is_keys = isinstance(iterated, ast.Name | ast.Attribute)
                is_other_key = is_keys and self.wanted != "str" and self._is_dictionary(iterated, place)
                ways = [] if is_other_key else [*self._of_entries(iterated, place, index if part == -1 else part or 0)]
                if not ways and is_keys and self.wanted == "str" and self._is_dictionary(iterated, place):
                    ways = [(Step("key", iterated, self.case.text(iterated)),)]
                yield from self._after(Step("looped", iterated, name), ways)

    def _is_dictionary(self, node: ast.expr, place: Place) -> bool:
        other = WayBack(self.case, "dict")
        return any(True for _ in other._ways(node, place))

    def _of_parameter(self, name: str, place: Place, index: int) -> Iterator[Way]:
        function = place.function
        if function is None:
            return
        for call in self.sources.calls_of(function, place):
            given, is_default = argument_for(function, name, call, is_method=self.case.class_of(function) is not None)
            if given is None:
                continue
            outside = self.program.function_at(call.lineno)
            callers = place.callers[:-1] if place.callers else None
            step = Step("left out" if is_default else "passed", given, name, call)
            yield from self._after(step, self._ways(given, Place(outside, call.lineno, callers), index))

    def _of_attribute(self, node: ast.Attribute, index: int) -> Iterator[Way]:
        for statement, target in self.sources.stores(node):
            place = Place(self.program.function_at(statement.lineno), statement.lineno, None)
            step = Step("stored", statement.value, self.case.text(target))
            yield from self._after(step, self._ways(statement.value, place, index))

    def _of_call(self, call: ast.Call, place: Place, index: int) -> Iterator[Way]:
        name = called_name(call)
        function = self.program.functions.get(name)
        same = sum(node.name == name for node in self.program.each(ast.FunctionDef))
        if function is None or same > 1 or function.decorator_list or isinstance(function, ast.AsyncFunctionDef):
            return
        inside = Place(function, len(self.program.lines) + 1, (*(place.callers or ()), call.lineno))
        if place.callers is None:
            inside = replace(inside, callers=None)
        for returned in self.program.returns_of(function):
            if returned.value is None:
                if self.wanted == "NoneType" and index < 0:
                    yield (Step("returned", returned, name),)
            else:
                step = Step("returned", returned.value, name)
                yield from self._after(step, self._ways(returned.value, inside, index))
        is_generator = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in self.program.own_nodes(function))
        if self.wanted == "NoneType" and index < 0 and not is_generator and not _always_returns(function.body):
            yield (Step("ends", _last(function.body), name),)

    def _of_entries(self, node: ast.expr, place: Place, index: int, *, is_part: bool = False) -> Iterator[Way]:
        """Yield the ways of the entries of a collection. `is_part` says that only the entry at the index is read."""
        if self._is_known(node, place, index, "part" if is_part else "entry"):
            return
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                chosen, inner = (parts[index : index + 1], -1) if is_part else (parts, index)
                for part in chosen:
                    yield from self._after(Step("entry", part, ""), self._ways(part, place, inner))
            case ast.Dict(values=parts):
                for part in parts:
                    yield from self._after(Step("entry", part, ""), self._ways(part, place, -1 if is_part else index))
            case ast.Subscript(value=whole, slice=ast.Slice()):
                yield from self._of_entries(whole, place, index)
            case ast.Subscript(value=owner):
                yield from self._of_entries_inside(owner, place, index)
            case ast.Name() | ast.Attribute():
                yield from self._of_filled(node, place, index, is_part=is_part)
            case ast.Call():
                yield from self._of_call_entries(node, place, index, is_part=is_part)

    def _of_entries_inside(self, owner: ast.expr, place: Place, index: int) -> Iterator[Way]:
        """Yield the ways of the items of a collection that is itself an item, as in `rows[0]` or `book[name]`."""
        if index >= 0:
            return
        for way in self._lists_in(owner, place):
            named = (step for step in way if isinstance(step.node, ast.Name | ast.Attribute))
            step = next(named, way[-1])
            if isinstance(step.node, ast.expr):
                inside = Place(self.program.function_at(step.line), step.line, None)
                yield from self._after(step, self._of_entries(step.node, inside, -1))

    def _lists_in(self, node: ast.expr, place: Place) -> list[Way]:
        """Return the ways of the lists that are items of a collection."""
        search = WayBack(self.case, "list")
        return [way for way in search._of_entries(node, place, -1) if way]

    def _of_call_entries(self, node: ast.Call, place: Place, index: int, *, is_part: bool) -> Iterator[Way]:
        """Yield the ways of the entries of a collection that a call gives."""
        match node:
            case ast.Call(func=ast.Name(id=name), args=[inner, *_]) if name in _SAME_ENTRIES:
                yield from self._of_entries(inner, place, index, is_part=is_part)
            case ast.Call(func=ast.Name(id="enumerate"), args=[inner, *_]) if index == 1:
                yield from self._of_entries(inner, place, -1)
            case ast.Call(func=ast.Name(id="range" | "enumerate" as counter)) if index == (counter == "enumerate") - 1:
                yield from [()] if self.wanted == "int" and self.value is None else []
            case ast.Call(func=ast.Name(id="zip"), args=parts) if 0 <= index < len(parts):
                yield from self._of_entries(parts[index], place, -1)
            case ast.Call(func=ast.Attribute(value=owner, attr="values"), args=[]):
                yield from self._of_entries(owner, place, index)
            case ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[]) if index == 1:
                yield from self._of_entries(owner, place, -1)
            case ast.Call(func=ast.Attribute(attr="split" | "splitlines" | "readlines")) if self.wanted == "str" and (
                index < 0 or is_part
            ):
                yield ()
            case _:
                yield from self._of_returned_entries(node, place, index, is_part=is_part)

    def _of_returned_entries(self, call: ast.Call, place: Place, index: int, *, is_part: bool) -> Iterator[Way]:
        """Yield the ways of the entries of a collection that a function of the program returns."""
        function = self.program.functions.get(called_name(call))
        if function is None:
            return
        callers = None if place.callers is None else (*place.callers, call.lineno)
        inside = Place(function, len(self.program.lines) + 1, callers)
        for returned in self.program.returns_of(function):
            if returned.value is not None:
                yield from self._of_entries(returned.value, inside, index, is_part=is_part)

    def _of_filled(self, node: ast.Name | ast.Attribute, place: Place, index: int, *, is_part: bool) -> Iterator[Way]:
        """Yield the ways of the entries that a variable or an attribute began with, or got later."""
        for value, at in self.sources.collections(node, place):
            if value is not node:
                yield from self._of_entries(value, at, index, is_part=is_part)
        name = node.id if isinstance(node, ast.Name) else node.attr
        for added, owner in self.sources.added(name, place.function if isinstance(node, ast.Name) else None):
            inside = self.program.function_at(added.lineno)
            step = Step("added", added, self.case.text(owner))
            yield from self._after(step, self._ways(added, Place(inside, added.lineno, None), -1 if is_part else index))

    def _after(self, step: Step, ways: Iterable[Way]) -> Iterator[Way]:
        yield from ((step, *way) for way in ways)


def _literal(node: ast.expr) -> object:
    """Return the value of a literal number or string; None for other expressions."""
    match node:
        case ast.Constant(value=int() | str() | float() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    return None


def _always_returns(body: list[ast.stmt]) -> bool:
    """Return whether a function always ends in `return`, if a loop at its end has at least one item."""
    if isinstance(body[-1], ast.For | ast.While) and ends_in_result(body[-1].body):
        return True
    return ends_in_result(body)


def _last(body: list[ast.stmt]) -> ast.stmt:
    """Return the statement at which a function comes to its end without a value."""
    last = body[-1]
    match last:
        case ast.If(body=inner, orelse=other):
            for block in (inner, other):
                if block and not ends_in_result(block):
                    return _last(block)
        case ast.With(body=inner):
            return _last(inner)
    return last
