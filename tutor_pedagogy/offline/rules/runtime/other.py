"""What no other rule of the catalogue knows: an exception explained by its type and its place."""

from __future__ import annotations

import re

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.runtime import other as lessons
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site


def _anywhere(case: Case) -> Site:
    message = case.crash.message.split("\n")[0]
    return case.here(
        exception=Code(case.crash.exception), message=Code(message[:120]) if message else "no further words"
    )


RULES = (
    RuntimeRule(
        "runtime.other",
        "runtime",
        lessons.OTHER,
        frozenset(),
        re.compile(""),
        _anywhere,
    ),
)
