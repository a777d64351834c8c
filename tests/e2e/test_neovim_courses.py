"""The student's courses in a real Neovim with a real service: the folder's course, joining, leaving, and the status."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from testing.joined_courses import ADMIN, add_courses, join_courses
from testing.neovim import Neovim

if TYPE_CHECKING:
    from pathlib import Path

    from testing.service import SignUp, StartService
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.timeout(180)

CODE = "total = 0\nfor n in range(3):\n    total += m\nprint(total)\n"
BAD_LINE = 3
SELECT = """
picked = {}
vim.ui.select = function(items, options, on_choice)
  picked[#picked + 1] = { options.prompt, vim.tbl_map(options.format_item, items) }
  on_choice(items[2])
end
"""
"""A picker that takes the second item and remembers what it was asked."""


async def test_a_folder_is_asked_about_once(
    require_program: RequireProgram, start_service: StartService, sign_up: SignUp, tmp_path: Path
) -> None:
    """The first ask lets the student choose one of several courses, and goes on; later asks are in that course."""
    program = require_program("nvim")

    def scenario(environment: dict[str, str], code: str) -> None:
        with Neovim(program, tmp_path, **environment) as nvim:
            nvim.lua(SELECT)
            nvim.open("sum.py", CODE, line=BAD_LINE)
            nvim.command("TutorAsk")
            assert nvim.answer()["code"] == "COURSE_NEEDED"
            assert nvim.answer(2)["reason"] == "completed"
            assert nvim.lua("return picked") == [
                ["Which course is this folder for?", ["One · 9 left today", "Two · 9 left today"]]
            ]
            assert (tmp_path / ".tutor.toml").read_text() == 'course = "two"\n'
            assert "course two" in nvim.lua("return require('tutor').details()")
            nvim.press("<CR>")
            assert nvim.answer(3)["reason"] == "completed"
            assert nvim.lua("return #picked") == 1

            nvim.command(f"TutorJoin {code}")
            nvim.until("vim.fn.execute('messages'):match('You are in Three %(three%), as student%.')")
            nvim.command("TutorCourse three")
            nvim.until("vim.fn.execute('messages'):match('now asked in three%.')")
            nvim.until("require('tutor').details():match('course three')")
            assert (tmp_path / ".tutor.toml").read_text() == 'course = "three"\n'
            nvim.command("TutorLeave three")
            nvim.until("vim.fn.execute('messages'):match('You have left three%.')")
            nvim.lua("vim.schedule(function() vim.cmd('TutorJoin BCDFGHJK') end)")
            nvim.until("vim.fn.execute('messages'):match('This code opens no course')")
            nvim.command("TutorLeave")
            nvim.until("vim.fn.execute('messages'):match('You have left two%.')")
            nvim.quit()

    async with start_service(**ADMIN) as service:
        one, two, three = await add_courses(service, "one", "two", "three")
        student = await sign_up(service)
        await join_courses(student, service, one, two)
        environment = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
        await asyncio.to_thread(scenario, environment, three)
        assert service.query("SELECT role FROM course_members WHERE email = ?", student.email) == [("student",)]
