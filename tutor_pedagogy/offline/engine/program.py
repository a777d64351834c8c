"""A submission's code with its syntax tree (AST): nodes, names and their bindings. The code is never run."""

from __future__ import annotations

import ast
import builtins
from dataclasses import replace as with_fields
from functools import cached_property
from itertools import pairwise, takewhile
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar

from tutor_pedagogy.offline.engine.bindings import ASSIGNING, NAMING, name_bound, values_bound
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.parsing import Fault, characters, check, flags, parse
from tutor_pedagogy.offline.engine.source import Source
from tutor_pedagogy.offline.evaluation import Run, run
from tutor_pedagogy.problem.syntax_tree import COMPILED
from tutor_pedagogy.problem.tree_walk import children, parents, walk
from tutor_pedagogy.remembered import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_protocol import Submission


MAX_SOURCE_BYTES = 64 * 1024
"""The maximum size of code that is parsed, in bytes of UTF-8. Larger code is explained from its traceback only."""

BUILTINS = frozenset(dir(builtins))

SHRINKING = frozenset(("pop", "popitem", "remove", "discard", "clear"))
"""Methods that remove items from a collection."""
GROWING = frozenset(("append", "insert", "extend", "add", "update"))
"""Methods that add items to a collection."""
_RESIZING = SHRINKING | GROWING

Loop = ast.For | ast.While
_GROUPS = (Function, Loop)
Feature = type | UnionType | str
"""A feature that rules need: an AST node class or union of them, the type of a constant, or a name that is used."""

_WITH_BLOCKS = (
    *(ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.If),
    *(ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.ExceptHandler, ast.match_case),
)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)

_Statement = TypeVar("_Statement", bound=ast.stmt)
_Node = TypeVar("_Node", bound=ast.AST)


_FINISHED = Remembered[bool]()


def _is_proof_of_end(done: Run) -> bool:
    return done.ending == "finished" and done.is_certain


