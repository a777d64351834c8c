"""The point of a question: what a line is about, and what it does step by step with the program's own values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Point:
    """The answer to the point of a question.

    `entry` is the entry of the table of constructs, `gist` the answer in short, and `steps` are whole sentences in the
    order of execution. `line` is the line that the answer is about, or 0 for the line of the subject.
    """

    entry: str
    gist: str
    steps: tuple[str, ...]
    line: int = 0
    ask: str = ""
    """The question of level 1; if it is empty, the one of the entry."""
    outcome: str = ""
    """The values that it leads to, in code spans only."""
    topic: str = ""
    """The entry of `native.toml`, if it is not `entry`."""
