"""The guard of one answer under a budget: in the event loop for a small submission, else in a child process."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from tutor_analysis.pool import NotAnalysed
from tutor_analysis.processor_time import OverBudget, ProcessorTime
from tutor_analysis.work import judge, judge_the_end
from tutor_pedagogy.guard import Guard, GuardRule, Verdict
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from contextlib import AbstractContextManager
    from uuid import UUID

    from tutor_analysis.pool import Pool
    from tutor_analysis.work import Judged, Material

UNJUDGED = Verdict(GuardRule.UNJUDGED, "")
"""The verdict on a text that could not be judged in time. It stops the answer under a rule of its own."""


class LoopGuard:
    """Judges each text in the event loop, in at most `seconds` of processor time. A slower text is not shown.

    Before the first text, the search for the known edit may take as long. Without a result, the guard does without it.
    `counting` returns the context manager in which each text is judged.
    """

    def __init__(
        self,
        material: Material,
        seconds: float,
        on_failure: Callable[[NotAnalysed], object],
        *,
        counting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self.verdict: Verdict | None = None
        self._material = material
        self._seconds = seconds
        self._counting = counting
        self._on_failure = on_failure
        self._guard: Guard | None = None

    async def feed(self, text: str) -> list[str]:
        """Judge the next text of the model. Return the units that may be shown now; after a verdict there are none."""
        return self._judged(lambda guard: guard.feed(text))

    async def finish(self) -> list[str]:
        """Return the remaining units at the end of the model's text. A block that is still open counts as closed."""
        return self._judged(lambda guard: guard.finish())

    def _judged(self, judging: Callable[[Guard], list[str]]) -> list[str]:
        if self.verdict is not None:
            return []
        try:
            with self._counting():
                edit = None if self._guard else self._material.known_edit(self._seconds)
                with ProcessorTime(self._seconds):
                    guard = self._guard = self._guard or self._material.guard(edit)
                    units = judging(guard)
        except OverBudget:
            self.verdict, self._guard = UNJUDGED, None  # The guard was interrupted, so it may be inconsistent.
            self._on_failure(NotAnalysed("deadline"))
            return []
        self.verdict = guard.verdict
        return units


class InertGuard:
    """Makes the offline tutor's text inert, so that an editor neither runs nor fetches anything in it.

    It needs no time limit, because it does not compare the text, which is the project's own, with the student's code.
    """

    def __init__(self) -> None:
        nothing = Submission(code="", cursor=Position(0, 0))
        self._guard = Guard(HintLevel.SOLUTION, nothing)

    @property
    def verdict(self) -> Verdict | None:
        """The verdict if a line of the text exceeds the maximum length, which stops the text, else None."""
        return self._guard.verdict

    async def feed(self, text: str) -> list[str]:
        """Return the units of the next text that may be shown now."""
        return self._guard.feed(text)

    async def finish(self) -> list[str]:
        """Return the remaining units."""
        return self._guard.finish()


class ProcessGuard:
    """Judges each text in a child process of the pool. If the process returns no result, the text is not shown."""

    def __init__(
        self,
        pool: Pool,
        owner: Hashable,
        answer: UUID,
        material: Material,
        on_failure: Callable[[NotAnalysed], object],
    ) -> None:
        self.verdict: Verdict | None = None
        self._pool = pool
        self._owner = owner
        self._answer = answer
        self._material = material
        self._on_failure = on_failure
        self._text = ""

    async def feed(self, text: str) -> list[str]:
        """Judge the next text of the model. Return the units that may be shown now; after a verdict there are none."""
        return await self._judged(judge, text)

    async def finish(self) -> list[str]:
        """Return the remaining units at the end of the model's text. A block that is still open counts as closed."""
        return await self._judged(judge_the_end, "")

    async def _judged(self, judging: Callable[[UUID, Material, str, str], Judged], text: str) -> list[str]:
        if self.verdict is not None:
            return []
        try:
            judged = await self._pool.run(self._owner, judging, self._answer, self._material, self._text, text)
        except NotAnalysed as failure:
            self._on_failure(failure)
            self.verdict = UNJUDGED
            return []
        self._text += text
        self.verdict = judged.verdict
        return list(judged.units)


BoundedGuard = LoopGuard | ProcessGuard | InertGuard
"""A guard between the model and the student. Each class has the methods of `Guard`, as coroutines."""
