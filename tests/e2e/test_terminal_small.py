"""`tutor ask` in an interactive terminal of 80 by 24: nothing is cut, and each refusal offers a way on (tmux)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.device_page import Browser
from testing.tmux import Terminal
from testing.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from testing.service import Service, SignUp, StartService, Student
    from tests.conftest import RequireProgram

    Shell = Callable[..., Terminal]

COLUMNS, ROWS = 80, 24
AVERAGE = Path(__file__).parents[2] / "examples" / "average.py"
NOWHERE = {"TUTOR_SERVER_URL": "http://127.0.0.1:9", "TUTOR_ACCESS_TOKEN": "x"}
CHOICE = r"(?s:.)*  l  answer on this computer, without the service\n  n  stop\nWhich\? "
HINT = r"Hint 1 · question\n\nHave a look at line 8(?s:.)*or\s+one\s+in\s+your\s+notes\.\n[$#]"


def test_the_command_loads_nothing_heavy() -> None:
    """`tutor` loads neither the message types of LSP nor the rules of the offline tutor, so that it starts fast."""
    heavy = ("lsprotocol", "attrs", "cattrs", "tutor_pedagogy.offline", "websockets")
    script = f"import sys, tutor_lsp.terminal.main; print(*set({heavy}) & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)

    assert done.stdout.strip() == ""


@pytest.fixture
def shell(require_program: RequireProgram, tmp_path: Path) -> Iterator[Shell]:
    """Return a function that opens a terminal with a shell in it, in a folder with a student's program."""
    tmux = require_program("tmux")
    shutil.copy(AVERAGE, tmp_path)
    opened: list[Terminal] = []

    def open_shell(**environment: str) -> Terminal:
        environment |= {"PS1": "$ ", "ENV": "", "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
        terminal = Terminal(tmux, tmp_path, "sh", columns=COLUMNS, rows=ROWS, environment=environment)
        opened.append(terminal)
        return terminal.__enter__()

    yield open_shell
    for terminal in opened:
        terminal.__exit__()


def test_a_failure_in_another_file_is_asked_about_there(shell: Shell, tmp_path: Path) -> None:
    """`--run` names the file in which the program failed, and the hint is about its line."""
    (tmp_path / "main.py").write_text("import shapes\n\nprint(shapes.area([4]))\n")
    (tmp_path / "shapes.py").write_text("def area(sides):\n    return sides[0] * sides[1]\n")
    terminal = shell()
    terminal.press("tutor ask --run main.py", "Enter")
    terminal.until(
        r"main\.py failed in shapes\.py at line 2: IndexError: list index out of range\n\n"
        r"Hint 1 · question\n\nHave a look at line 2, return sides\[0\] \* sides\[1\]"
    )


def test_a_service_that_is_away_leaves_this_computer(shell: Shell) -> None:
    """If the service is down, the student can retry, ask this computer or stop."""
    terminal = shell(**NOWHERE)
    terminal.press("tutor ask average.py:8", "Enter")
    terminal.until(rf"The tutor at 127\.0\.0\.1 cannot be reached\.\n  r  ask again\n{CHOICE}\[r\]")
    terminal.press("Enter")
    terminal.until(rf"Which\? \[r\]{CHOICE}\[r\]")
    terminal.press("l", "Enter")
    terminal.until(HINT)
    terminal.press("clear; tutor ask --local average.py:8", "Enter")
    terminal.until(r"Hint 2 · concept")


def test_stopping_there_is_a_failure(shell: Shell) -> None:
    """`n`, or any key that is not offered, ends with status 1."""
    terminal = shell(**NOWHERE)
    terminal.press("tutor ask average.py:8; echo status $?", "Enter")
    terminal.until(rf"{CHOICE}\[r\]")
    terminal.press("what", "Enter")
    terminal.until(r"tutor: Stopped\.\nstatus 1")


async def test_sign_in_goes_on_with_the_question(shell: Shell, start_service: StartService, sign_up: SignUp) -> None:
    """A signed-out student can sign in at once, and then gets the answer to the question."""
    async with start_service() as service:
        await _sign_in_and_go_on(shell(TUTOR_SERVER_URL=service.url), service, await sign_up(service))


async def _sign_in_and_go_on(terminal: Terminal, service: Service, student: Student) -> None:
    terminal.press("tutor ask average.py:8", "Enter")
    terminal.until(rf"  s  sign in now; this question then goes on\n{CHOICE}\[s\]")
    terminal.press("Enter")
    terminal.until(r"May it be kept in a\nfile that only you can read\?(?s:.)*\[y/N\]")
    terminal.press("y", "Enter")
    screen = "\n".join(terminal.until(r"Your code is (\S+)\.(?s:.)*Ctrl-C stops\."))
    assert f"    {service.url}/device\n" in screen
    (code,) = re.findall(r"Your code is (\S+)\.", screen)
    browser = Browser(service.url)
    try:
        await browser.sign_in(code, student.email, student.password)
        await browser.submit(decision="approve")
    finally:
        await browser.close()
    await until(lambda: re.search(HINT, "\n".join(terminal.screen())), seconds=30)


def test_long_messages_are_cut_between_words(shell: Shell) -> None:
    """Messages and help wrap only between words."""
    terminal = shell()
    terminal.press("tutor ask --question x README.md; tutor ask average.py:9999 --question why", "Enter")
    terminal.press("tutor sign-in", "Enter")
    screen = "\n".join(terminal.until(r"Without one, `tutor\sask`\sworks"))
    assert re.search(r"tutor: Say which service: tutor sign-in --server URL\. Without one, `tutor ask`\nworks", screen)
    for command in ("tutor --help", "tutor-lsp --help", "tutor ask --help"):
        terminal.press(f"clear; {command}", "Enter")
        screen = "\n".join(terminal.until(r"(?:status|service)\S*[^\n]*\n[$#]"))
        assert all(len(line) <= COLUMNS for line in screen.split("\n"))
