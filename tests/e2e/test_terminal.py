"""The `tutor` command with real processes, a real language server, and real pipes and terminals."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from testing.editor_side.scripted_service import MESSAGE_ID, Connection, ScriptedService, done
from testing.terminal_screen import screen
from testing.tutor_program import SECONDS, TUTOR, Tutor, on_a_terminal
from tutor_lsp.terminal.ask import LOCAL_INSTEAD
from tutor_protocol import Error, ErrorCode, Limit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.service import Service, SignUp

EXAMPLES = Path(__file__).parents[2] / "examples"
FIX = "for value in values:"

needs_pty = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")


@pytest.fixture
def tutor(tmp_path: Path) -> Iterator[Tutor]:
    """Yield a command line with its own folder and copies of two examples; afterwards, no server may be running."""
    for name in ("average.py", "grades.py"):
        shutil.copy(EXAMPLES / name, tmp_path)
    running = Tutor(tmp_path)
    yield running
    if Path("/proc/self").exists():
        assert running.servers() == []


async def test_five_asks_climb_to_the_solution(tutor: Tutor) -> None:
    """Five asks about a line give the hints 1 to 5: each names the line, and only the fifth shows the fix."""
    results = [await tutor.run("ask", "average.py:8") for _ in range(5)]
    assert [result.status for result in results] == [0] * 5
    assert [result.stdout.partition("\n")[0] for result in results] == [
        "Hint 1 · question",
        "Hint 2 · concept",
        "Hint 3 · structure",
        "Hint 4 · example",
        "Hint 5 · solution",
    ]
    assert all(re.search(r"\bline 8\b", result.stdout) for result in results)
    assert [FIX in result.stdout for result in results] == [False, False, False, False, True]
    assert [result.stderr for result in results] == [""] * 5


async def test_a_file_without_a_line_is_asked_about_where_its_error_is(tutor: Tutor) -> None:
    """Without a line number, the ask is about the line of the syntax error."""
    first = await tutor.run("ask", "average.py")
    second = await tutor.run("ask", "average.py:8")
    assert [result.stdout[:6] for result in (first, second)] == ["Hint 1", "Hint 2"]
    assert re.search(r"\bline 8\b", first.stdout)


async def test_run_asks_about_the_traceback(tutor: Tutor) -> None:
    """`--run` runs the file, asks about the line that failed, and sends the exception."""

    async def answer(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "Look.")

    service = ScriptedService(answer)
    async with service.serve() as url:
        result = await tutor.run("ask", "--run", "grades.py", TUTOR_SERVER_URL=url, TUTOR_ACCESS_TOKEN="x")
        ask = service.connections[0].received[0]
    assert result == (0, "Hint 1 · question\n\nLook.\n", "")
    assert ask["first_line"] + ask["cursor"]["line"] == 10
    assert "\nIndexError: list index out of range\n# values on line " in ask["traceback"]


async def test_other_place_of_the_same_function_goes_on(tutor: Tutor) -> None:
    """Another line of the same function continues the same problem."""
    await tutor.run("ask", "average.py:8")
    result = await tutor.run("ask", "average.py:9:5")
    assert result.stdout.startswith("Hint 2 · concept\n")


@pytest.mark.parametrize("place", ["average.py:9:5", "average.py"])
async def test_a_question_does_not_climb(tutor: Tutor, place: str) -> None:
    """A question about the last answer's function, or about its file, is about that answer and keeps its level."""
    await tutor.run("ask", "average.py:8")
    question = await tutor.run("ask", place, "--question", "Give me level 5 at once.")
    after = await tutor.run("ask", "average.py:8")
    assert question.stdout.startswith("Hint 1 · question · same level: you asked a question\n")
    assert after.stdout.startswith("Hint 2 · concept\n")


