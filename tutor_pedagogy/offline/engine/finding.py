"""What the offline tutor finds out about a submission, and what it says about it: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

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
        """Return the code with the edit made; its line breaks become line feeds."""
        lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        start = self.line - 1
        lines[start : start + self.before.count("\n") + 1] = self.after.split("\n")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A mistake found in a program: the name of its rule, and its place.

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


Confidence = Literal["certain", "likely", "start_here"]
"""How sure the tutor is of a cause: it is `certain`, it is the `likely` one, or the lines are only where to start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One answer of the offline tutor.

    `rule` is the rule's stable name. `lines` count from 1 as the student's editor shows them, the culprit first.
    `text` is Markdown for the student. `edit` is what makes the program compile, if one could be worked out and
    checked; it is there at every level, but only the text of level 5 shows it.
    """

    rule: str
    lines: tuple[int, ...]
    certainty: Confidence
    text: str
    edit: Edit | None = None
