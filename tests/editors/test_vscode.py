"""The VS Code extension in a real VS Code with the real language server, in local mode and with a real service."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from testing.certificates import PrivateAuthority
from testing.device_page import Browser
from testing.editor_side.scripted_service import ScriptedService
from testing.fake_upstream import FakeUpstream
from testing.fake_upstream.behaviour import Behaviour
from testing.fake_upstream.server import KEY
from testing.long_hints import long_hint
from testing.modules import store_modules
from testing.service import Service
from testing.vscode import THREAD, VSCode
from testing.vscode_steps import (
    BAD_LINE,
    BAD_LINE_IS_SEEN,
    DEVICE_CODE,
    NEXT_HINT,
    PROGRAM,
    TOAST,
    ask,
    open_menu,
    open_program,
    type_address,
    wait_for_light_bulb,
)
from testing.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from testing.editor_side.scripted_service import Connection
    from testing.service import SignUp, StartService, Student
    from tests.editors.conftest import StartVSCode

pytestmark = pytest.mark.timeout(240)


NOTEBOOK = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"language_info": {"name": "python"}},
    "cells": [
        {
            "cell_type": "code",
            "id": "first",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": "heights = [1.7, 1.6]\nprint('two heights')",
        },
        {
            "cell_type": "code",
            "id": "second",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": "people = 0\nprint(3.3 / people)",
        },
    ],
}

LONG = Behaviour(text=long_hint(300).replace(". ", ".\n\n"), token_seconds=0.03)
SHORT = "Which of the names on this line has no value yet? Look at each letter of it."

SHOW_EARLIER = f'{THREAD} a[data-href*="showEarlier"]'
ALL_THREADS = f"[...document.querySelectorAll('{THREAD}')].map((one) => one.innerText).join('\\n')"
ANNOUNCED = ".statusbar-item [role='status']"
REPLY_BOX = ".review-widget .comment-form-container"
RATEABLE = ".review-widget .review-comment:has-text('Hint') .action-label[aria-label='Helpful']"
QUICK_PICK = ".quick-input-list .monaco-list-row"
STOP = f'{THREAD} a:has-text("Stop")'
ASK_AGAIN = f'{THREAD} a:has-text("Ask again")'
ANSWER_HERE = f'{THREAD} a:has-text("Answer on this computer")'
BUTTON = f"{TOAST} .monaco-button"
ROTATE = "def rotate(values, k):\n    return values[k:] + values[:k]\n"
ROTATE_TESTS = """\
import unittest
from rotate import rotate

class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(rotate([1, 2], 0), [1, 2])

    def test_b(self):
        self.assertEqual(rotate([1, 2, 3], 1), [3, 1, 2])
