"""The report of an evaluation: a page for an instructor, with every answer to read and to mark by hand."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from tutor_pedagogy.ladder.levels import HintLevel
from tutor_server.evaluation.table import HEADINGS, row_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from tutor_server.evaluation.programs import Program
    from tutor_server.evaluation.results import AnswerRecord, Evaluation

MARKS = ("helpful", "gives too much away", "wrong", "no help")
"""What a reader can mark an answer with."""


@dataclass(frozen=True, slots=True)
class Card:
    """An answer as the report shows it. `key` names it in the marks."""

    key: str
    answer: AnswerRecord
    level_name: str
    other: AnswerRecord | None


def write_report(evaluation: Evaluation, programs: Sequence[Program], file: Path, other: Evaluation | None) -> None:
    """Write the report. It is one file without anything from elsewhere, and can be read without scripts."""
    file.write_text(report(evaluation, programs, other), encoding="utf-8")


def report(evaluation: Evaluation, programs: Sequence[Program], other: Evaluation | None = None) -> str:
    """Return the report as HTML."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    folder = files("tutor_server.evaluation")
    template = environment.from_string((folder / "report.html").read_text(encoding="utf-8"))
    return template.render(
        evaluation=evaluation,
        other=other,
        headings=HEADINGS,
        tables=[(run.configuration, [row_of(level) for level in run.levels]) for run in (evaluation, other) if run],
        rules=_counted(rule for level in evaluation.levels for rule in _each(level.stopped_by)),
        ended=_counted(reason for level in evaluation.levels for reason in _each(level.ended)),
        marks=MARKS,
        programs=[(program, _cards(program, evaluation, other)) for program in programs],
    )


def _cards(program: Program, evaluation: Evaluation, other: Evaluation | None) -> list[Card]:
    others = {(each.program, each.level, each.sample): each for each in (other.answers if other else ())}
    return [
        Card(
            f"{answer.program}/{answer.level}/{answer.sample}",
            answer,
            HintLevel(answer.level).name.lower(),
            others.get((answer.program, answer.level, answer.sample)),
        )
        for answer in evaluation.answers
        if answer.program == program.id
    ]


def _each(counts: dict[str, int]) -> Iterable[str]:
    return (name for name, count in counts.items() for _ in range(count))


def _counted(names: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda each: -each[1])
