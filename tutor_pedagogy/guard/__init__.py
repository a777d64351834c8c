"""The guard: judges an answer unit by unit before it leaves, so that no level gives more than it should."""

from __future__ import annotations

from tutor_pedagogy.guard.guard import Guard, Verdict

__all__ = ["Guard", "Verdict"]
