"""The analyst: each step of analysis runs in the event loop or a child process, and has a fallback if it fails."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from testing import analysis_calls as calls
from tutor_analysis import work
from tutor_analysis.analyst import Analyst
from tutor_analysis.guarding import UNJUDGED, LoopGuard, ProcessGuard
from tutor_analysis.pool import NotAnalysed, Pool, PoolLimits
from tutor_analysis.size import FEW, SMALL_CODE, SMALL_REST, is_small
from tutor_analysis.unread import NOT_ANALYSED
from tutor_analysis.work import Material
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain, report
from tutor_protocol import Cell, Diagnostic, Position, Submission

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Hashable

pytestmark = pytest.mark.real_time

BUG = "def total(prices):\n    for price in prices\n        print(price)\n"
SMALL = Submission(code=BUG, cursor=Position(1, 0))
LARGE = Submission(code=BUG + "x = 1\n" * SMALL_CODE, cursor=Position(1, 0))
PATIENT = PoolLimits(processes=1, processor=20, wall=120, longest_wait=120, allowance=1000)
IMPATIENT = PoolLimits(processes=1, processor=0.001, wall=120, longest_wait=120, allowance=1000)
"""Limits whose processor time is so short that every call in a child process fails."""
STUDENT = StudentLevels()
GIVES_AWAY = ("Look at line 2. ", "Something is missing there: write ", "`for price in prices:` and ", "run it again.")
HARMLESS = ("What should stand ", "at the end of line 2? Compare it ", "with the line above it.")

Failures = list[tuple["Hashable", str, str]]


@asynccontextmanager
async def analyst_with(limits: PoolLimits, failures: Failures | None = None) -> AsyncIterator[Analyst]:
    """Yield an analyst, which is closed afterwards."""
    heard: Failures = [] if failures is None else failures
    analyst = Analyst(Pool(limits), lambda owner, step, failure: heard.append((owner, step, failure.reason)))
    try:
        yield analyst
    finally:
        await analyst.close()


@pytest.mark.parametrize("submission", [SMALL, LARGE], ids=["small", "large"])
async def test_the_result_is_the_same_wherever_it_is_found(submission: Submission) -> None:
    """The result of an analysis in a child process is the same as that of an analysis in the event loop."""
    async with analyst_with(PATIENT) as analyst:
        examined = await analyst.examine("anna", submission)
        explanation = await analyst.explain("anna", submission, HintLevel.STRUCTURE, STUDENT)
    assert (examined.problem, examined.error_type) == work.examine(submission)
    assert examined.is_read
    assert explanation == explain(submission, HintLevel.STRUCTURE, STUDENT)
    assert examined.finding == report(submission)


async def test_what_is_small_needs_no_process() -> None:
    """A small submission is analysed in the event loop, without a process of the pool."""
    failures: Failures = []
    async with analyst_with(IMPATIENT, failures) as analyst:
        assert (await analyst.examine("anna", SMALL)).is_read
    assert failures == []


async def test_what_cannot_be_analysed_gets_a_generic_hint() -> None:
    """If no step succeeds, the hint says that the code was not read, and each failed step is reported."""
    failures: Failures = []
    async with analyst_with(IMPATIENT, failures) as analyst:
        examined = await analyst.examine("anna", LARGE)
        explanation = await analyst.explain("anna", LARGE, HintLevel.SOLUTION, STUDENT)
    assert (examined.is_read, examined.error_type) == (False, "none")
    assert (explanation.rule, examined.finding.rule) == (NOT_ANALYSED, NOT_ANALYSED)
    assert "could not work through this code" in explanation.text
    assert failures == [("anna", step, "deadline") for step in ("examine", "explain")]


async def test_what_was_examined_is_known_again() -> None:
    """If code is sent again, its problem is known from a cache, even after the student's processor time is used up."""
    async with analyst_with(PoolLimits(processes=1, processor=20, wall=120, allowance=1e-6, refill=1e-9)) as analyst:
        first = await analyst.examine("anna", LARGE)
        again = await analyst.examine("anna", replace(LARGE))
        other = await analyst.examine("anna", replace(LARGE, question="why?"))
    assert first.is_read
    assert again == first
    assert not other.is_read


async def test_the_same_unread_code_stays_the_same_problem() -> None:
    """Code that could not be analysed keeps its problem if it is sent again; changed code is a new problem."""
    other = Submission(code=LARGE.code + "y = 2\n", cursor=LARGE.cursor)
    async with analyst_with(IMPATIENT) as analyst:
        first, again, changed = [await analyst.examine("anna", asked) for asked in (LARGE, LARGE, other)]
    assert first.problem.fingerprint == again.problem.fingerprint != changed.problem.fingerprint


async def test_what_takes_too_long_in_the_loop_goes_to_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """An analysis that takes too long in the event loop is stopped, and is not started there again."""
    monkeypatch.setattr(work, "examine", calls.examine_for_ever)
    calls.STARTED.clear()
    async with analyst_with(IMPATIENT) as analyst:
        for _ in range(2):
            assert not (await analyst.examine("anna", SMALL)).is_read
    assert calls.STARTED == [SMALL]


