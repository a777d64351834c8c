"""The results of the offline tutor as plain values: the finding, the edit and the explanation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor_protocol import ReportedFinding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_protocol import Certainty, ErrorType, Purpose


class Code(str):
    """A slot value that is code: the text shows it as a code span."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit that replaces whole lines of the code.

    `line` counts from 1 in `Submission.code`. `before` is the present text and `after` the new text, each without the
    last line break. For an insertion, both contain a neighbouring line.
    """

    line: int
    before: str
    after: str

    def apply(self, code: str) -> str:
        """Return the edited code. All line breaks become line feeds."""
        lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        start = self.line - 1
        lines[start : start + self.before.count("\n") + 1] = self.after.split("\n")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class StillWrong:
    """The error of an edited program: the line, counted from 1 as the editor shows it, and Python's message."""

    line: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A mistake found in a program: the name of its rule, and its place.

    `lines` count from 1 as the student's editor shows them (with `Submission.first_line` added); the line at fault is
    the first. `expression` is the relevant part of that line, verbatim. After `edit`, which was checked, the program
    compiles. `first_step` corrects only this syntax error, if the program has more of them. `still_wrong` is the error
    that Python reports after either. `also` are other lines with the same mistake. `slots` are the student's own names
    and values, which are filled into the rule's texts.
    """

    rule: str
    error_type: ErrorType
    lines: tuple[int, ...]
    expression: str | None = None
    edit: Edit | None = None
    first_step: Edit | None = None
    still_wrong: StillWrong | None = None
    also: tuple[int, ...] = ()
    slots: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """An explanation by the offline tutor.

    `rule` is the rule's stable name. `lines` count from 1 as the student's editor shows them; the line at fault is the
    first. `text` is Markdown for the student. `edit` corrects the mistake, if a checked edit was found. It is set at
    every level, but only the text of level 5 shows it. `purpose` is the purpose of the ask, as it was understood.
    """

    rule: str
    lines: tuple[int, ...]
    certainty: Certainty
    text: str
    edit: Edit | None = None
    purpose: Purpose = "find"

    @property
    def finding(self) -> ReportedFinding:
        """The finding as it is reported beside the answer."""
        return ReportedFinding(self.rule, self.lines[0], self.certainty)
