"""Search in the background for the small edit with which every test passes, after a test has failed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tutor_lsp.runner.edit_search import SEARCH_SECONDS, EditToTry, Searched, search_edits
from tutor_lsp.runner.trials import try_edit
from tutor_lsp.tutors.analysis import load_offline_tutor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from tutor_lsp.capture.test_reports import KnownReports
    from tutor_lsp.lsp.background_tasks import BackgroundTasks
    from tutor_lsp.runner.results import RunOfTests
    from tutor_lsp.runner.trials import TestTrial
    from tutor_protocol import FoundEdit

FIRST_WAIT_SECONDS = 0.2
"""The longest time that an ask about a failing test waits for the search."""
_MAX_TEST_BYTES = 256 * 1024
_CONFINED = frozenset(("landlock", "namespaces"))
_REACHES_OUT = re.compile(
    r"\b(?:socket|requests|urllib|http|httpx|aiohttp|smtplib|ftplib|subprocess|shutil|sqlite3|pathlib)\b|\bos\.|\bopen\s?\("
)
"""What a program names that may reach other files or computers. It is not run hundreds of times unconfined."""


class EditSearches:
    """The running searches, at most one for each program. A new run of its tests ends the search."""

    def __init__(
        self, reports: KnownReports, background: BackgroundTasks, seconds: Callable[[], float] = lambda: SEARCH_SECONDS
    ) -> None:
        self._reports = reports
        self._background = background
        self._seconds = seconds
        self._running: dict[str, asyncio.Task[None]] = {}

    def start(self, uri: str, run_id: UUID, trial: TestTrial, first: str, text: str) -> None:
        """Begin to search for a program's text whose test `first` fails. What is found joins the report of the run."""
        self.stop(uri)
        if self._seconds() > 0:
            work = self._search(uri, run_id, trial, first, text)
            self._running[unquote(uri)] = self._background.run(work, "searching an edit with the tests")

    def stop(self, uri: str) -> None:
        """End the search for a program, with all its processes."""
        task = self._running.pop(unquote(uri), None)
        if task is not None:
            task.cancel()

    async def soon(self, uri: str) -> None:
        """Wait for the search of a program, for at most `FIRST_WAIT_SECONDS`."""
        task = self._running.get(unquote(uri))
        if task is not None:
            await asyncio.wait([task], timeout=FIRST_WAIT_SECONDS)

    async def _search(self, uri: str, run_id: UUID, trial: TestTrial, first: str, text: str) -> None:
        _, found = await find_edit(trial, first, text, self._seconds())
        if found is not None:
            self._reports.complete(uri, run_id, found)


def is_harmless(run: RunOfTests, text: str) -> bool:
    """Return whether a program's tests can be run again and again: they are confined, or reach nothing outside."""
    return bool(_CONFINED & set(run.means)) or _REACHES_OUT.search(text) is None


async def find_edit(
    trial: TestTrial, first: str, text: str, seconds: float = SEARCH_SECONDS
) -> tuple[Searched, FoundEdit | None]:
    """Search for at most some seconds, and return what the search did and what can be told. Nothing is changed.

    `first` is the name of the first failing test, and `text` the program. What is told was tried once more, on a fresh
    copy of the folder; if that took too long, it is only likely.
    """
    await asyncio.to_thread(load_offline_tutor)
    from tutor_pedagogy.offline.repair.found import found_edit, to_try  # noqa: PLC0415 - a part of the offline tutor

    tests = await asyncio.to_thread(_texts, [path for found in trial.tests for path in found.files])
    tried = await asyncio.to_thread(to_try, text, tests)
    edits = [
        EditToTry(line, edit.weight, edit.first, edit.last, edit.text)
        for line, edit in zip(tried.statements, tried.edits, strict=True)
    ]
    if not edits:
        return Searched(), None
    searched = await search_edits(trial, first, edits, probes=tried.probes, seconds=seconds)
    found = found_edit(tried, searched.passing, searched.shown, len(trial.names))
    if found is None or found.new_text is None:
        return searched, found
    lines = tried.lines
    after = "\n".join((*lines[: found.first_line - 1], found.new_text, *lines[found.last_line :]))
    again = await try_edit(trial, trial.program, text, after)
    if again == "failed":
        return searched, None
    return searched, found if again == "passed" else replace(found, certainty="likely")


def _texts(files: list[Path]) -> list[str]:
    texts = []
    for path in files:
        if path.suffix != ".in" and path.is_file():
            with path.open("rb") as file:
                texts.append(file.read(_MAX_TEST_BYTES).decode("utf-8", "replace"))
    return texts
