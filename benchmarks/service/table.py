"""The table of the figures with those of the floor and LiteLLM and the targets, for the terminal and as Markdown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.service.rows import Goal, Row

HEAD = ("figure", "floor", "LiteLLM", "Ask Tutor", "x floor", "target", "")


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure's measured values, in the unit of its row. If `ours` is None, it was not measured; `note` says why."""

    row: Row
    ours: float | None
    floor: float | None = None
    litellm: float | None = None
    note: str = ""

    def verdict(self, goal: Goal) -> str:
        """Return whether a target is `met`, `not reached` or `not measured`."""
        yardstick = {"": 1.0, "floor": self.floor, "LiteLLM": self.litellm}[goal.of]
        if self.ours is None or yardstick is None:
            return "not measured"
        bound = goal.bound * yardstick
        return "met" if (self.ours >= bound if goal.is_least else self.ours <= bound) else "not reached"

    def cells(self) -> tuple[str, ...]:
        """Return the cells of the figure's line."""
        goals = self.row.goals
        verdicts = [self.verdict(goal) for goal in goals]
        ratio = f"{self.ours / self.floor:.2f}" if self.ours is not None and self.floor else ""
        said = ", ".join(dict.fromkeys(verdicts) if len(set(verdicts)) < 2 else verdicts)
        return (
            f"{self.row.name}, {self.row.unit}" if self.row.unit else self.row.name,
            *(number(value) for value in (self.floor, self.litellm, self.ours)),
            ratio,
            " · ".join(str(goal) for goal in goals),
            f"{said}; {self.note}" if said and self.note else said + self.note,
        )


def number(value: float | None) -> str:
    """Return a number as text with at least three digits, or an empty text for None."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def text(figures: Sequence[Measured]) -> str:
    """Return the table as text for a terminal."""
    lines = [HEAD, *(figure.cells() for figure in figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEAD))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 0 < column < 5 else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def write_markdown(file: Path, part: str, circumstances: str, figures: Sequence[Measured]) -> None:
    """Write a part's table into a Markdown file, in place of its earlier table, or at the end if there is none."""
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    begin, end = f"<!-- measured: {part} -->", f"<!-- end: {part} -->"
    new = "\n".join([begin, *_markdown(figures), "", circumstances, end])
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    written, places = pattern.subn(lambda _: new, old)
    file.write_text(written if places else f"{old}\n{new}\n".lstrip(), encoding="utf-8")


def _markdown(figures: Sequence[Measured]) -> Iterator[str]:
    for line in (HEAD, ("---", "--:", "--:", "--:", "--:", "---", "---"), *(figure.cells() for figure in figures)):
        yield f"| {' | '.join(line)} |"
