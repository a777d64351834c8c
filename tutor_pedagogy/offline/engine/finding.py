"""What the offline tutor finds out about a submission, and what it says about it: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_protocol import ErrorType


class Code(str):
    """A fact that is code: the text shows it as a code span."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace whole lines of the code.

    `line` counts from 1 in `Submission.code`; `before` is what stands there and `after` what should, each without the
    last line break. An insertion repeats the neighbouring line in both.
    """

    line: int
    before: str
    after: str

    def apply(self, code: str) -> str:
        """Give the code with the edit made; its line breaks become line feeds."""
        lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        start = self.line - 1
        lines[start : start + self.before.count("\n") + 1] = self.after.split("\n")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong, by a stable rule name, and where.

    `lines` count from 1 as the student's editor shows them (`Submission.first_line` added for documents), the culprit
    first. `expression` is the part of that line that matters, verbatim. `edit` was checked: with it the program
    compiles; `first_step` mends this fault where others are left. `slots` are the student's own names and values that
    the texts of the rule speak of.
    """

    rule: str
    error_type: ErrorType
    lines: tuple[int, ...]
    expression: str | None = None
    edit: Edit | None = None
    first_step: Edit | None = None
    slots: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Explanation:
    """One answer of the offline tutor: the rule that fired, the lines it is about, and Markdown for the student."""

    rule: str
    lines: tuple[int, ...]
    text: str
