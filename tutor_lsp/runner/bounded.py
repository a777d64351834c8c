"""Run a command under the supervisor, and return its report. The command ends with the task that waits for it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_lsp.runner.supervisor import Bounds, Report

SUPERVISOR = (sys.executable, "-I", "-S", str(Path(__file__).resolve().with_name("supervisor.py")))
END_SECONDS = 3.0
"""Seconds after the command's end in which the supervisor must exit. It normally takes milliseconds."""


class CouldNotRun(Exception):
    """The command was not started, or its supervisor was killed. The message is the reason, as part of a sentence."""


async def run_bounded(
    command: Sequence[str], bounds: Bounds, *, folder: Path, environment: Mapping[str, str]
) -> Report:
    """Run a command in a folder, with stdin closed, until it ends or exceeds a bound. Return the supervisor's report.

    If the task is cancelled or this process is killed, the command ends with all processes that it has started. Raise
    `CouldNotRun`.
    """
    try:
        report = await _report(command, bounds, folder, environment)
        fields: Report = json.loads(report)
    except OSError as error:
        raise CouldNotRun(error.strerror or "it cannot be started") from error
    except ValueError as error:  # The report is incomplete because another process has killed the supervisor.
        raise CouldNotRun("the run was cut off") from error
    if failure := fields.get("failure"):
        raise CouldNotRun(failure)
    return fields


async def _report(command: Sequence[str], bounds: Bounds, folder: Path, environment: Mapping[str, str]) -> bytes:
    """Return the supervisor's report. Raise `OSError` if the supervisor cannot be started."""
    supervisor = await asyncio.create_subprocess_exec(
        *SUPERVISOR,
        json.dumps(bounds),
        *command,
        cwd=folder,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # In the terminal's session, Ctrl-C would kill the supervisor before the program.
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    assert supervisor.stdin is not None  # noqa: S101 - tells the type checker that it is not None
    assert supervisor.stdout is not None  # noqa: S101 - tells the type checker that it is not None
    try:
        return await supervisor.stdout.read()
    finally:
        supervisor.stdin.close()
        await _ended(supervisor)


async def _ended(supervisor: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(END_SECONDS):
            await supervisor.wait()
    except TimeoutError:
        supervisor.kill()
