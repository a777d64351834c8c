"""Runs of the student's file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
from lsprotocol import types


@attrs.frozen(kw_only=True)
class RunArgument:
    """The file to run. It must be open in the editor and saved. A client offers this in a trusted workspace only."""

    uri: str


RunReason = Literal["completed", "failed", "timedOut", "needsInput", "cancelled"]


@attrs.frozen(kw_only=True)
class RunEnded:
    """A run has ended: by itself, by an exception, at the time limit, by reading input, or by the student.

    A run in a terminal that the student has stopped has `range` and `traceback` if it is known where it was.
    """

    reason: RunReason
    message: str
    """One sentence for the student."""
    exit_status: int | None = None
    """The exit status of the program. A negative one is the signal that ended it."""
    traceback: str | None = None
    range: types.Range | None = None
    """The range where the program failed or was stopped, in the file's current text. The server shows a diagnostic."""
    output: str | None = None
    """The end of the program's stdout."""
    origin: types.Location | None = None
    """The location of the failure if it is in another file of the student's. `range` is then the line that led there.

    An ask at either location is about this location, and its `didStart` names it.
    """


@attrs.frozen(kw_only=True)
class TerminalRun:
    """What the client starts in a terminal with a keyboard. Once it has ended, the client calls `tutor.endRun`."""

    run_id: str
    command: Sequence[str]
    folder: str
    """The working directory, as a path."""
    environment: dict[str, str]
    """The variables to add to the terminal's environment."""


@attrs.frozen(kw_only=True)
class EndRun:
    """A program has ended that `tutor.runInTerminal` described."""

    run_id: str
    exit_status: int | None = None
    """The exit status, if the client knows it."""
