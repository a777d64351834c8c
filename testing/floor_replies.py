"""Replies of a scripted model that ramble, loop, stop in mid-sentence, say nothing or echo their prompt.

They are in `floor_replies.toml`, with the outcome at each hint level.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from testing.chat_client import CODE
from testing.long_hints import rambling
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

_INDEX = """\
def average(marks):
    total = 0
    for i in range(len(marks) + 1):
        total += marks[i]
    return total / len(marks)

print(average([1, 2, 3]))
"""
_TRACEBACK = """\
Traceback (most recent call last):
  File "marks.py", line 7, in <module>
    print(average([1, 2, 3]))
  File "marks.py", line 4, in average
    total += marks[i]
IndexError: list index out of range
"""
PROGRAMS = {
    "colon": Submission(code=CODE, cursor=Position(2, 4)),
    "index": Submission(code=_INDEX, cursor=Position(3, 0), traceback=_TRACEBACK),
    "sound": Submission(
        code='def greet(name):\n    return "Hello " + name\n\nprint(greet("Ann"))\n', cursor=Position(0, 0)
    ),
}
"""The programs that the replies are about: a missing colon, an index past the end, and one without a mistake."""

if TYPE_CHECKING:
    from collections.abc import Callable

Outcome = Literal["passes", "completed", "asked"]
_OUTCOMES: dict[str, Outcome] = {"p": "passes", "o": "completed", "q": "asked"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """A reply and its outcome. `shown` is the part that the student sees, or None if any part of it may be shown."""

    number: int
    kind: str
    program: str
    text: str
    finish: Literal["stop", "length"]
    shown: str | None
    by_level: str
    change: str

    @property
    def submission(self) -> Submission:
        """The program that the reply is about."""
        return PROGRAMS[self.program]

    @property
    def levels(self) -> list[HintLevel]:
        """The hint levels at which the reply is tried."""
        return [level for level in HintLevel if self.by_level[level - 1] != "-"]

    def outcome(self, level: HintLevel) -> Outcome:
        """Return what follows the shown part at a level."""
        return _OUTCOMES[self.by_level[level - 1]]

    def as_told(self, words: dict[str, str]) -> str:
        """Return the text with the marker words and the rules of a prompt in place of their names."""
        text = self.text
        for name, value in words.items():
            text = text.replace(f"${name}", value)
        return _CHANGES[self.change](text)


_CHANGES: dict[str, Callable[[str], str]] = {
    "": str,
    "upper": str.upper,
    "apart": " ".join,
    "lines": lambda text: "\n\n".join(text.split()),
}


@cache
def replies() -> tuple[ModelReply, ...]:
    """Return the replies in the order of the file."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["reply"]
    return tuple(_reply(number, row) for number, row in enumerate(rows, 1))


def _reply(number: int, row: dict[str, str | int]) -> ModelReply:
    times = int(row.get("times", 0))
    counted = "".join(f"{count}. {row['counted']}\n" for count in range(1, times + 1)) if "counted" in row else ""
    ramble = rambling(int(row["ramble"])) if "ramble" in row else ""
    text = "".join(map(str, (row["text"], str(row.get("loop", "")) * times, counted, " " * bool(ramble), ramble)))
    shown = cast("str", row["shown"])
    return ModelReply(
        number=number,
        kind=str(row["kind"]),
        program=str(row["program"]),
        text=text,
        finish=cast("Literal['stop', 'length']", row.get("finish", "stop")),
        shown={"all": text, "a part": None}.get(shown, shown),
        by_level=str(row["by_level"]),
        change=str(row.get("change", "")),
    )
