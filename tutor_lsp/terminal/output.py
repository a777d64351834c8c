"""Write lines to the terminal, and let the student choose how to continue."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from tutor_lsp.terminal.answer_view import inert

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO


def say(*lines: str) -> None:
    """Write lines to stdout, without control characters, which could control the terminal."""
    sys.stdout.write("".join(f"{wrapped(inert(line), sys.stdout)}\n" for line in lines))
    sys.stdout.flush()


def wrapped(line: str, stream: TextIO) -> str:
    """Return a line wrapped between words to the terminal's width, or unchanged for a pipe or a file.

    A URL is never cut: the terminal itself wraps it, and it can still be opened and copied.
    """
    if not stream.isatty():
        return line
    columns = shutil.get_terminal_size().columns
    indent = line[: len(line) - len(line.lstrip())]
    parts = textwrap.wrap(
        line.strip(),
        columns,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(parts)


def is_interactive() -> bool:
    """Return whether the student can read a question and type an answer (stdin and output are terminals)."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def choose_way(reason: str, ways: Mapping[str, str]) -> str:
    """Ask the student how to continue, and return the letter of the choice.

    Enter chooses the first option. Any other input chooses the last.
    """
    letters = list(ways)
    lines = [reason, *(f"  {letter}  {what}" for letter, what in ways.items())]
    sys.stderr.write("".join(f"{wrapped(inert(line), sys.stderr)}\n" for line in lines))
    sys.stderr.write(f"Which? [{letters[0]}] ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    typed = line.strip().lower() or (letters[0] if line else letters[-1])
    return typed if typed in ways else letters[-1]


def read_key() -> str:
    """Wait for one key, and return its character. What was typed before is dropped. An empty text is the end."""
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - the module exists only on Windows

        return msvcrt.getwch()
    import termios  # noqa: PLC0415 - the module is missing on Windows
    import tty  # noqa: PLC0415 - likewise

    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setcbreak(keyboard, termios.TCSAFLUSH)
    try:
        return os.read(keyboard, 1).decode("ascii", "replace")
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
