"""`tutor-lsp`: the language server over standard input and output.

It may be started as a script, `python -I -X utf8 …/tutor_lsp/__main__.py`, so that no `random.py` or `types.py` in the
student's folder can replace a module of the standard library. The folder that contains the package is then not on the
import path, and is added here.
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
    from collections.abc import Callable, Sequence

    from tutor_lsp.server import AskTutorServer


USAGE = "usage: tutor-lsp [--help] [--version] [--stdio]"
HELP = f"""{USAGE}

The language server of Ask Tutor, for an editor that speaks LSP 3.17. The editor
starts it and talks to it over standard input and output. In a terminal use
`tutor ask FILE` instead.

options:
  --help     show this help and exit
  --version  show the version and exit
  --stdio    standard input and output; the default, for editors that name it

environment:
  TUTOR_SERVER_URL    the tutor service; unset: the one you are signed in to
  TUTOR_ACCESS_TOKEN  a token for it, for tests and demos; else `tutor sign-in`
  TUTOR_DATA_DIR      where sign-ins and hint levels are kept

Exit status: 0 after LSP's `shutdown`, 1 without it, 2 wrong use.
"""
DONE, WRONG_USE = 0, 2


def main() -> int:
    """Serve one editor. Return the exit status: 0 after `shutdown`, 1 without it, or 2 for a wrong argument."""
    status = answer_arguments(sys.argv[1:])
    if status is not None:
        return status

    def build() -> AskTutorServer:
        from tutor_lsp import __version__  # noqa: PLC0415 - imported after `run` has turned garbage collection off
        from tutor_lsp.server import AskTutorServer  # noqa: PLC0415 - imported after `run` has turned garbage collection off
        from tutor_lsp.settings import from_environment  # noqa: PLC0415 - imported after `run` has turned garbage collection off

        return AskTutorServer(from_environment(os.environ), __version__)

    return run(build)


def answer_arguments(arguments: Sequence[str]) -> int | None:
    """Write the reply to `--help`, `--version` or a wrong argument. Return the exit status, or None to serve."""
    unknown = [argument for argument in arguments if argument not in {"--stdio", "--help", "-h", "--version"}]
    if unknown:
        sys.stderr.write(f"tutor-lsp: there is no argument {unknown[0][:80]!r}. {USAGE}\n")
        return WRONG_USE
    if "--help" in arguments or "-h" in arguments:
        sys.stdout.write(HELP)
        return DONE
    if "--version" in arguments:
        from tutor_lsp import __version__  # noqa: PLC0415 - not needed to serve an editor

        sys.stdout.write(f"tutor-lsp {__version__}\n")
        return DONE
    if sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write("tutor-lsp: waiting for an editor. Ctrl-C ends it; `tutor-lsp --help` says more.\n")
    return None


def run(build: Callable[[], AskTutorServer]) -> int:
    """Build a server and let it serve one editor over standard input and output. Return the exit status."""
    # Imports create thousands of objects but no garbage. Garbage collection would take a tenth of the start-up time.
    gc.disable()
    import asyncio  # noqa: PLC0415 - must follow gc.disable
    import logging  # noqa: PLC0415 - must follow gc.disable

    from tutor_lsp.lsp.stdio import serve, take_over_standard_streams  # noqa: PLC0415 - must follow gc.disable

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
    except KeyboardInterrupt:  # Ctrl-C in the terminal that started the editor also interrupts this process.
        return 1


if __name__ == "__main__":
    sys.exit(main())
