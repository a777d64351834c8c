"""How terminal commands use the student's sign-in and report its errors, and how they write text."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import textwrap
from typing import TYPE_CHECKING

from tutor_lsp.service.session import ServiceFault
from tutor_lsp.settings import from_environment
from tutor_lsp.sign_in.device import SignInRefused
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.sign_in.token_store import StoreUnavailable
from tutor_lsp.terminal.answer_view import inert
from tutor_lsp.terminal.exit_status import FAILED, Exit
from tutor_lsp.tutors.choice import TutorChoice

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from typing import Any, TextIO, TypeVar

    T = TypeVar("T")


def choose() -> TutorChoice:
    """Return the settings with the sign-ins. Raise `Exit` if a setting is wrong."""
    settings = from_environment(os.environ)
    if settings.fault is not None:
        raise Exit(FAILED, settings.fault)
    choice = TutorChoice(settings, SignIns(lambda: settings.data_dir))
    choice.sign_ins.reload()
    return choice


def run(work: Coroutine[Any, Any, T]) -> T:
    """Return the result of one step.

    Raises `Exit` for a fault. Prompts come between steps, where Ctrl-C ends the program.
    """
    try:
        return asyncio.run(work)
    except (ServiceFault, SignInRefused, StoreUnavailable) as error:
        raise Exit(FAILED, inert(str(error))) from error


def say(*lines: str) -> None:
    """Write lines to stdout, without what a terminal would obey."""
    sys.stdout.write("".join(f"{wrapped(inert(line), sys.stdout)}\n" for line in lines))
    sys.stdout.flush()


def wrapped(line: str, stream: TextIO) -> str:
    """Return a line wrapped between words to the terminal's width. For a pipe or a file it stays as it is.

    An address is never cut: the terminal itself breaks it, and it can still be opened and copied.
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
    """Return whether the student can read a question and type an answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def choose_way(reason: str, ways: Mapping[str, str]) -> str:
    """Ask the student how to go on, and return the letter. Enter means the first way, any other input the last."""
    letters = list(ways)
    lines = [reason, *(f"  {letter}  {what}" for letter, what in ways.items())]
    sys.stderr.write("".join(f"{wrapped(inert(line), sys.stderr)}\n" for line in lines))
    sys.stderr.write(f"Which? [{letters[0]}] ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    typed = line.strip().lower() or (letters[0] if line else letters[-1])
    return typed if typed in ways else letters[-1]
