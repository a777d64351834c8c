"""An evaluator for students' programs: runs a small part of Python on its own, bounded and without side effects.

Python never executes the code. The evaluator walks the syntax tree with real values where they are known, so that a
rule can check what it asserts, and an edit can be tried. `run` is the entry point.
"""

from tutor_pedagogy.offline.evaluation.run import STEPS, Run, run, value_of
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Stopped

__all__ = ["STEPS", "UNKNOWN", "Run", "Stopped", "run", "value_of"]
