"""Notebook cells with their output: those before the cell asked about, in a notebook or a file with `# %%` lines."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from lsprotocol import types

from tutor_lsp.capture.wire_text import byte_length, printed, valid
from tutor_lsp.lsp.text_document import without_line_end
from tutor_lsp.protocol import CELL_ERROR_MIME, CELL_METADATA
from tutor_protocol import Cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_lsp.lsp.pygls_remedies.open_documents import OpenDocuments

MAX_CELLS_BYTES = 128 * 1024
MAX_OUTPUT_CHARACTERS = 4 * 1024

_TEXT_MIMES = {
    CELL_ERROR_MIME,
    "application/vnd.code.notebook.stdout",
    "application/vnd.code.notebook.stderr",
    "text/plain",
}
_MARKER = re.compile(r"#[ \t]*%%(?P<title>.*)")
_MARKDOWN = re.compile(r"\[(?:markdown|md|raw)\]")


@dataclass(frozen=True, slots=True)
class CellOutput:
    """The output of a cell, and the traceback or message of the exception that ended its run."""

    text: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class FileCell:
    """A cell of a plain file, which starts at a `# %%` line. `end` is exclusive."""

    start: int
    end: int
    is_code: bool


def output_of(cell: types.NotebookCell) -> CellOutput:
    """Return the output that the client sends with a cell (`protocol.CELL_METADATA`).

    Malformed outputs are left out.
    """
    texts, error = [], None
    for output in _outputs(cell.metadata):
        mime, data = output.get("mime"), output.get("data")
        if mime not in _TEXT_MIMES or not isinstance(data, str):
            continue
        text = data
        if mime == CELL_ERROR_MIME:
            error = text = _error_text(data)
        texts.append(text)
    return CellOutput(printed("\n".join(texts), MAX_OUTPUT_CHARACTERS), error)


def is_failing(cell: types.NotebookCell) -> bool:
    """Return whether the last run of a cell failed."""
    summary = cell.execution_summary
    return (summary is not None and summary.success is False) or output_of(cell).error is not None


def notebook_cell(documents: OpenDocuments, uri: str) -> types.NotebookCell | None:
    """Return the notebook cell that a document belongs to, or None if the document is a plain file."""
    notebook = documents.get_notebook_document(cell_uri=uri)
    return next((cell for cell in notebook.cells if is_document_of(cell, uri)), None) if notebook else None


def cells_before(documents: OpenDocuments, uri: str) -> tuple[Cell, ...]:
    """Return the code cells before this one in its notebook."""
    notebook = documents.get_notebook_document(cell_uri=uri)
    found = []
    for cell in notebook.cells if notebook else ():
        if is_document_of(cell, uri):
            break
        document = documents.open_document(cell.document)
        if cell.kind == types.NotebookCellKind.Code and document is not None:
            found.append(Cell(source=_source(document.lines), output=output_of(cell).text))
    return _newest_within_budget(found)


def file_cells(lines: Sequence[str]) -> list[FileCell]:
    """Return the cells of a plain file, which `# %%` lines separate, or an empty list if the file has no such line.

    The text before the first `# %%` line is a cell, too, unless it is blank.
    """
    markers = [(n, match) for n, line in enumerate(lines) if line[:1] == "#" and (match := _MARKER.match(line))]
    if not markers:
        return []
    starts = [n for n, _ in markers]
    cells = [
        FileCell(start, end, is_code=not _MARKDOWN.search(match["title"]))
        for (start, match), end in zip(markers, [*starts[1:], len(lines)], strict=True)
    ]
    head = [FileCell(0, starts[0], is_code=True)] if any(line.strip() for line in lines[: starts[0]]) else []
    return head + cells


def file_cells_before(lines: Sequence[str], cells: Iterable[FileCell], start: int) -> tuple[Cell, ...]:
    """Return the code cells of a plain file before the cell at line `start`."""
    before = [
        Cell(source=_source(lines[cell.start : cell.end])) for cell in cells if cell.is_code and cell.end <= start
    ]
    return _newest_within_budget(before)


def _newest_within_budget(cells: Sequence[Cell]) -> tuple[Cell, ...]:
    left = MAX_CELLS_BYTES
    kept: list[Cell] = []
    for cell in reversed(cells):
        left -= byte_length(cell.source) + byte_length(cell.output)
        if left < 0:
            break
        kept.append(cell)
    return tuple(reversed(kept))


def is_document_of(cell: types.NotebookCell, uri: str) -> bool:
    """Return whether a URI is that of a cell's document."""
    return unquote(cell.document) == unquote(uri)


def _source(lines: Iterable[str]) -> str:
    return valid("\n".join(without_line_end(line) for line in lines))


def _outputs(metadata: Any) -> list[dict[str, Any]]:
    tutor = metadata.get(CELL_METADATA) if isinstance(metadata, dict) else None
    outputs = tutor.get("outputs") if isinstance(tutor, dict) else None
    return [output for output in outputs if isinstance(output, dict)] if isinstance(outputs, list) else []


def _error_text(data: str) -> str:
    """Return the traceback in VS Code's error output, or the error's name and message if there is no traceback."""
    try:
        error = json.loads(data)
    except (ValueError, RecursionError):
        return data
    if not isinstance(error, dict):
        return data
    summary = f"{error.get('name') or 'Error'}: {error.get('message') or ''}"
    stack = error.get("stack")
    return stack if isinstance(stack, str) and stack.strip() else summary