"""


@pytest.fixture
def vscode(start_vscode: StartVSCode) -> Iterator[VSCode]:
    """Yield a VS Code in local mode; the cursor is on the bad line of a program, but outside its squiggle."""
    with start_vscode() as editor:
        open_program(editor)
        yield editor


def darken(editor: VSCode) -> None:
    """Switch the system to dark colours, and wait until VS Code has changed its theme."""
    editor.step("scheme", scheme="dark")
    editor.until(
        "document.body.querySelector('.monaco-workbench.vs-dark') !== null"
        " && !document.getAnimations().some((one) => one instanceof CSSTransition)"
    )


def test_from_the_squiggle_to_the_next_hint(vscode: VSCode) -> None:
    """The light bulb gives hint 1, "Next hint" hint 2 with hint 1 in a line above; quitting ends all processes."""
    ask(vscode)
    first = vscode.until_thread_says("Next hint")
    assert "Hint 1 · question" in first
    assert "distence" in first
    vscode.wait_for(RATEABLE)
    vscode.wait_for(f"{ANNOUNCED}[aria-label*='Hint 1 · question']")
    vscode.wait_for('.review-widget .head [aria-label*="Next Hint"]')
    vscode.picture("hint-light")
    darken(vscode)
    vscode.click(NEXT_HINT)
    second = vscode.until_thread_says("Hint 2 · concept")
    assert "Hint 1 · question: " in second
    vscode.wait_for(NEXT_HINT)
    vscode.picture("two-hints-dark")
    vscode.click(SHOW_EARLIER)
    both = vscode.until(f"document.querySelector({json.dumps(SHOW_EARLIER)}) === null && {ALL_THREADS}")
    assert "Hint 1 · question: " not in both
    assert "Hint 1 · question" in both
    assert "Hint 2 · concept" in both
    assert vscode.servers()
    assert vscode.quit() == []


def test_line_asked_about_stays_in_view(start_vscode: StartVSCode) -> None:
    """With VS Code's default settings, no panel opens and nothing covers the bad line during five hints."""
    for number, program in enumerate((PROGRAM, "".join(f"distance_{way} = {way}\n" for way in range(80)) + PROGRAM)):
        with start_vscode(folder=f"window{number}") as editor:
            editor.open("walk.py", program, line=1 + program[: program.index("distence")].count("\n"), column=10)
            editor.wait_for(".squiggly-error")
            for level in range(1, 6):
                editor.press("Control+K", "h")
                editor.until_thread_says(f"Hint {level} · ")
                editor.wait_for(RATEABLE)
                editor.until(f"document.querySelector('{REPLY_BOX}').getBoundingClientRect().bottom < innerHeight")
                assert editor.until(BAD_LINE_IS_SEEN)
                assert not editor.is_there(".part.panel", seconds=0.3)
            editor.picture(f"five-hints-{number}")


def test_by_keyboard_alone(vscode: VSCode) -> None:
    """By keyboard, Ctrl+. and Enter ask; a key chord, the palette and a focused link give the next hints.

    The last hint is scrolled into view completely.
    """
    open_menu(vscode, lambda: vscode.press("Control+Period"))
    vscode.press("Enter")
    vscode.until_thread_says("Hint 1 · question")
    vscode.wait_for(NEXT_HINT)
    vscode.press("Control+K", "h")
    vscode.until_thread_says("Hint 2 · concept")
    vscode.wait_for(NEXT_HINT)
    for level in (3, 4):
        vscode.run_command("Ask Tutor: Next Hint")
        vscode.until_thread_says(f"Hint {level} · ")
        vscode.wait_for(NEXT_HINT)
    vscode.press("Control+K", "Shift+G")
    vscode.until("document.activeElement.getAttribute('aria-label')?.startsWith('Comment thread')")
    focused = "document.activeElement.innerText"
    vscode.press("Tab")
    assert vscode.until(focused) == "show"
    for _ in range(8):
        if vscode.step("evaluate", expression=focused) != "Next hint":
            vscode.press("Tab")
    vscode.press("Enter")
    vscode.until_thread_says("Hint 5 · solution")
    vscode.until(f"document.querySelector('{REPLY_BOX}').getBoundingClientRect().bottom < innerHeight")


def test_question_from_the_reply_box(vscode: VSCode) -> None:
    """The student's own question is shown in the thread, with an answer of the same level; the next hint climbs."""
    ask(vscode)
    vscode.wait_for(NEXT_HINT)
    vscode.click('.review-widget :text("Ask a question about this")')
    vscode.type("What is a name?")
    vscode.click('.review-widget .form-actions a:text-is("Ask"), .review-widget .form-actions button:text-is("Ask")')
    shown = vscode.until_thread_says("Hint 1 · question · same level: you asked a question")
    assert "You\n" in shown
    assert "What is a name?" in shown
    vscode.picture("question-light")
    vscode.click(NEXT_HINT)
    vscode.until_thread_says("Hint 2 · concept")


def test_solved_problem_has_a_word(vscode: VSCode) -> None:
    """Once the mistake is mended, the next ask says so: the thread is titled, and there is no next hint."""
    ask(vscode)
    vscode.wait_for(NEXT_HINT)
    vscode.press("Escape", "End", "Control+Backspace")
    vscode.type("distance")
    vscode.press("Escape", "Control+K", "h")
    shown = vscode.until_thread_says("Ask Tutor: solved")
    assert "Hint 1 · question: " in shown
    vscode.wait_for(f"{ANNOUNCED}[aria-label*='Solved']")
    assert not vscode.is_there(NEXT_HINT, seconds=0.3)
    vscode.picture("solved-light")


