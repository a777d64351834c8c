"""All small edits of a program: those that rules of logic propose, then those of its syntax tree."""

from __future__ import annotations

import ast
import warnings
from itertools import chain, islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.repair.in_blocks import of_blocks
from tutor_pedagogy.offline.repair.in_calls import of_call
from tutor_pedagogy.offline.repair.in_expressions import EXPRESSIONS
from tutor_pedagogy.offline.repair.in_statements import STATEMENTS
from tutor_pedagogy.offline.repair.scopes import Scopes
from tutor_pedagogy.offline.repair.small_edit import SmallEdit
from tutor_pedagogy.offline.rules.logic.catalogue import RULES
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_pedagogy.problem.tree_walk import alike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_protocol import Submission

MOST_EDITS = 3_000
_MOST_LINES = 400
_BY_RULE = 1.2
"""The weight of an edit that a rule of logic proposes, times the rule's own certainty."""
_HANDLERS: dict[type[ast.AST], Callable[..., Iterator[SmallEdit]]] = {**EXPRESSIONS, **STATEMENTS, ast.Call: of_call}
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)


def small_edits(submission: Submission) -> list[SmallEdit]:
    """Return the small edits of a submission's program; see `edits_of`."""
    return edits_of(Program(submission))


def edits_of(program: Program) -> list[SmallEdit]:
    """Return the small edits of a program, the most common mistakes first. Each gives another program that parses.

    The list is empty if the code is not a whole program that parses, or too long to be searched.
    """
    if program.tree is None or program.margin or program.first_line or len(program.lines) > _MOST_LINES:
        return []
    found: dict[str, SmallEdit] = {}
    try:
        made = sorted(islice(_all(program), MOST_EDITS), key=lambda edit: -edit.weight)
    except RecursionError:
        return []
    for edit in made:
        text = edit.apply(program.lines)
        if text not in found and text != program.code and _is_other(program.tree, text):
            found[text] = edit
    return list(found.values())


def _all(program: Program) -> Iterator[SmallEdit]:
    scopes = Scopes(program)
    return chain(_of_rules(program), _of_nodes(program, scopes), of_blocks(program, scopes))


def _of_rules(program: Program) -> Iterator[SmallEdit]:
    for rule in RULES:
        for match in rule.find(program):
            if match.edit is not None:
                edit = match.edit
                last = edit.line + edit.before.count("\n")
                weight = min(1.0, _BY_RULE * max(rule.certainty, 0.4))
                yield SmallEdit(rule.name, weight, match.lines[0], edit.line, last, edit.after)


def _of_nodes(program: Program, scopes: Scopes) -> Iterator[SmallEdit]:
    for node in program.nodes:
        handler = _HANDLERS.get(type(node))
        if handler is not None:
            yield from handler(program, node, scopes)


def _is_other(tree: ast.Module, text: str) -> bool:
    """Return whether a text is a program that compiles, and another one than the tree's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            other = syntax_tree(text)
            compile(other, "program", "exec", dont_inherit=True)
    except _NOT_PARSED:
        return False
    return not alike(tree, other)
