"""The offline tutor: explains a submission at five levels without a model, a network or running the code.

It reads the code with `compile()` and `ast` only, together with the traceback, the failing test and the editor's
diagnostics. It is deterministic: the same input gives the same text. `explain` is the public entry point;
`docs/offline-tutor.md` describes how the tutor works.
"""

from __future__ import annotations

from tutor_pedagogy.offline.engine.diagnosis import diagnose, explain, purpose, report
from tutor_pedagogy.offline.engine.finding import Edit, Explanation, Finding
from tutor_pedagogy.offline.engine.sure_mistakes import SureMistake, sure_mistakes

__all__ = [
    "Edit",
    "Explanation",
    "Finding",
    "SureMistake",
    "diagnose",
    "explain",
    "purpose",
    "report",
    "sure_mistakes",
]
