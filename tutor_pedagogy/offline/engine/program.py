"""What can be read off a student's code without running it: lines, tokens, syntax tree, names and their bindings."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile
from types import UnionType
from typing import TYPE_CHECKING, Any, TypeVar

from tutor_pedagogy.offline.engine.finding import Edit
from tutor_pedagogy.offline.engine.lexing import tokens_of
from tutor_pedagogy.problem.syntax_tree import COMPILED, syntax_tree
from tutor_pedagogy.problem.tree_walk import children, parents, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor_pedagogy.offline.engine.lexing import Token
    from tutor_protocol import Submission

MAX_SOURCE_BYTES = 64 * 1024
"""Larger code is not parsed; what the traceback says about its lines still counts."""

BUILTINS = frozenset(dir(builtins))

SHRINKING = frozenset(("pop", "popitem", "remove", "discard", "clear"))
"""Methods that take items from a collection."""
GROWING = frozenset(("append", "insert", "extend", "add", "update"))
"""Methods that give a collection more items."""
_RESIZING = SHRINKING | GROWING

_SURROGATE = re.compile("[\ud800-\udfff]")
_MAGIC = re.compile(r"^(\s*)(?:[%!].*|\?{1,2}\w.*|\w[\w.]*\?{1,2})$")
_WORD = re.compile(r"[^\W\d]\w*")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.While
_GROUPS = (Function, Loop)
Feature = type | UnionType | str
"""Something that code can hold: nodes of a class, or of one of several classes, a value of a type, or a name."""

_WITH_BLOCKS = (
    *(ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.For, ast.AsyncFor, ast.While, ast.If),
    *(ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.ExceptHandler, ast.match_case),
)
_WITH_TARGETS = (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign, ast.For, ast.comprehension, ast.arg)
_BINDING = (ast.Name, ast.arg, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.alias, ast.ExceptHandler)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)

_Statement = TypeVar("_Statement", bound=ast.stmt)
_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Fault:
    """Where and why the code does not compile: line from 1, column from 0 in characters, as CPython reports it."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int


def parse(code: str, *, cell: bool = False) -> ast.Module | Fault | None:
    """Parse code, never running it. None where CPython cannot say, as with code nested too deep for it."""
    try:
        return syntax_tree(code, _flags(cell=cell))
    except SyntaxError as error:
        return _fault(error)
    except (ValueError, MemoryError, RecursionError, OverflowError):
        return None


def check(tree: ast.Module, *, cell: bool = False) -> Fault | None:
    """Give the fault that CPython finds only after parsing, such as `return` outside a function."""
    flags = _flags(cell=cell)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "<student>", "exec", flags, dont_inherit=True)
    except SyntaxError as error:
        return _fault(error)
    except (ValueError, MemoryError, RecursionError, OverflowError, SystemError):
        return None
    return None


def _flags(*, cell: bool) -> int:
    return ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if cell else 0


def _fault(error: SyntaxError) -> Fault:
    line = max(error.lineno or 1, 1)
    column = max((error.offset or 1) - 1, 0)
    end_line = max(error.end_lineno or line, line)
    end_column = max((error.end_offset or 0) - 1, 0)
    if end_line == line and end_column <= column:
        end_column = column + 1
    return Fault(error.msg or "invalid syntax", line, column, end_line, end_column)


