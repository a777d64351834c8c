"""The text of a model between the ceiling and the floor: the guard judges its units, then the floor passes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.floor import Floor, PromptEcho
from tutor_pedagogy.guard import GuardRule
from tutor_server.tutoring.fixed_rules import fixed_rules

if TYPE_CHECKING:
    from tutor_analysis.guarding import BoundedGuard
    from tutor_analysis.work import Material
    from tutor_protocol import Purpose
    from tutor_server.llm.provider import Finish


class ModelText:
    """Passes on the units of a model's answer that may be shown and are good, and says why it ended the answer."""

    def __init__(self, guard: BoundedGuard, material: Material, purpose: Purpose | None) -> None:
        self._guard = guard
        echo = PromptEcho(fixed_rules(), markers=material.markers, exercise=material.exercise)
        self.floor = Floor(material.level, material.submission, purpose, echo)

    @property
    def is_over(self) -> bool:
        """Whether the answer was ended by the guard or the floor, so that no more text is needed."""
        return self._guard.verdict is not None or self.floor.end is not None

    @property
    def withheld_rule(self) -> str | None:
        """The rule for which text was withheld, or None. The prompt is a secret like the canary in it."""
        if self._guard.verdict is not None:
            return self._guard.verdict.rule
        return GuardRule.CANARY if self.floor.end == "echo" else None

    async def feed(self, text: str) -> list[str]:
        """Return the text that may be shown after the next text of the model."""
        shown = [self.floor.take(await self._guard.feed(text))]
        self.floor.hear(text)
        if self.is_over:
            shown.append(self.floor.finish(is_cut=True))
        return shown

    async def finish(self, finish: Finish | None) -> list[str]:
        """Return the rest of the text at the end of the model's answer, without half a sentence."""
        if self.is_over:
            return []
        shown = [self.floor.take(await self._guard.finish())]
        is_whole = self._guard.verdict is None and finish is not None and finish.reason == "stop"
        return [*shown, self.floor.finish(is_cut=not is_whole)]
