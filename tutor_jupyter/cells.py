"""The code cells that a kernel has run, with what became of them."""

from __future__ import annotations

import json
import linecache
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tutor_jupyter.values import values_line
from tutor_lsp.protocol import CELL_ERROR_MIME
from tutor_lsp.terminal.language_client import NotebookCell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType

MAX_CELLS = 200
"""The maximum number of cells that are kept. The cells that were run first are forgotten first."""
MAX_RESULT_CHARACTERS = 4 * 1024
_GRADERS = frozenset(("otter",))
"""Packages whose results are kept as text, because they are reports of tests."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The line, from 0, of another cell's code that raised an exception. `code` is what that cell has run."""

    key: str
    code: tuple[str, ...]
    line: int


@dataclass(slots=True)
class Cell:
    """A cell. `line` is where it failed, from 0, if it did. `code` are the lines of Python that IPython ran for it.

    `stack` is the traceback, and `origin` the innermost place in it, if that is in another cell.
    """

    key: str
    source: str
    code: tuple[str, ...]
    outputs: list[dict[str, str]] = field(default_factory=list)
    line: int | None = None
    origin: Origin | None = None
    stack: str = ""
    run_id: str = field(default_factory=lambda: str(uuid4()))

    @property
    def has_failed(self) -> bool:
        """Whether the last run of the cell ended with an exception or a report of failed tests."""
        return bool(self.outputs)


class Cells:
    """The cells of a notebook, in the order of their first runs."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._cells: dict[str, Cell] = {}
        self._running: list[Cell] = []
        self._stack: list[str] = []
        self.last: Cell | None = None
        """The cell that was run last. Cells that only call the tutor do not count."""
        self.path = _notebook_path(shell)

    def begin(self, info: Any) -> None:
        """Remember a cell that is about to run (IPython's event `pre_run_cell`)."""
        source = str(info.raw_cell)
        key = getattr(info, "cell_id", None) or f"run-{self._shell.execution_count}"
        code = tuple(str(self._shell.transform_cell(source)).splitlines())
        self._running.append(Cell(str(key), source, code))

    def end(self, result: Any) -> None:
        """Remember how a cell has ended (IPython's event `post_run_cell`)."""
        if not self._running:
            return
        cell = self._running.pop()
        if _only_calls_the_tutor(cell.source):
            return
        if self._running:  # The cell is the code of a cell with `%%tutor`.
            cell.key = self._running[-1].key
        self._note(cell, result)
        self._cells[cell.key] = cell
        if len(self._cells) > MAX_CELLS:
            del self._cells[next(iter(self._cells))]
        self.last = cell

    def seen(self, trace: TracebackType | None, stack: list[str]) -> list[str]:
        """Return the lines of a traceback that is about to be shown, with the values on the failing line."""
        told = None
        for cell, frame, number in self._places(trace):
            if number <= len(cell.code):
                told = values_line(frame, number, cell.code[number - 1])
        self._stack = [*stack, told] if told else stack
        return self._stack

    def now(self, cell: Cell) -> Cell:
        """Return the last run of a cell."""
        return self._cells.get(cell.key, cell)

    def find(self, origin: Origin) -> Cell | None:
        """Return the cell of a place, or None if it has run other code since."""
        cell = self._cells.get(origin.key)
        return cell if cell is not None and cell.code == origin.code else None

    def at(self, uri: str) -> Cell | None:
        """Return the cell with a URI."""
        return next((cell for cell in self._cells.values() if self.uri(cell) == uri), None)

    def for_the_tutor(self) -> list[NotebookCell]:
        """Return the cells as a notebook for the language server."""
        return [NotebookCell(self.uri(cell), cell.source, cell.outputs) for cell in self._cells.values()]

    def uri(self, cell: Cell) -> str:
        """Return a cell's URI. It has the form of those of VS Code, which the language server knows."""
        return f"vscode-notebook-cell:{self.path.as_uri().removeprefix('file:')}#{cell.key}"

    def _note(self, cell: Cell, result: Any) -> None:
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            text = _report(result.result)
            cell.outputs = [{"mime": "text/plain", "data": text}] if text else []
            return
        cell.stack = "\n".join(self._stack)
        data = {"name": type(error).__name__, "message": str(error), "stack": cell.stack}
        cell.outputs = [{"mime": CELL_ERROR_MIME, "data": json.dumps(data)}]
        if isinstance(error, SyntaxError):
            cell.line = max((error.lineno or 1) - 1, 0)
            return
        places = list(self._places(error.__traceback__, cell))
        cell.line = next((number - 1 for place, _, number in reversed(places) if place is cell), 0)
        if places and places[-1][0] is not cell:
            defined, _, number = places[-1]
            cell.origin = Origin(defined.key, defined.code, number - 1)

    def _places(self, trace: TracebackType | None, *more: Cell) -> Iterator[tuple[Cell, FrameType, int]]:
        """Yield the frames of a traceback that are in cells, outermost first, each with its cell and line from 1."""
        cells = [*more, *reversed(self._running), *reversed(self._cells.values())]
        while trace is not None:
            # IPython keeps the code of each cell under a name whose form depends on the kernel.
            code = tuple(line.rstrip("\n") for line in linecache.getlines(trace.tb_frame.f_code.co_filename))
            cell = next((one for one in cells if one.code == code), None)
            if cell is not None:
                yield cell, trace.tb_frame, trace.tb_lineno
            trace = trace.tb_next


def _only_calls_the_tutor(source: str) -> bool:
    """Return whether a cell has nothing but the tutor's magics. `%%tutor` runs its code as a cell of its own."""
    lines = [line.strip() for line in source.split("\n") if line.strip()]
    if lines and lines[0].startswith("%%tutor"):
        return True
    return all(line.startswith(("%tutor", "%load_ext", "%reload_ext", "#")) for line in lines)


def _report(value: Any) -> str:
    """Return the text of a grader's result, such as Otter's, if it tells what failed; else an empty text."""
    if type(value).__module__.partition(".")[0] not in _GRADERS:
        return ""
    text = repr(value)
    return text[:MAX_RESULT_CHARACTERS] if "Failed example:" in text else ""


def _notebook_path(shell: Any) -> Path:
    """Return the notebook's path, as far as the kernel knows it."""
    told = shell.user_ns.get("__vsc_ipynb_file__") or os.environ.get("JPY_SESSION_NAME") or "notebook.ipynb"
    return Path.cwd() / Path(str(told)).name