class Program(Source):
    """A submission's code and its syntax tree. Queries on the tree are cached."""

    def __init__(self, submission: Submission) -> None:
        super().__init__(submission)
        self._own_nodes: dict[ast.AST, list[ast.AST]] = {}
        self._returns: dict[ast.AST, list[ast.Return]] = {}
        self._expressions: dict[int, list[ast.expr]] = {}
        self._each: dict[tuple[type[ast.AST], ...], list[Any]] = {}
        self.edited: dict[Edit, ast.Module | None] = {}
        self.tree: ast.Module | None = None
        self.fault: Fault | None = None
        if len(self.code.encode("utf-8")) <= MAX_SOURCE_BYTES:
            self._read()

    def _read(self) -> None:
        if "\x00" in self.code:
            line = self.code[: self.code.index("\x00")].count("\n") + 1
            column = self.line(line).index("\x00")
            self.fault = Fault("source code cannot contain null bytes", line, column, line, column + 1)
            return
        parsed = parse(self.code, cell=self.is_cell)
        if isinstance(parsed, Fault):
            self.fault = parsed
        elif parsed is not None:
            self.tree = parsed
            is_sound = self.margin or COMPILED.get(self.code, flags(cell=self.is_cell))
            self.fault = None if is_sound else check(parsed, cell=self.is_cell)

    @cached_property
    def run(self) -> Run | None:
        """The program's run in the evaluator; None if the code is not complete: it does not parse or is a fragment."""
        if self.tree is None or self.cells or self.margin or self.first_line:
            return None
        done = run(self.tree)
        _FINISHED.keep(self.code, answer=_is_proof_of_end(done))
        return done

    @cached_property
    def seen(self) -> Mapping[ast.AST, list[Any]]:
        """The first values that each name and subscript had in the program's run; empty for a fragment."""
        if self.tree is None or self.run is None:
            return {}
        return run(self.tree, watched=self.each(ast.Name, ast.Subscript)).seen

    @property
    def finishes(self) -> bool:
        """Whether the evaluator runs the program to its end with known values. The result is cached for the code."""
        known = _FINISHED.get(self.code)
        return known if known is not None else self.run is not None and _is_proof_of_end(self.run)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every AST node except expression contexts, in breadth-first order; empty if the code does not parse."""
        return [self.tree, *self.parents] if self.tree else []

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The parent of each node, in breadth-first order. Built in one pass, because the tree can be large."""
        return parents(self.tree) if self.tree else {}

    @cached_property
    def _places(self) -> dict[type[ast.AST], list[int]]:
        """The indices in `nodes` of the nodes of each class."""
        found: dict[type[ast.AST], list[int]] = {}
        for place, node in enumerate(self.nodes):
            found.setdefault(node.__class__, []).append(place)
        return found

    def each(self, *classes: type[_Node]) -> list[_Node]:
        """Return every node of these classes, in breadth-first order."""
        known = self._each.get(classes)
        if known is None:
            places: list[int] = []
            for each in classes:
                places += self._places.get(each, ())
            known = self._each[classes] = [self.nodes[place] for place in sorted(places)]
        return known

    @cached_property
    def features(self) -> frozenset[Feature]:
        """The features of this code: its node classes, unions of them, the types of its constants, and its names."""
        groups = (group for group in _GROUPS if any(each in self._places for each in group.__args__))
        attributes = (node.attr for node in self.each(ast.Attribute))
        types = (type(node.value) for node in self.each(ast.Constant))
        return frozenset((*self._places, *groups, *types, *self.uses, *attributes))

    @cached_property
    def with_blocks(self) -> list[ast.AST]:
        """Every node that contains blocks of statements, in breadth-first order."""
        return self.each(*_WITH_BLOCKS)

    @cached_property
    def neighbours(self) -> list[tuple[ast.AST, ast.stmt, ast.stmt]]:
        """Every pair of consecutive statements in a body or `else` block, as (node with the block, first, second)."""
        return [
            (node, first, second)
            for node in self.with_blocks
            for block in (getattr(node, "body", None), getattr(node, "orelse", None))
            if isinstance(block, list)
            for first, second in pairwise(block)
        ]

    @cached_property
    def uses(self) -> dict[str, list[ast.Name]]:
        """The AST nodes at which each name occurs, in breadth-first order."""
        found: dict[str, list[ast.Name]] = {}
        for node in self.each(ast.Name):
            found.setdefault(node.id, []).append(node)
        return found

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the ancestors of a node, the innermost first."""
        while (node := self.parents.get(node)) is not None:  # type: ignore[assignment] # the `while` condition excludes None
            yield node

    def loop_around(self, node: ast.AST) -> Loop | None:
        """Return the innermost `for` or `while` loop around a node."""
        return next((up for up in self.above(node) if isinstance(up, Loop)), None)

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions and methods by name. If several share a name, the last definition counts."""
        every: list[Function] = self.each(ast.FunctionDef, ast.AsyncFunctionDef)
        return {node.name: node for node in every}

    @cached_property
    def cell_trees(self) -> list[ast.Module]:
        """The syntax trees of the earlier cells that parse."""
        small = (source for source in self.cell_sources if len(source) <= MAX_SOURCE_BYTES)
        return [tree for tree in map(parse, small) if isinstance(tree, ast.Module)]

    def own_nodes(self, function: Function) -> list[ast.AST]:
        """Return the nodes of a function, without those of nested functions, lambdas and classes."""
        known = self._own_nodes.get(function)
        if known is None:
            known = self._own_nodes[function] = []
            waiting: list[ast.AST] = list(function.body)
            while waiting:
                node = waiting.pop()
                known.append(node)
                if not isinstance(node, _SCOPES):
                    waiting += children(node)
        return known

    def returns_of(self, function: Function) -> list[ast.Return]:
        """Return the `return` statements of a function, in order of lines."""
        known = self._returns.get(function)
        if known is None:
            found = [node for node in self.own_nodes(function) if isinstance(node, ast.Return)]
            known = self._returns[function] = sorted(found, key=lambda node: node.lineno)
        return known

    def returns_nothing(self, function: Function) -> bool:
        """Return whether a function has neither a `return` with a value nor a `yield`."""
        return function not in self._around_results

    @cached_property
    def _around_results(self) -> set[ast.AST]:
        """Every node that contains a `return` with a value or a `yield`."""
        found: set[ast.AST] = set()
        for node in self.each(ast.Return, ast.Yield, ast.YieldFrom):
            if not isinstance(node, ast.Return) or node.value is not None:
                found.update(takewhile(lambda up: up not in found, self.above(node)))
        return found

    def words_of(self, node: ast.AST) -> set[str]:
        """Return the variable and attribute names that occur in a node."""
        return {
            n.id if isinstance(n, ast.Name) else n.attr for n in walk(node) if isinstance(n, ast.Name | ast.Attribute)
        }

    def function_at(self, line: int) -> Function | None:
        """Return the innermost function around a line."""
        return self._functions_by_line.get(line)

    @cached_property
    def _functions_by_line(self) -> dict[int, Function]:
        return _innermost(sorted((n for n in self.nodes if isinstance(n, Function)), key=lambda node: node.lineno))

    def expressions_at(self, line: int) -> list[ast.expr]:
        """Return the expressions that start on a line, in breadth-first order. The result is cached."""
        known = self._expressions.get(line)
        if known is None:
            known = [node for node in self.nodes if isinstance(node, ast.expr) and node.lineno == line]
            self._expressions[line] = known
        return known

    @cached_property
    def _statements_by_line(self) -> dict[int, ast.stmt]:
        return _innermost(
            sorted((n for n in self.nodes if isinstance(n, ast.stmt)), key=lambda node: (node.lineno, node.col_offset))
        )

    def segment(self, node: ast.AST) -> str:
        """Return the source text of a node. Of a node that spans several lines, return only the first line."""
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        end_line, end_column = getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)
        text = self.line(line)
        start = characters(text, column)
        return text[start : characters(text, end_column)] if line == end_line else text[start:].rstrip()

    def header(self, node: ast.stmt | ast.expr) -> Code:
        """Return the line on which a node starts, such as a loop header, as code for a slot."""
        return Code(self.line(node.lineno).strip())

    def here(
        self,
        node: ast.AST,
        *,
        replace: str | tuple[ast.AST | str, str] | None = None,
        edit: Edit | None = None,
        needs_symptom: bool = False,
        **slots: ast.AST | str,
    ) -> Match:
        """Return a match of a node. A slot that is a node is filled with the node's code.

        `replace` makes the edit: the new text for the node, or a pair of a part of the node's first line and the new
        text for that part. A node that spans several lines is not replaced as a whole.
        """
        if isinstance(replace, str):
            replace = (node, replace) if getattr(node, "end_lineno", 0) == getattr(node, "lineno", 0) else None
        found = self._match(getattr(node, "lineno", 0), self.segment(node), replace, edit, slots)
        return with_fields(found, needs_symptom=True) if needs_symptom else found

    def on_line(
        self,
        place: int | ast.AST,
        *,
        replace: tuple[ast.AST | str, str] | None = None,
        edit: Edit | None = None,
        needs_symptom: bool = False,
        **slots: ast.AST | str,
    ) -> Match:
        """Return a match of a whole line: its number, or a node that starts on it. The rest is as in `here`."""
        line = place if isinstance(place, int) else getattr(place, "lineno", 0)
        found = self._match(line, self.line(line).strip() or None, replace, edit, slots)
        return with_fields(found, needs_symptom=True) if needs_symptom else found

    def _match(
        self,
        line: int,
        expression: str | None,
        replace: tuple[ast.AST | str, str] | None,
        edit: Edit | None,
        slots: Mapping[str, ast.AST | str],
    ) -> Match:
        if replace is not None:
            old = replace[0] if isinstance(replace[0], str) else self.segment(replace[0])
            edit = self.edit(line, self.line(line).replace(old, replace[1], 1))
        filled = {name: Code(self.segment(slot)) if isinstance(slot, ast.AST) else slot for name, slot in slots.items()}
        return Match(lines=(line,), expression=expression, edit=edit, slots=filled)

    def statement_at(self, line: int) -> ast.stmt | None:
        """Return the innermost statement that covers a line."""
        return self._statements_by_line.get(line)

    def assignments(self, name: str) -> list[tuple[int, ast.expr | None]]:
        """Return the lines at which a name is bound, in order, each with the value of a plain assignment, else None."""
        return self._bindings.get(name, [])

    @cached_property
    def _bindings(self) -> dict[str, list[tuple[int, ast.expr | None]]]:
        found: dict[str, list[tuple[int, ast.expr | None]]] = {}
        for node in self.each(*ASSIGNING):
            for name, line, value in values_bound(node):
                found.setdefault(name, []).append((line, value))
        for bound in found.values():
            bound.sort(key=lambda item: item[0])
        return found

    @cached_property
    def resized_names(self) -> frozenset[str]:
        """Names of collections that the code may resize: by a method, or as an argument of other than built-ins."""
        found: set[str] = set()
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) if method in _RESIZING:
                    found.add(owner)
            match node:
                case ast.Call(func=called, args=arguments):
                    if not isinstance(called, ast.Name) or called.id not in BUILTINS:
                        found.update(argument.id for argument in arguments if isinstance(argument, ast.Name))
        return frozenset(found)

    def last_value(self, name: str, line: int) -> ast.expr | None:
        """Return the value of the last plain assignment to a name above a line."""
        values = [value for at, value in self.assignments(name) if at < line]
        return values[-1] if values else None

    @cached_property
    def bound_names(self) -> frozenset[str]:
        """Every name that the code or an earlier cell binds: variables, parameters, functions, classes, imports."""
        of_cells = (node for tree in self.cell_trees for node in walk(tree))
        named = (name_bound(node) for node in (*self.each(*NAMING), *of_cells))
        return frozenset(name for name in named if name is not None)


def _innermost(outermost_first: Iterable[_Statement]) -> dict[int, _Statement]:
    """Return the innermost node that covers each line number: the last such node in the given order."""
    found: dict[int, _Statement] = {}
    for node in outermost_first:
        found.update(dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node))
    return found
