"""Run and Ask, and Start an Exercise, in a real VS Code: the program has the integrated terminal."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from testing.exercises import STARTER, store_exercise

if TYPE_CHECKING:
    from pathlib import Path

    from testing.service import SignUp, StartService
    from testing.vscode import VSCode
    from tests.editors.conftest import StartVSCode

pytestmark = pytest.mark.timeout(240)

ADMIN_KEY = "an-admin-key-of-the-tests"
SHARE = 'count = int(input("How many people? "))\nprint(90 / count)\n'
ENDLESS = "print('begun')\nn = 0\nwhile n >= 0:\n    n = n + 1\n"
READABLE = {"terminal.integrated.gpuAcceleration": "off"}
"""The settings with which the terminal's text is in the page, and not only drawn."""
TOAST = ".notification-toast"
STOP = '.editor-actions [aria-label*="Stop the Program"]'
QUICK_PICK = ".quick-input-list .monaco-list-row"


# The terminal pads with non-breaking spaces.
SHOWN = """[...document.querySelectorAll('.xterm-rows > div')]
.map((one) => one.textContent).join('\\n').replaceAll('\\u00a0', ' ')"""


def until_terminal_says(editor: VSCode, text: str, *, never: str = "nothing of the kind") -> None:
    """Wait until the integrated terminal shows a text, and not another one, which may be of an earlier run."""
    editor.until(f"{SHOWN}.includes({json.dumps(text)}) && !{SHOWN}.includes({json.dumps(never)})", seconds=60)


def test_x4_type_fail_and_ask(start_vscode: StartVSCode) -> None:
    """X4: Run and Ask gives the program the terminal; the failed line is marked, and one message offers to ask."""
    with start_vscode(settings=READABLE) as editor:
        editor.open("share.py", SHARE)
        editor.wait_for('.editor-actions [aria-label*="Run and Ask"]')
        for _ in range(2):
            editor.run_command("Ask Tutor: Run and Ask")
            until_terminal_says(editor, "How many people?", never="Traceback")
            editor.wait_for(STOP)
            editor.type("0\n")
            until_terminal_says(editor, "ZeroDivisionError: division by zero")
            editor.wait_for(f'{TOAST} :text("Your program failed")')
            editor.wait_for(".squiggly-error")
        assert len(editor.texts(TOAST)) == 1
        editor.step("hover", selector='.view-line:has-text("print") span:has-text("count")')
        editor.wait_for('.monaco-hover :text("Values on this line: count = 0")')
        editor.picture("run-light")
        editor.click(f'{TOAST} .monaco-button:has-text("Ask tutor")')
        editor.until_thread_says("Hint 1 · question")
        editor.picture("run-hint-light")


def test_x4_the_button_stops_a_program(start_vscode: StartVSCode) -> None:
    """X4: the stop button interrupts an endless program, and the line where it was is marked."""
    with start_vscode(settings=READABLE) as editor:
        editor.open("endless.py", ENDLESS)
        editor.wait_for('.editor-actions [aria-label*="Run and Ask"]')
        editor.run_command("Ask Tutor: Run and Ask")
        until_terminal_says(editor, "begun")
        editor.click(STOP)
        until_terminal_says(editor, "KeyboardInterrupt")
        editor.wait_for(".squiggly-warning")
        editor.wait_for(STOP, state="hidden")
        assert editor.texts(TOAST) == []


def test_a_failure_in_another_file_is_shown_there(start_vscode: StartVSCode) -> None:
    """If another file of the student's fails, it is opened at the line, and the question is about it."""
    with start_vscode() as editor:
        (editor.workspace / "shapes.py").write_text("def area(sides):\n    return sides[0] * sides[1]\n")
        editor.open("main.py", "import shapes\n\nprint(shapes.area([4]))\n")
        editor.wait_for('.editor-actions [aria-label*="Run and Ask"]')
        editor.run_command("Ask Tutor: Run and Ask")
        editor.wait_for('.tab.active[data-resource-name="shapes.py"]')
        editor.wait_for(".squiggly-error")
        editor.press("Control+K", "h")
        assert "sides" in editor.until_thread_says("Hint 1 · question")


async def test_an_exercise_is_started(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp, tmp_path: Path
) -> None:
    """Start an Exercise lays the files into a new folder, opens the program, and shows the statement beside it."""

    def scenario(editor: VSCode) -> None:
        with editor:
            editor.open("other.py", "x = 1\n")
            editor.wait_for('.editor-actions [aria-label*="Run and Ask"]')
            editor.run_command("Ask Tutor: Start an Exercise")
            editor.wait_for(f'{QUICK_PICK}[aria-label*="Rotate a list"]')
            editor.press("Enter")
            editor.wait_for('.quick-input-widget :text("The exercise gets a new folder")')
            editor.click('.quick-input-widget .monaco-button:has-text("Start here")')
            editor.wait_for('.tab[data-resource-name="rotate.py"]')
            editor.wait_for(f'{TOAST} :text("The exercise is in rotate")')
            editor.wait_for('.tab[aria-label*="Preview rotate.md"]')
            editor.picture("exercise-light")
            assert (editor.workspace / "rotate" / "rotate.py").read_text() == STARTER

    async with start_service(TUTOR_ADMIN_KEY=ADMIN_KEY) as service:
        await store_exercise(service, ADMIN_KEY)
        student = await sign_up(service)
        editor = start_vscode(
            machine_settings={"tutor.serverUrl": service.url}, TUTOR_ACCESS_TOKEN=student.access_token
        )
        await asyncio.to_thread(scenario, editor)
