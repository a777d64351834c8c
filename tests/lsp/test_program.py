"""Running a student's program, with real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from testing.student_programs import ENDLESS, needs_posix, needs_proc, run, running_in
from testing.waiting import until
from tutor_lsp.runner import program
from tutor_lsp.runner.bounded import CouldNotRun
from tutor_lsp.runner.program import RunOutcome, run_program
from tutor_lsp.runner.supervisor import KEPT_BYTES
from tutor_lsp.runner.traceback import Frame


async def test_program_that_works_has_no_traceback(tmp_path: Path) -> None:
    """A successful run returns its output and no traceback."""
    assert await run(tmp_path, "print('fine 😀')") == RunOutcome(output=f"fine 😀{os.linesep}")


async def test_exception_gives_its_traceback_and_line(tmp_path: Path) -> None:
    """The traceback is complete, and the failed line is the innermost one in the student's own file."""
    outcome = await run(tmp_path, "import json\n\ndef read(text):\n    return json.loads(text)\n\nread('{')\n")
    assert outcome.traceback is not None
    assert outcome.traceback.startswith("Traceback (most recent call last):\n")
    assert outcome.exception.startswith("json.decoder.JSONDecodeError: ")
    assert outcome.frame_in(tmp_path / "main.py") == Frame(3, "return json.loads(text)", (7, 23))
    assert outcome.frame_in(tmp_path / "other.py") is None
    assert outcome.exit_status == 1


async def test_syntax_error_gives_its_line(tmp_path: Path) -> None:
    """For a syntax error, whose traceback has no header, the line is found, too."""
    outcome = await run(tmp_path, "x = 1\nif x\n    pass\n")
    assert outcome.exception == "SyntaxError: expected ':'"
    assert outcome.frame_in(tmp_path / "main.py") == Frame(1, "if x", (4, 5))


async def test_exception_raised_while_handling_another_is_last(tmp_path: Path) -> None:
    """In a chain of exceptions the last one counts, and the traceback contains all of them."""
    outcome = await run(tmp_path, "try:\n    1 / 0\nexcept ZeroDivisionError:\n    int('x')\n")
    assert outcome.traceback is not None
    assert "ZeroDivisionError: division by zero" in outcome.traceback
    assert outcome.exception.startswith("ValueError: ")
    assert outcome.frame_in(tmp_path / "main.py") == Frame(3, "int('x')")


async def test_exit_without_exception_is_no_traceback(tmp_path: Path) -> None:
    """`sys.exit` with a message ends a program without an exception."""
    assert await run(tmp_path, "import sys\nsys.exit('no such file')") == RunOutcome(exit_status=1)


@needs_posix
async def test_endless_program_is_stopped_and_says_where_it_was(tmp_path: Path) -> None:
    """A program that exceeds the time limit is interrupted, and its traceback shows the line that was running."""
    outcome = await run(tmp_path, "print('begun')\nx = 0\nwhile True:\n    x += 1\n", time_limit=0.5)
    assert outcome.timed_out
    assert outcome.output == "begun\n"
    assert outcome.exception == "KeyboardInterrupt"
    frame = outcome.frame_in(tmp_path / "main.py")
    assert frame is not None
    assert frame.line in {2, 3}


@needs_posix
async def test_program_that_will_not_be_interrupted_is_killed(tmp_path: Path) -> None:
    """A program that ignores the interrupt is killed a moment later, and has no traceback."""
    code = "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    time.sleep(1)\n"
    assert await run(tmp_path, code, time_limit=2) == RunOutcome(exit_status=-signal.SIGKILL, timed_out=True)


@needs_posix
async def test_program_can_be_interrupted_where_the_server_ignores_interrupts(tmp_path: Path) -> None:
    """The interrupt works even if the editor was started with SIGINT ignored, as background jobs are (POSIX sh)."""
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        outcome = await run(tmp_path, "while True:\n    pass\n", time_limit=0.3)
    finally:
        signal.signal(signal.SIGINT, handler)
    assert outcome.exception == "KeyboardInterrupt"


@needs_proc
@pytest.mark.parametrize("leaves_the_group", [False, True])
async def test_what_the_program_leaves_running_is_not_waited_for(tmp_path: Path, *, leaves_the_group: bool) -> None:
    """A run ends when its program ends, even if a child process keeps the output open.

    Child processes are killed, except those that have left the program's process group.
    """
    code = (
        "import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        f"subprocess.Popen(sleep, start_new_session={leaves_the_group})\n"
        "raise ValueError('me')\n"
    )
    began = time.monotonic()
    assert (await run(tmp_path, code, time_limit=60)).exception == "ValueError: me"
    assert time.monotonic() - began < 30
    left = running_in(tmp_path)
    for number in left:
        os.kill(number, signal.SIGKILL)
    assert len(left) == leaves_the_group


async def test_only_the_end_of_much_output_is_kept(tmp_path: Path) -> None:
    """Only a limited amount of the output is kept, and the traceback at its end is still found."""
    code = "import sys\nfor _ in range(2000):\n    print('x' * 1000)\n    print('y' * 1000, file=sys.stderr)\n1 / 0\n"
    outcome = await run(tmp_path, code)
    assert outcome.exception == "ZeroDivisionError: division by zero"
    assert outcome.traceback is not None
    assert len(outcome.traceback) < KEPT_BYTES
    assert len(outcome.output) == KEPT_BYTES


