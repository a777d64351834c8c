"""Answers to asks that are not about a mistake: explain, start, check, improve, another language.

`purpose.py` decides the purpose of an ask. Each purpose but `find` has a folder with the module that builds a ladder of
five texts. The modules beside them are what these folders share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.purposes.check.checking import check_ladder, no_to_check
from tutor_pedagogy.offline.purposes.explain.explaining import explain_ladder
from tutor_pedagogy.offline.purposes.improve.improving import improve_ladder
from tutor_pedagogy.offline.purposes.native.openings import native_opening
from tutor_pedagogy.offline.purposes.other_language.translating import translate_ladder
from tutor_pedagogy.offline.purposes.purpose import (
    is_known_apart,
    purpose_in,
    purpose_of,
    without_finding,
    yields_to_rules,
)
from tutor_pedagogy.offline.purposes.questions import note_on_language
from tutor_pedagogy.offline.purposes.start.starting import start_ladder
from tutor_pedagogy.offline.purposes.texts import Ladder, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import Purpose

__all__ = [
    "LADDERS",
    "RULES",
    "Ladder",
    "is_known_apart",
    "ladder_of",
    "match_of",
    "native_opening",
    "no_to_check",
    "note_on_language",
    "purpose_in",
    "purpose_of",
    "purpose_of_rule",
    "text_of",
    "without_finding",
    "yields_to_rules",
]

LADDERS: Mapping[Purpose, Callable[[Program], Ladder]] = {
    "explain": explain_ladder,
    "start": start_ladder,
    "check": check_ladder,
    "improve": improve_ladder,
    "other_language": translate_ladder,
}
RULES: Mapping[Purpose, Rule] = {name: Rule(f"purpose.{name.replace('_', '-')}", "none") for name in LADDERS}
"""The rule of each purpose except `find`. Statistics count its name; it has no lesson and reports no mistake."""


def purpose_of_rule(name: str) -> Purpose:
    """Return the purpose whose rule has this name, or `find` for the name of any other rule."""
    return next((purpose for purpose, rule in RULES.items() if rule.name == name), "find")


def ladder_of(purpose: Purpose, program: Program) -> Ladder:
    """Return the five texts, one for each hint level, for a purpose other than `find`."""
    return LADDERS[purpose](program)


def match_of(ladder: Ladder) -> Match:
    """Return the place in the code that the texts are about."""
    return Match(lines=(ladder.line,), expression=ladder.expression)
