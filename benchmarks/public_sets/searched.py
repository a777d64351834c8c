"""Search a program's edit with its tests, and with half of its tests, judged by the other half."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tutor_lsp.features.found_edits import find_edit
from tutor_lsp.runner.found_tests import find_tests
from tutor_lsp.runner.tests import CouldNotTest, TimeLimits, run_tests
from tutor_lsp.runner.trials import TestTrial

if TYPE_CHECKING:
    from benchmarks.public_sets.tested_programs import TestedProgram
    from tutor_lsp.runner.found_tests import FoundTests
    from tutor_lsp.runner.results import RunOfTests
    from tutor_protocol import FoundEdit

LIMITS = TimeLimits(run=30.0, test=2.0)
NAME = "exercise"


def code_of(program: TestedProgram) -> str:
    """Return the code of a program with what its tests need."""
    return f"{program.setup}\n\n\n{program.code}" if program.setup else program.code


def tests_of(program: TestedProgram) -> str:
    """Return a file of tests, one for each case."""
    lines = ["import unittest", f"from {NAME} import *", "", "", "class Tests(unittest.TestCase):"]
    for number, (call, expected) in enumerate(program.cases, 1):
        lines += [f"    def test_{number:02}(self):", f"        self.assertEqual({call}, {expected})", ""]
    return "\n".join(lines)


async def search_row(path: Path, found: list[FoundTests], run: RunOfTests, code: str, seconds: float) -> dict[str, Any]:
    """Return the fields of a row that tell of the search with all tests of a program that was run."""
    edit, took, tried = await _search(path, found, run, code, seconds)
    return {
        "found_edit": None if edit is None else {k: v for k, v in asdict(edit).items() if v is not None},
        "search_seconds": round(took, 3),
        "search_tried": tried,
    }


async def held_out(program: TestedProgram, seconds: float) -> dict[str, Any] | None:
    """Return what an edit that was found with one half of the cases does with the other; None if no half decides.

    `found` is whether there is an edit, and `passed` and `of` count the cases of the other half.
    """
    halves = (program.cases[::2], program.cases[1::2])
    for visible, hidden in (halves, halves[::-1]):
        if not visible or not hidden:
            continue
        with tempfile.TemporaryDirectory(prefix="public-sets-") as temporary:
            path, found = await write(Path(temporary), replace(program, cases=visible))
            try:
                run = await run_tests(path, found, limits=LIMITS)
            except CouldNotTest:
                return None
            if run.first_failure is None:
                continue
            edit, _, _ = await _search(path, found, run, code_of(program), seconds)
        if edit is None or edit.new_text is None:
            return {"found": False, "passed": 0, "of": len(hidden)}
        lines = code_of(program).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        after = "\n".join((*lines[: edit.first_line - 1], edit.new_text, *lines[edit.last_line :]))
        with tempfile.TemporaryDirectory(prefix="public-sets-") as temporary:
            path, found = await write(Path(temporary), replace(program, code=after, setup="", cases=hidden))
            try:
                judged = await run_tests(path, found, limits=LIMITS)
            except CouldNotTest:
                return None
        return {"found": True, "passed": judged.count("passed"), "of": len(hidden)}
    return None


async def write(folder: Path, program: TestedProgram) -> tuple[Path, list[FoundTests]]:
    """Write a program and its tests into a folder, and return its path and its tests."""
    path = folder / f"{NAME}.py"
    await asyncio.to_thread(path.write_text, code_of(program), "utf-8")
    await asyncio.to_thread(path.with_name(f"test_{NAME}.py").write_text, tests_of(program), "utf-8")
    return path, find_tests(path)


def figures(rows: list[dict[str, Any]]) -> list[str]:
    """Return the figures of the searches as lines of text."""
    searched = [row for row in rows if "search_seconds" in row]
    if not searched:
        return []
    edits = [row["found_edit"] for row in searched if row["found_edit"]]
    mending = sum("new_text" in edit for edit in edits)
    times = sorted(row["search_seconds"] for row in searched)
    late = times[min(len(times) - 1, int(len(times) * 0.95))]
    halves = [row["held_out"] for row in searched if row.get("held_out")]
    found = [half for half in halves if half["found"]]
    whole = sum(half["passed"] == half["of"] for half in found)
    passed, of = sum(half["passed"] for half in found), sum(half["of"] for half in found)
    return [
        f"an edit passes all tests: {mending} of {len(searched)}; only a place: {len(edits) - mending}",
        f"seconds for a search: median {statistics.median(times):.2f}, 95 % {late:.2f}",
        f"with half of the cases: an edit for {len(found)} of {len(halves)}",
        f"of these, {whole} pass all held-out cases ({passed} of {of} cases)",
    ]


async def _search(
    path: Path, found: list[FoundTests], run: RunOfTests, code: str, seconds: float
) -> tuple[FoundEdit | None, float, int]:
    first = run.first_failure
    assert first is not None
    began = perf_counter()
    searched, edit = await find_edit(TestTrial.of(path, found, run, None), first.name, code, seconds)
    return edit, perf_counter() - began, searched.tried
