"""The context of one crash: what the rules' detectors query, and how they build matches and edits."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace as changed
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.engine.parsing import characters
from tutor_pedagogy.offline.evaluation import UNKNOWN, value_of
from tutor_pedagogy.offline.rules.runtime.type_names import in_words

if TYPE_CHECKING:
    import re

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Loop, Program

_Expression = TypeVar("_Expression", bound=ast.expr)
Slots = Mapping[str, str | ast.AST]
Binding = tuple[int, ast.expr | None]
"""A line that binds a name, and the value if it is a plain assignment."""


class CrashContext:
    """A crash in a program, with the regular expression match of the rule on the exception's message."""

    def __init__(
        self, program: Program, crash: Crash, match: re.Match[str], names: Mapping[str, Any] | None = None
    ) -> None:
        self.program = program
        self.crash = crash
        self.match = match
        self.names = names or {}

    @property
    def line(self) -> int:
        """The number of the failing line, or of the cursor's line if the failing one is unknown."""
        return self.crash.line or self.program.cursor_line

    @property
    def source(self) -> Code:
        """The text of the failing line without its indentation."""
        return Code(self.program.line(self.line).strip())

    @property
    def message(self) -> str:
        """The first line of the exception's message."""
        return self.crash.message.split("\n")[0]

    @property
    def type_words(self) -> str:
        """The type that the message names, in words for the student."""
        return in_words(self.match["type"])

    @cached_property
    def types(self) -> tuple[str, str]:
        """The types of the left and the right operand, as the message names them."""
        left, right, *_ = (*(group for group in self.match.groups() if group), "", "")
        return left, right

    @cached_property
    def statement(self) -> ast.stmt | None:
        """The innermost statement that covers the failing line."""
        return self.program.statement_at(self.line)

    @cached_property
    def function(self) -> Function | None:
        """The innermost function that contains the failing line."""
        return self.program.function_at(self.line)

    @cached_property
    def marked(self) -> str | None:
        """The part of the failing line that the traceback marks; None without a marker."""
        if not self.crash.line or self.crash.marks is None:
            return None
        return self.program.line(self.crash.line)[slice(*self.crash.marks)].strip() or None

    @cached_property
    def nodes_here(self) -> list[ast.expr]:
        """The expressions that start on the failing line, outer ones before inner ones."""
        here = self.program.expressions_at(self.line)
        return sorted(here, key=lambda node: (node.col_offset, -(node.end_lineno or 0), -(node.end_col_offset or 0)))

    def columns(self, node: ast.expr) -> tuple[int, int]:
        """Return the start and end columns of a node on its first line, in characters."""
        text = self.program.line(node.lineno)
        end = characters(text, node.end_col_offset or 0) if node.end_lineno == node.lineno else len(text)
        return characters(text, node.col_offset), end

    @cached_property
    def node(self) -> ast.expr | None:
        """The expression that exactly matches the traceback's marker, or None."""
        marks = self.crash.marks
        return next((node for node in self.nodes_here if self.columns(node) == marks), None)

    def likely(self, *classes: type[_Expression]) -> list[_Expression]:
        """Return the expressions of these classes on the failing line: the marked one, those in it, then the rest."""
        return sorted((node for node in self.nodes_here if isinstance(node, classes)), key=self._distance)

    def _distance(self, node: ast.expr) -> int:
        if node is self.node:
            return 0
        marks, (start, end) = self.crash.marks, self.columns(node)
        return 1 if marks is not None and marks[0] <= start and end <= marks[1] else 2

    def first(self, *classes: type[_Expression]) -> _Expression | None:
        """Return the likeliest expression of these classes on the failing line, or None."""
        return next(iter(self.likely(*classes)), None)

    @cached_property
    def calls(self) -> list[ast.Call]:
        """The calls on the failing line, the marked one first."""
        return self.likely(ast.Call)

    def call(self, *names: str) -> ast.Call | None:
        """Return the likeliest call on the failing line. If `names` are given, only calls of these functions count."""
        return next((call for call in self.calls if not names or called_name(call) in names), None)

    @cached_property
    def subscripts(self) -> list[ast.Subscript]:
        """The subscripts on the failing line, the marked one first."""
        return self.likely(ast.Subscript)

    @property
    def subscript(self) -> ast.Subscript | None:
        """The likeliest subscript on the failing line, or None."""
        return next(iter(self.subscripts), None)

    def attribute(self, name: str) -> ast.Attribute | None:
        """Return the likeliest access to an attribute of this name on the failing line, or None."""
        return next((node for node in self.likely(ast.Attribute) if node.attr == name), None)

    def name(self, name: str) -> ast.Name | None:
        """Return the likeliest use of a variable on the failing line, or None."""
        return next((node for node in self.likely(ast.Name) if node.id == name), None)

    @cached_property
    def sides(self) -> tuple[ast.expr, ast.expr, ast.expr] | None:
        """The operation or comparison on the failing line, with its left and right operands; or None."""
        for node in self.likely(ast.BinOp, ast.Compare):
            match node:
                case ast.BinOp(left=left, right=right) | ast.Compare(left=left, comparators=[right, *_]):
                    return node, left, right
        if isinstance(self.statement, ast.AugAssign):
            return self.statement.target, self.statement.target, self.statement.value
        return None

    def loops_above(self, node: ast.AST) -> list[Loop]:
        """Return the loops that enclose a node, the innermost first."""
        return [up for up in self.program.above(node) if isinstance(up, ast.For | ast.While)]

    def bound(self, name: str) -> list[Binding]:
        """Return the bindings of a name in the function of the failing line."""
        return [each for each in self.program.assignments(name) if self.program.function_at(each[0]) is self.function]

    def attribute_values(self, attribute: str) -> list[tuple[int, ast.expr]]:
        """Return the assignments to attributes of this name: the line and the value of each."""
        return [
            (node.lineno, node.value)
            for node in self.program.each(ast.Assign)
            if any(isinstance(target, ast.Attribute) and target.attr == attribute for target in node.targets)
        ]

    @cached_property
    def classes(self) -> dict[str, ast.ClassDef]:
        """The program's classes by name. If several share a name, the first definition counts."""
        return {node.name: node for node in reversed(self.program.each(ast.ClassDef))}

    def class_of(self, function: Function | None) -> ast.ClassDef | None:
        """Return the class of a method; None if the function is no method."""
        parent = self.program.parents.get(function) if function is not None else None
        return parent if isinstance(parent, ast.ClassDef) else None

    def text(self, node: ast.AST) -> str:
        """Return the source text of a node."""
        return self.program.segment(node)

    def code(self, node: ast.AST | None, otherwise: str) -> Code:
        """Return the source text of a node as a slot value, or the given words if there is no node."""
        return Code(self.text(node) if node is not None else otherwise)

    def value(self, node: ast.expr | None) -> Any:
        """Return the value that an expression had on the failing line; `UNKNOWN` if it is not known."""
        return value_of(node, self.names) if node is not None else UNKNOWN

    def at(
        self,
        place: ast.expr | ast.stmt | int,
        /,
        *,
        replace: tuple[ast.expr, str | None] | None = None,
        edit: Edit | None = None,
        slots: Slots | None = None,
        **more: str | ast.AST,
    ) -> Match:
        """Return a match of an expression, or of a whole line given by a statement or its number.

        `replace` makes the edit: a node and its new text. A slot that is a node is filled with its source text.
        """
        line = place if isinstance(place, int) else place.lineno
        facts = {**(slots or {}), **more}
        return Match(
            lines=(line,),
            expression=self.text(place) if isinstance(place, ast.expr) else self.program.line(line).strip(),
            edit=self.rewrite(*replace) if replace is not None else edit,
            slots={name: slot if isinstance(slot, str) else Code(self.text(slot)) for name, slot in facts.items()},
        )

    def here(
        self,
        place: ast.expr | str | None = None,
        /,
        *,
        replace: tuple[ast.expr, str | None] | None = None,
        edit: Edit | None = None,
        slots: Slots | None = None,
        **more: str | ast.AST,
    ) -> Match:
        """Return a match of an expression. Otherwise match the failing line, shown as the text or the marked part."""
        if isinstance(place, ast.expr):
            return self.at(place, replace=replace, edit=edit, slots=slots, **more)
        match = self.at(self.line, replace=replace, edit=edit, slots=slots, **more)
        return changed(match, expression=place or self.marked)

    def rewrite(self, node: ast.expr, text: str | None) -> Edit | None:
        """Return the edit that replaces a node by a text; None without a text or if the node spans several lines."""
        if text is None or node.end_lineno != node.lineno:
            return None
        line = self.program.line(node.lineno)
        start, end = self.columns(node)
        return self.program.edit(node.lineno, line[:start] + text + line[end:])

    def rewrite_line(self, line: int, text: str) -> Edit:
        """Return the edit that replaces a line but keeps its indentation."""
        return self.program.edit(line, self._indentation(line) + text)

    def insert_line(self, line: int, text: str) -> Edit:
        """Return the edit that inserts a line above another with the same indentation."""
        return self.program.edit(line, f"{self._indentation(line)}{text}\n{self.program.line(line)}")

    def substitute(self, line: int, old: str, new: str) -> Edit:
        """Return the edit that replaces the first occurrence of a text in a line."""
        return self.program.edit(line, self.program.line(line).replace(old, new, 1))

    def substitute_at(self, line: int, offset: int, old: str, new: str) -> Edit | None:
        """Return the edit that replaces a text that begins at a node's byte offset in a line; None if it does not."""
        text = self.program.line(line)
        start = characters(text, offset)
        if not text.startswith(old, start):
            return None
        return self.program.edit(line, text[:start] + new + text[start + len(old) :])

    def _indentation(self, line: int) -> str:
        text = self.program.line(line)
        return text[: len(text) - len(text.lstrip())]