async def test_a_flood_does_not_hold_up_the_event_loop(tmp_path: Path) -> None:
    """The event loop stays responsive while a program prints as fast as it can."""
    loop, running = asyncio.get_running_loop(), True
    late: list[float] = []

    async def tick() -> None:
        while running:
            due = loop.time() + 0.01
            await asyncio.sleep(0.01)
            late.append(loop.time() - due)

    ticking = asyncio.create_task(tick())
    await run(tmp_path, "while True:\n    print('x' * 1000)\n", time_limit=0.5)
    running = False
    await ticking
    assert sorted(late)[len(late) * 9 // 10] < 0.1


async def test_program_that_wants_input_is_recognized(tmp_path: Path) -> None:
    """A program that reads stdin, which is closed, is recognised by its exception."""
    assert (await run(tmp_path, "name = input('Name? ')")).asks_for_input
    assert not (await run(tmp_path, "raise EOFError('mine')")).asks_for_input


async def test_program_runs_in_its_folder_with_its_own_modules(tmp_path: Path) -> None:
    """The program runs in its own folder, and finds the files and modules there."""
    (tmp_path / "data.txt").write_text("1")
    (tmp_path / "mine.py").write_text("value = 1")
    assert await run(tmp_path, "import mine\nassert open('data.txt').read() == str(mine.value)\n") == RunOutcome()


async def test_modules_of_the_student_do_not_stop_the_run_itself(tmp_path: Path) -> None:
    """A module such as `json.py` in the student's folder is used by the program, but not by the code that runs it."""
    for name in ("json", "subprocess", "threading", "signal"):
        (tmp_path / f"{name}.py").write_text("mine = True\n")
    assert await run(tmp_path, "import json, subprocess\nassert json.mine and subprocess.mine\n") == RunOutcome()


async def test_program_does_not_see_our_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program's environment contains none of the tutor's variables."""
    monkeypatch.setenv("TUTOR_ACCESS_TOKEN", "secret")
    code = "import os\nassert not any(name.startswith('TUTOR') for name in os.environ)\n"
    assert await run(tmp_path, code) == RunOutcome()


@pytest.mark.skipif(sys.platform == "win32", reason="the file system decodes all names")
async def test_name_that_is_no_utf8_can_be_run(tmp_path: Path) -> None:
    """A program whose file name is not valid UTF-8 can be run."""
    path = tmp_path / os.fsdecode(b"caf\xe9.py")
    path.write_text("1 / 0")
    assert (await run_program(path)).exception == "ZeroDivisionError: division by zero"


async def test_folder_that_is_gone_is_said_so(tmp_path: Path) -> None:
    """If the program's folder is missing, the error gives the system's reason."""
    with pytest.raises(CouldNotRun, match="No such file"):
        await run_program(tmp_path / "gone" / "main.py")


async def test_interpreter_that_is_gone_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the interpreter is missing, the error gives the system's reason."""
    monkeypatch.setattr(program, "student_interpreter", lambda: str(tmp_path / "python"))
    with pytest.raises(CouldNotRun, match="No such file"):
        await run(tmp_path, "pass")


@needs_proc
async def test_cancelled_run_leaves_nothing(tmp_path: Path) -> None:
    """Cancelling a run ends the program and its child processes."""
    children = "import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', 'while True: pass'])\n"
    task = asyncio.create_task(run(tmp_path, children + ENDLESS, time_limit=60))
    await until((tmp_path / "begun").exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not running_in(tmp_path))


@needs_proc
@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
async def test_e11_program_dies_with_whoever_runs_it(tmp_path: Path, kill: signal.Signals) -> None:
    """E11: if the process that runs the program is killed by any signal, the program ends, too."""
    path = tmp_path / "main.py"
    path.write_text(ENDLESS)
    code = (
        "import asyncio, sys; from pathlib import Path; from tutor_lsp.runner.program import run_program\n"
        "asyncio.run(run_program(Path(sys.argv[1]), time_limit=60))"
    )
    root = Path(__file__).parents[2]
    runner = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(path), cwd=root)
    await until((tmp_path / "begun").exists)
    assert len(running_in(tmp_path)) == 2
    runner.send_signal(kill)
    await runner.wait()
    await until(lambda: not running_in(tmp_path))


@needs_proc
async def test_supervisor_that_is_killed_is_no_riddle(tmp_path: Path) -> None:
    """If the supervisor process is killed, the outcome says that the program was ended from outside."""
    task = asyncio.create_task(run(tmp_path, "open('begun', 'w').close()\nimport time\ntime.sleep(1)\n"))
    await until((tmp_path / "begun").exists)
    (supervisor,) = [number for number, command in running_in(tmp_path).items() if "supervisor.py" in command]
    os.kill(supervisor, signal.SIGKILL)
    with pytest.raises(CouldNotRun, match="cut off"):
        await task
