"""One crash in one program, as the rules of the catalogue look at it."""

from __future__ import annotations

import ast
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.program import characters

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Program


class CrashContext:
    """A crash in a program, with the match of the rule's message."""

    def __init__(self, program: Program, crash: Crash, match: re.Match[str]) -> None:
        self.program = program
        self.crash = crash
        self.match = match

    @property
    def line(self) -> int:
        """The line that failed, else the cursor's."""
        return self.crash.line or self.program.cursor_line

    @cached_property
    def marked(self) -> str | None:
        """The part of the line that the traceback marks, None without a marker."""
        if not self.crash.line or self.crash.marks is None:
            return None
        return self.program.line(self.crash.line)[slice(*self.crash.marks)].strip() or None

    @cached_property
    def nodes_here(self) -> list[ast.expr]:
        """The expressions that start on the failing line, outer ones first."""
        here = self.program.expressions_at(self.line)
        return sorted(here, key=lambda node: (node.col_offset, -(node.end_lineno or 0), -(node.end_col_offset or 0)))

    def columns(self, node: ast.expr) -> tuple[int, int]:
        """Give a node's columns in its first line, in characters."""
        text = self.program.line(node.lineno)
        end = characters(text, node.end_col_offset or 0) if node.end_lineno == node.lineno else len(text)
        return characters(text, node.col_offset), end

    @cached_property
    def node(self) -> ast.expr | None:
        """The expression that the traceback marks."""
        marks = self.crash.marks
        if marks is None:
            return None
        exact = [node for node in self.nodes_here if self.columns(node) == marks]
        return exact[0] if exact else None

    def likely(self, *kinds: type[ast.expr]) -> Iterator[ast.expr]:
        """Give the expressions of these kinds on the failing line, the marked one first."""
        if isinstance(self.node, kinds):
            yield self.node
        marks = self.crash.marks
        inside: list[ast.expr] = []
        rest: list[ast.expr] = []
        for node in self.nodes_here:
            if isinstance(node, kinds) and node is not self.node:
                start, end = self.columns(node)
                (inside if marks and marks[0] <= start and end <= marks[1] else rest).append(node)
        yield from inside
        yield from rest

    @cached_property
    def calls(self) -> list[ast.Call]:
        """The calls on the failing line, the marked one first."""
        return [node for node in self.likely(ast.Call) if isinstance(node, ast.Call)]

    def text(self, node: ast.AST) -> str:
        """Give the source of a node."""
        return self.program.segment(node)

    def here(
        self,
        node: ast.expr | None = None,
        *,
        edit: Edit | None = None,
        slots: Mapping[str, str] | None = None,
        **more: str,
    ) -> Match:
        """Point at the failing line, at a node of it or at what the traceback marks."""
        return Match(
            lines=(node.lineno if node is not None else self.line,),
            expression=self.text(node) if node is not None else self.marked,
            edit=edit,
            slots={**(slots or {}), **more},
        )

    def rewrite(self, node: ast.expr, text: str) -> Edit | None:
        """Put other text in a node's place; None where it spans lines."""
        if node.end_lineno != node.lineno:
            return None
        line = self.program.line(node.lineno)
        start, end = self.columns(node)
        return self.program.edit(node.lineno, line[:start] + text + line[end:])
