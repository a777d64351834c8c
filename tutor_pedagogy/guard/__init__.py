"""The guard judges an answer unit by unit before it is shown, so that no level discloses more than it should."""

from __future__ import annotations

from tutor_pedagogy.guard.guard import Guard, Verdict
from tutor_pedagogy.guard.known_edit import KnownEdit
from tutor_pedagogy.guard.rules import GuardRule

__all__ = ["Guard", "GuardRule", "KnownEdit", "Verdict"]