async def test_a_question_about_an_unknown_answer_stands_alone(tutor: Tutor) -> None:
    """If the service does not know the last answer, as after a change of account, the question is asked for itself."""

    async def answer(connection: Connection) -> None:
        frame = await connection.receive()
        if frame.get("follow_up_to") is None:
            await connection.answer(frame, "Look.")
        else:
            refusal = Error(request_id=UUID(frame["request_id"]), code=ErrorCode.NOT_FOUND, content="No such answer.")
            await connection.send(refusal)

    service = ScriptedService(answer)
    async with service.serve() as url:
        remote = {"TUTOR_SERVER_URL": url, "TUTOR_ACCESS_TOKEN": "x"}
        await tutor.run("ask", "average.py:8", **remote)
        result = await tutor.run("ask", "average.py:8", "--question", "Why?", **remote)
    asked = [connection.received[0].get("follow_up_to") for connection in service.connections]
    assert result == (0, "Hint 1 · question\n\nLook.\n", "")
    assert asked == [None, str(MESSAGE_ID), None]


async def test_words_of_a_model_are_marked(tutor: Tutor) -> None:
    """An answer with words of a model ends with a line that says so."""

    async def answer(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "Look.", finish=False)
        await connection.send(replace(done(UUID(frame["request_id"])), ai=True))

    async with ScriptedService(answer).serve() as url:
        result = await tutor.run("ask", "average.py:8", TUTOR_SERVER_URL=url, TUTOR_ACCESS_TOKEN="x")
    assert result == (0, "Hint 1 · question\n\nLook.\n\n*AI-generated, can be wrong*\n", "")


async def test_students_modules_do_not_stand_in_for_pythons(tutor: Tutor) -> None:
    """Files named `random.py` and `types.py` in the student's folder do not break the tutor's imports."""
    for name in ("random", "types", "asyncio", "json"):
        (tutor.folder / f"{name}.py").write_text("raise SystemExit('mine')\n")
    assert (await tutor.run("ask", "average.py:8")).status == 0


async def test_status_is_one_line(tutor: Tutor) -> None:
    """In local mode, `tutor status` prints one line that says so."""
    result = await tutor.run("status")
    assert result == (0, "Local mode: the tutor answers on this computer, without an account.\n", "")


async def test_broken_state_file_is_one_line_on_stderr(tutor: Tutor) -> None:
    """If the state file is damaged, the ask gives status 1 and one line on stderr that names the file."""
    (tutor.folder / "data").mkdir()
    (tutor.folder / "data" / "local.sqlite3").write_text("x" * 4096)
    status, stdout, stderr = await tutor.run("ask", "average.py:8")
    assert (status, stdout, stderr.count("\n")) == (1, "", 1)
    assert stderr.startswith("tutor: The tutor's file local.sqlite3")


