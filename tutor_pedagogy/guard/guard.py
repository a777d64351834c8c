"""The guard itself: it takes the text of a model and returns the units that break no rule."""

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

    from tutor_pedagogy.guard.known_edit import KnownEdit
    from tutor_pedagogy.guard.known_reference import KnownReference
    from tutor_pedagogy.guard.units import Unit
    from tutor_protocol import Submission


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reason why an answer was stopped: the broken rule, and the unit that breaks it."""

    rule: GuardRule
    unit: str


class Guard:
    """Checks one answer on its way from the model to the student.

    The released units depend on the whole text, never on how it was split into chunks. The guard knows the hint level,
    the student's `submission`, the names that the course module also allows, the `earlier` answers on the same problem,
    the `canary` of the system prompt, the `edit` that mends the program, if the offline tutor has worked one out, and
    the exercise's `reference`, if it has one. It fails closed: a unit that cannot be judged stops the answer.
    """

    def __init__(
        self,
        level: HintLevel,
        submission: Submission,
        *,
        allowed_names: frozenset[str] = frozenset(),
        earlier: Sequence[str] = (),
        canary: str | None = None,
        edit: KnownEdit | None = None,
        reference: KnownReference | None = None,
    ) -> None:
        self.verdict: Verdict | None = None
        self._context = GuardContext.of(level, submission, allowed_names, edit, reference)
        if canary is not None:
            self._context.canary_forms = canary_forms(canary)
        self._cleaner = Cleaner()
        self._splitter = Splitter()
        self._stray_mark = False
        for answer in earlier if level < HintLevel.SOLUTION else ():
            for unit in split(answer):
                remember(self._context, JudgedUnit(unit, self._context.material))

    def read_ahead(self) -> None:
        """Read the student's whole program now. A long program takes a while, so this can run in a thread.

        Without this call, each part is read when a unit first needs it.
        """
        if self._context.level < HintLevel.SOLUTION:
            self._context.material.read_ahead()
            _ = self._context.spelled_names.otherwise

    def feed(self, text: str) -> list[str]:
        """Take the next text of the model and return the units that may be shown now. After a verdict, return none."""
        if self.verdict is not None:
            return []
        units = self._splitter.feed(self._cleaner.feed(text))
        return self._released(units) if units else []

    def finish(self) -> list[str]:
        """Return the remaining units at the end of the model's answer. An open block counts as closed."""
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
