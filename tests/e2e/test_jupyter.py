"""`%load_ext tutor_jupyter` in a real JupyterLab and a real classic notebook, in a real Chromium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.jupyter import CLASSIC, LAB, PROGRAMS, jupyter
from testing.required import missing

if TYPE_CHECKING:
    from pathlib import Path

    from testing.service import SignUp, StartService
    from tests.conftest import RequireProgram

pytestmark = [pytest.mark.real_time, pytest.mark.timeout(240)]

MEAN = "def mean(values):\n    total = sum(values)\n    return total / len(values)"
CALL = "grades = []\nmean(grades)"
BUTTON = ".jupyter-button, .widget-button"


@pytest.fixture
def browser(require_program: RequireProgram) -> str:
    """Return the path of Chromium, if JupyterLab is there as well."""
    program = require_program("chromium")
    if not PROGRAMS.exists():
        missing("`make jupyter-for-tests`, which has not been run")
    return program


@pytest.mark.parametrize("frontend", [LAB, CLASSIC], ids=["lab", "classic"])
async def test_an_error_is_explained_below_the_cell(browser: str, tmp_path: Path, frontend: str) -> None:
    """The magic asks about the line that failed, in whatever cell it is; the button and `%tutor next` climb."""
    cells = ["%load_ext tutor_jupyter", MEAN, CALL, "%tutor"]
    async with jupyter(browser, tmp_path, frontend, cells) as page:
        await page.run_all()
        await page.until_shown("# values on line 3: total = 0, values = []")
        # Without `raises-exception`, the cells below a failing one are not run: the student runs the magic.
        await page.run_below_the_failure()
        shown = await page.until_shown("Hint 1 · question")
        assert "About line 3 of the cell that begins with def mean(values):" in shown
        await page.until_shown("len(values)")
        await page.picture(f"hint-{frontend.partition('/')[0]}")
        await page.click(BUTTON)
        await page.until_shown("Hint 2 · concept")
        await page.until(f"!document.querySelector({BUTTON!r}).disabled")
        await page.click(BUTTON)
        shown = await page.until_shown("Hint 3 · ")
        assert "Hint 1 · question" in shown
        await page.picture(f"three-hints-{frontend.partition('/')[0]}")


async def test_a_cell_with_the_magic_is_run_and_explained(browser: str, tmp_path: Path) -> None:
    """`%%tutor` runs its cell; the lines in traceback and hint are those that the student sees."""
    cells = ["%load_ext tutor_jupyter", "%%tutor\nnames = ['Ada', 'Bo']\nprint(names[2])"]
    async with jupyter(browser, tmp_path, LAB, cells) as page:
        await page.run_all()
        shown = await page.until_shown("Have a look at line 3")
        assert "IndexError: list index out of range" in shown
        assert "names = ['Ada', 'Bo']" in shown
        await page.picture("cell-magic")


async def test_a_service_answers_with_the_same_ladder(
    browser: str, tmp_path: Path, start_service: StartService, sign_up: SignUp
) -> None:
    """With a service, it answers and stores the ask as one of a notebook, without what is private."""
    cells = ["%load_ext tutor_jupyter", "%%tutor\npassword = 'hunter2233'\nprint(pasword)", "%tutor next"]
    async with start_service() as service:
        student = await sign_up(service)
        access = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
        async with jupyter(browser, tmp_path, LAB, cells, **access) as page:
            await page.run_all()
            shown = await page.until_shown("Hint 2 · concept")
            assert "Hint 1 · question" in shown
        assert service.query("SELECT DISTINCT session_type FROM chat_sessions") == [("notebook",)]
        stored = str(service.query("SELECT * FROM chat_messages"))
        assert "hunter2233" not in stored
