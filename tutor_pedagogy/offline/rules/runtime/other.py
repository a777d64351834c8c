"""What no other rule of the catalogue knows: an exception explained by its type and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule("other")
def other(case: CrashContext) -> Match:
    message = case.crash.message.split("\n")[0]
    return case.here(
        exception=Code(case.crash.exception), message=Code(message[:120]) if message else "no further words"
    )
