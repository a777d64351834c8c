"""Rules for wrong results against programs that look alike: mistakes are found, and right programs get no claim."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from testing.each_case import each_case
from tutor_pedagogy.offline import diagnose, report
from tutor_protocol import Position, Submission

_TEXT = (Path(__file__).parents[2] / "testing" / "look_alikes.txt").read_text("utf-8")
_ASKED = "Q: "


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A program with the line of its mistake, or a right program, whose line is 0."""

    rule: str
    line: int
    question: str | None
    code: str
    number: int

    def __str__(self) -> str:
        """Return the name of the parameter."""
        return f"{self.rule}-{'wrong' if self.line else 'right'}-{self.number}"

    def submission(self) -> Submission:
        """Return the ask about the program, with the cursor on its last line."""
        last = len(self.code.splitlines()) - 1
        return Submission(code=self.code, cursor=Position(last, 0), question=self.question)


def _read() -> list[LookAlike]:
    found = []
    for number, block in enumerate(_TEXT.split("=== ")[1:]):
        header, _, code = block.partition("\n")
        rule, kind, *line = header.split()
        question = None
        if code.startswith(_ASKED):
            question, _, code = code.removeprefix(_ASKED).partition("\n")
        found.append(LookAlike(rule, int(line[0]) if kind == "wrong" else 0, question, code, number))
    return found


_PROGRAMS = _read()


@each_case([each for each in _PROGRAMS if each.line])
def test_the_mistake_is_found(program: LookAlike) -> None:
    """The rule names the line of the mistake."""
    finding = diagnose(program.submission())

    assert (finding.rule, finding.lines[0]) == (program.rule, program.line)


@each_case([each for each in _PROGRAMS if not each.line])
def test_a_right_program_gets_no_claim(program: LookAlike) -> None:
    """A program that looks alike and is right gets no claim, whatever the question says."""
    finding = diagnose(program.submission())

    assert report(program.submission()).certainty == "start_here"
    assert finding.rule != program.rule
