"""The limit on processor time in the event loop, with real timers."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest
import uvloop

from tutor_analysis.processor_time import OverBudget, ProcessorTime

if TYPE_CHECKING:
    from types import FrameType

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no interval timers")

SHORT = 0.01


def match_for_ever() -> None:
    """Run a regular expression that backtracks practically for ever."""
    re.match(r"(?:a|a)*b", "a" * 60)


def loop_for_ever() -> None:
    """Run a Python loop without end."""
    while True:
        pass


@pytest.mark.parametrize("work", [match_for_ever, loop_for_ever])
def test_what_takes_too_long_is_ended(work: object) -> None:
    """An endless loop and an endless match are both ended, repeatedly."""
    assert callable(work)
    for _ in range(2):
        with pytest.raises(OverBudget), ProcessorTime(SHORT):
            work()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_an_event_loop_goes_on_afterwards(run: object) -> None:
    """When the time limit is reached, only the code inside the limit is stopped, and the event loop continues."""
    assert callable(run)

    async def work() -> str:
        for _ in range(3):
            with pytest.raises(OverBudget), ProcessorTime(SHORT):
                loop_for_ever()
            await asyncio.sleep(0)
        return "alive"

    assert run(work()) == "alive"


def test_a_destructor_that_swallows_the_end_does_not_save_the_work() -> None:
    """If a destructor swallows the exception, the timer raises it again."""
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
    """Once the context has ended, the limit raises nothing and leaves no timer."""
    with ProcessorTime(SHORT):
        pass
    ProcessorTime.raise_if_armed()
    end = 0
    for number in range(1_000_000):  # This loop takes longer than the limit.
        end = number
    assert end == 999_999


def test_a_signal_that_comes_as_the_context_is_left_is_too_late() -> None:
    """A signal that arrives just as the context ends raises nothing in the event loop."""
    with ProcessorTime(60):
        strike = signal.getsignal(signal.SIGVTALRM)
    assert callable(strike)
    met: list[str] = []

    def strike_at_the_end(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and frame.f_code is ProcessorTime.__exit__.__code__:
            met.append(event)
            strike(signal.SIGVTALRM, frame)

    sys.setprofile(strike_at_the_end)
    try:
        with ProcessorTime(60):
            pass
    finally:
        sys.setprofile(None)
    assert met == ["call"]
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_another_thread_has_no_bound() -> None:
    """Outside the main thread, which alone receives signals, processor time is not limited."""
    ended: list[bool] = []

    def work() -> None:
        with ProcessorTime(1e-6):
            ended.append(sum(range(100_000)) > 0)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ended == [True]
