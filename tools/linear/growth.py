"""Measure how the processor time of an entry grows with the length of a text, without CPython's own parser."""

from __future__ import annotations

import builtins
import contextlib
import gc
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tools.linear.entries import ENTRIES, Entry
from tools.linear.shapes import Shape, random_shape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

GROWTH = 4
"""The length of the long text divided by the length of the short text."""
TOO_FAST = 2.0
"""The growth of the time divided by the growth of the text from which on an entry counts as slower than linear."""
_AGAIN = 0.05
"""Seconds between the timer's signals after the first, since Python ignores exceptions raised in destructors."""
_TICK = 0.004
"""Seconds between two ticks of the processor clock on machines with a coarse clock."""
SHORTEST = 0.012
"""The minimum processor time, in seconds, that the long text must take to prove anything about growth."""
LONGEST = 2.0
"""The maximum processor time of a run, in seconds. A longer run is stopped."""


@dataclass(frozen=True)
class Growth:
    """The seconds of processor time that an entry takes for a short and for a long text."""

    entry: str
    shape: Shape
    size: int
    short: float
    long: float

    @property
    def times(self) -> float:
        """The growth of the time divided by the growth of the text. It is 1 if the time is linear."""
        return self.long / max(self.short, _TICK) / GROWTH

    @property
    def is_super_linear(self) -> bool:
        """Whether the time grows clearly faster than the text."""
        return self.long >= SHORTEST and self.times >= TOO_FAST

    def __str__(self) -> str:
        return (
            f"{self.entry}: {self.short * 1000:.1f} ms for {self.size} characters, {self.long * 1000:.1f} ms for "
            f"{self.size * GROWTH}: {self.shape}"
        )


class _Endless(BaseException):
    """A run was stopped, because it took longer than `LONGEST`."""


def _stop(*_: object) -> None:
    raise _Endless


class _Parser:
    """Replaces `compile`, and measures the time that CPython's parser takes, so that it can be subtracted."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._compile = builtins.compile

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        start = time.process_time()
        try:
            return self._compile(*arguments, **named)
        finally:
            self.seconds += time.process_time() - start


@contextlib.contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the garbage collector, because a full collection after earlier tests takes seconds."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextlib.contextmanager
def _parser_counted() -> Iterator[_Parser]:
    parser = _Parser()
    original, builtins.compile = builtins.compile, parser
    try:
        yield parser
    finally:
        builtins.compile = original


def processor_time(entry: Entry, text: str) -> float:
    """Return the processor time in seconds that an entry takes for a text, without the time of CPython's parser."""
    before = signal.signal(signal.SIGVTALRM, _stop)
    with _collector_paused(), _parser_counted() as parser:
        start = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST, _AGAIN)
        try:
            entry.run(text)
        except _Endless:
            return LONGEST
        except RecursionError:
            return 0.0
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)
        return max(time.process_time() - start - parser.seconds, 0.0)


def growth(entry: Entry, shape: Shape, size: int) -> Growth:
    """Measure an entry with texts of `size` and of `GROWTH` times `size` characters. If it is slow, measure again."""
    short = processor_time(entry, shape.text(size))
    long = processor_time(entry, shape.text(size * GROWTH))
    measured = Growth(entry.name, shape, size, short, long)
    for again in range(3):
        if not measured.is_super_linear:
            break
        # Each measurement uses another length, because results for the same text are cached.
        short = max(short, processor_time(entry, shape.text(size - again - 1)))
        if long < LONGEST or again == 0:
            long = min(long, processor_time(entry, shape.text(size * GROWTH - again - 1)))
        measured = Growth(entry.name, shape, size, short, long)
    return measured


def attacks(random: Random, count: int, size: int) -> Iterator[Growth]:
    """Yield the growth for `count` random shapes. The entries take turns."""
    for number in range(count):
        entry = ENTRIES[number % len(ENTRIES)]
        yield growth(entry, random_shape(random, entry.kind), size)
