"""Rows from public sets: programs are tested as the tutor tests them, and their report and trace go with the ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.public_sets.__main__ import row_of
from benchmarks.public_sets.searched import figures
from benchmarks.public_sets.tested_programs import drawn, programs_of
from benchmarks.teaching.bugs import judge_answers, run_programs
from benchmarks.teaching.rows import row
from testing.student_programs import needs_posix

if TYPE_CHECKING:
    from pathlib import Path

ODD = """\
def odd(n):
    out = []
    for i in range(n):
        if i % 2 == 0:
            out.append(i)
    return out
"""


def students_set(folder: Path) -> Path:
    """Write a set in the form of Refactory: one exercise with two cases and three attempts, of which two are equal."""
    answers, wrong = folder / "question_1" / "ans", folder / "question_1" / "code" / "wrong"
    answers.mkdir(parents=True)
    wrong.mkdir(parents=True)
    for number, (call, expected) in enumerate((("odd(0)", "[]"), ("odd(4)", "[1, 3]")), 1):
        (answers / f"input_{number:03}.txt").write_text(f"{call}\n")
        (answers / f"output_{number:03}.txt").write_text(f"{expected}\n")
    (wrong / "a.py").write_text(ODD)
    (wrong / "b.py").write_text(ODD + "\n")
    (wrong / "c.py").write_text("def odd(n)\n    pass\n")
    return folder


@needs_posix
async def test_a_row_has_the_report_the_trace_and_a_check(tmp_path: Path) -> None:
    """The row's report is of the first failing test, its trace shows the loop, and its check is every case."""
    programs = drawn(programs_of("refactory", students_set(tmp_path)), 10, seed=1)
    assert len(programs) == 2
    program = next(each for each in programs if "return" in each.code)

    family, data = await row_of(program)

    assert (family, data is not None) == ("logic", True)
    read = row(data or {})
    assert read.test_report is not None
    assert (read.test_report.passed, read.test_report.failed) == (1, 1)
    assert read.trace is not None
    assert read.trace.rounds is not None
    assert read.check.splitlines() == ["assert odd(0) == []", "assert odd(4) == [1, 3]"]
    assert "Expected: [1, 3]" in (read.submission().traceback or "")
    assert read.submission(alone=True).test_report is None
    assert run_programs(judge_answers(read)).row is read


async def test_what_does_not_compile_is_left_out(tmp_path: Path) -> None:
    """No test can run for a program that does not compile, so that it has no row."""
    programs = programs_of("refactory", students_set(tmp_path))
    said, data = await row_of(next(each for each in programs if "return" not in each.code))
    assert data is None
    assert "do not compile" in said


@needs_posix
async def test_a_row_tells_of_the_search_and_of_held_out_cases(tmp_path: Path) -> None:
    """With a search, the row has the found edit, its time, and what an edit of half of the cases does with the rest."""
    program = next(each for each in programs_of("refactory", students_set(tmp_path)) if "return" in each.code)
    cases = (*program.cases, ("odd(7)", "[1, 3, 5]"), ("odd(2)", "[1]"))

    _, data = await row_of(replace(program, cases=cases), 20.0)

    assert data is not None
    read = row(data)
    assert read.found_edit is not None
    assert (read.found_edit.line, read.found_edit.passed) == (4, 4)
    assert read.submission().found_edit == read.found_edit
    assert read.submission(alone=True).found_edit is None
    assert data["held_out"] == {"found": True, "passed": 2, "of": 2}
    assert data["search_seconds"] > 0
    assert figures([data])[0] == "an edit passes all tests: 1 of 1; only a place: 0"
    assert figures([{"id": "x"}]) == []
