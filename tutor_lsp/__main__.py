"""`tutor-lsp`: the language server over standard input and output.

Started as a script, `python -I -X utf8 …/tutor_lsp/__main__.py`, it is safe from modules named `random.py` or
`types.py` in the student's folder; then the package's own folder is not on the path yet, and is put there.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

if not __package__:
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [str(Path(here).parent), *(entry for entry in sys.path if entry != here)]


def main() -> int:
    """Serve one editor. Gives the exit status: 0 after `shutdown`, else 1."""
    # Hundreds of classes are made while loading, and none of them is garbage: collecting in between takes a tenth of
    # the start.
    gc.disable()
    import asyncio  # noqa: PLC0415 - after gc.disable, as the rest
    import logging  # noqa: PLC0415

    import tutor_lsp  # noqa: PLC0415
    from tutor_lsp.server import AskTutorServer  # noqa: PLC0415
    from tutor_lsp.settings import from_environment  # noqa: PLC0415
    from tutor_lsp.stdio import serve, take_over_standard_streams  # noqa: PLC0415

    gc.freeze()
    gc.enable()
    streams = take_over_standard_streams()
    logging.getLogger("pygls").setLevel(logging.WARNING)

    async def run() -> int:
        server = AskTutorServer(from_environment(os.environ), tutor_lsp.__version__)
        try:
            return await serve(server.language_server, streams)
        finally:
            await server.close()

    return asyncio.run(run())


if __name__ == "__main__":
    sys.exit(main())