class Program:
    """A submission's code, cleaned of what no parser takes, and what its syntax tree tells.

    Lines count from 1 in the code here; `shown` turns them into the editor's numbers. An indented fragment of a larger
    document is moved to the margin; edits are moved back.
    """

    def __init__(self, submission: Submission) -> None:
        self.submission = submission
        self._own_nodes: dict[ast.AST, list[ast.AST]] = {}
        self._returns: dict[ast.AST, list[ast.Return]] = {}
        self._expressions: dict[int, list[ast.expr]] = {}
        self._each: dict[tuple[type[ast.AST], ...], list[Any]] = {}
        self.first_line = submission.first_line
        self.is_cell = submission.kind == "cell"
        self.cells = submission.cells
        code = submission.code.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
        self.code, self.margin = _at_margin(_SURROGATE.sub("\ufffd", code), is_fragment=submission.first_line > 0)
        if self.is_cell:
            self.code = _without_magics(self.code)
        self.lines = self.code.split("\n")
        self.cursor_line = min(submission.cursor.line + 1, len(self.lines))
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
            is_sound = self.margin or COMPILED.get(self.code, _flags(cell=self.is_cell))
            self.fault = None if is_sound else check(parsed, cell=self.is_cell)

    def shown(self, line: int) -> int:
        """Give a line's number in the student's editor."""
        return line + self.first_line

    def line(self, number: int) -> str:
        """Give a line's text, empty where there is none."""
        return self.lines[number - 1] if 1 <= number <= len(self.lines) else ""

    def edit(self, line: int, after: str, *, before_lines: int = 1) -> Edit:
        """Replace `before_lines` lines from `line` on by `after`, in the terms of the submitted code."""
        before = "\n".join(self.lines[line - 1 : line - 1 + before_lines])
        if self.margin:
            before, after = (
                "\n".join(self.margin + text if text.strip() else text for text in block.split("\n"))
                for block in (before, after)
            )
        return Edit(line, before, after)

    @cached_property
    def tokens(self) -> list[Token]:
        """The code's tokens, also where it does not parse."""
        return tokens_of(self.code)

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the code and of earlier cells, comments and strings included."""
        return frozenset(_WORD.findall(self.code)).union(*(_WORD.findall(cell.source) for cell in self.cells))

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Every node of the tree but its contexts, breadth first; empty where the code does not parse."""
        return [self.tree, *self.parents] if self.tree else []

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node that holds each node, breadth first, in one pass: the tree of a long program is large."""
        return parents(self.tree) if self.tree else {}

    @cached_property
    def _places(self) -> dict[type[ast.AST], list[int]]:
        """Where the nodes of each class stand in `nodes`."""
        found: dict[type[ast.AST], list[int]] = {}
        for place, node in enumerate(self.nodes):
            found.setdefault(node.__class__, []).append(place)
        return found

    def each(self, *kinds: type[_Node]) -> list[_Node]:
        """Give every node of these classes, breadth first."""
        known = self._each.get(kinds)
        if known is None:
            places: list[int] = []
            for kind in kinds:
                places += self._places.get(kind, ())
            known = self._each[kinds] = [self.nodes[place] for place in sorted(places)]
        return known

    @cached_property
    def features(self) -> frozenset[Feature]:
        """The classes of the code's nodes, groups of such classes, types of values, and every name that is used."""
        groups = (group for group in _GROUPS if any(kind in self._places for kind in group.__args__))
        attributes = (node.attr for node in self.each(ast.Attribute))
        types = (type(node.value) for node in self.each(ast.Constant))
        return frozenset((*self._places, *groups, *types, *self.uses, *attributes))

    @cached_property
    def with_blocks(self) -> list[ast.AST]:
        """Every node that holds blocks of statements, breadth first."""
        return self.each(*_WITH_BLOCKS)

    @cached_property
    def neighbours(self) -> list[tuple[ast.AST, ast.stmt, ast.stmt]]:
        """Every two statements that follow each other in a body or after an `else`, behind the node that holds them."""
        return [
            (node, first, second)
            for node in self.with_blocks
            for block in (getattr(node, "body", None), getattr(node, "orelse", None))
            if isinstance(block, list)
            for first, second in pairwise(block)
        ]

    @cached_property
    def uses(self) -> dict[str, list[ast.Name]]:
        """Where each name stands, breadth first."""
        found: dict[str, list[ast.Name]] = {}
        for node in self.each(ast.Name):
            found.setdefault(node.id, []).append(node)
        return found

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Go up the tree from a node."""
        while (node := self.parents.get(node)) is not None:  # type: ignore[assignment] # narrowed by the walrus
            yield node

    @cached_property
    def functions(self) -> dict[str, Function]:
        """Functions and methods by name; of several with one name the last."""
        every: list[Function] = self.each(ast.FunctionDef, ast.AsyncFunctionDef)
        return {node.name: node for node in every}

    @cached_property
    def cell_tree(self) -> list[ast.Module]:
        """The earlier cells that parse."""
        sources = (_without_magics(cell.source) for cell in self.cells if len(cell.source) <= MAX_SOURCE_BYTES)
        return [
            tree
            for tree in (parse(_SURROGATE.sub("\ufffd", source)) for source in sources)
            if isinstance(tree, ast.Module)
        ]

    def own_nodes(self, function: Function) -> list[ast.AST]:
        """Give the nodes of a function without those of functions and classes inside it."""
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
        """Give the `return` statements of a function, in order of lines."""
        known = self._returns.get(function)
        if known is None:
            found = [node for node in self.own_nodes(function) if isinstance(node, ast.Return)]
            known = self._returns[function] = sorted(found, key=lambda node: node.lineno)
        return known

    def returns_nothing(self, function: Function) -> bool:
        """Tell whether a function has no `return` with a value, nor a `yield`."""
        return function not in self._around_results

    @cached_property
    def _around_results(self) -> set[ast.AST]:
        """Every node that holds a `return` with a value or a `yield`."""
        found: set[ast.AST] = set()
        for node in self.each(ast.Return, ast.Yield, ast.YieldFrom):
            if not isinstance(node, ast.Return) or node.value is not None:
                found.update(takewhile(lambda up: up not in found, self.above(node)))
        return found

    def words_of(self, node: ast.AST) -> set[str]:
        """Give the names and attributes that a node mentions."""
        return {
            n.id if isinstance(n, ast.Name) else n.attr for n in walk(node) if isinstance(n, ast.Name | ast.Attribute)
        }

    def function_at(self, line: int) -> Function | None:
        """Give the innermost function around a line."""
        return self._functions_by_line.get(line)

    @cached_property
    def _functions_by_line(self) -> dict[int, Function]:
        return _innermost(sorted((n for n in self.nodes if isinstance(n, Function)), key=lambda node: node.lineno))

    def expressions_at(self, line: int) -> list[ast.expr]:
        """Give the expressions that start on a line, breadth first; one line is asked about again and again."""
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
        """Give a node's own text; of one over several lines the first."""
        line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
        end_line, end_column = getattr(node, "end_lineno", 0), getattr(node, "end_col_offset", 0)
        text = self.line(line)
        start = characters(text, column)
        return text[start : characters(text, end_column)] if line == end_line else text[start:].rstrip()

    def statement_at(self, line: int) -> ast.stmt | None:
        """Give the innermost statement that covers a line."""
        return self._statements_by_line.get(line)

    def assignments(self, name: str) -> list[tuple[int, ast.expr | None]]:
        """Give where a name is bound, in order of lines, with the value where it is a plain assignment."""
        return self._bindings.get(name, [])

    @cached_property
    def _bindings(self) -> dict[str, list[tuple[int, ast.expr | None]]]:
        found: dict[str, list[tuple[int, ast.expr | None]]] = {}
        for node in self.each(*_WITH_TARGETS):
            for name, line, value in _bound_by(node):
                found.setdefault(name, []).append((line, value))
        for bound in found.values():
            bound.sort(key=lambda item: item[0])
        return found

    @cached_property
    def resized_names(self) -> frozenset[str]:
        """Names of collections that the code itself makes longer or shorter, or hands to a function that might."""
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
        """Give the value of the last plain assignment to a name above a line."""
        values = [value for at, value in self.assignments(name) if at < line]
        return values[-1] if values else None

    @cached_property
    def bound_names(self) -> frozenset[str]:
        """Every name that the code or an earlier cell binds: variables, parameters, functions, classes, imports."""
        names: set[str] = set()
        of_cells = (node for tree in self.cell_tree for node in walk(tree))
        for node in (*self.each(*_BINDING), *of_cells):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                    names.add(name)
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    names.add(name)
                case ast.alias(name=name, asname=asname):
                    names.add(asname or name.split(".")[0])
                case ast.ExceptHandler(name=str(name)):
                    names.add(name)
        return frozenset(names)


