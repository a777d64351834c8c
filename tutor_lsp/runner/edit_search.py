"""Search among edits of a program for those with which every test passes, in one confined process."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_lsp.runner.bounded import CouldNotRun
from tutor_lsp.runner.confined import run_confined
from tutor_lsp.runner.confinement import MEANS
from tutor_lsp.runner.folder_copy import FolderTooBig, in_copy, root_of
from tutor_lsp.runner.interpreter import student_interpreter
from tutor_lsp.runner.results import read_events
from tutor_lsp.runner.tests import plan_of
from tutor_lsp.runner.trials import TestTrial, try_edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor_lsp.runner.trials import Tried

SEARCH_SECONDS = 2.5
SLACK_SECONDS = 0.3
"""The seconds that the tests may take with an edit, beyond the time of those that pass without it."""
_MORE_SECONDS = 3.0
"""The time for starting Python, and for telling apart the edits that pass."""
_DRIVER = Path(__file__).resolve().parent / "test_drivers" / "searching.py"
_MAX_EVENTS_BYTES = 1024**2
_FORKS = hasattr(os, "fork")


class EditToTry(NamedTuple):
    """New text in place of the lines `first` to `last`, from 1. Only if `line` has run can the edit matter."""

    line: int
    weight: float
    first: int
    last: int
    text: str


@dataclass(frozen=True, slots=True)
class Searched:
    """The numbers of the edits that pass, in the order in which they were tried, and how many were tried.

    `shown` are the results of the probes with each of them. `seconds` is the time that the search took.
    """

    passing: tuple[int, ...] = ()
    shown: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    tried: int = 0
    seconds: float = 0.0
    is_whole: bool = False
    """Whether all edits that may matter were tried."""
    outcomes: Mapping[str, str] = field(default_factory=dict)


async def search_edits(
    trial: TestTrial,
    first: str,
    edits: Sequence[EditToTry],
    *,
    probes: Sequence[str] = (),
    seconds: float = SEARCH_SECONDS,
    means: Sequence[str] = MEANS,
) -> Searched:
    """Return the edits with which all tests of a trial pass. `first` is the name of the first failing test.

    Everything runs in a copy of the folder. If the task is cancelled, all processes end. A search that cannot be made
    finds nothing.
    """
    began = monotonic()
    try:
        if not _FORKS:
            return await _one_by_one(trial, edits, seconds)
        search = {
            "edits": list(edits),
            "seconds": seconds,
            "slack": SLACK_SECONDS,
            "first": first,
            "names": list(trial.names),
            "probes": list(probes),
        }
        events = await _searched(trial, search, means)
    except (CouldNotRun, FolderTooBig, OSError, ValueError):
        return Searched(seconds=monotonic() - began)
    return _read(events, len(edits), monotonic() - began)


async def _searched(trial: TestTrial, search: dict[str, Any], means: Sequence[str]) -> list[Mapping[str, Any]]:
    async with in_copy(trial.root or root_of(trial.program.parent)) as copied:
        plan, events = copied.place / "plan.json", copied.place / "events"
        fields = plan_of(copied, trial.program, trial.tests, events, SLACK_SECONDS) | {"search": search}
        plan.write_text(json.dumps(fields), encoding="utf-8")
        command = [student_interpreter(), str(_DRIVER), str(plan)]
        folder = copied.in_copy(trial.program).parent
        await run_confined(command, copied, folder, seconds=search["seconds"] + _MORE_SECONDS, means=means)
        return await asyncio.to_thread(lambda: list(read_events(_lines_of(events))))


def _lines_of(file: Path) -> Iterator[str]:
    if not file.is_file():
        return iter(())
    with file.open("rb") as opened:
        return iter(opened.read(_MAX_EVENTS_BYTES).decode("ascii", "replace").splitlines())


def _read(events: list[Mapping[str, Any]], count: int, seconds: float) -> Searched:
    passing: list[int] = []
    shown: dict[int, tuple[str, ...]] = {}
    tried, is_whole = 0, False
    outcomes: dict[str, str] = {}
    for event in events:
        match event:
            case {"event": "passing", "number": int(number)} if 0 <= number < count and number not in passing:
                passing.append(number)
            case {"event": "shown", "number": int(number), "results": list(results)}:
                shown[number] = tuple(map(str, results))
            case {"event": "searched", "count": int(tried), "is_whole": bool(is_whole)}:
                pass
            case {"event": "untouched", "tests": dict(tests)}:
                outcomes = {str(name): str(test.get("outcome")) for name, test in tests.items()}
    return Searched(tuple(passing), shown, tried, seconds, is_whole, outcomes)


async def _one_by_one(trial: TestTrial, edits: Sequence[EditToTry], seconds: float) -> Searched:
    """Try the most common edits, each in a process of its own, where processes cannot be forked."""
    began = monotonic()
    text = await asyncio.to_thread(trial.program.read_text, "utf-8")
    lines = text.split("\n")
    tried = 0
    for number, edit in enumerate(edits):
        if monotonic() - began > seconds:
            break
        tried += 1
        after = "\n".join((*lines[: edit.first - 1], edit.text, *lines[edit.last :]))
        outcome: Tried = await try_edit(trial, trial.program, text, after)
        if outcome == "passed":
            return Searched((number,), {}, tried, monotonic() - began)
    return Searched((), {}, tried, monotonic() - began)
