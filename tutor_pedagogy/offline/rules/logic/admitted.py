"""Comments that say of a line what a pattern would report: it is there on purpose, as in notes on a lecture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_ADMITS = re.compile(
    r"\b(?:on purpose|purposely|deliberate(?:ly)?|intention(?:al|ally)|demonstrates|lecture|in place|used up"
    r"|(?:result|returns?|gives?|is|prints?) none|exhausted|(?:two|both) names|same (?:list|object)|alias"
    r"|absichtlich|mit absicht|zwei namen|aufgebraucht|apposta|di proposito|due nomi|expr[e\u00e8]s|volontaire\w{0,4}"
    r"|deux noms|a prop[o\u00f3]sito|de prop[o\u00f3]sito|adrede|dos nombres)\b",
    re.IGNORECASE,
)


def is_admitted(program: Program, match: Match) -> bool:
    """Return whether a comment on a matched line says what happens there, and nobody has reported a wrong result."""
    submission = program.submission
    if submission.question or submission.traceback:
        return False
    comments = (program.line(line).partition("#")[2] for line in match.lines)
    return any(_ADMITS.search(comment[:300]) for comment in comments if comment)
