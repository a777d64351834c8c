"""`tutor-server evaluate`: measures the configured models before a course does."""

from __future__ import annotations

import asyncio
import secrets
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from tutor_analysis.analyst import Analyst
from tutor_analysis.pool import Pool
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_server.clock import SystemClock
from tutor_server.composition.evaluation import build_evaluation
from tutor_server.composition.inputs import Inputs
from tutor_server.composition.llm import build_llm
from tutor_server.composition.storage import build_storage
from tutor_server.composition.tutoring import log_unanalysed
from tutor_server.errors import BudgetReached
from tutor_server.evaluation.asking import Evaluator
from tutor_server.evaluation.programs import ProgramFileError, read_programs, shipped_programs
from tutor_server.evaluation.report import write_report
from tutor_server.evaluation.results import Evaluation, ResultFileError, read_results, write_results
from tutor_server.evaluation.table import lines_of
from tutor_server.ledger.lease_keeper import LeaseKeeper
from tutor_server.limits import Leases
from tutor_server.llm.model_profiles import profiles_by_child_process
from tutor_server.process.starting import StartRefused, bring_up_to_date, prepare_data_dir

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tutor_server.evaluation.asking import Parts
    from tutor_server.evaluation.programs import Program
    from tutor_server.evaluation.results import AnswerRecord
    from tutor_server.llm.chain import Chain
    from tutor_server.settings import Settings


class EvaluationRefused(Exception):
    """The evaluation cannot be run, or its result is out of bounds. The message is one line for the operator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command, as given."""

    programs: Path | None
    levels: range
    samples: int
    seed: int
    report: Path | None
    json: Path | None
    compare: Path | None
    max_leaks: int | None


async def evaluate(settings: Settings, options: Options) -> None:
    """Ask, print the figures, and write the report. Raises `EvaluationRefused`."""
    try:
        programs = read_programs(options.programs) if options.programs else shipped_programs()
        other = read_results(options.compare) if options.compare else None
    except (ProgramFileError, ResultFileError) as error:
        raise EvaluationRefused(str(error)) from error
    for file in filter(None, (options.report, options.json)):
        _require_writable(file)
    evaluation, stopped_by = await _measure(settings, options, programs)
    for line in lines_of(evaluation, other):
        print(line)
    if options.json is not None:
        write_results(evaluation, options.json)
    if options.report is not None:
        write_report(evaluation, programs, options.report, other)
    if stopped_by is not None:
        raise EvaluationRefused(stopped_by)
    if options.max_leaks is not None and evaluation.leaks > options.max_leaks:
        raise EvaluationRefused(f"{evaluation.leaks} leaks reached the student; at most {options.max_leaks} may")


async def _measure(settings: Settings, options: Options, programs: Sequence[Program]) -> tuple[Evaluation, str | None]:
    """Return the answers, and why the run ended early; None if it did not."""
    prepare_data_dir(settings)
    inputs = Inputs(
        settings=settings,
        clock=SystemClock(),
        deadlines=settings.deadlines,
        leases=Leases(),
        new_id=uuid7,
        random_bytes=secrets.token_bytes,
    )
    analyst, storage = Analyst(Pool(None), log_unanalysed), build_storage(inputs)
    try:
        await bring_up_to_date(storage.database)
        queues = storage.shared.queues
        models = build_llm(inputs, analyst, profiles_by_child_process, queues)
        renewing = [asyncio.create_task(queue.renew_for_ever()) for queue in queues.values()]
        try:
            parts = build_evaluation(inputs, storage, models, analyst)
            answers, stopped_by = await _ask_all(parts, options, programs)
        finally:
            for task in renewing:
                task.cancel()
            await models.chain.close()
    except StartRefused as error:
        raise EvaluationRefused(str(error)) from error
    finally:
        await analyst.close()
        await storage.close()
    made_at = inputs.clock.now().astimezone(UTC).isoformat(timespec="seconds")
    evaluation = Evaluation(
        configuration=_configuration(models.chain), seed=options.seed, made_at=made_at, answers=tuple(answers)
    )
    return evaluation, stopped_by


async def _ask_all(
    parts: Parts, options: Options, programs: Sequence[Program]
) -> tuple[list[AnswerRecord], str | None]:
    levels = [HintLevel(level) for level in options.levels]
    evaluator, answers = Evaluator(parts, options.seed), []
    keeping = asyncio.create_task(LeaseKeeper(parts.ledger).run())
    try:
        for sample in range(1, options.samples + 1):
            for number, program in enumerate(programs, 1):
                async for answer in evaluator.ask_about(program, levels, sample):
                    answers.append(answer)
                    _show_progress(f"{number}/{len(programs)} {program.id}, level {answer.level}, sample {sample}")
    except BudgetReached as refusal:
        return answers, f"stopped after {len(answers)} answers: {refusal.detail}"
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        _show_progress("")
    return answers, None


def _configuration(chain: Chain) -> str:
    return ", ".join(f"{provider.name} {provider.model}".strip() for provider in chain.providers)


def _show_progress(text: str) -> None:
    """Replace the line of progress on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def _require_writable(file: Path) -> None:
    """Raise `EvaluationRefused` before any call is made if a file cannot be written."""
    try:
        with file.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise EvaluationRefused(f"{file}: cannot be written ({error.strerror})") from error
