"""The match of a rule: the place in the code at which the rule sees the cause of an error."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_pedagogy.offline.engine.finding import Edit, StillWrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A place in the code that a rule matches: lines from 1, the line at fault first.

    `expression` is the relevant part of the first line, verbatim. `slots` fill the texts of the rule's lesson.
    `choices` are edits of which one may be meant: one is kept if it alone mends the program. With `takes_first`
    they are of the same meaning, and the first that mends is kept. With `needs_edit` the match counts only if an edit
    mends the program.
    `still_wrong` is the error that Python reports after the edit or the first step, with a line of the code.
    `also` are other lines with the same mistake.
    `is_proved` says that the detector itself has proved the cause, `is_symptom` that the place only shows the mistake.
    A match that `needs_symptom` is of a pattern that correct programs have, too: it counts only beside a wrong result.
    """

    lines: tuple[int, ...]
    expression: str | None = None
    edit: Edit | None = None
    first_step: Edit | None = None
    still_wrong: StillWrong | None = None
    also: tuple[int, ...] = ()
    choices: tuple[Edit, ...] = ()
    takes_first: bool = False
    needs_edit: bool = False
    slots: Mapping[str, str] = field(default_factory=dict)
    needs_symptom: bool = False
    is_proved: bool = False
    is_symptom: bool = False
