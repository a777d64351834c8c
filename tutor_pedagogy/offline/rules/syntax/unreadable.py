"""A line that Python cannot read, when no cause speaks for it."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.rule import Rule

UNREADABLE = Rule("syntax.unreadable-line", "syntax")