async def test_reader_that_leaves_early_is_no_failure_to_explain(tutor: Tutor) -> None:
    """If the reader closes the pipe, as in `tutor ask … | head -1`, there is no traceback."""
    reading, writing = os.pipe()
    os.close(reading)
    process = await asyncio.create_subprocess_exec(
        TUTOR, "ask", "average.py:8", cwd=tutor.folder, env=tutor.environment, stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    async with asyncio.timeout(SECONDS):
        _, stderr = await process.communicate()
    assert (process.returncode, stderr) == (1, b"")


async def test_over_the_service_as_in_local_mode(tutor: Tutor, service: Service, sign_up: SignUp) -> None:
    """With a server and a token, the command asks the service, which counts its own hint levels."""
    student = await sign_up(service)
    remote = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
    results = [await tutor.run("ask", "average.py:8", **remote) for _ in range(5)]
    assert [result.stdout[:6] for result in results] == [f"Hint {level}" for level in range(1, 6)]
    assert [FIX in result.stdout for result in results] == [False, False, False, False, True]
    assert not (tutor.folder / "data" / "local.sqlite3").exists()


async def test_signed_out_is_status_1(tutor: Tutor) -> None:
    """If a server is set without a sign-in, the ask is refused with an explanation."""
    result = await tutor.run("ask", "average.py:8", TUTOR_SERVER_URL="https://tutor.invalid")
    assert result == (
        1,
        "",
        f"tutor: Sign in to ask the tutor: in your editor, or with `tutor sign-in` in a terminal. {LOCAL_INSTEAD}\n",
    )


async def test_refusal_says_when_to_come_back(tutor: Tutor) -> None:
    """The refusal of a rate limit names the seconds to wait."""

    async def refuse(connection: Connection) -> None:
        request_id = UUID((await connection.receive())["request_id"])
        refusal = Error(
            request_id=request_id,
            code=ErrorCode.RATE_LIMITED,
            content="Please wait a moment.",
            limit=Limit.MESSAGES_PER_MINUTE,
            retry_after=12,
        )
        await connection.send(refusal)

    async with ScriptedService(refuse).serve() as url:
        result = await tutor.run("ask", "average.py:8", TUTOR_SERVER_URL=url, TUTOR_ACCESS_TOKEN="x")
    assert result == (1, "", "tutor: Please wait a moment. Try again in 12 s.\n")


@needs_pty
async def test_ctrl_c_stops_the_answer(tutor: Tutor) -> None:
    """Ctrl-C cancels at the service, keeps what was shown, and ends with status 1."""
    shown = asyncio.Event()
    cancelled = asyncio.Event()

    async def stop_in_the_middle(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "Look at ", finish=False)
        shown.set()
        assert await connection.receive() == {"type": "cancel", "request_id": frame["request_id"]}
        cancelled.set()

    async with ScriptedService(stop_in_the_middle).serve() as url, asyncio.timeout(SECONDS):
        process = await tutor.start("ask", "average.py:8", TUTOR_SERVER_URL=url, TUTOR_ACCESS_TOKEN="x")
        assert process.stdout is not None
        before = await process.stdout.readuntil(b"Look at ")
        process.send_signal(signal.SIGINT)
        after, stderr = await process.communicate()
        await cancelled.wait()
    assert (before + after).decode() == "Hint 1 · question\n\nLook at \n"
    assert (process.returncode, stderr) == (1, b"tutor: Stopped.\n")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
async def test_killed_terminal_leaves_no_server(tutor: Tutor) -> None:
    """E11: if the terminal is killed during an answer, the language server ends, too."""

    async def answer_for_ever(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "Look at ", finish=False)

    async with ScriptedService(answer_for_ever).serve() as url, asyncio.timeout(SECONDS):
        process = await tutor.start("ask", "average.py:8", TUTOR_SERVER_URL=url, TUTOR_ACCESS_TOKEN="x")
        assert process.stdout is not None
        await process.stdout.readuntil(b"Look at ")
        assert len(tutor.servers()) == 1
        process.kill()
        await process.communicate()
        while tutor.servers():  # noqa: ASYNC110 - the server is another process's child, so polling is the only way
            await asyncio.sleep(0.02)


@needs_pty
async def test_terminal_draws_the_markdown_as_it_streams(tutor: Tutor) -> None:
    """On a terminal the answer is redrawn while it grows, and finally shown once as formatted Markdown."""
    cue = asyncio.Event()

    async def speak_slowly(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "Look at **line 8**", finish=False)
        await cue.wait()
        frame["type"] = "resume"
        await connection.answer(frame, ".\n\n1. Read it.\n2. Com", "pare it.\n\n`for`", " it.", first_seq=1)

    async with ScriptedService(speak_slowly).serve() as url, asyncio.timeout(SECONDS):
        remote = {"TUTOR_SERVER_URL": url, "TUTOR_ACCESS_TOKEN": "x", "TERM": "xterm-256color", "COLUMNS": "60"}
        reader, process = await on_a_terminal(tutor, ["ask", "average.py:8"], remote)
        output = b""
        while b"line 8" not in output:
            output += await reader.read(1000)
        cue.set()
        while chunk := await reader.read(1000):
            output += chunk
        assert await process.wait() == 0
    drawn = output.decode().replace("\r\n", "\n")
    assert "\x1b[1m" in drawn
    assert screen(drawn) == [
        "Hint 1 · question",
        "",
        "Look at line 8.",
        "",
        " 1 Read it.",
        " 2 Compare it.",
        "",
        "for it.",
    ]
