"""Code that does not parse: which mistake it is, and the small edit that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.rule import rules_of
from tutor_pedagogy.offline.rules.syntax import (
    arguments,
    assignments,
    blocks,
    borrowed,
    brackets,
    characters,
    conditions,
    entries,
    headers,
    operators,
    placement,
    punctuation,
    strings,
    structures,
    targets,
    words,
)
from tutor_pedagogy.offline.rules.syntax.repair import Diagnosis, Search
from tutor_pedagogy.offline.rules.syntax.rule import SyntaxRule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.parsing import Fault
    from tutor_pedagogy.offline.engine.program import Program

MODULES = (
    blocks,
    brackets,
    assignments,
    operators,
    strings,
    words,
    targets,
    characters,
    headers,
    conditions,
    punctuation,
    arguments,
    entries,
    placement,
    borrowed,
    structures,
)
RULES = tuple(rules_of(MODULES, SyntaxRule))
"""Every rule; the guesses of all are ranked by their costs, and the order of rules decides between equal ones."""


def diagnose(program: Program, fault: Fault) -> Diagnosis | None:
    """Return the likeliest cause of a fault, with an edit after which the program compiles if one was found."""
    return Search(RULES, cell=program.is_cell).diagnose(program.code, fault)
