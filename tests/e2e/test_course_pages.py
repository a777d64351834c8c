"""The pages for people in a real Chromium: accessibility of each page, keyboard use, no scripts, a phone's screen."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from testing.accessibility import LOOKS, PHONE, require_axe, violations
from testing.account_page import fill, follow, heading, open_with_key, picture, reach
from testing.chromium import Page, chromium
from testing.service import PASSWORD
from testing.taught_course import ASSISTANT, INSTRUCTOR, KEY, STRANGER, STUDENT, teach_course
from tutor_server.api.routes import HTML
from tutor_server.api.service_routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from testing.service import Service, StartService
    from tests.conftest import RequireProgram

pytestmark = pytest.mark.real_time

COURSE = "/admin/courses/cs1"
TAUGHT = (
    "/admin",
    COURSE,
    f"{COURSE}/members",
    f"{COURSE}/members/{STUDENT}",
    f"{COURSE}/modules",
    f"{COURSE}/modules/longest",
    f"{COURSE}/settings",
    f"{COURSE}/audit",
)
OWN = (
    "/account",
    "/account/courses/cs1",
    "/account/history",
    "/account/history/SESSION",
    "/account/password",
    "/account/delete",
    "/join",
    "/join/CODE",
    "/device",
    "/admin",
    COURSE,
)
PAGES: Mapping[str, tuple[str, ...]] = {
    INSTRUCTOR: (*TAUGHT, f"{COURSE}/new-module"),
    ASSISTANT: TAUGHT,
    STUDENT: OWN,
    KEY: ("/admin", "/admin/new-course", "/admin/audit", "/admin/courses/default/settings"),
    "": (
        "/account",
        "/account/new",
        "/account/password",
        "/account/reset?token=x",
        "/account/confirm?token=x",
        "/admin",
        "/device",
        "/join/CODE",
    ),
}
"""The pages that each person opens. Nobody is signed in for an empty name."""
ELSEWHERE = {
    "/",
    "/auth/oidc/start",
    "/auth/oidc/callback",
    "/account/export",
    "/lti/connect",
    "/lti/login",
    "/lti/open",
}
"""Pages that lead elsewhere at once or are files. Those of launches are opened in `test_lti_accessibility.py`."""


@pytest.fixture
async def running(start_service: StartService) -> AsyncIterator[tuple[Service, dict[str, str]]]:
    """Yield a service with a course that is under way, and what stands for ids in the addresses of its pages."""
    async with start_service(TUTOR_ADMIN_KEY=KEY) as service:
        course = await teach_course(service)
        ((session_id,),) = service.query("SELECT id FROM chat_sessions")
        yield service, {"CODE": course["join_code"], "SESSION": str(UUID(str(session_id)))}


async def open_dashboard(page: Page, service: Service, who: str) -> None:
    """Sign in to the dashboard with the keyboard."""
    if who == KEY:
        await open_with_key(page, service.url, KEY)
    else:
        await page.open(f"{service.url}/admin")
        await fill(page, who, PASSWORD)


def test_every_page_is_opened() -> None:
    """The list of pages has every page of the service that can be opened by its address."""
    opened = {path.partition("?")[0] for paths in PAGES.values() for path in paths}

    def is_opened(pattern: str) -> bool:
        parts = pattern.split("/")
        return any(
            len(parts) == len(path.split("/"))
            and all(part.startswith("{") or part == given for part, given in zip(parts, path.split("/"), strict=True))
            for path in opened
        )

    pages = {route.path for route in ROUTES if route.method == "GET" and route.produces == HTML}
    assert [path for path in sorted(pages - ELSEWHERE) if not is_opened(path)] == []


@LOOKS
@pytest.mark.timeout(300)
async def test_no_page_has_a_barrier(
    running: tuple[Service, dict[str, str]], require_program: RequireProgram, size: tuple[int, int], scheme: str
) -> None:
    """axe-core finds nothing on any page, in light and dark, and no page is wider than its window."""
    (service, ids), axe, found = running, require_axe(), []
    for who, paths in PAGES.items():
        async with chromium(require_program("chromium")) as page:
            await page.resize(*size)
            await page.prefer(scheme)
            if who:
                await open_dashboard(page, service, who)
            for path in paths:
                address = path
                for name, value in ids.items():
                    address = address.replace(name, value)
                await page.open(f"{service.url}{address}")
                found += [f"{path} of {who}: {each}" for each in await violations(page, axe)]
                if await page.content_width() > size[0]:
                    found.append(f"{path} of {who}: wider than {size[0]}")
                await picture(page, f"{scheme}-{size[0]}-{who[:5]}{path.replace('/', '-')[:60]}")
            assert [text for text in page.complaints if "status of 404" not in text] == []

    assert found == []


async def test_axe_finds_barriers(running: tuple[Service, dict[str, str]], require_program: RequireProgram) -> None:
    """The check can fail: a field without a label and faint text are found."""
    (service, _), axe = running, require_axe()
    async with chromium(require_program("chromium")) as page:
        await page.open(f"{service.url}/account")
        planted = '<input id="bare"><p style="color: #ccc; background: #fff">faint</p>'
        await page.evaluate(f"document.querySelector('main').insertAdjacentHTML('beforeend', `{planted}`), true")
        await page.evaluate("document.querySelector('main p:last-child').style.cssText = 'color:#ccc;background:#fff'")
        rules = {each.partition(":")[0] for each in await violations(page, axe)}

    assert {"label", "color-contrast"} <= rules


async def test_plots_with_scripts_have_no_barrier(
    running: tuple[Service, dict[str, str]], require_program: RequireProgram
) -> None:
    """With scripts, the plots of a course and of the courses side by side are drawn, and axe-core finds nothing."""
    (service, _), axe = running, require_axe()
    async with chromium(require_program("chromium"), scripts=True) as page:
        await open_dashboard(page, service, KEY)
        for path in ("/admin", COURSE):
            await page.call("Emulation.setScriptExecutionDisabled", value=False)  # `evaluate` turns scripts off.
            await page.open(f"{service.url}{path}")
            drawn = await page.evaluate("document.documentElement.dataset.drawn")
            assert int(drawn) == await page.evaluate("document.querySelectorAll('.plot canvas').length")
            assert int(drawn) > 0
            assert await violations(page, axe) == []
            await picture(page, f"plots{path.replace('/', '-')}")
    assert page.complaints == []


async def test_an_instructor_teaches_by_keyboard(
    running: tuple[Service, dict[str, str]], require_program: RequireProgram
) -> None:
    """By keyboard and without scripts: sign in, write, preview and save a module, add a member, sign out."""
    service, _ = running
    async with chromium(require_program("chromium")) as page:
        await page.resize(*PHONE)
        await open_dashboard(page, service, INSTRUCTOR)
        assert await heading(page) == "Your courses"
        await follow(page, "Programming 1")
        await follow(page, "Modules")
        await follow(page, "New module")
        await reach(page, "textbox", "Title")
        await page.type("Dictionaries")
        await reach(page, "textbox", "Short name")
        await page.type("dicts")
        await reach(page, "textbox", "Statement")
        await page.type("# Count words\n\nUse a **dictionary**.")
        await reach(page, "button", "Preview")
        await page.press("Enter", loads=True)
        assert ("heading", "Preview, not saved yet") in await page.told()
        await picture(page, "preview")
        await reach(page, "button", "Make the module")
        await page.press("Enter", loads=True)
        assert await heading(page) == "Dictionaries"

        await follow(page, "Members")
        await reach(page, "textbox", "E-mail")
        await fill(page, "new@uni.example")
        assert "new@uni.example" in [text for role, text in await page.told() if role == "link"]
        await reach(page, "button", "Sign out")
        await page.press("Enter", loads=True)
        assert await heading(page) == "Dashboard"
        await page.open(f"{service.url}{COURSE}")
        assert await heading(page) == "Dashboard"


async def test_an_instructor_imports_an_exercise_with_its_files(
    running: tuple[Service, dict[str, str]], require_program: RequireProgram, tmp_path: Path
) -> None:
    """On a phone and without scripts: a refused and an imported exercise, whose pages axe-core finds nothing on."""
    (service, _), axe = running, require_axe()
    exercise = {
        "words.md": "---\ntitle: Words\norder: 30\nstarter: words.py\ntests: test_words.py\nreference: done.py\n---\n",
        "words.py": "def words(text):\n    ...\n",
        "test_words.py": "from words import words\n",
        "done.py": "SECRET_SOLUTION = 2\n",
    }
    for name, content in exercise.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    async with chromium(require_program("chromium")) as page:
        await page.resize(*PHONE)
        await open_dashboard(page, service, INSTRUCTOR)
        for names in (("words.md", "words.py"), tuple(exercise)):
            await page.open(f"{service.url}{COURSE}/modules")
            await page.choose("files", *(tmp_path / name for name in names))
            await reach(page, "button", "Import")
            await page.press("Enter", loads=True)
            for scheme in ("light", "dark"):
                await page.prefer(scheme)
                assert await violations(page, axe) == []
                assert await page.content_width() <= PHONE[0]
                await picture(page, f"import-{len(names)}-{scheme}")
            told = await page.told()
            problem = "Nothing was imported. words.md: tests: test_words.py is not among the files."
            assert (("alert", problem) in told) == (len(names) == len(exercise) - 2)
        assert ("heading", "What the import changed") in told
        assert ("heading", "Words: made") in told
        assert "SECRET_SOLUTION" not in str(await page.evaluate("document.documentElement.outerHTML"))
    rows = service.query("SELECT kind, name FROM module_files WHERE name IN ('words.py', 'test_words.py', 'done.py')")
    assert sorted(rows) == [("reference", "done.py"), ("starter", "words.py"), ("tests", "test_words.py")]


async def test_a_student_joins_by_link_and_keyboard(
    running: tuple[Service, dict[str, str]], require_program: RequireProgram
) -> None:
    """A student of another course opens the link, signs in, joins, and sees what is left."""
    service, ids = running
    async with chromium(require_program("chromium")) as page:
        await page.resize(*PHONE)
        await page.open(f"{service.url}/join/{ids['CODE']}")
        await fill(page, STRANGER, PASSWORD)
        assert await page.focused() == ("button", "Join the course")
        await page.press("Enter", loads=True)
        assert await heading(page) == "Programming 1"
        assert ("heading", "What is left today") in await page.told()
