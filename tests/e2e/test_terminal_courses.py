"""`tutor courses`, `tutor join`, `tutor leave`, and the choice of a folder's course, with a real service."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.joined_courses import ADMIN, add_courses, join_courses
from testing.tmux import Terminal
from testing.tutor_program import Tutor

if TYPE_CHECKING:
    from testing.service import SignUp, StartService
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.timeout(180)

AVERAGE = Path(__file__).parents[2] / "examples" / "average.py"


@pytest.fixture
def tutor(tmp_path: Path) -> Tutor:
    """Return a command line in a folder with a student's program."""
    shutil.copy(AVERAGE, tmp_path)
    return Tutor(tmp_path)


async def test_courses_are_joined_listed_chosen_and_left(
    tutor: Tutor, start_service: StartService, sign_up: SignUp, tmp_path: Path
) -> None:
    """A student joins by code and link, sees what is left, must choose a course for an ask, chooses and leaves one."""
    async with start_service(**ADMIN) as service:
        one, two = await add_courses(service, "one", "two")
        student = await sign_up(service)
        signed_in = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
        wrong = await tutor.run("join", "BCDFGHJK", **signed_in)
        joined = [await tutor.run("join", code, **signed_in) for code in (one.lower(), f"{service.url}/join/{two}")]
        refused = await tutor.run("ask", "average.py:8", **signed_in)
        used = [await tutor.run("courses", "use", course, **signed_in) for course in ("three", "two")]
        asked = await tutor.run("ask", "average.py:8", **signed_in)
        listed = await tutor.run("courses", **signed_in)
        left = [await tutor.run("leave", "one", **signed_in) for _ in range(2)]
        local = [await tutor.run(*command) for command in (("courses",), ("leave", "one"), ("join", one))]

    assert wrong == (1, "", "tutor: This code opens no course. Check it, or ask your instructor for a new one.\n")
    assert [each.stdout for each in joined] == [
        f"You are in {name.title()} ({name}), as student.\n" for name in ("one", "two")
    ]
    assert refused == (
        1,
        "",
        "tutor: You are in several courses: one, two. Choose one for this folder: tutor courses use COURSE\n",
    )
    assert used[0] == (1, "", "tutor: You are in no course 'three'. `tutor courses` lists yours.\n")
    assert used[1] == (0, f"Questions in {tmp_path.name} are now asked in Two.\n", "")
    assert (asked.status, asked.stdout.partition("\n")[0]) == (0, "Hint 1 · question")
    assert listed.stdout.splitlines() == [
        "student     one  One · 9 left today",
        "student     two  Two · 8 left today · this folder's",
    ]
    assert left[0] == (0, "You have left one.\n", "")
    assert left[1] == (1, "", "tutor: You are in no course 'one'. `tutor courses` lists yours.\n")
    assert [each.status for each in local] == [1, 1, 1]
    assert all("you are in local mode" in each.stderr for each in local)


async def test_a_terminal_asks_once_for_a_folder(
    require_program: RequireProgram, start_service: StartService, sign_up: SignUp, tmp_path: Path
) -> None:
    """In a terminal the student picks the course by its number; it is kept, and the question goes on."""
    shutil.copy(AVERAGE, tmp_path)
    async with start_service(**ADMIN) as service:
        student = await sign_up(service)
        await join_courses(student, service, *await add_courses(service, "one", "two"))
        signed_in = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token, "ENV": ""}
        with Terminal(require_program("tmux"), tmp_path, "sh", environment=signed_in) as terminal:
            terminal.press("tutor ask average.py:8", "Enter")
            terminal.until(r"Which course is the folder (?s:.)*  1  One\n  2  Two\n  n  stop\nWhich\? \[1\]")
            terminal.press("2", "Enter")
            terminal.until(r"are now asked in Two\.\n\nHint 1 · question|are now asked in Two\.\nHint 1 · question")
            terminal.press("clear; tutor ask average.py:8", "Enter")
            terminal.until(r"Hint 2 · concept")

    assert (tmp_path / ".tutor.toml").read_text() == 'course = "two"\n'
