"""The values and types that the names of a program have at the lines that a hint is about."""

from __future__ import annotations

import ast
from functools import cached_property
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.dialogue.meaning import named_line
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.offline.engine.crash import read_crash, without_values
from tutor_pedagogy.offline.engine.evidence import reported_values
from tutor_pedagogy.offline.evaluation import UNKNOWN, Stopped, run
from tutor_pedagogy.offline.purposes.literal_types import literal_type
from tutor_pedagogy.offline.purposes.own_values import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_pedagogy.offline.engine.crash import Crash
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis
    from tutor_pedagogy.offline.evaluation import Run

_TYPES: Mapping[str, type] = {
    each.__name__: each for each in (str, int, float, bool, list, tuple, dict, set, range, type(None))
}
_MOST_NAMES = 3
_LARGEST_KEYS = 40


def of_type(names: str) -> set[type]:
    """Return the types with these names, separated by spaces."""
    return {_TYPES[name] for name in names.split()}


def article(kind: type) -> str:
    """Return the name of a type as a code span."""
    return f"`{'None' if kind is type(None) else kind.__name__}`"


class Values:
    """Values of names near the line of a hint, from one run in the evaluator."""

    def __init__(self, diagnosis: Diagnosis, question: str) -> None:
        self.program = diagnosis.program
        self.line = code_line(diagnosis)
        text = self.program.submission.traceback or ""
        self.crash: Crash | None = read_crash(without_values(text), self.program)
        named = named_line(question)
        at = named - self.program.first_line if named else None
        crash_line = self.crash.line if self.crash is not None else 0
        self._places = [line for line in dict.fromkeys([at or 0, crash_line, self.line]) if line]

    @cached_property
    def run(self) -> Run | None:
        """The run of the program with every read of a name watched; None for a fragment."""
        program = self.program
        if program.tree is None or program.run is None:
            return None
        return run(program.tree, watched=self._watched)

    @cached_property
    def _watched(self) -> list[ast.expr]:
        reads = [node for nodes in self.program.uses.values() for node in nodes if isinstance(node.ctx, ast.Load)]
        return [node for node in reads if node.id not in self.program.functions]

    @cached_property
    def _reported(self) -> Mapping[str, Any]:
        return reported_values(self.program.submission.traceback or "")

    def _place(self, name: str) -> list[ast.Name]:
        """Return the reads of a name on the first of the lines that has one, else the first line that has one."""
        reads = [node for node in self.program.uses.get(name, ()) if isinstance(node.ctx, ast.Load)]
        for line in [*self._places, *dict.fromkeys(node.lineno for node in reads)]:
            here = [node for node in reads if node.lineno == line]
            if here:
                return here
        return []

    def shown_line(self, name: str) -> int:
        """Return the line, as the editor numbers it, at which the values of a name were looked up."""
        here = self._place(name)
        return self.program.shown(here[0].lineno if here else self.line)

    def of(self, name: str) -> list[Any]:
        """Return the first values of a name at its line; empty if none is known."""
        here = self._place(name)
        done = self.run
        if not here or done is None:
            known = self._reported.get(name, UNKNOWN)
            return [known] if known is not UNKNOWN else []
        found = next((list(done.seen[node]) for node in here if done.seen.get(node)), [])
        if any(value is UNKNOWN for value in found) or not found:
            known = self._reported.get(name, UNKNOWN)
            return [known] if known is not UNKNOWN else []
        return found

    def shown(self, name: str) -> list[str]:
        """Return the first values of a name at its line as code spans; empty if one of them cannot be shown."""
        spans = [shown(value) for value in self.of(name)]
        return [span for span in spans if span is not None] if None not in spans else []

    def types_of(self, name: str) -> set[type]:
        """Return the types of the values of a name at its line; empty if they are not known."""
        found = self.of(name)
        if found:
            kinds = {type(value) for value in found}
            if kinds <= set(_TYPES.values()):
                return kinds
        if self.program.tree is None:
            return set()
        bound = [value for _, value in self.program.assignments(name)]
        if bound and all(isinstance(value, ast.GeneratorExp) for value in bound):
            return {GeneratorType}
        kind = literal_type(self.program, ast.Name(name, ast.Load()))
        return {kind} if kind is not None else set()

    def is_outer(self, name: str) -> bool:
        """Return whether a function of the program declares a name as global, so that a call may change it."""
        declared: list[ast.Global] = self.program.each(ast.Global)
        return any(name in node.names for node in declared)

    def times(self, line: int) -> tuple[int | None, bool]:
        """Return how often a line runs, and whether the run came to its end; None if that is not known."""
        done = self.program.run
        if done is None:
            return None, False
        if done.ending == "stopped":
            is_endless = done.is_certain and done.ran.get(line, 0) > _LARGEST_KEYS and "step" in done.reason
            return (done.ran[line], False) if is_endless else (None, False)
        if not done.is_certain:
            return None, False
        return done.ran.get(line, 0), True

    def known_keys(self) -> list[Any]:
        """Return the keys of the dictionary in which Python found no key; empty if it is not known."""
        crash, done = self.crash, self.program.run
        if crash is None or crash.exception != "KeyError" or done is None or done.line != crash.line:
            return []
        for node in self.program.expressions_at(crash.line):
            match node:
                case ast.Subscript(value=ast.Name(id=name)):
                    value = done.names.get(name, UNKNOWN)
                    if type(value) is dict and len(value) <= _LARGEST_KEYS:
                        return [key for key in value if type(key) in (str, int, float, bool)]
        return []

    def known_names(self) -> list[str]:
        """Return the names that Python has by itself and that a name can be a misspelling of."""
        return ["True", "False", "None", "print", "input", "len", "range", "str", "int"]

    def names_on_line(self) -> list[str]:
        """Return the variables that are read on the line of an exception, or else of the hint."""
        line = self._places[-2] if self.crash is not None and self.crash.line and len(self._places) > 1 else self.line
        return [
            name
            for name, uses in self.program.uses.items()
            if name not in self.program.functions
            and any(use.lineno == line and isinstance(use.ctx, ast.Load) for use in uses)
        ]

    def facts(self) -> list[tuple[str, str]]:
        """Return names on the line of an exception, or of the hint, each with its first values as code spans."""
        told = []
        for line in self._places:
            statement = self.program.statement_at(line) if self.program.tree is not None else None
            if statement is None:
                continue
            names = [
                name
                for name, uses in self.program.uses.items()
                if name not in self.program.functions
                and any(use.lineno == line and isinstance(use.ctx, ast.Load) for use in uses)
            ]
            for name in names[:_MOST_NAMES]:
                try:
                    spans = self.shown(name)
                except Stopped:
                    continue
                if spans and self.shown_line(name) == self.program.shown(line):
                    told.append((name, spans))
            if told:
                break
        return [(name, ", ".join(spans[:1])) for name, spans in told if len(spans) == 1]


_kept: list[tuple[Diagnosis, str, Values]] = []
_MOST_KEPT = 4


def values_of(diagnosis: Diagnosis, question: str) -> Values:
    """Return the values for a question about a diagnosis. Those of the latest questions are kept."""
    for kept, asked, values in _kept:
        if kept is diagnosis and asked == question:
            return values
    values = Values(diagnosis, question)
    _kept[:] = [(diagnosis, question, values), *_kept[: _MOST_KEPT - 1]]
    return values
