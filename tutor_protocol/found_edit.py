"""The small edit with which every test passes, found on the student's computer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

MAX_EDIT_CHARACTERS, MAX_EDIT_LINES = 2_000, 40
_RULE = re.compile(r"[a-z]+\.[a-z0-9-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundEdit:
    """An edit that was tried on a copy of the student's folder: with it, all `passed` tests pass.

    Lines count from 1 in the document. `rule` names the mistake, as in `ReportedFinding`, and `line` is to blame.
    `new_text` takes the place of the lines `first_line` to `last_line`. It is None if several edits of this line pass.
    """

    rule: str
    line: int
    certainty: Literal["certain", "likely"]
    passed: int
    first_line: int
    last_line: int
    new_text: str | None = None

    def __post_init__(self) -> None:
        if not _RULE.fullmatch(self.rule):
            raise ValueError("rule is a name such as logic.wrong-operator")
        if self.certainty not in ("certain", "likely"):
            raise ValueError("certainty is certain or likely")
        if self.new_text is not None and len(self.new_text) > MAX_EDIT_CHARACTERS:
            raise ValueError(f"new_text is limited to {MAX_EDIT_CHARACTERS} characters")
        if not 1 <= self.first_line <= self.last_line < 2**31 or self.last_line - self.first_line >= MAX_EDIT_LINES:
            raise ValueError(f"an edit replaces 1 to {MAX_EDIT_LINES} lines, counted from 1")
        if not 1 <= self.line < 2**31 or not 1 <= self.passed < 2**31:
            raise ValueError("line and passed are at least 1")
