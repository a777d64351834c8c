"""The cause of a failure: a rule, its match, and how sure the tutor is of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.rule import Rule
    from tutor_protocol import Certainty, Purpose


class Cause(NamedTuple):
    """The rule that a submission breaks, and the place. Without a match the student is asked to trace by hand."""

    rule: Rule
    match: Match | None
    certainty: Certainty = "start_here"
    purpose: Purpose = "find"
