"""`tutor test` and `tutor start`: run the tests of a file, and lay the files of an exercise into a folder."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pygls.uris import to_fs_path

from tutor_lsp.lsp.refused import Refused
from tutor_lsp.terminal.answer_view import open_view
from tutor_lsp.terminal.ask import last_answers, read_program, server_url, show_event
from tutor_lsp.terminal.exit_status import DONE, FAILED, WRONG_USE, Exit
from tutor_lsp.terminal.language_client import Ended, LanguageClient
from tutor_lsp.terminal.last_answers import LastAnswer
from tutor_lsp.terminal.modules import NO_COURSE
from tutor_lsp.terminal.output import say
from tutor_lsp.terminal.place import Place
from tutor_lsp.terminal.run_table import show_run
from tutor_lsp.terminal.service import choose, run
from tutor_lsp.tutors.course import NoCourse, NoSuchModule, start_exercise
from tutor_protocol import Position

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_IN_WORDS = {"passed": "passes", "failed": "FAILS", "error": "FAILS", "skipped": "skipped"}


def test(options: argparse.Namespace) -> int:
    """Run `tutor test`. Return the exit status: 0 if all tests pass."""
    path = Path(options.file)
    text = read_program(Place(path))
    return asyncio.run(_test(path.resolve(), text, options))


def start(options: argparse.Namespace) -> int:
    """Run `tutor start`. Return the exit status."""
    folder = Path(options.folder or options.module_id)
    if folder.exists() and not folder.is_dir():
        raise Exit(WRONG_USE, f"{folder} is a file. Name a folder.")
    try:
        exercise, laid = run(start_exercise(choose(), options.module_id, folder))
    except NoCourse:
        raise Exit(FAILED, NO_COURSE) from None
    except NoSuchModule:
        raise Exit(FAILED, f"There is no module {options.module_id!r}. `tutor modules` lists them.") from None
    except Refused as error:
        raise Exit(FAILED, str(error)) from error
    say(" ".join(exercise.title.split()), *exercise.statement.splitlines(), "", laid.summary)
    return DONE


async def _test(path: Path, text: str, options: argparse.Namespace) -> int:
    async with await LanguageClient.start() as client:
        uri = await client.open(path, text)
        ended = await client.test(uri)
        say(*_lines(ended))
        is_green = ended["reason"] == "passed"
        if options.trace and not is_green:
            show_run(ended.get("trace"))
        if options.ask:
            await _ask(client, ended, {"local": True} if options.local else {})
    return DONE if is_green else FAILED


def _lines(ended: Mapping[str, Any]) -> list[str]:
    """Return the list of the tests, the message of the first that fails, and the summary."""
    lines: list[str] = []
    is_told = False
    for case in ended.get("tests", ()):
        lines.append(f"{_IN_WORDS[case['outcome']]:<7}  {' '.join(case['name'].split())}")
        if case.get("message") and not is_told:
            is_told = True
            lines += [f"         {line}" for line in case["message"].splitlines()]
    return [*lines, ended["message"]]


async def _ask(client: LanguageClient, ended: Mapping[str, Any], argument: dict[str, Any]) -> None:
    """Ask about the first failure. If all tests pass, ask only if the tutor has spoken about the file before."""
    path = Path(to_fs_path(ended["uri"]) or urlsplit(ended["uri"]).path)
    last = last_answers().about(path, server_url(argument))
    if (place := ended.get("position")) is not None:
        position = Position(place["line"], place["character"])
    elif last is not None:
        position = Position(last.line, 0)
    else:
        return
    uri = await client.open(path, read_program(Place(path)))
    offered = await client.ask_action(uri, position)
    if offered is None:
        raise Exit(FAILED, "The tutor has nothing to offer there.")
    say("")
    with open_view(sys.stdout) as view:
        async with aclosing(client.ask({**offered, **argument})) as events:
            async for event in events:
                show_event(view, event)
                if isinstance(event, Ended):
                    answer = event
    if answer.reason != "completed":
        raise Exit(FAILED, answer.message or "The tutor could not answer.")
    if answer.answer_id is not None:
        last_answers().remember(LastAnswer(str(path), position.line, answer.answer_id, server_url(argument)))
