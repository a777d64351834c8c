"""Show hints in one growing Markdown document for each of the student's files, the newest hint on top."""

from __future__ import annotations

import asyncio
import re
import threading
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urldefrag

if TYPE_CHECKING:
    from tutor_lsp.lsp.editor import Editor

KEPT_DOCUMENTS = 20
MAX_HINTS = 20
MAX_CHARACTERS = 50_000
"""The maximum numbers of hints and of characters of a document. The oldest hints are dropped."""

_SEPARATOR = "\n---\n\n"
_DIGITS = 8
"""The length of a digest in a name, at the place of which a numbered name has a shorter number."""
_UNSAFE = re.compile(r"[^\w.-]+")
_writing = threading.Lock()


class HintDocument:
    """The document with the hints about one file. Only the user can read it."""

    def __init__(self, editor: Editor, folder: Path, uri: str) -> None:
        self._editor = editor
        self._folder = folder
        path, _ = urldefrag(unquote(uri))
        digest = sha256(path.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
        self._name = f"hints-{_UNSAFE.sub('_', Path(path).stem)[:40] or 'code'}-{digest}"

    async def show(self, markdown: str) -> bool:
        """Add a hint and show the document. Return whether it was shown. Only `KEPT_DOCUMENTS` files are kept.

        An editor that does not read a changed file again gets the whole document under a new name.
        """
        try:
            path = await asyncio.to_thread(self._add, markdown)
        except OSError:
            return False
        return await self._editor.show_document(path)

    def _add(self, markdown: str) -> Path:
        with _writing:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            earlier = sorted(self._folder.glob(f"{self._name}*.md"), key=_age)
            path = self._folder / f"{self._name}.md"
            if not self._editor.rereads_files:
                path = self._folder / f"{self._name}-{_next_number(earlier)}.md"
            text = earlier[-1].read_text(encoding="utf-8", errors="replace") if earlier else ""
            path.touch(mode=0o600)
            path.write_text(_grown(text, markdown), encoding="utf-8")
            others = sorted(set(self._folder.glob("hint*.md")) - {path, *earlier}, key=_age)
            for old in (set(earlier) - {path}) | set(others[: -(KEPT_DOCUMENTS - 1)]):
                old.unlink(missing_ok=True)
            return path


def _next_number(documents: list[Path]) -> int:
    numbers = (document.stem.rpartition("-")[2] for document in documents[-1:])
    return next((int(number) + 1 for number in numbers if number.isdecimal() and len(number) < _DIGITS), 1)


def _age(document: Path) -> int:
    return document.stat().st_mtime_ns


def _grown(text: str, markdown: str) -> str:
    """Return a document with a new hint on top, within its limits. The new hint is whole in any case."""
    hints = [markdown, *(text.split(_SEPARATOR) if text else [])][:MAX_HINTS]
    while len(hints) > 1 and sum(map(len, hints)) > MAX_CHARACTERS:
        hints.pop()
    return _SEPARATOR.join(hints)
