"""The fallback rule for a line that Python cannot parse and for which no other rule has a guess."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.rule import Rule

UNREADABLE = Rule("syntax.unreadable-line", "syntax")
