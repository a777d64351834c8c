"""The guard itself: text of a model goes in, units that keep the rule come out, until one does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.canary import Canary
from tutor_pedagogy.guard.inert import Cleaner, has_stray_mark, inert_block, inert_text
from tutor_pedagogy.guard.judge import Judge
from tutor_pedagogy.guard.units import Splitter, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_pedagogy.ladder.levels import HintLevel
    from tutor_protocol import Submission

_REMEMBERED = 600
"""Characters of an unfinished sentence that a unit is read together with."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an answer was stopped: the stable name of the rule, and the unit that breaks it."""

    rule: str
    unit: str


class Guard:
    """Stands between a model and a student for one answer.

    What it releases depends on the whole text and never on the chunks it came in. It knows the level, the student's
    `submission`, names that a module allows beside the student's own, the answers given `earlier` on the same problem,
    and the `canary` of the system prompt. It fails closed: a unit that cannot be judged stops the answer.
    """

    def __init__(
        self,
        level: HintLevel,
        submission: Submission,
        *,
        allowed_names: frozenset[str] = frozenset(),
        earlier: Sequence[str] = (),
        canary: str | None = None,
    ) -> None:
        self.verdict: Verdict | None = None
        self._judge = Judge(level, submission, allowed_names, earlier)
        self._canary = None if canary is None else Canary(canary)
        self._cleaner = Cleaner()
        self._splitter = Splitter()
        self._thought = ""
        self._stray_mark = False

    def read_ahead(self) -> None:
        """Read the student's whole program now: a long one takes a while, for which a thread can wait but no unit.

        Without this, each part is read by the first unit that needs it, and what no unit needs is never read.
        """
        self._judge.read_ahead()

    def feed(self, text: str) -> list[str]:
        """Take in the next text of the model and give the units that may be shown now; after a verdict, none."""
        if self.verdict is not None:
            return []
        units = self._splitter.feed(self._cleaner.feed(text))
        return self._released(units) if units else []

    def finish(self) -> list[str]:
        """Give the rest: the model has finished, and a block that is open counts as closed."""
        if self.verdict is not None:
            return []
        return self._released([*self._splitter.feed(self._cleaner.finish()), *self._splitter.finish()])

    def _released(self, units: Iterable[Unit]) -> list[str]:
        released: list[str] = []
        for unit in units:
            rule = self._rule_broken(unit)
            if rule is not None:
                self.verdict = Verdict(rule, unit.text)
                break
            released.append(self._inert(unit))
            self._remember(unit)
        return released

    def _rule_broken(self, unit: Unit) -> str | None:
        if unit.endless:
            return "endless"
        if unit.text.isspace():  # it says nothing, and what stands before it has been judged
            return None
        try:
            if self._canary is not None and self._canary.is_in(unit.text):
                return "canary"
            return self._judge.rule_broken(unit, self._thought)
        except (ArithmeticError, LookupError, ValueError, RecursionError, MemoryError):
            return "unjudged"

    def _remember(self, unit: Unit) -> None:
        if unit.kind == "block" or unit.ends_thought:
            self._thought = ""
        else:
            self._thought = (self._thought + unit.text)[-_REMEMBERED:]

    def _inert(self, unit: Unit) -> str:
        if unit.kind == "block":
            self._stray_mark = False
            return inert_block(unit.text)
        shown = inert_text(unit.text, stray_mark=self._stray_mark)
        self._stray_mark = bool(unit.text.strip()) and (self._stray_mark or has_stray_mark(unit.text))
        return shown
