"""Functions that run a file through the language server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from testing.editor_side.editor import Editor, Json

FAILING = 'print("begin")\n\n\ndef last(values):\n    return values[3]\n\n\nlast([1, 2, 3])\n'
PUBLISH = "textDocument/publishDiagnostics"


async def opened(editor: Editor, path: Path, text: str = FAILING) -> str:
    """Save a file, open it in the editor and return its URI."""
    await asyncio.to_thread(path.write_bytes, text.encode())
    return await editor.open(text, path.as_uri())


async def run(editor: Editor, uri: str) -> Json:
    """Run a file, wait until the run has ended and return its result."""
    ended: Json = await editor.execute("tutor.run", {"uri": uri})
    return ended


def published(editor: Editor) -> list[list[Json]]:
    """Return the diagnostics of each publication."""
    return [params["diagnostics"] for params in editor.all_heard(PUBLISH)]