def test_hints_come_back_with_the_window(vscode: VSCode) -> None:
    """After the window is reloaded, the hints are at their line again, and the next hint goes on from there."""
    ask(vscode)
    vscode.wait_for(NEXT_HINT)
    vscode.run_command("Developer: Reload Window")
    vscode.until(f"document.querySelector('{THREAD}') === null")
    vscode.wait_for(".squiggly-error", seconds=60)
    vscode.press("Control+K", "Shift+G")
    assert "distence" in vscode.until_thread_says("Hint 1 · question")
    vscode.click(NEXT_HINT)
    vscode.until_thread_says("Hint 2 · concept")
    vscode.picture("reopened-light")


def test_test_and_ask_lists_the_tests_and_asks_about_the_first_failure(start_vscode: StartVSCode) -> None:
    """The button Test and Ask runs the tests beside the file; the testing view lists them, the hint is about one."""
    with start_vscode() as editor:
        (editor.workspace / "test_rotate.py").write_text(ROTATE_TESTS)
        editor.open("rotate.py", ROTATE, line=2)
        editor.wait_for('.editor-actions [aria-label*="Test and Ask"]')
        editor.click('.editor-actions [aria-label*="Test and Ask"]')
        editor.until_thread_says("rotate([1, 2, 3], 1)")
        editor.run_command("Testing: Focus on Test Explorer View")
        editor.wait_for('.test-explorer [aria-label*="rotate.py"]')
        editor.picture("tests")


def test_the_recorded_run_is_shown_after_a_prediction(start_vscode: StartVSCode) -> None:
    """Show the Recorded Run asks for the next round of the loop, shows it beside the prediction, and then the steps."""
    loop = "def rotate(values, k):\n    out = []\n    for value in values:\n        out.append(value)\n    return out\n"
    with start_vscode() as editor:
        (editor.workspace / "test_rotate.py").write_text(ROTATE_TESTS)
        editor.open("rotate.py", loop, line=2)
        editor.wait_for('.editor-actions [aria-label*="Test and Ask"]')
        editor.click('.editor-actions [aria-label*="Test and Ask"]')
        editor.until_thread_says("Predict, then look")
        editor.run_command("Ask Tutor: Show the Recorded Run")
        for predicted in ("2 [1, 3]", "3 [1, 2, 3]"):
            editor.wait_for('.quick-input-widget :text("Predict the values")')
            editor.type(predicted)
            editor.press("Enter")
            editor.wait_for(f'.view-lines :text("you predicted: {predicted}")')
        editor.wait_for('.view-lines :text("returns [1, 2, 3]")')
        editor.picture("recorded-run")


def test_walkthrough_has_four_steps(start_vscode: StartVSCode) -> None:
    """The command palette opens the walkthrough, which has four steps."""
    with start_vscode() as editor:
        editor.open("walk.py", PROGRAM)
        editor.wait_for(".squiggly-error")
        editor.run_command("Welcome: Open Walkthrough...")
        editor.type("Get started with Ask Tutor")
        editor.wait_for('.quick-input-list .monaco-list-row.focused[aria-label*="Ask Tutor"]')
        editor.press("Enter")
        editor.wait_for('.gettingStartedContainer :text("Ask about an error")')
        assert len(editor.texts(".gettingStartedDetailsContent .step-title")) == 4
        editor.picture("walkthrough-light")


def test_language_server_that_dies_is_started_again(vscode: VSCode) -> None:
    """After the language server is killed, it is restarted without a message, and the next ask is answered."""
    vscode.press("Control+K", "h")
    vscode.until_thread_says("Hint 1 · question")
    (server,) = vscode.servers()
    vscode.wait_for(NEXT_HINT)
    os.kill(server, signal.SIGKILL)
    asyncio.run(until(lambda: vscode.servers() not in ([], [server])))
    vscode.press("Control+K", "h")
    vscode.until_thread_says("Hint 2 · concept")
    assert vscode.servers() != [server]
    assert vscode.texts(".notification-toast") == []


