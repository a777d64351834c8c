"""A figure of the dashboard: a table, which is plotted and can be downloaded as CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from tutor_server.administration.roster import inert

if TYPE_CHECKING:
    from collections.abc import Sequence

Cell = str | int | float | None
Kind = Literal["bar", "stacked", "none"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a figure: its name, and whether the column is plotted as bars, as a line, or not."""

    title: str
    plotted: Literal["bar", "line", ""] = ""
    decimals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: a sentence that says what it shows, and its table."""

    name: str
    title: str
    summary: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    kind: Kind = "bar"
    note: str = ""
    labels: int = field(default=1)
    """The number of leading columns that identify the row."""

    def as_csv(self) -> str:
        """Return the table as CSV (RFC 4180). A cell that a spreadsheet would run as a formula is quoted as text."""
        output = io.StringIO()
        writer = csv.writer(output)
        writer.writerow(column.title for column in self.columns)
        writer.writerows([inert(cell) if isinstance(cell, str) else cell for cell in row] for row in self.rows)
        return output.getvalue()
