"""The script that tries edits of a program with its tests: `python …/searching.py PLAN`, in a copy of the folder.

It loads the test runner once, and forks a process for each edited program. `PLAN` is the path of a JSON file (`Plan` of
`start.py` with `search`). What became of each edit is written to the file of events.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import time
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Ranked = tuple[float, int]
    """The rank of an edit and its number."""

KEPT_FOR_RIVALS = 0.4
"""The share of the first passing edit's rank down to which other edits are tried."""
MOST_PASSING = 12
MOST_SHOWN = 200
DATA_BYTES, FILE_BYTES = 512 * 1024**2, 4 * 1024**2
"""The memory and the size of files that the process of one edit can have."""
SPECTRUM_SECONDS, SPECTRUM_WHOLE_SECONDS = 0.3, 0.9
"""The time of one test of the untouched program, and of all of them, while their lines are recorded."""
CPU_SECONDS = 0.1
"""The processor time for the tests with one edit, beyond that of the tests that pass. It is short, since many edits
make a loop endless."""
LATE_TIMES = 4
"""How much longer an edit may take that is tried again because its time ran out, and not its processor time."""
FAIR = 0.4
"""The rank that a line has by having been run at all. The rest depends on the tests that run it."""


class Search(TypedDict):
    """The edits to try, and for how long. `first` is the name of the first failing test."""

    edits: list[tuple[int, float, int, int, str]]
    """For each edit: the line that must have run, its weight, the first and the last line it replaces, and the text."""
    seconds: float
    slack: float
    """The seconds that a process may take beyond the time of the tests that pass."""
    first: str
    names: list[str]
    """The tests that must pass."""
    probes: list[str]
    """Calls whose results tell edits apart."""


def main() -> None:
    """Try the edits of the plan, and end the process at once."""
    began = time.monotonic()
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    sys.argv = [plan["program"]]
    sys.path[0] = os.path.dirname(plan["program"])
    sys.dont_write_bytecode = True  # Two edits of one second and one length would be one program.
    Searching(plan, began).run()
    os._exit(0)


