"""The figures of an evaluation as rows of words, for a terminal and for the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor_server.evaluation.results import Evaluation, LevelFigures

NOT_MEASURED = "-"
HEADINGS = (
    "level",
    "answers",
    "model gave fix away",
    "leaks shown",
    "stopped by guard",
    "below its level",
    "same line as finding",
    "words",
    "first text, p50 · p95",
    "tokens in · out",
    "cost",
    "failed",
)
"""The headings of the columns. `row_of` returns the cells."""


def row_of(figures: LevelFigures) -> tuple[str, ...]:
    """Return the cells of a level. A figure that was not measured is a dash."""
    is_judged = figures.with_fix > 0
    failed = figures.failed + figures.fallbacks
    return (
        f"{figures.level} {HintLevel(figures.level).name.lower()}",
        str(figures.answers),
        _leaks(figures.leaks_said, figures.leaks_said_in_words, figures.with_fix) if is_judged else NOT_MEASURED,
        _leaks(figures.leaks_shown, figures.leaks_shown_in_words, figures.with_fix) if is_judged else NOT_MEASURED,
        str(figures.stopped),
        str(figures.completed),
        f"{figures.agreed} of {figures.with_finding}" if figures.with_finding else NOT_MEASURED,
        f"{figures.median_words:g}",
        f"{_seconds(figures.first_text_seconds)} · {_seconds(figures.slow_first_text_seconds)}",
        f"{figures.input_tokens:,} · {figures.output_tokens:,}",
        f"${figures.cost_usd:.4f}" + (f" and {figures.unpriced} without a price" if figures.unpriced else ""),
        str(failed),
    )


def lines_of(evaluation: Evaluation, other: Evaluation | None = None) -> Iterator[str]:
    """Yield the lines that the command prints."""
    for title, run in (("", evaluation), ("compared with: ", other)):
        if run is None:
            continue
        yield f"{title}{run.configuration}, seed {run.seed}, {run.made_at}"
        yield from _aligned([HEADINGS, *map(row_of, run.levels)])
        yield f"{run.leaks} leaks reached the student"


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _leaks(leaks: int, in_words: int, of: int) -> str:
    return f"{leaks} of {of}" + (f", {in_words} in words" if in_words else "")


def _seconds(seconds: float | None) -> str:
    return NOT_MEASURED if seconds is None else f"{seconds:.2f} s"
