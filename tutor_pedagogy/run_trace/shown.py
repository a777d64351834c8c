"""The recorded steps as lines of text, for the student who looks at the run step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.run_trace.steps import RETURNED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.run_trace.steps import Trace

_AT_MODULE_LEVEL = "<module>"


def shown_steps(trace: Trace) -> Iterator[str]:
    """Yield a line for each step: the line of the program, the function, and the values that are new or other."""
    known: dict[int, dict[str, str]] = {}
    values = {(each.call, each.function): each.value for each in trace.returns}
    for step in trace.steps:
        before = known.setdefault(step.call, {})
        changed = [f"{name} = {text}" for name, text in step.values.items() if before.get(name) != text]
        before.update(step.values)
        where = "" if step.function == _AT_MODULE_LEVEL else f" {step.function}"
        if step.line == RETURNED:
            value = values.get((step.call, step.function))
            told = "" if value is None or not where else f"returns {value}"
            changed = [*changed, told] if told else changed
            yield f"end{where}" + _behind(changed)
        else:
            yield f"line {step.line}{where}" + _behind(changed)


def _behind(texts: list[str]) -> str:
    return f": {', '.join(texts)}" if texts else ""
