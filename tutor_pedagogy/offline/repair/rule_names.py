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
RULES = {name: Rule(name, "logic") for name in (TOO_MANY, CASE_MISSING, IN_ORDER, COPY, LEFT_LATE, PART)}
