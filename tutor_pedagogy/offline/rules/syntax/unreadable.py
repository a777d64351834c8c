"""A line that Python cannot read and that no rule has a guess about."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.rule import Rule

UNREADABLE = Rule("syntax.unreadable-line", "syntax")
