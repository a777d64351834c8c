"""Measured figures with their targets, and the table in which they are printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number with its target. A share also has `counts`, the numbers that it is computed from (`3 of 4`)."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    counts: str = ""
    unit: str = "%"

    @property
    def target(self) -> str:
        """The target as text, which is empty for a figure without a target."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"

    @property
    def is_short(self) -> bool:
        """Whether the figure misses its target."""
        too_low = self.at_least is not None and self.value < self.at_least
        return too_low or (self.at_most is not None and self.value > self.at_most)


def share(name: str, values: Sequence[bool], *, at_least: float | None = None, at_most: float | None = None) -> Figure:
    """Return a figure with the percentage of values that are true, or 0 if there are no values."""
    percent = 100 * sum(values) / len(values) if values else 0.0
    return Figure(name, percent, at_least, at_most, f"{sum(values)} of {len(values)}")


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the percentile by the nearest-rank method, or 0 if there are no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def print_table(title: str, figures: Sequence[Figure]) -> None:
    """Print one line for each figure."""
    print(f"\n{title:64}{'measured':>12}{'target':>10}")
    for figure in figures:
        value = f"{figure.value:.1f} %" if figure.unit == "%" else f"{figure.value:.3g} {figure.unit}".rstrip()
        short = "  short" if figure.is_short else ""
        print(f"{figure.name:64}{value:>12}{figure.target:>10}  {figure.counts}{short}")
