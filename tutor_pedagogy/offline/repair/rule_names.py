"""The rules of small edits that no trial in the evaluator makes. Each has a lesson."""

from __future__ import annotations

from tutor_pedagogy.offline.engine.rule import Rule

TOO_MANY = "logic.line-too-many"
CASE_MISSING = "logic.special-case-missing"
IN_ORDER = "logic.lines-in-other-order"
COPY = "logic.copy-needed"
LEFT_LATE = "logic.loop-not-left"
PART = "logic.part-to-change"
"""For an edit of which no more special rule is known."""
BY_PART = "logic.compared-by-first-part"
"""For an edit of `PART` that tells a sorting which part of its items it should compare."""
KEPT_OUT = "logic.start-keeps-items-out"
"""For an edit of a start value that every item then beats."""
_NAMES = (TOO_MANY, CASE_MISSING, IN_ORDER, COPY, LEFT_LATE, PART, BY_PART, KEPT_OUT)
RULES = {name: Rule(name, "logic") for name in _NAMES}