@pytest.mark.timeout(240)  # Twelve asks that each use up their processor time.
async def test_a_student_has_a_share_of_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many slow small submissions of one student block the event loop only as long as two of them would."""
    monkeypatch.setattr(work, "examine", calls.examine_for_ever)
    calls.STARTED.clear()
    slow = [replace(SMALL, code=f"{BUG}# {number}\n") for number in range(12)]
    async with analyst_with(IMPATIENT) as analyst:
        await asyncio.gather(*(analyst.examine("anna", submission) for submission in slow))
        assert 1 <= len(calls.STARTED) <= 2
        await analyst.examine("ben", SMALL)
    assert calls.STARTED[-1] is SMALL


@pytest.mark.parametrize("texts", [GIVES_AWAY, HARMLESS], ids=["gives away", "harmless"])
async def test_a_guard_in_a_process_judges_alike(texts: tuple[str, ...]) -> None:
    """A guard in a child process releases the same units with the same verdict as a `Guard` in the event loop."""
    material = Material(level=HintLevel.QUESTION, submission=LARGE)
    expected = Guard(HintLevel.QUESTION, LARGE)
    async with analyst_with(PATIENT) as analyst:
        guard = analyst.guard("anna", uuid4(), material)
        assert isinstance(guard, ProcessGuard)
        for text in texts:
            assert await guard.feed(text) == expected.feed(text)
        assert await guard.finish() == expected.finish()
    assert guard.verdict == expected.verdict


async def test_a_guard_goes_on_in_another_process() -> None:
    """If the child process of a guard has ended, the next process first gets the earlier text of the answer again."""
    expected = Guard(HintLevel.QUESTION, LARGE)
    pool = Pool(PoolLimits(processes=1, processor=20, wall=120, longest_wait=120, idle=0.0))
    guard = ProcessGuard(pool, "anna", uuid4(), Material(level=HintLevel.QUESTION, submission=LARGE), print)
    for text in HARMLESS:
        assert await guard.feed(text) == expected.feed(text)
    assert await guard.finish() == expected.finish()
    await pool.close()


async def test_a_guard_fails_closed() -> None:
    """If a text cannot be judged in time, the guard releases neither that text nor any later one."""
    failures: Failures = []
    async with analyst_with(IMPATIENT, failures) as analyst:
        guard = analyst.guard("anna", uuid4(), Material(level=HintLevel.QUESTION, submission=LARGE))
        assert await guard.feed("A harmless sentence. Another one. " * 5_000) == []
        assert guard.verdict == UNJUDGED
        assert [await guard.feed("And one more."), await guard.finish()] == [[], []]
    assert failures == [("anna", "guard", "deadline")]


async def test_a_guard_in_the_loop_fails_closed() -> None:
    """If judging a text in the event loop exceeds the processor time, the text is not released."""
    heard: list[NotAnalysed] = []
    guard = LoopGuard(Material(level=HintLevel.QUESTION, submission=SMALL), 0.001, heard.append)
    assert await guard.feed("Look at the end of line 2. Is `price` what you compare with `prices[1]`? " * 5_000) == []
    assert guard.verdict == UNJUDGED
    assert [failure.reason for failure in heard] == ["deadline"]


async def test_a_guard_in_the_loop_does_without_an_edit_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the search for the known edit exceeds the processor time, the guard judges the texts without it."""
    heard: list[NotAnalysed] = []
    told = "Finish line 2 with a colon. "
    quick = LoopGuard(Material(level=HintLevel.QUESTION, submission=SMALL), 1.0, heard.append)
    assert await quick.feed(told * 2) == []
    monkeypatch.setattr(work, "diagnose", lambda _submission: calls.spin())
    slow = LoopGuard(Material(level=HintLevel.QUESTION, submission=SMALL), 0.02, heard.append)
    assert await slow.feed(told * 2) == [told, told]
    assert heard == []


def test_what_counts_as_small() -> None:
    """A submission is small if its code and its other texts are each below a size limit."""
    place = Position(0, 0)
    said = Diagnostic(line=0, character=0, end_line=0, end_character=1, message="m" * (SMALL_REST + 1))
    assert is_small(Submission(code="x" * SMALL_CODE, cursor=place, traceback="t" * SMALL_REST))
    assert not is_small(Submission(code="x" * (SMALL_CODE + 1), cursor=place))
    assert not is_small(Submission(code="", cursor=place, traceback="t" * (SMALL_REST + 1)))
    assert not is_small(Submission(code="", cursor=place, diagnostics=(said,)))
    assert not is_small(Submission(code="", cursor=place, cells=(Cell(source=""),) * (FEW + 1)))
    assert not is_small(Submission(code="", cursor=place, cells=(Cell(source="s" * SMALL_REST, output="o"),)))
