"""Run the tests of a student's file in a copy of its folder, within bounds."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor_lsp.runner.bounded import CouldNotRun
from tutor_lsp.runner.confined import bounds_of, run_confined
from tutor_lsp.runner.confinement import MEANS
from tutor_lsp.runner.folder_copy import FolderTooBig, in_copy, root_of
from tutor_lsp.runner.interpreter import student_interpreter
from tutor_lsp.runner.known_cases import known_cases
from tutor_lsp.runner.results import read_events, read_results

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

    from tutor_lsp.runner.folder_copy import CopiedFolder
    from tutor_lsp.runner.found_tests import FoundTests
    from tutor_lsp.runner.results import RunOfTests

MAX_EVENTS_BYTES = 8 * 1024**2
PROGRESS_SECONDS = 0.2
_DRIVER = Path(__file__).resolve().parent / "test_drivers" / "start.py"


@dataclass(frozen=True, slots=True)
class TimeLimits:
    """The seconds that a whole run of tests may take, a single test, and the wait for the trace after the tests."""

    run: float = 20.0
    test: float = 5.0
    trace: float = 0.3


class CouldNotTest(Exception):
    """The tests were not run. The message is a sentence for the student."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a test run is: the name and the number of the test that runs, and how many tests are known."""

    name: str
    number: int
    count: int


async def run_tests(
    program: Path,
    tests: Sequence[FoundTests],
    *,
    on_progress: Callable[[Progress], object] = lambda _: None,
    limits: TimeLimits = TimeLimits(),
    root: Path | None = None,
    edited: Mapping[Path, str] | None = None,
    means: Sequence[str] = MEANS,
    traced: str | None = None,
) -> RunOfTests:
    """Run the tests of a program, at an absolute path, in a copy of its folder, and return their results.

    If the task is cancelled, all processes of the run end. `root` is the folder that is copied, if it is not the
    program's own. `edited` are texts that some files have in the copy instead
    of their own. `means` are the means of confinement that may be used. `traced` is the name of a test that alone runs,
    and whose steps in the program are recorded (`RunOfTests.trace`). Raise `CouldNotTest`.
    """
    try:
        async with in_copy(root or root_of(program.parent)) as copied:
            for path, text in (edited or {}).items():
                copied.in_copy(path).write_text(text, encoding="utf-8")
            plan, events = copied.place / "plan.json", copied.place / "events"
            plan.write_text(
                json.dumps(plan_of(copied, program, tests, events, limits.test) | {"traced": traced}), encoding="utf-8"
            )
            command = [student_interpreter(), str(_DRIVER), str(plan)]
            folder = copied.in_copy(program).parent
            async with _followed(events, on_progress):
                run = await run_confined(command, copied, folder, seconds=limits.run, means=means)
            bounds: dict[str, Any] = {**bounds_of(copied, limits.run), "test_seconds": limits.test}
            results = await asyncio.to_thread(read_results, _events_in(events), run.report, bounds, copied.restored)
        is_told = results.first_failure is not None and not (traced or edited)
        known = await asyncio.to_thread(known_cases, program, tests, results.cases) if is_told else ()
        return replace(results, means=run.means, known=known)
    except FolderTooBig as error:
        raise CouldNotTest(str(error)) from error
    except CouldNotRun as error:
        raise CouldNotTest(f"{program.name} could not be tested: {error}.") from error
    except OSError as error:
        raise CouldNotTest(f"{program.name} could not be tested: {error.strerror or error}.") from error


def how_to_install(module: str) -> str:
    """Return a sentence that says what to type to install a module that runs tests."""
    return (
        f"These tests need {module}, which your Python does not have. "
        f"Type in a terminal: {student_interpreter()} -m pip install {module}"
    )


def plan_of(
    copied: CopiedFolder, program: Path, tests: Sequence[FoundTests], events: Path, seconds: float
) -> dict[str, Any]:
    """Return the plan for `test_drivers/start.py`. A test may take some seconds."""
    return {
        "program": str(copied.in_copy(program)),
        "root": str(copied.copy),
        "events": str(events),
        "seconds": seconds,
        "tests": [
            {"kind": found.kind, "files": [str(copied.in_copy(path)) for path in found.files]} for found in tests
        ],
    }


def _events_in(file: Path) -> Iterator[Mapping[str, Any]]:
    with suppress(OSError), file.open("rb") as opened:
        yield from read_events(iter(opened.read(MAX_EVENTS_BYTES).decode("ascii", "replace").splitlines()))


@asynccontextmanager
async def _followed(events: Path, on_progress: Callable[[Progress], object]) -> AsyncIterator[None]:
    """Call `on_progress` for the tests that the file of events names, while the block runs."""
    following = asyncio.create_task(_follow(events, on_progress))
    try:
        yield
    finally:
        following.cancel()
        await asyncio.wait([following])


async def _follow(events: Path, on_progress: Callable[[Progress], object]) -> None:
    shown = Progress("", 0, 0)
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        name, number, count = "", 0, 0
        for event in await asyncio.to_thread(lambda: list(_events_in(events))):
            match event:
                case {"event": "found", "count": int(found)}:
                    count += found
                case {"event": "started", "name": str(name)}:
                    number += 1
        progress = Progress(name, number, max(count, number))
        if number and progress != shown:
            shown = progress
            on_progress(progress)
