"""Check that every pattern of the product takes linear time: `python -m tools.linear`. Exit with 1 if one does not."""

from __future__ import annotations

import re
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from tools.linear.ambiguity import Pump, find_pump
from tools.linear.automaton import automaton
from tools.linear.patterns import MARK, Pattern, product_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOUND = re.compile(r"at most ([\d,]+) characters")
_LONG = 20_000
"""The length in characters of the test text, for a pattern whose reason states no maximum length."""
SLOWEST = 0.25
"""The maximum processor time, in seconds, that a pattern with a stated reason may take for its test text."""


def _findings(patterns: list[Pattern]) -> Iterator[str]:
    for pattern in patterns:
        pump = find_pump(automaton(pattern.text, pattern.flags, searches=pattern.searches, whole=pattern.whole))
        if pump is None and pattern.reason:
            yield f"{pattern}\n  is linear: its reason ({MARK}) is not needed"
        elif pump is not None and not pattern.reason:
            yield f"{pattern}\n  may take more than linear time: {pump.prefix!r} + {pump.word!r} * n"
        elif pump is not None and (seconds := slowest(pattern, pump, size := _longest(pattern))) > SLOWEST:
            yield f"{pattern}\n  takes {seconds:.2f} s for {size} characters: {pump.prefix!r} + {pump.word!r} * n"


def _longest(pattern: Pattern) -> int:
    bound = _BOUND.search(pattern.reason or "")
    return int(bound[1].replace(",", "")) if bound else _LONG


def slowest(pattern: Pattern, pump: Pump, size: int) -> float:
    """Return the processor time in seconds of the slowest of several texts that repeat the pump's word up to `size`."""
    regex: re.Pattern[Any] = re.compile(pattern.text, pattern.flags)
    times = []
    for ending in ("", "\x00", "\n", "!", "é", '"'):
        text = pump.prefix + pump.word * (size // len(pump.word)) + ending
        subject: Any = text if isinstance(pattern.text, str) else text.encode("latin-1", "replace")
        start = time.process_time()
        if pattern.whole:
            regex.fullmatch(subject)
        elif pattern.searches:
            deque(regex.finditer(subject), maxlen=0)
        else:
            regex.match(subject)
        times.append(time.process_time() - start)
    return max(times)


def main() -> int:
    """Check all patterns, and print those that are refused. Return 1 if there are any, else 0."""
    patterns = product_patterns()
    refused = [*_findings(patterns)]
    print(*refused, sep="\n")
    exempt = sum(pattern.reason is not None for pattern in patterns)
    print(f"{len(patterns)} patterns, {exempt} with a reason, {len(refused)} refused")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
