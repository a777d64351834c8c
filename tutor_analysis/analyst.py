"""Analyse submissions in bounded time. A submission that takes too long gets a generic result."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tutor_analysis import work
from tutor_analysis.allowance import Allowances
from tutor_analysis.guarding import LoopGuard, ProcessGuard
from tutor_analysis.known_examinations import Examination, KnownExaminations
from tutor_analysis.pool import NotAnalysed, Pool
from tutor_analysis.processor_time import OverBudget, ProcessorTime
from tutor_analysis.size import is_small
from tutor_analysis.unread import NOT_ANALYSED, unread_explanation, unread_problem
from tutor_pedagogy.conversation.talk import NEW
from tutor_pedagogy.offline.purposes import purpose_of_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator
    from uuid import UUID

    from tutor_analysis.guarding import BoundedGuard
    from tutor_analysis.work import Material
    from tutor_pedagogy.conversation.snapshot import Snapshot
    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
    from tutor_pedagogy.offline import Explanation, SureMistake
    from tutor_pedagogy.problem.identity import Problem
    from tutor_protocol import ReportedEdit, ReportedFinding, Submission

K = TypeVar("K")
T = TypeVar("T")

LOOP_SECONDS = 0.025
"""Seconds of processor time that one step may take in the event loop. Correct code of that size takes 0.005 s."""
LOOP_ALLOWANCE, LOOP_REFILL = 0.03, 0.1
"""The event loop's token bucket for each student: its capacity in seconds, and the seconds refilled per second."""
_MOST_REMEMBERED = 1_000


class Analyst:
    """Runs each step of analysis in the event loop or in a child process.

    The event loop analyses small submissions. A child process analyses larger ones, small ones that take too long in
    the event loop, and those of a student who has just used much of the loop's time. If the child process gives no
    result either, `on_failure` is called with the student, the step and the reason.
    """

    def __init__(self, pool: Pool, on_failure: Callable[[Hashable, str, NotAnalysed], object]) -> None:
        self._pool = pool
        self._on_failure = on_failure
        self._heavy: OrderedDict[int, None] = OrderedDict()
        """Hashes of code that is small, but has taken too long in the event loop."""
        self._loop_time = Allowances(LOOP_ALLOWANCE, LOOP_REFILL)
        self._examined = KnownExaminations()
        self._unreadable: OrderedDict[tuple[Hashable, int], None] = OrderedDict()
        """Hashes of code whose explanation exceeded its deadline, by student. Such code is not explained again."""

    async def examine(self, owner: Hashable, submission: Submission) -> Examination:
        """Return the problem that a submission is about, the type of error, and the purpose of the ask."""
        is_light = self._is_light(owner, submission)
        if not is_light and (known := self._examined.get(owner, submission)) is not None:
            return known
        try:
            problem, error_type = await self._run(owner, submission, work.examine, submission)
        except NotAnalysed as failure:
            self._on_failure(owner, "examine", failure)
            finding = unread_explanation(submission).finding
            return Examination(unread_problem(submission), "none", finding, is_read=False)
        finding, snapshot = await self._find(owner, submission, problem)
        purpose = None if finding.rule == NOT_ANALYSED else purpose_of_rule(finding.rule)
        examination = Examination(problem, error_type, finding, purpose=purpose, snapshot=snapshot)
        if not is_light:
            self._examined.keep(owner, submission, examination)
        return examination

    async def explain(
        self, owner: Hashable, submission: Submission, level: HintLevel, student: StudentLevels, talk: Talk = NEW
    ) -> Explanation:
        """Return the offline tutor's explanation, as it fits into the conversation."""
        if self._is_unreadable(owner, submission):
            return unread_explanation(submission, talk)
        try:
            return await self._run(owner, submission, work.explain, submission, level, student, talk)
        except NotAnalysed as failure:
            self._fail(owner, "explain", submission, failure)
            return unread_explanation(submission, talk)

    async def edit_shown(self, owner: Hashable, submission: Submission, text: str) -> ReportedEdit | None:
        """Return the edit that an answer shows; None if it shows none, or reading it takes too long."""
        try:
            return await self._run(owner, submission, work.edit_shown, submission, text)
        except NotAnalysed as failure:
            self._on_failure(owner, "edit", failure)
            return None

    async def _find(
        self, owner: Hashable, submission: Submission, problem: Problem
    ) -> tuple[ReportedFinding, Snapshot | None]:
        """Return the offline tutor's finding, and the snapshot of the ask; None if that takes too long."""
        if not self._is_unreadable(owner, submission):
            try:
                return await self._run(owner, submission, work.find, submission, problem)
            except NotAnalysed as failure:
                self._fail(owner, "topic", submission, failure)
        return unread_explanation(submission).finding, None

    async def sure_mistakes(self, owner: Hashable, submission: Submission) -> list[SureMistake]:
        """Return the findings in a whole document that are errors beyond doubt."""
        try:
            return await self._run(owner, submission, work.sure_mistakes, submission)
        except NotAnalysed as failure:
            self._on_failure(owner, "certainties", failure)
            return []

    def guard(self, owner: Hashable, answer: UUID, material: Material) -> BoundedGuard:
        """Return the guard for an answer: in the event loop for a small submission, else in a child process."""

        def tell(failure: NotAnalysed) -> None:
            self._on_failure(owner, "guard", failure)

        if self._is_light(owner, material.submission):
            return LoopGuard(material, LOOP_SECONDS, tell, counting=lambda: self._counted(owner))
        return ProcessGuard(self._pool, owner, answer, material, tell)

    async def run(
        self, owner: Hashable, function: Callable[..., T], *arguments: Any, seconds: float | None = None
    ) -> T:
        """Run another module-level function in a child process, and return its result. Raise `NotAnalysed`."""
        return await self._pool.run(owner, function, *arguments, seconds=seconds)

    async def close(self) -> None:
        """End the child processes."""
        await self._pool.close()

    async def _run(self, owner: Hashable, submission: Submission, function: Callable[..., T], *arguments: Any) -> T:
        if self._is_light(owner, submission):
            try:
                with self._counted(owner), ProcessorTime(LOOP_SECONDS):
                    return function(*arguments)
            except OverBudget:
                _remember(self._heavy, hash(submission.code))
        return await self._pool.run(owner, function, *arguments)

    def _fail(self, owner: Hashable, step: str, submission: Submission, failure: NotAnalysed) -> None:
        if failure.reason == "deadline":
            _remember(self._unreadable, (owner, hash(submission.code)))
        self._on_failure(owner, step, failure)

    def _is_unreadable(self, owner: Hashable, submission: Submission) -> bool:
        return bool(self._unreadable) and (owner, hash(submission.code)) in self._unreadable

    @contextmanager
    def _counted(self, owner: Hashable) -> Iterator[None]:
        """Charge the processor time of the code inside to the student. `ProcessorTime` must be entered inside, too."""
        started = time.thread_time()
        try:
            yield
        finally:
            self._loop_time.take(owner, time.thread_time() - started, asyncio.get_running_loop().time())

    def _is_light(self, owner: Hashable, submission: Submission) -> bool:
        if not is_small(submission) or hash(submission.code) in self._heavy:
            return False
        return self._loop_time.left(owner, asyncio.get_running_loop().time()) > 0


def _remember(known: OrderedDict[K, None], key: K) -> None:
    """Add a key, and drop the oldest if there are too many."""
    known[key] = None
    if len(known) > _MOST_REMEMBERED:
        known.popitem(last=False)
