"""`tutor`: asks from a terminal, through the same language server that editors use."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import re
import sys
import tokenize
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tutor_lsp.answer_view import open_view
from tutor_lsp.language_client import ConnectionChanged, Ended, LanguageClient, Piece, Started, lines_of
from tutor_lsp.program import TIME_LIMIT_SECONDS, run_program
from tutor_lsp.stdio_rpc import RequestFailed, ServerStopped
from tutor_server.protocol import MAX_QUESTION_CHARACTERS, Position

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_lsp.answer_view import AnswerView
    from tutor_lsp.language_client import Event
    from tutor_lsp.program import Outcome

DONE, FAILED, WRONG_USE = 0, 1, 2
"""Exit status."""

_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?:?", re.DOTALL)


class _Exit(Exception):
    """Leave with this status, and say why in one line."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file as people write it: line and column count from 1."""

    path: Path
    line: int | None = None
    column: int | None = None


def parse_place(text: str) -> Place:
    """Read `FILE[:LINE[:COLUMN]]`. A Windows drive letter is part of the file, as is all of the name of a real file."""
    match = _PLACE.fullmatch(text)
    if match is None or os.path.exists(text):  # noqa: PTH110 - as typed: Path would drop a trailing separator
        return Place(Path(text))
    line, column = match["line"], match["column"]
    return Place(Path(match["file"]), int(line) if line else None, int(column) if column else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and give the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console in an old code page shows `?` rather than a traceback
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run_command(options)
    except _Exit as exit_:
        _complain(str(exit_))
        return exit_.status
    except (ServerStopped, RequestFailed) as error:
        _complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        _complain("Stopped.")
        return FAILED
    except BrokenPipeError:  # the reader of our output has left, `tutor ask … | head` say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tutor", description="A programming tutor: a question first, the solution last."
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    ask = commands.add_parser(
        "ask",
        help="explain what is wrong at a place in a Python file",
        description="Explain what is wrong at a place in a Python file. Asked again, it says more, in five steps.",
    )
    ask.add_argument("place", metavar="FILE[:LINE[:COLUMN]]", help="the place; lines and columns count from 1")
    ask.add_argument("--question", metavar="TEXT", help="what you want to know")
    ask.add_argument(
        "--run",
        action="store_true",
        help=f"run the file first, for at most {TIME_LIMIT_SECONDS:.0f} seconds, and ask about its traceback",
    )
    ask.set_defaults(run_command=_ask)

    status = commands.add_parser("status", help="say how the tutor is reached")
    status.set_defaults(run_command=_status)

    for name in ("sign-in", "sign-out"):  # without `help` they do not appear in --help
        account = commands.add_parser(name)
        account.add_argument("--server", metavar="URL")
        account.set_defaults(run_command=_account)
    return parser


def _ask(options: argparse.Namespace) -> int:
    place = parse_place(options.place)
    text = _read(place)
    if options.question is not None and len(options.question) > MAX_QUESTION_CHARACTERS:
        raise _Exit(WRONG_USE, f"A question has at most {MAX_QUESTION_CHARACTERS} characters.")
    position = _position(place, text)
    argument: dict[str, str] = {}
    if options.question:
        argument["question"] = options.question
    if options.run:
        outcome = _run(place, has_subject=bool(place.line or options.question))
        failing_line = outcome.line_in(place.path.resolve())
        if outcome.traceback is not None:
            argument["traceback"] = outcome.traceback
        if place.line is None and failing_line is not None:
            position = _position(Place(place.path, failing_line + 1), text)
    return asyncio.run(_stream_answer(place.path.resolve(), text, position, argument))


def _read(place: Place) -> str:
    path = place.path
    if path.suffix == ".ipynb":
        raise _Exit(WRONG_USE, f"{path} is a notebook. Ask in an editor, at one of its cells.")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise _Exit(WRONG_USE, f"{path} does not exist.") from None
    except IsADirectoryError:
        raise _Exit(WRONG_USE, f"{path} is a folder.") from None
    except OSError as error:
        raise _Exit(WRONG_USE, f"{path} cannot be read: {error.strerror}.") from None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)  # PEP 263
        return content.decode(encoding)
    except (SyntaxError, UnicodeError):
        raise _Exit(FAILED, f"{path} is not Python text: save it in UTF-8.") from None


def _position(place: Place, text: str) -> Position:
    """Give the place on the wire. Without a column it is where the line's text begins; one past the end is the end."""
    lines = lines_of(text)
    number = 1 if place.line is None else place.line
    if place.column == 0 or not 1 <= number <= len(lines):
        raise _Exit(WRONG_USE, f"{place.path} has lines 1 to {len(lines)}; columns count from 1.")
    line = lines[number - 1]
    character = len(line) - len(line.lstrip()) if place.column is None else min(place.column - 1, len(line))
    return Position(number - 1, character)


def _run(place: Place, *, has_subject: bool) -> Outcome:
    """Run the file. Without a traceback, and without a line or a question either, there is nothing to ask about."""
    try:
        outcome = run_program(place.path.resolve(), time_limit=TIME_LIMIT_SECONDS)
    except OSError as error:
        raise _Exit(FAILED, f"{place.path} could not be run: {error.strerror}.") from None
    if outcome.asks_for_input:
        raise _Exit(
            FAILED, f"{place.path} waits for input, which --run cannot give. Run it yourself, and use --question."
        )
    if outcome.traceback is None and not has_subject:
        how = f"did not end in {TIME_LIMIT_SECONDS:.0f} seconds" if outcome.timed_out else "ran without an exception"
        raise _Exit(FAILED, f"{place.path} {how}. Name a line, or say with --question what is wrong.")
    return outcome


async def _stream_answer(path: Path, text: str, position: Position, argument: dict[str, str]) -> int:
    with open_view(sys.stdout) as view:
        async with await LanguageClient.start() as client:
            uri = await client.open(path, text)
            offered = await client.ask_action(uri, position)
            if offered is None:
                raise _Exit(FAILED, "The tutor has nothing to offer there.")
            async with aclosing(client.ask({**offered, **argument})) as events:
                async for event in events:
                    _show(view, event)
                    if isinstance(event, Ended):
                        ended = event
    if ended.reason != "completed":
        again = f" Try again in {ended.retry_after} s." if ended.retry_after else ""
        raise _Exit(FAILED, (ended.message or "The tutor could not answer.") + again)
    return DONE


def _show(view: AnswerView, event: Event) -> None:
    match event:
        case Started(hint_level, max_hint_level):
            view.start(hint_level, max_hint_level)
        case Piece(text):
            view.add(text)
        case ConnectionChanged(state="reconnecting", message=message):
            view.note(message)


def _status(_options: argparse.Namespace) -> int:
    async def status() -> ConnectionChanged:
        async with await LanguageClient.start() as client:
            return await client.status()

    sys.stdout.write(f"{asyncio.run(status()).message}\n")
    return DONE


def _account(_options: argparse.Namespace) -> NoReturn:
    raise _Exit(
        FAILED, "Set TUTOR_SERVER_URL and TUTOR_ACCESS_TOKEN to use a tutor service; unset, `tutor` works on its own."
    )


def _complain(reason: str) -> None:
    sys.stderr.write(f"tutor: {' '.join(reason.split())}\n")


if __name__ == "__main__":
    sys.exit(main())
