"""The bound on processor time in the event loop, by real timers."""

from __future__ import annotations

import asyncio
import re
import sys
import threading

import pytest
import uvloop

from tutor_analysis.processor_time import OverBudget, ProcessorTime

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no interval timers")

SHORT = 0.01


def match_for_ever() -> None:
    """Let `re` backtrack for longer than the universe is old."""
    re.match(r"(?:a|a)*b", "a" * 60)


def loop_for_ever() -> None:
    """Run a Python loop without end."""
    while True:
        pass


@pytest.mark.parametrize("work", [match_for_ever, loop_for_ever])
def test_what_takes_too_long_is_ended(work: object) -> None:
    """A loop and a match in `re` both end, again and again."""
    assert callable(work)
    for _ in range(2):
        with pytest.raises(OverBudget), ProcessorTime(SHORT):
            work()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_an_event_loop_goes_on_afterwards(run: object) -> None:
    """The timer's signal ends the work alone, under both event loops."""
    assert callable(run)

    async def work() -> str:
        for _ in range(3):
            with pytest.raises(OverBudget), ProcessorTime(SHORT):
                loop_for_ever()
            await asyncio.sleep(0)
        return "alive"

    assert run(work()) == "alive"


def test_a_destructor_that_swallows_the_end_does_not_save_the_work() -> None:
    """Python ignores what a destructor raises, so the timer strikes again."""
    unraised: list[object] = []
    hook, sys.unraisablehook = sys.unraisablehook, unraised.append

    class Slow:
        def __del__(self) -> None:
            loop_for_ever()

    def work() -> None:
        Slow()
        loop_for_ever()

    try:
        with pytest.raises(OverBudget), ProcessorTime(SHORT):
            work()
    finally:
        sys.unraisablehook = hook
    assert len(unraised) == 1


def test_nothing_strikes_after_the_context() -> None:
    """A context that was left in time leaves no timer behind."""
    with ProcessorTime(SHORT):
        pass
    ProcessorTime.strike()
    end = 0
    for number in range(1_000_000):  # longer than the budget was
        end = number
    assert end == 999_999


def test_another_thread_has_no_bound() -> None:
    """Only the main thread hears signals: elsewhere the context does nothing."""
    ended: list[bool] = []

    def work() -> None:
        with ProcessorTime(1e-6):
            ended.append(sum(range(100_000)) > 0)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]
