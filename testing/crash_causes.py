"""Programs that crash, some for the cause of a rule, some that look alike and crash for another one."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

from testing.lesson_cases import real_traceback
from tutor_protocol import Position, Submission

_FILE = Path(__file__).with_name("crash_causes.txt")
_HEADING = re.compile(r"^### (?P<no>not )?(?P<rule>[\w.-]+)(?: (?P<line>\d+))?$", re.MULTILINE)


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
        with contextlib.redirect_stdout(io.StringIO()):
            report = real_traceback(self.code)
        return Submission(code=self.code, cursor=Position(0, 0), traceback=report)


def crashing_programs() -> list[CrashingProgram]:
    """Return the programs of the file, in its order."""
    text = _FILE.read_text(encoding="utf-8")
    headings = [*_HEADING.finditer(text)]
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    return [
        CrashingProgram(number, heading["rule"], int(heading["line"] or 0), text[heading.end() + 1 : end])
        for number, (heading, end) in enumerate(zip(headings, ends, strict=True), 1)
    ]