class Searching:
    """Tries edits one after the other."""

    def __init__(self, plan: Any, began: float) -> None:
        self._plan = plan
        self._search: Search = plan["search"]
        self._end = began + self._search["seconds"]
        self._wanted = sorted(map(_bare, self._search["names"]))
        self._judging = _load("judging")
        self._prepared = self._judging.prepare_pytest(plan)
        self._judging.compile_tests(plan)
        with open(plan["program"], encoding="utf-8", newline="") as file:
            self._text = file.read()
        self._lines = self._text.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    def run(self) -> None:
        """Run the untouched program, then each edited one, the most suspicious first; at last tell them apart."""
        spectrum = self._child(self._record, SPECTRUM_WHOLE_SECONDS + 2.0)
        if not isinstance(spectrum, dict):
            return
        self._say(event="untouched", **spectrum)
        tests = spectrum["tests"]
        own = sum(test["seconds"] for test in tests.values() if test["outcome"] == "passed")
        limit, processor = self._search["slack"] + own, CPU_SECONDS + 2 * own
        ranked = self._ranked(spectrum)
        passing, late, tried = self._tried(ranked, limit, processor)
        passing += self._tried(late, LATE_TIMES * limit, processor)[0]
        passing.sort(key=ranked.index)
        for _, number in passing:
            self._say(event="passing", number=number)
        self._say(event="searched", count=tried, of=len(self._search["edits"]), is_whole=self._end > time.monotonic())
        if len(passing) > 1:
            for _, number in passing:
                self._write(number)
                shown = self._child(self._probe, limit)
                self._say(event="shown", number=number, results=shown if isinstance(shown, list) else None)

    def _tried(self, ranked: list[Ranked], limit: float, processor: float) -> tuple[list[Ranked], list[Ranked], int]:
        """Return the edits that pass, those whose time ran out, and how many were tried."""
        passing: list[Ranked] = []
        late: list[Ranked] = []
        tried, least = 0, 0.0
        for rank, number in ranked:
            left = self._end - time.monotonic()
            if left <= 0 or rank < least or len(passing) >= MOST_PASSING:
                break
            tried += 1
            passes = self._passes(number, min(limit, left), processor)
            if passes:
                passing.append((rank, number))
                least = least or rank * KEPT_FOR_RIVALS
            elif passes is None:
                late.append((rank, number))
        return passing, late, tried

    def _passes(self, number: int, seconds: float, processor: float) -> bool | None:
        """Return whether all tests pass with an edit; None if they took too long, as they may on a busy machine."""
        self._write(number)
        began = time.monotonic()
        told = self._child(self._judge, seconds, processor)
        if told is None and time.monotonic() - began >= seconds:
            return None
        return bool(told == self._wanted)

    def _ranked(self, spectrum: dict[str, Any]) -> list[Ranked]:
        passing = []
        count = 0
        first: set[int] = set(spectrum["loading"])
        by_line: dict[int, int] = {}
        for name, test in spectrum["tests"].items():
            if test["outcome"] == "passed":
                passing.append(set(test["lines"]))
                continue
            count += 1
            for line in test["lines"]:
                by_line[line] = by_line.get(line, 0) + 1
            if _bare(name) == _bare(self._search["first"]):
                first.update(test["lines"])
        if first == set(spectrum["loading"]):
            first.update(by_line)
        ranked = []
        for number, (line, weight, *_) in enumerate(self._search["edits"]):
            if line not in first:
                continue
            failed = by_line.get(line, 0)
            passed = sum(line in lines for lines in passing)
            ochiai = failed / (max(count, 1) * (failed + passed)) ** 0.5 if failed else 0.3
            ranked.append((weight * (FAIR + (1 - FAIR) * ochiai), number))
        ranked.sort(key=lambda pair: (-pair[0], pair[1]))
        return ranked

    def _write(self, number: int) -> None:
        _, _, first, last, text = self._search["edits"][number]
        edited = "\n".join([*self._lines[: first - 1], text, *self._lines[last:]])
        with open(self._plan["program"], "w", encoding="utf-8", newline="") as file:
            file.write(edited)

    def _record(self, tell: Callable[[Any], object]) -> None:
        recorded = self._judging.Spectrum(self._plan, SPECTRUM_SECONDS, SPECTRUM_WHOLE_SECONDS, tell)
        recorded.record()
        self._judging.judge(self._plan, recorded, self._search["first"], self._prepared)
        recorded.tell()

    def _judge(self, tell: Callable[[Any], object]) -> None:
        passed: list[str] = []

        def keep(name: str, outcome: str) -> None:
            if outcome != "passed":
                tell(None)
            passed.append(_bare(name))

        judge = self._judging.Judge(self._plan, self._judging.NO_LIMIT, keep)
        self._judging.judge(self._plan, judge, self._search["first"], self._prepared)
        tell(sorted(passed))

    def _probe(self, tell: Callable[[Any], object]) -> None:
        unittest_driver = _load("with_unittest")
        names = dict(vars(unittest_driver.load(self._plan["program"])))
        tell([_shown(probe, names) for probe in self._search["probes"]])

    def _child(self, work: Callable[[Callable[[Any], object]], object], seconds: float, processor: float = 0.0) -> Any:
        """Return what some work in a forked process tells; None if it takes too long, fails or dies.

        `processor` are the seconds of processor time after which the system ends it.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            _work(work, reading, writing, processor)
        os.close(writing)
        try:
            return _received(reading, time.monotonic() + seconds)
        finally:
            os.close(reading)
            for end in (os.killpg, os.kill):
                with contextlib.suppress(OSError):
                    end(child, signal.SIGKILL)
            os.waitpid(child, 0)

    def _say(self, **event: Any) -> None:
        line = json.dumps(event).encode("ascii", "backslashreplace") + b"\n"
        file = os.open(self._plan["events"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line)
        finally:
            os.close(file)


def _bare(name: str) -> str:
    """Return the name of a test without what pytest adds for its arguments."""
    return name.partition("[")[0]


def _work(work: Callable[[Callable[[Any], object]], object], reading: int, writing: int, processor: float) -> None:
    """Do the work of a forked process, and end it."""
    leave, write, dump = os._exit, os.write, json.dumps

    def tell(value: Any) -> None:
        told = dump(value).encode("ascii", "backslashreplace") + b"\n"
        while told:
            told = told[write(writing, told) :]
        leave(0)

    try:
        os.setpgid(0, 0)
        os.close(reading)
        _limit()
        _load("judging").quiet()
        signal.setitimer(signal.ITIMER_PROF, processor)
        work(tell)
    finally:
        leave(1)


def _limit() -> None:
    import resource

    for kind, most in (("RLIMIT_DATA", DATA_BYTES), ("RLIMIT_FSIZE", FILE_BYTES)):
        number = getattr(resource, kind, None)
        if number is not None:
            _, hard = resource.getrlimit(number)
            value = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (value, value))


def _received(reading: int, end: float) -> Any:
    """Return the JSON value in the line that a process writes, or None if it does not come in time."""
    told = b""
    while not told.endswith(b"\n"):
        left = end - time.monotonic()
        if left <= 0 or not select.select([reading], [], [], left)[0]:
            return None
        part = os.read(reading, 1 << 16)
        if not part:
            return None
        told += part
    try:
        return json.loads(told)
    except ValueError:
        return None


def _shown(probe: str, names: dict[str, Any]) -> str:
    """Return the result of a call as text, or the name of the exception that it raises."""

    def late(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        shown = repr(eval(probe, dict(names)))  # noqa: S307 - a call that the student's tests make, in the sandbox
    except BaseException as error:
        shown = type(error).__name__
    signal.setitimer(signal.ITIMER_REAL, 0)
    return shown[:MOST_SHOWN]


def _load(name: str) -> Any:
    """Return a module of the package beside this file, as `start.py` does."""
    folder = os.path.dirname(os.path.abspath(__file__))
    sys.path.insert(0, folder)
    try:
        start = importlib.import_module("start")
    finally:
        sys.path.remove(folder)
    return start.load(name)


if __name__ == "__main__":
    main()
