"""The guard itself: text of a model goes in, and units that break no rule come out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.checks import broken_rule
from tutor_pedagogy.guard.checks.canary import forms_of as canary_forms
from tutor_pedagogy.guard.checks.instalments import remember
from tutor_pedagogy.guard.context import GuardContext, JudgedUnit
from tutor_pedagogy.guard.inert import Cleaner, has_stray_mark, inert_block, inert_text
from tutor_pedagogy.guard.rules import GuardRule
from tutor_pedagogy.guard.units import Splitter, split
from tutor_pedagogy.ladder.levels import HintLevel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tutor_pedagogy.guard.units import Unit
    from tutor_protocol import Submission


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an answer was stopped: the rule, and the unit that breaks it."""

    rule: GuardRule
    unit: str


class Guard:
    """Stands between a model and a student for one answer.

    The units that it releases depend on the whole text and never on the chunks it came in. It knows the hint level, the
    student's `submission`, names that a module of the course allows besides the student's own, the answers given
    `earlier` on the same problem, and the `canary` of the system prompt. It fails closed: a unit that cannot be judged
    stops the answer.
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
        self._context = GuardContext.of(level, submission, allowed_names)
        if canary is not None:
            self._context.canary_forms = canary_forms(canary)
        self._cleaner = Cleaner()
        self._splitter = Splitter()
        self._stray_mark = False
        for answer in earlier if level < HintLevel.SOLUTION else ():
            for unit in split(answer):
                remember(self._context, JudgedUnit(unit, self._context.material))

    def read_ahead(self) -> None:
        """Read the student's whole program now; a long one takes a while, and a thread can wait for it.

        Without this, each part is read by the first unit that needs it, and a part that no unit needs is never read.
        """
        if self._context.level < HintLevel.SOLUTION:
            self._context.material.read_ahead()
            _ = self._context.spelled_names.otherwise

    def feed(self, text: str) -> list[str]:
        """Take in the next text of the model and return the units that may be shown now; after a verdict, none."""
        if self.verdict is not None:
            return []
        units = self._splitter.feed(self._cleaner.feed(text))
        return self._released(units) if units else []

    def finish(self) -> list[str]:
        """Return the rest: the model has finished, and an open block counts as closed."""
        if self.verdict is not None:
            return []
        return self._released([*self._splitter.feed(self._cleaner.finish()), *self._splitter.finish()])

    def _released(self, units: Iterable[Unit]) -> list[str]:
        released: list[str] = []
        for unit in units:
            rule = self._broken_rule(unit)
            if rule is not None:
                self.verdict = Verdict(rule, unit.text)
                break
            released.append(self._inert(unit))
        return released

    def _broken_rule(self, unit: Unit) -> GuardRule | None:
        if unit.endless:
            return GuardRule.ENDLESS
        try:
            return broken_rule(self._context, JudgedUnit(unit, self._context.material))
        except (ArithmeticError, LookupError, ValueError, RecursionError, MemoryError):
            return GuardRule.UNJUDGED

    def _inert(self, unit: Unit) -> str:
        if unit.kind == "block":
            self._stray_mark = False
            return inert_block(unit.text)
        shown = inert_text(unit.text, stray_mark=self._stray_mark)
        self._stray_mark = bool(unit.text.strip()) and (self._stray_mark or has_stray_mark(unit.text))
        return shown
