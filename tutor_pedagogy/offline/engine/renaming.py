"""Renaming of a worked example: its own variables, parameters, functions and classes, and nothing else.

Keywords, built-ins, imported names, attributes, methods, the keyword arguments of other functions and the contents of
strings keep their text. The fields of an f-string are code, so names in them are renamed.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lesson import Example
from tutor_pedagogy.offline.engine.lexing import tokens_of
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.engine.string_fields import fields_of
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_pedagogy.problem.tree_walk import children, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tutor_pedagogy.offline.engine.lexing import Token

_FIXED = frozenset(dir(builtins)) | frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | {"self", "cls"}
_CODE_SPAN = re.compile(r"`([^`]*)`")
_LETTERS = tuple("kmnptuvwxyzabcdghijqrs")
_MANY = ("items", "things", "values", "pieces", "parts", "elements", "units")
_ONE = ("item", "thing", "value", "piece", "part", "element", "unit", "current", "subject", "sample")
"""Neutral names, which fit whatever an example is about: for names in the plural, and for the others."""
_FUNCTIONS = ("work_out", "find_result", "do_step", "treat", "process", "handle")
_CLASSES = ("Thing", "Item", "Part", "Piece", "Unit", "Sample")
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (*_NAMED, ast.Lambda)


def renamed(example: Example, taken: frozenset[str]) -> Example:
    """Return an example in which each of its own names that is among the taken ones has another name.

    Code spans in the sentences around the example change with it. An example that does not parse is returned as it is.
    """
    try:
        tree = syntax_tree(example.code)
    except SyntaxError:
        return example
    names = _OwnNames.of(tree)
    new = names.replacements(taken, example.code)
    if not new:
        return example
    renaming = _Renaming(names, new)
    before, after = (
        _CODE_SPAN.sub(lambda span: f"`{renaming.of_span(span[1])}`", part) for part in (example.before, example.after)
    )
    return Example(before, renaming.of_program(example.code, tree), after)


@dataclass(slots=True)
class _OwnNames:
    """The names that an example binds itself: variables (and parameters), functions and classes."""

    variables: set[str] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)
    parameters: dict[str, set[str]] = field(default_factory=dict)
    """The parameters by the function's name, the class's name for `__init__`, or a dot and the method's name."""
    in_class_body: set[ast.AST] = field(default_factory=set)
    """The nodes that name a class attribute or a method in the body of its class."""

    @classmethod
    def of(cls, tree: ast.AST) -> _OwnNames:
        """Return the names that a syntax tree binds."""
        own = cls()
        imported: set[str] = set()
        nodes = walk(tree)
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                own._read_class(node)
            elif isinstance(node, Function):
                own._add_parameters(node.name, node)
            elif isinstance(node, ast.alias):
                imported.add((node.asname or node.name).partition(".")[0])
        for node in nodes:
            if node not in own.in_class_body:
                own._read(node)
        fixed = _FIXED | imported | {name for name in own.variables | own.functions if name.startswith("_")}
        own.variables -= fixed
        own.functions -= fixed
        own.classes -= fixed
        return own

    def _read(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                self.variables.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                self.variables.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                self.functions.add(name)
            case ast.ClassDef(name=name):
                self.classes.add(name)

    def _read_class(self, node: ast.ClassDef) -> None:
        inside = list(_in_body(node))
        bound = {each.id for each in inside if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
        for each in inside:
            if isinstance(each, _NAMED) or (isinstance(each, ast.Name) and each.id in bound):
                self.in_class_body.add(each)
            if isinstance(each, Function):
                self._add_parameters(node.name if each.name == "__init__" else f".{each.name}", each)

    def _add_parameters(self, name: str, function: Function) -> None:
        arguments = function.args
        named = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
        self.parameters.setdefault(name, set()).update(each.arg for each in named)

    def replacements(self, taken: frozenset[str], code: str) -> dict[str, str]:
        """Return the new name of each name that is taken. No new name is taken or occurs in the code."""
        used = {*taken, *(token.text for token in tokens_of(code) if token.type == "name"), *_FIXED}
        used |= set(re.findall(r"\w+", code))
        new: dict[str, str] = {}
        for name in sorted(taken & (self.variables | self.functions | self.classes)):
            new[name] = next(each for each in self._candidates(name) if each not in used)
            used.add(new[name])
        return new

    def _candidates(self, name: str) -> Iterator[str]:
        if len(name) == 1:
            yield from _LETTERS
        if name in self.classes:
            yield from _CLASSES
        elif name in self.functions:
            yield from _FUNCTIONS
        else:
            yield from _MANY if name.endswith("s") else _ONE
        other = f"other_{name}"
        while True:
            yield other
            other = f"{other}_too"


def _in_body(node: ast.ClassDef) -> Iterator[ast.AST]:
    """Yield the nodes in the body of a class, without those in its functions and nested classes."""
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        each = waiting.pop()
        yield each
        if not isinstance(each, _SCOPES):
            waiting += children(each)


@dataclass(frozen=True, slots=True)
class _Renaming:
    """The new names for an example, and where they apply."""

    names: _OwnNames
    new: Mapping[str, str]

    def of_program(self, code: str, tree: ast.AST) -> str:
        """Return a program with the new names."""
        lines = code.split("\n")
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line) + 1)
        tokens = tokens_of(code)
        at = {token.start: token for token in tokens if token.type == "name"}
        places = {
            starts[line - 1] + characters(lines[line - 1], column): name
            for line, column, name in self._named(tree)
            if 0 < line <= len(lines)
        }
        bound = self._after_words(tree, tokens, starts, lines)
        changes = [
            (start, start + len(name), self.new[name])
            for start, name in {**places, **bound}.items()
            if start in at and at[start].text == name
        ]
        changes += self._in_strings(tokens)
        return _changed(code, changes)

    def of_span(self, span: str) -> str:
        """Return the text of a code span with the new names. A span is often only a part of a program."""
        tree = _parsed(span)
        if tree is not None:
            return self.of_program(span, tree)
        tokens = tokens_of(span)
        changes = [
            (token.start, token.end, self.new[token.text])
            for at, token in enumerate(tokens)
            if token.text in self.new and token.type == "name" and (not at or tokens[at - 1].text != ".")
        ]
        return _changed(span, changes + self._in_strings(tokens))

    def _named(self, tree: ast.AST) -> Iterator[tuple[int, int, str]]:
        """Yield the line, the column in bytes and the name of each name to replace that a node of its own holds."""
        for node in _outside_strings(tree):
            match node:
                case ast.Name(id=name) | ast.arg(arg=name) if name in self.new:
                    if node not in self.names.in_class_body:
                        yield node.lineno, node.col_offset, name
                case ast.Call(func=called, keywords=keywords):
                    for each in keywords:
                        if each.arg in self.new and each.arg in self._parameters(called):
                            yield each.lineno, each.col_offset, each.arg

    def _parameters(self, called: ast.expr) -> set[str]:
        match called:
            case ast.Name(id=name):
                return self.names.parameters.get(name, set())
            case ast.Attribute(attr=name):
                return self.names.parameters.get(f".{name}", set())
        return set()

    def _after_words(self, tree: ast.AST, tokens: list[Token], starts: list[int], lines: list[str]) -> dict[int, str]:
        """Return the offsets of the names that stand in a statement without a node: after `def`, `as` or `global`."""
        found: dict[int, str] = {}
        for node in walk(tree):
            names = _unplaced_names(node)
            if node in self.names.in_class_body or not self.new.keys() & names:
                continue
            line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
            start = starts[line - 1] + characters(lines[line - 1], column)
            header = (token for token in tokens if token.start >= start and token.text in names)
            named = dict.fromkeys(names)
            for token in header:
                if token.text in named:
                    del named[token.text]
                    if token.text in self.new:
                        found[token.start] = token.text
        return found

    def _in_strings(self, tokens: Iterable[Token]) -> list[tuple[int, int, str]]:
        """Return the changes in the fields of f-strings."""
        return [
            (token.start + start, token.start + end, new)
            for token in tokens
            if token.type == "string"
            for start, end, text in fields_of(token.text)
            if (new := self._of_field(text)) != text
        ]

    def _of_field(self, text: str) -> str:
        tree = _parsed(f"({text})")
        return self.of_program(f"({text})", tree)[1:-1] if tree is not None else text


def _outside_strings(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes outside f-strings. Python 3.11 gives the nodes inside them wrong columns."""
    waiting = [tree]
    for node in waiting:
        yield node
        if not isinstance(node, ast.JoinedStr):
            waiting += children(node)


def _unplaced_names(node: ast.AST) -> tuple[str, ...]:
    """Return the names that a node binds or declares without a node for the name."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (name,)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return (name,)
        case ast.MatchMapping(rest=str(name)):
            return (name,)
        case ast.Global(names=names) | ast.Nonlocal(names=names):
            return tuple(names)
    return ()


def _parsed(code: str) -> ast.Module | None:
    try:
        return syntax_tree(code)
    except (SyntaxError, ValueError):
        return None


def _changed(text: str, changes: list[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text
