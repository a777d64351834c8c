"""Whether a run can be repeated: lines that ran, and read what is typed, the time, or random numbers."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.run_trace.program import TracedProgram
    from tutor_pedagogy.run_trace.steps import Trace
    from tutor_protocol.run_trace import Unrepeatable

_MODULES: dict[str, Unrepeatable] = {
    **dict.fromkeys(("random", "secrets", "numpy.random"), "random"),
    "time": "time",
}
_METHODS: dict[str, Unrepeatable] = {
    **dict.fromkeys(("now", "today", "utcnow", "perf_counter", "monotonic"), "time"),
    **dict.fromkeys(("uuid4", "uuid1", "urandom", "default_rng"), "random"),
}
_HARMLESS = frozenset(("sleep", "strptime", "strftime", "Random", "seed"))


def reads(trace: Trace, program: TracedProgram) -> Unrepeatable | None:
    """Return what a line that ran reads, so that another run can differ; None if no such line is known.

    Random numbers from a fixed start (`random.seed(1)`) are the same in each run.
    """
    imported = _imported(program)
    found: set[Unrepeatable] = set()
    is_seeded = False
    for node in walk(program.tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        is_seeded = is_seeded or (name.endswith("seed") and bool(node.args))
        if _ran(trace, node) and (kind := _kind(name, imported)) is not None:
            found.add(kind)
    if is_seeded:
        found.discard("random")
    return next((kind for kind in ("input", "random", "time") if kind in found), None)


def _ran(trace: Trace, node: ast.Call) -> bool:
    return any(trace.ran.get(line) for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _kind(called: str, imported: dict[str, str]) -> Unrepeatable | None:
    """Return what a call reads. `imported` maps a program's names to what they were imported as."""
    if called == "input":
        return "input"
    head, dot, rest = called.partition(".")
    whole = imported.get(head, head) + dot + rest
    owner, _, last = whole.rpartition(".")
    if last in _HARMLESS:
        return None
    return _MODULES.get(owner) or (_METHODS.get(last) if owner else None)


def _imported(program: TracedProgram) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in walk(program.tree):
        match node:
            case ast.Import(names=parts):
                names.update({part.asname: part.name for part in parts if part.asname})
            case ast.ImportFrom(module=str(module), names=parts):
                names.update({part.asname or part.name: f"{module}.{part.name}" for part in parts})
    return names
