"""The floor: what an answer of a model must do at each hint level, and what completes an answer that does not do it.

The guard is the ceiling, which says how much an answer may disclose. The floor says what the student is owed. The rules
are pure and linear in the length of the text.
"""

from __future__ import annotations

from tutor_pedagogy.floor.echo import FixedRules, PromptEcho
from tutor_pedagogy.floor.floor import Floor
from tutor_pedagogy.floor.seam import completion

__all__ = ["FixedRules", "Floor", "PromptEcho", "completion"]
