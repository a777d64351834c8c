"""The fallback for a line that Python cannot parse and about which no rule has a guess."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.rule import Rule

UNREADABLE = Rule("syntax.unreadable-line", "syntax")