def test_without_python_there_are_two_ways_on(start_vscode: StartVSCode) -> None:
    """Without Python, one message with two buttons appears, even after retries; choosing Python starts the tutor."""
    with start_vscode(PATH="/nowhere") as editor:
        editor.open("walk.py", PROGRAM, line=BAD_LINE)
        editor.wait_for(f'{TOAST} :text("needs Python 3.11 or newer")')
        editor.press("Control+K", "h")
        editor.until_thread_says("No answer")
        editor.click(ASK_AGAIN)
        asyncio.run(until(lambda: editor.log().count("has found none") > 1))
        shown = editor.until_thread_says("No answer")
        assert "Choose a Python interpreter" in shown
        assert "How to install Python" in shown
        editor.picture("no-python-light")
        assert len(editor.texts(TOAST)) == 1
        assert editor.texts(BUTTON) == ["Choose a Python interpreter", "How to install Python"]
        editor.click(f'{THREAD} a:has-text("How to install Python")')
        editor.wait_for('.tab[aria-label*="python.md"]')
        editor.picture("install-python-light")
        editor.click('.tab[data-resource-name="walk.py"]')
        editor.click(f'{BUTTON}:has-text("Choose a Python interpreter")')
        editor.wait_for(f'{QUICK_PICK}[aria-label*="Python 3."]')
        editor.picture("choose-python-light")
        editor.press("Enter")
        asyncio.run(until(editor.servers))
        assert editor.texts(TOAST) == []
        editor.click(ASK_AGAIN)
        editor.until_thread_says("Hint 1 · question")
        assert '"tutor.interpreter"' in editor.settings("Machine")


def test_untrusted_folder_is_explained_but_not_run(start_vscode: StartVSCode) -> None:
    """In restricted mode the tutor answers, but "Run and Ask" is not offered."""
    with start_vscode(
        trusted=False,
        settings={"security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never"},
    ) as editor:
        open_program(editor)
        editor.press("Control+K", "h")
        editor.until_thread_says("Hint 1 · question")
        assert not editor.is_there('.editor-actions [aria-label*="Run and Ask"]', seconds=1)


def test_failing_cell_of_a_notebook(start_vscode: StartVSCode) -> None:
    """A failed cell has a button to ask; the answer opens beside the notebook, below a copy of the cell's line."""
    with start_vscode() as editor:
        open_notebook(editor)
        run_cells(editor)
        editor.click('.cell-statusbar-container :text("Ask tutor")')
        editor.until_thread_says("Next hint")
        editor.click(NEXT_HINT)
        editor.until_thread_says("Hint 2 · concept")
        editor.wait_for('.tab[data-resource-name="heights.ipynb, cell 2"]')
        editor.picture("notebook-light")
        darken(editor)
        editor.picture("notebook-dark")


