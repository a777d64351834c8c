"""Code that does not parse: which slip of the fingers it was, and the small edit that mends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Fault, Program

CAUSES = (
    *blocks.CAUSES,
    *brackets.CAUSES,
    *operators.CAUSES,
    *strings.CAUSES,
    *words.CAUSES,
    *targets.CAUSES,
    *characters.CAUSES,
    *headers.CAUSES,
    *conditions.CAUSES,
    *punctuation.CAUSES,
    *arguments.CAUSES,
    *entries.CAUSES,
    *placement.CAUSES,
    *borrowed.CAUSES,
    *structures.CAUSES,
)
"""Every cause, in no order of importance: the guesses are ranked by their costs."""


def diagnose(program: Program, fault: Fault) -> Diagnosis | None:
    """Find the likeliest cause of a fault and an edit that was tried, within bounds."""
    return Search(CAUSES, cell=program.is_cell).diagnose(program.code, fault)
