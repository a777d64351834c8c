"""Asks the configured providers about programs, with prompt, guard and floor as for a student."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from tutor_analysis.unread import unread_snapshot
from tutor_pedagogy.conversation.talk import Talk
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Circumstances
from tutor_protocol import Ask, Delta
from tutor_server.admission.limiter import Grant
from tutor_server.errors import BudgetBusy, BudgetReached, GlobalLimitReached, TutorError
from tutor_server.evaluation.agreement import agreement_of
from tutor_server.evaluation.known_fix import KnownFix
from tutor_server.evaluation.results import AnswerRecord
from tutor_server.ledger.calls import AskCalls
from tutor_server.storage.background import AskBackground, Asker
from tutor_server.storage.conversation import Conversation, PastAsk
from tutor_server.storage.problems import PlacedAsk, Raised
from tutor_server.storage.usage import add_usage
from tutor_server.tutoring.answer import Answer
from tutor_server.tutoring.open_ask import OpenAsk
from tutor_server.tutoring.opening_plan import ExaminedAsk, Facts, Ids, decide
from tutor_server.tutoring.settling import AskProgress
from tutor_server.tutoring.speaking import Speaker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy import Connection

    from tutor_analysis.analyst import Analyst
    from tutor_protocol import FromService
    from tutor_server.evaluation.programs import Program
    from tutor_server.ledger.calls import Ledger
    from tutor_server.llm.chain import Chain
    from tutor_server.tutoring.opening_plan import Plan
    from tutor_server.tutoring.refusals import RefusalCount
    from tutor_server.tutoring.rules import Rules

LEDGER_NAME = "evaluate:"
"""The prefix of the providers' names under which calls of an evaluation stand in the ledger."""
_LONG = 24 * 60 * 60.0
"""Seconds for which an answer waits for a reader. An evaluation has none, and stops no answer for that."""
_NAMESPACE = UUID("7d3f1c52-5e0a-4b34-9f4e-1c2a86a0d7b1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of the service with which an evaluation asks."""

    analyst: Analyst
    chain: Chain
    ledger: Ledger
    rules: Rules
    refusals: RefusalCount


class Evaluator:
    """Asks about programs, hint level by hint level, as a student does who never edits. `seed` makes it repeatable."""

    def __init__(self, parts: Parts, seed: int) -> None:
        self._parts = parts
        self._seed = seed
        self._said: list[str] = []
        self._speaker = Speaker(parts.analyst, parts.chain, parts.refusals, hear=self._said.append)

    async def ask_about(
        self, program: Program, levels: Sequence[HintLevel], sample: int
    ) -> AsyncIterator[AnswerRecord]:
        """Yield the answer of each level. The earlier levels are in the prompt, as in service.

        Raises `BudgetReached`: the installation's budgets hold here, too.
        """
        past: list[PastAsk] = []
        for level in levels:
            record = await self._answer(program, level, sample, past)
            yield record
            if record.failure is None:
                past.append(
                    PastAsk(
                        question=program.question or "",
                        answer=record.shown,
                        hint_level=level,
                        is_withheld=record.stopped_by is not None,
                    )
                )

    async def _answer(self, program: Program, level: HintLevel, sample: int, past: Sequence[PastAsk]) -> AnswerRecord:
        plan = await self._plan(program, level, sample, past)
        while True:
            try:
                return await self._speak(program, plan, sample)
            except (GlobalLimitReached, BudgetBusy) as refusal:
                await asyncio.sleep(refusal.retry_after or 1)

    async def _speak(self, program: Program, plan: Plan, sample: int) -> AnswerRecord:
        """Speak one answer. Raises `GlobalLimitReached`, `BudgetBusy` and `BudgetReached` before a call is sent."""
        ledger = self._parts.ledger
        calls = AskCalls(
            ledger,
            ask_id=None,
            user_id=None,
            place=None,
            held=0,
            reserved_usage=plan.reserved,
            prefix=LEDGER_NAME,
        )
        progress = AskProgress(_opened(plan, calls))
        answer = Answer(plan.new_ask.request_id, grace=_LONG, on_abandoned=lambda _answer: None)
        self._said.clear()
        failure, clock = None, _Stopwatch()
        answer.share(clock.note)
        try:
            await self._speaker.speak(plan.new_ask.user_id, progress, answer)
        except (GlobalLimitReached, BudgetBusy, BudgetReached):
            raise
        except TutorError as error:
            failure = error.code
        finally:
            await ledger.database.commit(lambda connection: _settle(connection, calls))
            calls.closed()
        return self._record(
            program,
            plan,
            sample,
            progress=progress,
            shown=answer.text,
            failure=failure,
            clock=clock,
        )

    def _record(
        self,
        program: Program,
        plan: Plan,
        sample: int,
        *,
        progress: AskProgress,
        shown: str,
        failure: str | None,
        clock: _Stopwatch,
    ) -> AnswerRecord:
        model, level, submission = progress.model, plan.material.level, plan.material.submission
        fix = None if program.fixed is None else KnownFix(program.code, program.fixed)
        said = "".join(self._said)
        usage, cost = progress.usage, progress.opened.calls.cost_nanodollars
        return AnswerRecord(
            program=program.id,
            level=level,
            sample=sample,
            provider=model.provider if model else "",
            model=model.model if model else "",
            said=said,
            shown=shown,
            has_fix=fix is not None,
            leak_said=fix.leak_in(said, level, submission) if fix else None,
            leak_shown=fix.leak_in(shown, level, submission) if fix else None,
            stopped_by=progress.withheld_rule,
            ended=progress.ended_by,
            is_completed=bool(said) and progress.is_completed,
            is_fallback=bool(model and model.fallback),
            agreement=agreement_of(said or shown, plan.facts.examined.finding, submission),
            failure=failure,
            first_text_seconds=clock.first_text,
            seconds=clock.elapsed,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cost_usd=None if cost is None else cost / 1e9,
        )

    async def _plan(self, program: Program, level: HintLevel, sample: int, past: Sequence[PastAsk]) -> Plan:
        """Return what the service would send for an ask at this level."""
        parts, rules = self._parts, self._parts.rules
        place = f"{self._seed} {program.id} {sample}"
        ids = {name: uuid5(_NAMESPACE, f"{place} {name}") for name in ("problem", "session", "student", "progress")}
        ask_id = uuid5(_NAMESPACE, f"{place} ask {level}")
        submission = program.submission
        ask = Ask(
            request_id=ask_id,
            code=submission.code,
            cursor=submission.cursor,
            traceback=submission.traceback,
            question=submission.question,
        )
        examination = await parts.analyst.examine(ids["student"], ask)
        now = parts.ledger.clock.now()
        facts = Facts(
            examined=ExaminedAsk(
                ask=ask,
                digest=b"",
                snapshot=examination.snapshot or unread_snapshot(examination.problem),
                error_type=examination.error_type,
                purpose=examination.purpose,
                finding=examination.finding,
                is_read=examination.is_read,
                session_type="editor",
                session_id=None,
                follow_up_to=None,
                stored_code=program.code,
                code_line=1,
                day=now.date(),
                now=now,
            ),
            asker=Asker(id=ids["student"], subject="", levels=StudentLevels()),
            background=AskBackground(session_id=None, module=None),
            daily_messages=rules.daily_messages,
            messages=1,
            placed=PlacedAsk(
                raised=Raised(problem_id=ids["problem"], level=level, moved=True), circumstances=Circumstances()
            ),
            conversation=Conversation(asks=tuple(past)),
            talk=Talk(is_opened=True),
        )
        return decide(
            facts,
            replace(rules, max_hint_level=max(HintLevel)),
            Ids(
                problem=ids["problem"],
                ask=ask_id,
                session=ids["session"],
                module_progress=ids["progress"],
                owner=parts.ledger.owner,
                marker_key=place.encode(),
            ),
        )


def _opened(plan: Plan, calls: AskCalls) -> OpenAsk:
    return OpenAsk(
        accepted=plan.accepted(plan.new_ask.id),
        material=plan.material,
        student=plan.request.student,
        talk=plan.facts.talk,
        finding=plan.facts.examined.finding,
        introduction=plan.introduction,
        calls=calls,
        grant=Grant(
            subject="", day=plan.new_ask.day, remaining_today=0, reserved=0, message_mark="", call_mark=None
        ),  # The limits of students do not apply, so nothing was taken that could be given back.
        request=plan.request,
    )


def _settle(connection: Connection, calls: AskCalls) -> None:
    add_usage(connection, calls.write_outcomes(connection))


class _Stopwatch:
    """The seconds since its start, and until the first text of an answer."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.first_text: float | None = None

    @property
    def elapsed(self) -> float:
        """The seconds since the start."""
        return time.monotonic() - self._started

    def note(self, frame: FromService) -> None:
        """Note the time of a frame that carries the first text."""
        if self.first_text is None and isinstance(frame, Delta):
            self.first_text = self.elapsed
