"""Running a student's program."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tutor_lsp.program import KEPT_BYTES, Outcome, run_program

if TYPE_CHECKING:
    from pathlib import Path


def run(folder: Path, code: str, *, time_limit: float = 10) -> Outcome:
    """Run this code as a file."""
    path = folder / "main.py"
    path.write_text(code, encoding="utf-8")
    return run_program(path, time_limit=time_limit)


def test_program_that_works_has_no_traceback(tmp_path: Path) -> None:
    """A clean run gives nothing to ask about."""
    assert run(tmp_path, "print('fine')") == Outcome()


def test_exception_gives_its_traceback_and_line(tmp_path: Path) -> None:
    """The traceback comes whole, and the line is the innermost one of the student's own file."""
    outcome = run(tmp_path, "import json\n\ndef read(text):\n    return json.loads(text)\n\nread('{')\n")
    assert outcome.traceback is not None
    assert outcome.traceback.startswith("Traceback (most recent call last):\n")
    assert outcome.exception.startswith("json.decoder.JSONDecodeError: ")
    assert outcome.line_in(tmp_path / "main.py") == 3
    assert outcome.line_in(tmp_path / "other.py") is None


def test_syntax_error_gives_its_line(tmp_path: Path) -> None:
    """A program that does not compile has no Traceback header, and still says where."""
    outcome = run(tmp_path, "x = 1\nif x\n    pass\n")
    assert outcome.exception == "SyntaxError: expected ':'"
    assert outcome.line_in(tmp_path / "main.py") == 1


def test_exception_raised_while_handling_another_is_last(tmp_path: Path) -> None:
    """Of a chain, the last exception is the one that ended the program."""
    code = "try:\n    1 / 0\nexcept ZeroDivisionError:\n    int('x')\n"
    outcome = run(tmp_path, code)
    assert outcome.exception.startswith("ValueError: ")
    assert outcome.line_in(tmp_path / "main.py") == 3


def test_exit_without_exception_is_no_traceback(tmp_path: Path) -> None:
    """`sys.exit` with a message is the program's own doing."""
    assert run(tmp_path, "import sys\nsys.exit('no such file')") == Outcome()


def test_endless_program_is_stopped(tmp_path: Path) -> None:
    """The time limit ends a program that does not end."""
    assert run(tmp_path, "while True:\n    pass\n", time_limit=0.3) == Outcome(timed_out=True)


def test_what_the_program_leaves_running_is_not_waited_for(tmp_path: Path) -> None:
    """A child that holds stderr open does not hold the run up."""
    code = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(5)'])\n"
        "raise ValueError('me')\n"
    )
    assert run(tmp_path, code).exception == "ValueError: me"


def test_only_the_end_of_much_output_is_kept(tmp_path: Path) -> None:
    """A program that floods stdout and stderr takes bounded memory, and its traceback is found."""
    code = "import sys\nfor _ in range(2000):\n    print('x' * 1000)\n    print('y' * 1000, file=sys.stderr)\n1 / 0\n"
    outcome = run(tmp_path, code)
    assert outcome.exception == "ZeroDivisionError: division by zero"
    assert outcome.traceback is not None
    assert len(outcome.traceback) < KEPT_BYTES


def test_program_that_wants_input_is_recognized(tmp_path: Path) -> None:
    """The program finds stdin closed; one that reads it says so by its exception."""
    assert run(tmp_path, "name = input('Name? ')").asks_for_input
    assert not run(tmp_path, "raise EOFError('mine')").asks_for_input


def test_program_runs_in_its_folder_with_its_own_modules(tmp_path: Path) -> None:
    """Files and modules beside the program are found, wherever `tutor` was started."""
    (tmp_path / "data.txt").write_text("1")
    (tmp_path / "mine.py").write_text("value = 1")
    assert run(tmp_path, "import mine\nassert open('data.txt').read() == str(mine.value)\n") == Outcome()


def test_program_does_not_see_our_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A downloaded program gets none of our variables."""
    monkeypatch.setenv("TUTOR_ACCESS_TOKEN", "secret")
    code = "import os\nassert not any(name.startswith('TUTOR') for name in os.environ)\n"
    assert run(tmp_path, code) == Outcome()


@pytest.mark.skipif(sys.platform == "win32", reason="the file system decodes all names")
def test_name_that_is_no_utf8_can_be_run(tmp_path: Path) -> None:
    """A file name of any bytes is only a name."""
    path = tmp_path / os.fsdecode(b"caf\xe9.py")
    path.write_text("1 / 0")
    assert run_program(path).exception == "ZeroDivisionError: division by zero"
