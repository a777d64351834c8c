"""Rules for code that does not parse: each guesses the mistake and a small edit that corrects it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.rule import rules_of
from tutor_pedagogy.offline.rules.syntax import (
    arguments,
    assignments,
    block_words,
    blocks,
    borrowed,
    brackets,
    characters,
    conditions,
    continuations,
    conversions,
    declarations,
    early_ends,
    entries,
    f_strings,
    handlers,
    headers,
    hyphens,
    loops_meant,
    merges,
    operators,
    placement,
    punctuation,
    signs,
    spaces,
    spoken,
    strings,
    structures,
    targets,
    triple_quotes,
    words,
)
from tutor_pedagogy.offline.rules.syntax.broken import LineNumber
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
    signs,
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
    f_strings,
    handlers,
    declarations,
    continuations,
    spaces,
    hyphens,
    loops_meant,
    conversions,
    block_words,
    early_ends,
    triple_quotes,
    spoken,
    merges,
)
RULES = tuple(rules_of(MODULES, SyntaxRule))
"""All syntax rules. The guesses of all rules are ranked by cost; between equal costs the order of rules decides."""


def diagnose(program: Program, fault: Fault) -> Diagnosis | None:
    """Return the likeliest cause of a syntax error, with an edit that makes the program compile if one was found."""
    is_complete = not program.cells and not program.margin and program.first_line == 0
    search = Search(RULES, cell=program.is_cell, words=program.words, is_complete=is_complete)
    found = search.diagnose(program.code, fault)
    if found is None:
        return None
    slots = {
        name: str(program.shown(int(value))) if value and isinstance(value, LineNumber) else value
        for name, value in found.candidate.slots.items()
    }
    return replace(found, candidate=replace(found.candidate, slots=slots))
