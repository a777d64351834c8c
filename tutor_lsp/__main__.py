"""`tutor-lsp`: the language server over standard input and output.

Started as a script, `python -I -X utf8 …/tutor_lsp/__main__.py`, it is safe from modules named `random.py` or
`types.py` in the student's folder; then the package's own folder is not on the path yet, and is put there.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if not __package__:
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [str(Path(here).parent), *(entry for entry in sys.path if entry != here)]

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_lsp.server import AskTutorServer


def main() -> int:
    """Serve one editor. Gives the exit status: 0 after `shutdown`, else 1."""

    def build() -> AskTutorServer:
        from tutor_lsp import __version__  # noqa: PLC0415 - loaded by `run`, with garbage collection off
        from tutor_lsp.server import AskTutorServer  # noqa: PLC0415 - likewise
        from tutor_lsp.settings import from_environment  # noqa: PLC0415 - likewise

        return AskTutorServer(from_environment(os.environ), __version__)

    return run(build)


def run(build: Callable[[], AskTutorServer]) -> int:
    """Build a server and let it serve one editor over standard input and output."""
    # Thousands of objects are made while loading, and none of them is garbage: looking for some takes a tenth of the
    # start.
    gc.disable()
    import asyncio  # noqa: PLC0415 - after gc.disable, as the rest
    import logging  # noqa: PLC0415

    from tutor_lsp.stdio import serve, take_over_standard_streams  # noqa: PLC0415

    streams = take_over_standard_streams()
    logging.getLogger("pygls").setLevel(logging.WARNING)

    async def converse() -> int:
        server = build()
        gc.freeze()
        gc.enable()
        try:
            return await serve(server.language_server, streams)
        finally:
            await server.close()

    try:
        return asyncio.run(converse())
    except KeyboardInterrupt:  # Ctrl-C in a terminal where the editor runs goes to all of its children
        return 1


if __name__ == "__main__":
    sys.exit(main())
