"""The command `evaluate` of `tutor-server`: its arguments."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from tutor_server.settings import Settings

    Run = Callable[[Coroutine[object, object, None]], int]

_LEVELS = re.compile(r"([1-5])(?:-([1-5]))?")


def add_evaluation_command(commands: Any, run: Run) -> None:
    """Add the command to the parser; `run` runs a coroutine and returns the exit status."""
    command = commands.add_parser("evaluate", help="measure the configured models: what they give away, cost and miss")
    command.add_argument(
        "--programs", metavar="FILE", type=Path, help="TOML or JSON Lines with programs (default: the shipped ones)"
    )
    command.add_argument(
        "--levels", metavar="1-5", type=_levels, default=range(1, 6), help="hint levels (default: 1-5)"
    )
    command.add_argument("--samples", metavar="N", type=_count, default=1, help="answers to each ask (default: 1)")
    command.add_argument("--seed", metavar="S", type=int, default=0, help="makes the same prompts again (default: 0)")
    command.add_argument("--report", metavar="OUT.html", type=Path, help="write a page to read and to mark by hand")
    command.add_argument("--json", metavar="OUT", type=Path, help="write all answers and figures")
    command.add_argument("--compare", metavar="OTHER.json", type=Path, help="show another run's figures beside these")
    command.add_argument("--max-leaks", metavar="N", type=_number, help="exit with 1 if more leaks reach the student")
    command.set_defaults(run=lambda settings, options: run(_evaluate(settings, options)))


async def _evaluate(settings: Settings, options: argparse.Namespace) -> None:
    from tutor_server.cli.database import OperatorRefused
    from tutor_server.cli.evaluating import EvaluationRefused, Options, evaluate
    from tutor_server.telemetry.logs import configure_logs

    # The ledger logs each call. Only what goes wrong belongs between the lines of this command.
    configure_logs("warning", settings.log_format or "console")
    try:
        await evaluate(
            settings,
            Options(
                programs=options.programs,
                levels=options.levels,
                samples=options.samples,
                seed=options.seed,
                report=options.report,
                json=options.json,
                compare=options.compare,
                max_leaks=options.max_leaks,
            ),
        )
    except EvaluationRefused as refusal:
        raise OperatorRefused(str(refusal)) from refusal


def _levels(text: str) -> range:
    match = _LEVELS.fullmatch(text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if last < first:
        raise argparse.ArgumentTypeError("is a level from 1 to 5, or two such as 1-3")
    return range(first, last + 1)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1000:  # noqa: PLR2004 - more would run for days
        raise argparse.ArgumentTypeError("is 1 to 1000")
    return int(text)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("is a number from 0")
    return int(text)
