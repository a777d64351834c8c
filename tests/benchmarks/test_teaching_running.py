"""The benchmark runs programs from other sources within limits, and returns how they end."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from benchmarks.teaching import running
from benchmarks.teaching.running import OUTPUT_BYTES, Outcome, run
from benchmarks.teaching.worked_examples import run_examples

if TYPE_CHECKING:
    from pathlib import Path


def test_outcome_holds_error_line_and_output() -> None:
    """The outcome of a run has the exception's message, the failing line of the program, and the output before it."""
    outcome = run("print(input())\nprint(1 / 0)\n", "Ada\n")

    assert (outcome.error, outcome.line, outcome.output) == ("ZeroDivisionError: division by zero", 2, "Ada")
    assert run("print('Ada ')\n") == Outcome("", "Ada")
    assert run("raise SystemExit(3)\n").error == "exit status 3"


def test_program_without_an_end_is_stopped() -> None:
    """A program that uses up its processor time ends with the outcome "the time limit"."""
    assert run("while True:\n    pass\n") == Outcome("the time limit")


def test_waiting_program_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that waits without using the processor is killed at the wall-clock limit."""
    monkeypatch.setattr(running, "WALL_SECONDS", 0.5)

    assert run("import threading\nthreading.Event().wait()\n") == Outcome("the time limit")


def test_memory_and_output_are_bounded() -> None:
    """A program cannot allocate much memory, and only a limited amount of its output is kept."""
    assert run("b = bytearray(3 * 1024**3)\n").exception == "MemoryError"
    flood = run("while True:\n    print('x' * 1000)\n")
    assert not flood.is_clean
    assert len(flood.output) <= OUTPUT_BYTES


def test_program_reaches_no_network() -> None:
    """If the system supports network namespaces, a program cannot connect to any server, not even on loopback."""
    if not running._without_network():
        pytest.skip("network namespaces are not allowed here")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        outcome = run(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)\n")

    assert not outcome.is_clean


def test_program_runs_in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program can read the files that it is given, but no file in the caller's folder."""
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    assert run("print(open('poem.txt').read())\n", files={"poem.txt": "roses"}).output == "roses"
    assert run("open('secret.txt')\n").exception == "FileNotFoundError"


def test_worked_example_that_does_not_run_is_counted() -> None:
    """A worked example that raises or does not compile, and a text without an example, count as failures."""
    texts = [f"Look:\n\n```python\n{code}\n```\n\nNow you." for code in ("print(1)", 'print(drums"a {b}")', "print(x")]
    needs_library = "```python\nimport no_such_library_here\n```"

    assert run_examples([*texts, "No example.", needs_library]) == [True, False, False, False]