def _innermost(outermost_first: Iterable[_Statement]) -> dict[int, _Statement]:
    """Give the last of the nodes that covers each line."""
    found: dict[int, _Statement] = {}
    for node in outermost_first:
        found.update(dict.fromkeys(range(node.lineno, (node.end_lineno or node.lineno) + 1), node))
    return found


def _bound_by(node: ast.AST) -> Iterator[tuple[str, int, ast.expr | None]]:
    """Give the names that a node binds, with the line, and the value where it is a plain assignment."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target.id, node.lineno, value) for target in targets if isinstance(target, ast.Name))
            for target in targets:
                if isinstance(target, ast.Tuple | ast.List):
                    inside = {inner.id for inner in walk(target) if isinstance(inner, ast.Name)}
                    yield from ((name, node.lineno, _share(target, value, name)) for name in inside)
        case (
            ast.AnnAssign(target=ast.Name(id=name), value=value) | ast.NamedExpr(target=ast.Name(id=name), value=value)
        ):
            yield name, node.lineno, value
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, node.lineno, None
        case ast.For(target=target) | ast.comprehension(target=target):
            yield from ((inner.id, inner.lineno, None) for inner in walk(target) if isinstance(inner, ast.Name))
        case ast.arg(arg=name):
            yield name, node.lineno, None


def _share(target: ast.Tuple | ast.List, value: ast.expr, name: str) -> ast.expr | None:
    """Give what a name gets of a value that is taken apart, where the value is taken apart in the source as well."""
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
        for place, part in zip(target.elts, value.elts, strict=True):
            if isinstance(place, ast.Name) and place.id == name:
                return part
    return None


def characters(line: str, byte_offset: int) -> int:
    """Turn a column in UTF-8 bytes, as syntax trees have it, into one in characters."""
    return byte_offset if line.isascii() else len(line.encode("utf-8")[:byte_offset].decode("utf-8", "ignore"))


def _at_margin(code: str, *, is_fragment: bool) -> tuple[str, str]:
    if not is_fragment:
        return code, ""
    lines = code.split("\n")
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip())]
    if not margin:
        return code, ""
    if not all(line.startswith(margin) or not line.strip() or line.lstrip().startswith("#") for line in lines):
        return code, ""
    return "\n".join(line.removeprefix(margin) for line in lines), margin


def _without_magics(code: str) -> str:
    if "%" not in code and "!" not in code and "?" not in code:
        return code
    return "\n".join(_MAGIC.sub(r"\1pass", line) for line in code.split("\n"))
