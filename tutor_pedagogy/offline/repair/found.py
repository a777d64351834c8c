"""From a failing test to the edits to try, and from those that pass to what is told (`FoundEdit`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.repair.candidates import edits_of
from tutor_pedagogy.offline.repair.choice import choose
from tutor_pedagogy.offline.repair.probes import probes_of
from tutor_protocol import FoundEdit, Position, Submission

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tutor_pedagogy.offline.repair.small_edit import SmallEdit


@dataclass(frozen=True, slots=True)
class ToTry:
    """The edits of a program to try, the line that must run for each to matter, and calls that tell them apart."""

    lines: tuple[str, ...]
    edits: tuple[SmallEdit, ...]
    statements: tuple[int, ...]
    probes: tuple[str, ...]


def to_try(code: str, tests: Iterable[str]) -> ToTry:
    """Return what to try for a program, given the texts of its tests."""
    program = Program(Submission(code=code, cursor=Position(0, 0)))
    edits = edits_of(program)
    statements = (program.statement_at(edit.line) for edit in edits)
    return ToTry(
        lines=tuple(program.lines),
        edits=tuple(edits),
        statements=tuple(
            edit.line if node is None else node.lineno for edit, node in zip(edits, statements, strict=True)
        ),
        probes=tuple(probes_of(tests, program.functions)),
    )


def found_edit(
    tried: ToTry, passing: Sequence[int], shown: Mapping[int, tuple[str, ...]], count: int
) -> FoundEdit | None:
    """Return what can be told of the edits that pass `count` tests, by their numbers; None if nothing can."""
    results = {tried.edits[number]: texts for number, texts in shown.items()}
    chosen = choose(tried.lines, [tried.edits[number] for number in passing], results, count)
    if chosen is None:
        return None
    edit = chosen.edit
    return FoundEdit(
        rule=edit.rule,
        line=edit.line,
        certainty=chosen.certainty,
        passed=count,
        first_line=edit.first,
        last_line=edit.last,
        new_text=None if chosen.is_place else edit.text,
    )
