"""Figures with their targets, and the table they are printed in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number with its target; `counts` says of how many it is a share."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    counts: str = ""
    unit: str = "%"

    @property
    def target(self) -> str:
        """Write what is aimed at; empty for a figure that is only told."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"

    @property
    def is_short(self) -> bool:
        """Return whether the target is not reached."""
        too_low = self.at_least is not None and self.value < self.at_least
        return too_low or (self.at_most is not None and self.value > self.at_most)


def share(name: str, values: Sequence[bool], *, at_least: float | None = None, at_most: float | None = None) -> Figure:
    """Make a figure of how many of the values are true, in percent; without values it is 0 of 0."""
    percent = 100 * sum(values) / len(values) if values else 0.0
    return Figure(name, percent, at_least, at_most, f"{sum(values)} of {len(values)}")


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the nearest-rank percentile; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def print_table(title: str, figures: Sequence[Figure]) -> None:
    """Print a line a figure."""
    print(f"\n{title:64}{'measured':>12}{'target':>10}")
    for figure in figures:
        value = f"{figure.value:.1f} %" if figure.unit == "%" else f"{figure.value:.3g} {figure.unit}".rstrip()
        short = "  short" if figure.is_short else ""
        print(f"{figure.name:64}{value:>12}{figure.target:>10}  {figure.counts}{short}")
