"""Documents that can be run or tested: Python files on disk, saved as the editor shows them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from tutor_lsp.capture.document import is_python
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.lsp.source_file import NotPythonText, read_source

if TYPE_CHECKING:
    from tutor_lsp.lsp.editor import Editor
    from tutor_lsp.lsp.text_document import EditedDocument


def runnable(editor: Editor, uri: str, doing: str = "run") -> tuple[EditedDocument, Path]:
    """Return an open document and its path. Raise `Refused` if it is no Python file. `doing` is `run` or `tested`."""
    document = editor.documents.open_document(uri)
    if document is None:
        raise Refused("Open the file in the editor first, then run it.")
    if not uri.startswith("file:") or document.path is None:
        raise Refused(f"Save it as a file first: only a file can be {doing} from here. A cell runs in its notebook.")
    if not is_python(document):
        raise Refused(f"Only Python files can be {doing} from here.")
    return document, Path(document.path)


async def require_saved(path: Path, shown: str) -> None:
    """Raise `Refused` if the file on disk differs from the editor's text."""
    try:
        is_saved = await asyncio.to_thread(_is_saved, path, shown)
    except NotPythonText:
        raise Refused(f"{path.name} is not Python text: save it in UTF-8.") from None
    except OSError as error:
        raise Refused(f"{path.name} cannot be read: {error.strerror}.") from error
    if not is_saved:
        raise Refused(f"Save {path.name} first: what runs is the file on your disk, and that is not what you see.")


def _is_saved(path: Path, shown: str) -> bool:
    """Return whether the file and the editor's text are the same, except for line ends and blank lines at the end."""
    if not path.is_file():
        return False
    longest = 4 * len(shown) + 16  # A character takes at most 4 bytes in UTF-8.
    return path.stat().st_size <= longest and _bare(read_source(path)) == _bare(shown)


def _bare(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
