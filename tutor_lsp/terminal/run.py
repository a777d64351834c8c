"""`tutor run`: run a program in this terminal, with the keyboard, and offer a hint where it fails."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tutor_lsp.runner.attended import attended_run, how_it_ended, outcome_of_attended, was_stopped
from tutor_lsp.terminal.ask import Subject, answer, read_program, subject_at, where_it_failed
from tutor_lsp.terminal.exit_status import DONE, FAILED, Exit
from tutor_lsp.terminal.output import is_interactive, read_key, say
from tutor_lsp.terminal.place import Place

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from types import FrameType

    from tutor_lsp.runner.attended import AttendedRun
    from tutor_lsp.runner.program import RunOutcome

FIRST_HINT, NEXT_HINT = "h", "n"


def run(options: argparse.Namespace) -> int:
    """Run `tutor run`. Return the exit status: 0 if the program ends without an exception and with status 0."""
    place = Place(Path(options.file))
    text = read_program(place)
    path = place.path.resolve()
    with TemporaryDirectory(prefix="ask-tutor-", ignore_cleanup_errors=True) as folder:
        attended = attended_run(path, Path(folder))
        status = _run_here(attended)
        outcome = outcome_of_attended(attended, status)
    if outcome.traceback is None:
        if was_stopped(outcome):
            raise Exit(FAILED, "Stopped.")
        return DONE if outcome.exit_status == 0 else FAILED
    _offer(place, text, outcome, is_local=options.local)
    return FAILED


def _run_here(attended: AttendedRun) -> int:
    """Run a program as a process of this terminal to its end, and return its exit status. Raise `Exit`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TUTOR_")}
    with _terminal_kept(), _interrupts_left_to_the_program():
        try:
            process = subprocess.Popen(  # noqa: S603 - the student has named the program
                attended.command, cwd=attended.program.parent, env={**kept, **attended.variables}
            )
        except OSError as error:
            raise Exit(FAILED, f"{attended.program.name} could not be run: {error.strerror}.") from error
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                process.kill()


def _offer(place: Place, text: str, outcome: RunOutcome, *, is_local: bool) -> None:
    """Write where the program failed, and give hints as long as the student presses the key for one."""
    whole = subject_at(place, text)
    subject = where_it_failed(place, whole, outcome)
    if subject.path == whole.path:
        say("", how_it_ended(place.path, outcome, outcome.frame_in(whole.path)))
    if not is_interactive():
        say(f"For a hint, type: tutor ask {_as_typed(place, subject)}")
        return
    argument: dict[str, Any] = {"traceback": outcome.traceback, "runId": str(uuid4())}
    if is_local:
        argument["local"] = True
    key, what = FIRST_HINT, "a hint"
    while _is_pressed(key, what):
        answer(subject, argument)
        key, what = NEXT_HINT, "the next hint"


def _as_typed(place: Place, subject: Subject) -> str:
    path = place.path if subject.path == place.path.resolve() else subject.path
    return f"{path}:{subject.position.line + 1}"


def _is_pressed(key: str, what: str) -> bool:
    """Ask the student to press a key or to leave, and return whether it was that key."""
    sys.stderr.write(f"\nPress {key} for {what}, or Enter to leave. ")
    sys.stderr.flush()
    try:
        pressed = read_key()
    except KeyboardInterrupt:
        pressed = ""
    sys.stderr.write("\n\n" if pressed.lower() == key else "\n")
    return pressed.lower() == key


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """Restore the terminal's modes at the end, which a program may leave changed."""
    if os.name == "nt" or not sys.stdin.isatty():
        yield
        return
    import termios  # noqa: PLC0415 - the module is missing on Windows

    before = termios.tcgetattr(sys.stdin.fileno())
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)


@contextmanager
def _interrupts_left_to_the_program() -> Iterator[None]:
    """Leave Ctrl-C to the program, which gets it from the terminal, too. SIGTERM ends both."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        pass

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise Exit(FAILED, "Stopped.")

    before = signal.signal(signal.SIGINT, leave), signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])
