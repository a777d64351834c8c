"""A line that Python cannot read, when no cause speaks for it."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.lesson import Rule
from tutor_pedagogy.offline.lessons.syntax import unreadable as lessons

UNREADABLE = Rule(
    "syntax.unreadable-line",
    "syntax",
    lessons.UNREADABLE_LINE,
)
