"""The student's courses in a real VS Code with a real service: the folder's course, joining and leaving."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from testing.joined_courses import ADMIN, add_courses, join_courses
from testing.vscode_steps import open_program

if TYPE_CHECKING:
    from testing.service import SignUp, StartService
    from testing.vscode import VSCode
    from tests.editors.conftest import StartVSCode

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(280)]

PICK = ".quick-input-list .monaco-list-row"
TOAST = ".notification-toast"


def toml(editor: VSCode) -> str:
    """Return the `.tutor.toml` of the workspace."""
    return (editor.workspace / ".tutor.toml").read_text(encoding="utf-8")


async def test_a_folder_is_asked_about_once(
    start_vscode: StartVSCode, start_service: StartService, sign_up: SignUp
) -> None:
    """The first ask lets the student choose one of several courses, and goes on; later asks are in that course."""

    def scenario(environment: dict[str, str], code: str) -> None:
        with start_vscode(**environment) as editor:
            open_program(editor)
            editor.press("Control+K", "h")
            editor.wait_for(f'{PICK}[aria-label*="Two"][aria-label*="9 left today"]')
            editor.picture("courses-light")
            editor.press("ArrowDown", "Enter")
            editor.wait_for(f'{TOAST} :text("are now asked in Two")')
            editor.until_thread_says("line 8")
            assert toml(editor) == 'course = "two"\n'

            editor.run_command("Ask Tutor: Join a Course")
            editor.wait_for('.quick-input-widget :text("your instructor gave you")')
            editor.type(code)
            editor.press("Enter")
            editor.wait_for(f'{TOAST} :text("You are in Three (three), as student.")')
            editor.run_command("Ask Tutor: Show Courses")
            editor.click(f'{PICK}[aria-label*="Three"]')
            editor.click(f'{PICK}[aria-label*="Ask in it from this folder"]')
            editor.wait_for(f'{TOAST} :text("are now asked in Three")')
            assert toml(editor) == 'course = "three"\n'
            editor.run_command("Ask Tutor: Show Courses")
            editor.click(f'{PICK}[aria-label*="Two"]')
            editor.click(f'{PICK}[aria-label*="Leave this course"]')
            editor.click('.monaco-dialog-box .monaco-button:has-text("Leave")')
            editor.wait_for(f'{TOAST} :text("You have left Two.")')

    async with start_service(**ADMIN) as service:
        one, two, three = await add_courses(service, "one", "two", "three")
        student = await sign_up(service)
        await join_courses(student, service, one, two)
        environment = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
        await asyncio.to_thread(scenario, environment, three)
        left = service.query("SELECT slug FROM courses JOIN course_members ON id = course_id ORDER BY slug")
        assert left == [("one",), ("three",)]
