"""Edits: check that the program still parses after an edit, and build the smallest edit between two versions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.parsing import parse

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.program import Program


def sound(program: Program, edit: Edit | None) -> Edit | None:
    """Return an edit if the program still parses after it, else None. Without a syntax tree, no edit is checked."""
    if edit is None or program.tree is None or program.margin:
        return edit
    return edit if edited_tree(program, edit) is not None else None


def edited_tree(program: Program, edit: Edit) -> ast.Module | None:
    """Return the syntax tree of a program after an edit, or None if the program does not parse then."""
    if edit not in program.edited:
        tree = parse(edit.apply(program.code), cell=program.is_cell)
        program.edited[edit] = tree if isinstance(tree, ast.Module) else None
    return program.edited[edit]


def edit_to(program: Program, mended: str) -> Edit:
    """Return the edit that turns the program into the corrected code and replaces as few lines as possible."""
    before, after = program.lines, mended.split("\n")
    start = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    tail = 0
    while tail < min(len(before), len(after)) - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    if start == len(before) - tail:
        start, tail = (start - 1, tail) if start else (start, tail - 1)
    return program.edit(start + 1, "\n".join(after[start : len(after) - tail]), before_lines=len(before) - tail - start)
