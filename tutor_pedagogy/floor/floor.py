"""The floor under one answer: it passes the units that are good, and ends an answer that loops, rambles or echoes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tutor_pedagogy.floor.owed import Owed
from tutor_pedagogy.floor.program import NamedProgram
from tutor_pedagogy.floor.repetition import Length, Repetition, WordLoop
from tutor_pedagogy.floor.wholeness import Wholeness, is_block, is_closed_block, is_item, wholeness_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.floor.echo import PromptEcho
    from tutor_pedagogy.ladder.levels import HintLevel
    from tutor_protocol import Purpose, Submission

EndReason = Literal["repeats", "too long", "echo"]
_SUSPECTS = 2
"""The number of repeated units in a row that end an answer. A single one may be a refrain."""


class Floor:
    """Holds a unit back until it is known that the answer can end after it.

    A unit that ends in a colon, or in the middle of a sentence, waits for the next one, and is dropped if none comes.
    """

    def __init__(self, level: HintLevel, submission: Submission, purpose: Purpose | None, echo: PromptEcho) -> None:
        self.level = level
        self.program = NamedProgram.of(submission)
        self.owed = Owed(self.program)
        self.said: list[str] = []
        """The units that the student sees."""
        self.end: EndReason | None = None
        """Why the rules ended the answer, or None."""
        self._purpose = purpose
        self._echo = echo
        self._repetition = Repetition()
        self._length = Length(level)
        self._words = WordLoop()
        self._pending: list[tuple[str, Wholeness]] = []
        self._suspects = 0
        self._first_suspect = 0
        self._follows_bare_item = False

    @property
    def is_met(self) -> bool:
        """Whether the answer does what its level owes."""
        return self.owed.is_paid(self.level, self._purpose)

    @property
    def has_said(self) -> bool:
        """Whether the student sees any words of the model."""
        return bool(self.said)

    def hear(self, text: str) -> None:
        """Note the next raw text of the model, before the units in it are whole. Words in a circle end the answer."""
        if self._words.feed(text) and self.end is None:
            self.end = "repeats"

    def take(self, units: Iterable[str]) -> str:
        """Take the next units that the guard released, and return the text that the student may see now."""
        return "".join(map(self._take, units)) if self.end is None else ""

    def finish(self, *, is_cut: bool) -> str:
        """Return the rest at the end of the model's text. `is_cut`: it was stopped, so its last line may be half."""
        del self._pending[self._good_end(is_cut=is_cut) :]
        if not self.said and not any(each[1] in {Wholeness.WHOLE, Wholeness.CODE_END} for each in self._pending):
            self._pending.clear()
        return self._release()

    def _take(self, unit: str) -> str:
        if self.end is not None:
            return ""
        if self._echo.is_in(unit):
            self.end = "echo"
            return self.finish(is_cut=True)
        if self._length.is_too_long_with(unit, is_about_program=self.owed.names_place):
            self.end = "too long"
            return self.finish(is_cut=True)
        wholeness = wholeness_of(unit, follows_bare_item=self._follows_bare_item)
        if is_item(unit):
            self._follows_bare_item = not unit.rstrip().endswith((".", "!", "?"))
        if wholeness is Wholeness.VOID:
            self._pending.append((unit, wholeness))
            return ""
        if self._repetition.is_again(unit):
            return self._suspect(unit, wholeness)
        self._suspects = 0
        self._pending.append((unit, wholeness))
        return self._release() if wholeness is Wholeness.WHOLE else ""

    def _suspect(self, unit: str, wholeness: Wholeness) -> str:
        if not self._suspects:
            self._first_suspect = len(self._pending)
        self._suspects += 1
        self._pending.append((unit, wholeness))
        if self._suspects < _SUSPECTS:
            return ""
        self.end = "repeats"
        return self.finish(is_cut=True)

    def _good_end(self, *, is_cut: bool) -> int:
        """Return the number of pending units up to the last one after which the answer can end."""
        end = self._first_suspect if self._suspects else len(self._pending)
        ends = {Wholeness.WHOLE, Wholeness.SLIGHT} | (set() if is_cut else {Wholeness.CODE_END})
        while end and not (self._pending[end - 1][1] in ends or self._is_blank_end(end)):
            end -= 1
        return end

    def _is_blank_end(self, end: int) -> bool:
        """Return whether only blank lines follow what the student sees, so that the text passes unchanged."""
        return self.end is None and all(not unit.strip() for unit, _ in self._pending[:end])

    def _release(self) -> str:
        self._suspects = 0
        units = [unit for unit, _ in self._pending]
        self._pending.clear()
        if units and is_block(units[-1]) and not is_closed_block(units[-1]):
            units[-1] = closed(units[-1])
        for unit in units:
            self.owed.note(unit)
        self.said += units
        return "".join(units)


def closed(block: str) -> str:
    """Return a fenced block with the closing fence that it lacks."""
    opening = block.lstrip(" \t>")
    mark = opening[: len(opening) - len(opening.lstrip(opening[0]))]
    return block.rstrip("\n") + "\n" + mark + "\n"
