"""Code that does not parse: which slip of the fingers it was, and the small edit that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.rule import rules_of
from tutor_pedagogy.offline.rules.syntax import (
    arguments,
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
    from tutor_pedagogy.offline.engine.program import Fault, Program

MODULES = (
    blocks,
    brackets,
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
"""Every rule, in no order of importance: the guesses are ranked by their costs."""


def diagnose(program: Program, fault: Fault) -> Diagnosis | None:
    """Find the likeliest cause of a fault and an edit that was tried, within bounds."""
    return Search(RULES, cell=program.is_cell).diagnose(program.code, fault)
