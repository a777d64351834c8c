"""Programs that crash, some for the cause of a rule, some that look alike and crash for another one."""

from __future__ import annotations

import contextlib
import io
import linecache
import re
import traceback
from dataclasses import dataclass
from pathlib import Path

from tutor_protocol import Position, Submission

_FILE = Path(__file__).with_name("crash_causes.txt")
_HEADING = re.compile(r"^### (?P<no>not )?(?P<rule>[\w.-]+)(?: (?P<line>\d+))?$", re.MULTILINE)
_NAME = "program.py"


@dataclass(frozen=True, slots=True)
class CrashingProgram:
    """A program, the rule that it is about, and the line of the cause; line 0 says that the rule must not be found."""

    number: int
    rule: str
    line: int
    code: str

    def __str__(self) -> str:
        """Return the name of the test case."""
        return f"{self.number}-{'' if self.line else 'not-'}{self.rule}"

    def submission(self) -> Submission:
        """Return the ask of a student who ran the program."""
        return Submission(code=self.code, cursor=Position(0, 0), traceback=self._report())

    def _report(self) -> str:
        linecache.cache[_NAME] = (len(self.code), None, self.code.splitlines(keepends=True), _NAME)
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(self.code, _NAME, "exec"), {"__name__": "__main__"})  # noqa: S102 - our own programs
        except Exception as error:  # noqa: BLE001 - whatever the program raises is its report
            frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _NAME]
            shown = "".join(traceback.format_list(frames[-12:]))
            ending = "".join(traceback.format_exception_only(error))
            return f"Traceback (most recent call last):\n{shown}{ending}" if frames else ending
        raise AssertionError(f"the program does not fail: {self}")


def crashing_programs() -> list[CrashingProgram]:
    """Return the programs of the file, in its order."""
    text = _FILE.read_text(encoding="utf-8")
    headings = [*_HEADING.finditer(text)]
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return [
        CrashingProgram(number, heading["rule"], int(heading["line"] or 0), text[heading.end() + 1 : end])
        for number, (heading, end) in enumerate(zip(headings, ends, strict=True), 1)
    ]