def open_notebook(editor: VSCode) -> None:
    """Open the notebook from the explorer once the extensions are loaded; before that, VS Code shows it as JSON."""
    (editor.workspace / "heights.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    editor.open("walk.py", PROGRAM)
    editor.wait_for(".squiggly-error")
    editor.click('.explorer-folders-view .monaco-list-row[aria-label*="heights.ipynb"]')
    editor.wait_for(".notebookOverlay .cell-statusbar-container")


def run_cells(editor: VSCode) -> None:
    """Run all cells with the notebook's button, and wait for the button to ask."""
    editor.click('.notebook-toolbar-container [aria-label*="Run All"]')
    editor.wait_for('.cell-statusbar-container :text("Ask tutor")', seconds=60)


async def with_service(
    start_service: StartService,
    sign_up: SignUp,
    upstream: FakeUpstream,
    scenario: Callable[[Service, Student], None],
    **settings: str,
) -> None:
    """Run a scenario with a service that uses the fake upstream, and one student."""
    model = {"TUTOR_LLM_PROVIDERS": "anthropic", "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": upstream.url}
    async with start_service(**model, **settings) as service:
        student = await sign_up(service)
        await asyncio.to_thread(scenario, service, student)


def access(service: Service, student: Student) -> dict[str, str]:
    """Return environment variables with which the student is signed in."""
    return {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}


async def test_answer_of_a_service_is_streamed_stopped_and_rated(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp
) -> None:
    """An answer is streamed, Stop closes the model's stream, and the answer to a repeated ask can be rated."""

    def scenario(service: Service, student: Student) -> None:
        with start_vscode(**access(service, student)) as editor:
            open_program(editor)
            ask(editor)
            editor.until_thread_says("What ends the header")
            length = "document.querySelector('.review-widget .body').innerText.length"
            before = editor.until(length)
            editor.until(f"{length} > {before} + 100")
            editor.picture("streaming-light")
            editor.click(STOP)
            assert "Hint 1 · question" in editor.until_thread_says("Stopped.")
            upstream.default = Behaviour(text=SHORT, token_seconds=0.1)
            editor.picture("stopped-light")
            editor.click(ASK_AGAIN)
            assert "Hint 1 · question" in editor.until_thread_says("Look at each letter")
            editor.wait_for(NEXT_HINT)
            editor.step("hover", selector='.review-widget .review-comment:has-text("Look at each letter")')
            editor.click('.review-widget .review-comment:has-text("Look at each letter") [aria-label*="Helpful"]')
            editor.until_thread_says("Hint 1 · question · AI-generated, can be wrong · helpful")
            rated = "SELECT hint_level FROM asks WHERE helpful"
            asyncio.run(until(lambda: service.query(rated)))
            assert len(service.query(rated)) == 1

    async with FakeUpstream() as upstream:
        upstream.default = LONG
        await with_service(start_service, sign_up, upstream, scenario)
        assert [call.closed_by for call in upstream.calls] == ["client", "upstream"]
        assert "Undefined name" in json.dumps(upstream.calls[0].body)


async def test_service_that_dies_in_mid_answer_and_comes_back(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """After a crash of the service the thread shows the reconnect and keeps the text; the next ask is answered."""
    del start_service
    folder = tmp_path_factory.mktemp("service")
    async with FakeUpstream() as upstream:
        upstream.default = LONG
        settings = {"TUTOR_LLM_PROVIDERS": "anthropic", "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": upstream.url}
        service = await asyncio.to_thread(Service, folder, settings)
        student = await sign_up(service)

        def scenario() -> None:
            with start_vscode(**access(service, student)) as editor:
                open_program(editor)
                ask(editor)
                editor.until_thread_says("What ends the header")
                service.kill()
                port = int(service.url.rpartition(":")[2])
                editor.wait_for('[id="status.languageStatus"] [aria-label*="Tutor: reconnecting"]')
                shown = editor.until_thread_says("Connection lost. Reconnecting…")
                assert "Answer on this computer" in shown
                editor.picture("reconnecting-light")
                second = Service(folder, settings, port=port)
                try:
                    shown = editor.until_thread_says("Ask again", seconds=90)
                    assert "What ends the header there?" in shown
                    assert "Interrupted" in shown
                    assert "Reconnecting" not in shown
                    editor.picture("interrupted-light")
                    upstream.default = Behaviour(text=SHORT)
                    editor.press("Control+K", "Shift+A")
                    editor.until_thread_says("Look at each letter")
                    assert editor.texts(".notification-toast") == []
                finally:
                    second.stop()

        await asyncio.to_thread(scenario)


async def test_rate_limit_is_told_in_the_thread(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp
) -> None:
    """The refusal of a rate limit is a separate comment below the first hint, without a pop-up message."""

    def scenario(service: Service, student: Student) -> None:
        with start_vscode(**access(service, student)) as editor:
            open_program(editor)
            ask(editor)
            editor.until_thread_says("Look at each letter")
            editor.click(NEXT_HINT)
            shown = editor.until_thread_says("No answer")
            assert "Look at each letter" in shown
            editor.picture("rate-limit-light")
            assert editor.texts(".notification-toast") == []

    async with FakeUpstream() as upstream:
        upstream.default = Behaviour(text=SHORT)
        await with_service(start_service, sign_up, upstream, scenario, TUTOR_MESSAGES_PER_MINUTE="1")
        assert len(upstream.calls) == 1


async def test_cells_and_outputs_go_along(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp
) -> None:
    """The model gets the failed cell, its error, the earlier cell and that cell's output."""

    def scenario(service: Service, student: Student) -> None:
        with start_vscode(**access(service, student)) as editor:
            open_notebook(editor)
            run_cells(editor)
            editor.click('.cell-statusbar-container :text("Ask tutor")')
            editor.until_thread_says("Look at each letter")

    async with FakeUpstream() as upstream:
        upstream.default = Behaviour(text=SHORT)
        await with_service(start_service, sign_up, upstream, scenario)
        told = json.dumps(upstream.calls[0].body)
    for part in ("people = 0", "ZeroDivisionError", "heights = [1.7, 1.6]", "two heights"):
        assert part in told


async def test_from_nothing_to_a_hint_of_the_service(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp
) -> None:
    """After setting the address and signing in, the waiting ask is sent; sign-in and hint level survive a reload."""

    def scenario(service: Service, student: Student) -> None:
        with start_vscode() as editor:
            open_program(editor)
            editor.run_command("Ask Tutor: Set the Address")
            type_address(editor, "http://tutor.uni.example")
            editor.wait_for('.quick-input-widget :text("Begin with https:// instead of http://")')
            editor.picture("address-light")
            type_address(editor, service.url)
            editor.press("Enter")
            editor.wait_for(f'{TOAST} :text("Sign in to ask it")')
            assert service.url in editor.settings("Machine")
            assert service.url not in editor.settings("User")
            ask(editor)
            editor.until_thread_says("Sign in to your course's tutor first.")
            editor.picture("signed-out-light")
            editor.click(f'{THREAD} a:has-text("Sign in")')
            code = editor.until(DEVICE_CODE)
            editor.picture("sign-in-light")
            asyncio.run(approve(service, student, code))
            editor.until_thread_says("Look at each letter")
            assert "No answer" not in editor.until_thread_says("Next hint")
            editor.open_again(f"{editor.workspace / 'walk.py'}:{BAD_LINE}:10")
            wait_for_light_bulb(editor)
            ask(editor)
            editor.until_thread_says("Hint 2 · concept")

    async with FakeUpstream() as upstream:
        upstream.default = Behaviour(text=SHORT)
        await with_service(start_service, sign_up, upstream, scenario)
        assert len(upstream.calls) == 2


async def test_sign_in_that_is_cancelled_asks_nothing(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp
) -> None:
    """After a cancelled sign-in no ask is sent; after a later sign-in from the palette, it is sent once."""

    def scenario(service: Service, student: Student) -> None:
        with start_vscode(machine_settings={"tutor.serverUrl": service.url}) as editor:
            open_program(editor)
            ask(editor)
            editor.click(f'{THREAD} a:has-text("Sign in")')
            editor.until(DEVICE_CODE)
            editor.click(f'{BUTTON}:text-is("Cancel")')
            editor.until("!document.body.innerText.includes('Signing in')")
            assert "Sign in to your course's tutor first." in editor.until_thread_says("Ask again")
            assert service.query("SELECT id FROM asks") == []
            editor.run_command("Notifications: Clear All Notifications")
            editor.run_command("Ask Tutor: Sign In")
            asyncio.run(approve(service, student, editor.until(DEVICE_CODE)))
            editor.until_thread_says("Look at each letter")

    async with FakeUpstream() as upstream:
        upstream.default = Behaviour(text=SHORT)
        await with_service(start_service, sign_up, upstream, scenario)
        assert len(upstream.calls) == 1


async def approve(service: Service, student: Student, code: str) -> None:
    """Approve a sign-in in a browser."""
    browser = Browser(service.url)
    try:
        await browser.sign_in(code, student.email, student.password)
        shown = await browser.submit(decision="approve")
        assert shown.title == "Approved", shown.text
    finally:
        await browser.close()


async def test_modules_of_the_course(start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp) -> None:
    """The palette lists modules with the student's progress, completes one, and chooses one for the folder."""

    def scenario(service: Service, student: Student) -> None:
        store_modules(service, ("loops", 1), ("strings", 2))
        with start_vscode(**access(service, student)) as editor:
            open_program(editor)
            editor.run_command("Ask Tutor: Show Modules")
            editor.wait_for(f'{QUICK_PICK}[aria-label*="Strings"]')
            editor.press("ArrowDown", "Enter")
            editor.click(f'{QUICK_PICK}[aria-label*="Mark as completed"]')
            editor.wait_for('.notification-toast :text("Completed: Strings")')
            assert service.query("SELECT module_id, status FROM user_module_progress") == [("strings", "completed")]
            editor.run_command("Ask Tutor: Choose This Folder's Module")
            editor.wait_for(f'{QUICK_PICK}[aria-label*="completed"]')
            editor.picture("modules-light")
            editor.press("Enter")
            editor.wait_for('.notification-toast :text("are now about: Loops")')
            assert (editor.workspace / ".tutor.toml").read_text(encoding="utf-8") == 'module = "loops"\n'

    async with FakeUpstream() as upstream:
        await with_service(start_service, sign_up, upstream, scenario)


async def test_without_a_keyring_the_sign_in_lasts_as_long_as_the_window(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp
) -> None:
    """Without a keyring, one message warns that the sign-in ends with the window; after a reload it has ended."""

    def scenario(service: Service, student: Student) -> None:
        with start_vscode(machine_settings={"tutor.serverUrl": service.url}, keeps_secrets=False) as editor:
            open_program(editor)
            editor.run_command("Ask Tutor: Sign In")
            code = editor.until(DEVICE_CODE)
            asyncio.run(approve(service, student, code))
            editor.wait_for('.notification-toast :text("until you close this window")')
            editor.picture("no-keyring-light")
            told = editor.texts(".notification-toast")
            assert len([text for text in told if "keyring" in text]) == 1
            assert not any("You are signed in at" in text for text in told)
            editor.press("Control+K", "h")
            editor.until_thread_says("Look at each letter")
            editor.open_again(f"{editor.workspace / 'walk.py'}:{BAD_LINE}:10")
            wait_for_light_bulb(editor)
            editor.press("Control+K", "h")
            editor.until_thread_says("Sign in to your course's tutor first.")
            assert editor.texts(".notification-toast") == []

    async with FakeUpstream() as upstream:
        upstream.default = Behaviour(text=SHORT)
        await with_service(start_service, sign_up, upstream, scenario)


async def test_certificate_that_is_not_trusted(start_vscode: StartVSCode, tmp_path: Path) -> None:
    """An untrusted certificate is explained in the thread, nothing is sent, and the offline tutor can answer."""

    def scenario(url: str) -> None:
        with start_vscode(TUTOR_SERVER_URL=url, TUTOR_ACCESS_TOKEN="no.such.token") as editor:
            open_program(editor)
            ask(editor)
            shown = editor.until_thread_says("not secure")
            assert "does not trust the certificate authority" in shown
            editor.wait_for('[id="status.languageStatus"] [aria-label*="Tutor: offline"]')
            editor.picture("certificate-light")
            editor.click(ANSWER_HERE)
            shown = editor.until_thread_says("Hint 1 · question · offline tutor on this computer")
            assert "does not know of this hint" in shown
            editor.wait_for(NEXT_HINT)
            editor.picture("answered-here-light")
            editor.click(NEXT_HINT)
            editor.until_thread_says("not secure")
            assert editor.texts(".notification-toast") == []

    service = ScriptedService(silent)
    async with service.serve(tls=PrivateAuthority(tmp_path).server_context("127.0.0.1")) as url:
        await asyncio.to_thread(scenario, url)
    assert service.connections == []


async def silent(_connection: Connection) -> None:
    """Send nothing."""
