"""Hold back the part of an answer that shows an edit, until the edit has been tried."""

from __future__ import annotations

import re

_PARAGRAPH_END = re.compile(r"\n[ \t]*\n")
_FENCE = re.compile(r"(?m)^ {0,3}(?:`{3,}|~{3,})")

PASSED = {
    True: "*Tried on a copy of your folder: the tests pass with this change.*",
    False: "*Tried on a copy of your folder: your program runs to its end with this change.*",
}
"""What is told of an edit that has passed: whether tests or a run were the trial."""
NOT_RUN = "*This change was not tried on your program.*"
FAILED = {
    True: (
        "I have no tried edit for you. I tried the change that I had in mind on a copy of your folder, and the tests "
        "do not pass with it, so I do not show it."
    ),
    False: (
        "I have no tried edit for you. I tried the change that I had in mind on a copy of your folder, and your "
        "program still fails with it, so I do not show it."
    ),
}
GO_ON = " Line {line} is still the place to look at: follow its values in the run, step by step."


class HeldEdit:
    """The text of one answer. It is shown up to the paragraph before the first block of code, and the rest is held."""

    def __init__(self) -> None:
        self._held = ""
        self._has_block = False

    @property
    def has_block(self) -> bool:
        """Whether the answer has a block of code."""
        return self._has_block

    def feed(self, text: str) -> str:
        """Take the next text of the answer, and return what can be shown now: whole paragraphs before any block."""
        self._held += text
        if self._has_block:
            return ""
        fence = _FENCE.search(self._held)
        self._has_block = fence is not None
        # The paragraph directly before a block introduces it, so the last whole paragraph is always held.
        known = self._held if fence is None else self._held[: fence.start()]
        ends = [end.end() for end in _PARAGRAPH_END.finditer(known)]
        if ends and (fence is not None or _may_be_fence(known[ends[-1] :])):
            ends.pop()
        cut = ends[-1] if ends else 0
        shown, self._held = self._held[:cut], self._held[cut:]
        return shown

    def release(self) -> str:
        """Return the text that was held."""
        held, self._held = self._held, ""
        return held


def _may_be_fence(begun: str) -> bool:
    """Return whether the beginning of a paragraph may become a block of code."""
    return begun.strip() in ("", "`", "``", "~", "~~")
