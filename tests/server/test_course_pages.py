"""The dashboard for people: who sees and changes what on the pages of a course, in browsers without JavaScript."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from testing.courses import KEY, enrol, make_course, operator, person, two_courses
from testing.dashboard_browser import answered, signed_in
from testing.device_page import Browser
from testing.held_service import HeldService, held_service
from testing.hostile_goals import HOSTILE_GOALS
from testing.service import PASSWORD
from tutor_server.api.routes import Access
from tutor_server.api.service_routes import ROUTES
from tutor_server.storage.models import User

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock

ONLY_STUDENTS = ("GET /account/courses/{course_id}",)
"""The pages of courses that are not on the dashboard. `test_student_pages` goes through them."""


@pytest.fixture
async def held(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with an admin key on each kind of database in turn."""
    async with held_service(tmp_path, clock, admin_key=KEY, database_url=database_url) as running:
        yield running


@pytest.fixture
async def browser(held: HeldService) -> AsyncIterator[Browser]:
    """Yield a browser."""
    opened = Browser(held.url)
    yield opened
    await opened.close()


def page_requests(slug: str, student: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return a valid request for every page and form of a course on the dashboard: method, path and form."""
    forms = {
        "switch": {"is_off": "yes"},
        "members": {"email": "new@uni.example", "role": "student"},
        "roster": {"text": "new@uni.example"},
        "role": {"role": "assistant"},
        "limits": {"daily_messages": "5", "until": "2026-03-02"},
        "settings": {"title": "Taken over", "slug": slug},
        "new-module": {"slug": "new", "title": "New", "order": "1"},
        "import-module": {"slug": "in", "text": "---\ntitle: In\norder: 1\n---\n"},
        f"secret-{slug}": {"title": "Loops", "order": "10"},
    }
    requests = []
    for route in ROUTES:
        if route.access is Access.DASHBOARD and "{course_id}" in route.path:
            path = route.path.replace("{course_id}", slug).replace("{email}", student)
            path = path.replace("{slug}", f"secret-{slug}").replace("{name}", "ratings.csv")
            form = forms.get(path.rsplit("/", 1)[1], {}) if route.method == "POST" else {}
            requests.append((route.method, path, form))
    assert len(requests) > 20
    return requests


async def test_every_route_of_a_course_is_gone_through() -> None:
    """Each route that names a course is one of those that the tests of strangers go through."""
    of_courses = {Access.COURSE, Access.DASHBOARD}
    others = [
        f"{route.method} {route.path}"
        for route in ROUTES
        if "{course_id}" in route.path and route.access not in of_courses
    ]

    assert others == list(ONLY_STUDENTS)


async def test_c1_every_page_of_another_course_is_unknown(held: HeldService) -> None:
    """C1: to each role of another course, every page of a course answers as for one that does not exist."""
    one, two = await two_courses(held)
    student, nobody = two["student"].email, Browser(held.url)
    before = await operator(held).get("/api/courses/two/audit")

    for role, stranger in one.items():
        browser = await signed_in(held, stranger)
        token = browser.page.fields["csrf"]
        for method, path, form in page_requests("two", student):
            answer = await answered(browser, method, path, csrf=token, **form)
            unknown = await answered(browser, method, path.replace("/two", "/three", 1), csrf=token, **form)
            assert answer[0] == 404, (role, method, path)
            assert answer == unknown, (role, method, path)
        assert "two" not in (await browser.open("/admin")).source
        await browser.close()
    for method, path, form in page_requests("two", student):
        status, source, location = await answered(nobody, method, path, **form)
        assert status == (303 if method == "GET" else 403), (method, path)
        assert location in {"", "/admin", f"/admin?goal={path}"}
        assert "two" not in source
    await nobody.close()

    assert await operator(held).get("/api/courses/two/audit") == before


async def test_each_role_sees_what_it_may(held: HeldService) -> None:
    """Students get no page of the dashboard, assistants read all of them, and instructors also send the forms."""
    one, _two = await two_courses(held)
    student = one["student"].email

    for role, who in one.items():
        browser = await signed_in(held, who)
        token = browser.page.fields["csrf"]
        for method, path, form in page_requests("one", student):
            if path.endswith(("/remove", "/limits")):
                continue
            is_form_page = path.endswith("/new-module")
            may = {"student": False, "assistant": method == "GET" and not is_form_page, "instructor": True}[role]
            status, source, _ = await answered(browser, method, path, csrf=token, **form)
            assert (status in {200, 303}) is may, (role, method, path, status, source)
            assert may or status == 404, (role, method, path, status)
            if role == "assistant" and method == "GET" and not is_form_page and "<form" in source:
                assert re.findall(r'<form[^>]*action="([^"]*)"', source) == ["/admin/sign-out"], path
                assert "Join code" not in source
        await browser.close()


async def test_a_form_of_another_page_is_refused(held: HeldService) -> None:
    """Every form needs the CSRF token of its browser: without it, or with another session's, nothing happens."""
    one, _two = await two_courses(held)
    browser, other = await signed_in(held, one["instructor"]), await signed_in(held, one["assistant"])
    twin = await signed_in(held, one["instructor"])
    foreign, of_twin = other.page.fields["csrf"], twin.page.fields["csrf"]

    for method, path, form in page_requests("one", one["student"].email):
        if method == "POST":
            for token in ({}, {"csrf": ""}, {"csrf": foreign}, {"csrf": of_twin}):
                status, source, _ = await answered(browser, method, path, **form, **token)
                assert (status, "open for too long" in source) == (403, True), path

    course = (await operator(held).get("/api/courses/one"))[1]
    assert (course["off"], course["title"]) == (False, "ONE")
    for each in (browser, other, twin):
        await each.close()


async def test_signing_in_and_out(held: HeldService, browser: Browser) -> None:
    """A wrong password is refused; the right one leads to the page; after the sign-out a copied cookie is dead."""
    one, _two = await two_courses(held)
    shown = await browser.open("/admin/courses/one/members")
    assert shown.title == "Dashboard"
    assert browser.page.fields["goal"] == "/admin/courses/one/members"
    shown = await browser.send("/admin/sign-in", email=one["instructor"].email, password="not the password")
    assert (shown.status, shown.problem) == (422, "E-mail or password is wrong.")
    before = browser.cookie("account")

    shown = await browser.send("/admin/sign-in", email=one["instructor"].email, password=PASSWORD)

    assert shown.title == "Members"
    (cookie,) = [each for each in browser.session.cookie_jar if each.key == "account"]
    assert (cookie["httponly"], cookie["samesite"], cookie.value == before) == (True, "Lax", False)
    copied = {"Cookie": f"account={cookie.value}"}
    async with held.client.get("/admin/courses/one", headers=copied, allow_redirects=False) as response:
        assert response.status == 200
    shown = await browser.send("/admin/sign-out")
    assert shown.title == "Dashboard"
    async with held.client.get("/admin/courses/one", headers=copied, allow_redirects=False) as response:
        assert response.status == 303


async def test_a_sign_in_leads_to_an_address_with_a_plus(held: HeldService, browser: Browser) -> None:
    """The page first asked for is found again, also if a member's address has a plus sign in it."""
    one, _two = await two_courses(held)
    await operator(held).request("PUT", "/api/courses/one/members/a+b@uni.example", {"role": "student"})
    await browser.open("/admin/courses/one/members/a+b@uni.example")

    shown = await browser.send("/admin/sign-in", email=one["instructor"].email, password=PASSWORD)

    assert shown.title == "a+b@uni.example"


async def test_a_sign_in_leads_only_to_the_dashboard(held: HeldService) -> None:
    """The page to which a sign-in leads is one of the dashboard, whatever the address and the form say."""
    one, _two = await two_courses(held)
    for goal in HOSTILE_GOALS:
        browser = Browser(held.url)
        async with browser.session.get("/admin", params={"goal": goal}) as response:
            assert (response.status, 'name="goal" value="/admin"' in await response.text()) == (200, True), goal
        await browser.open("/admin")
        form = {"csrf": browser.page.fields["csrf"], "email": one["student"].email, "password": PASSWORD}

        status, _, location = await answered(browser, "POST", "/admin/sign-in", **form, goal=goal)

        assert (status, location) == (303, "/admin"), goal
        await browser.close()


async def test_without_key_or_provider_strangers_find_nothing(tmp_path: Path, clock: HeldClock) -> None:
    """Without an admin key `/admin` is 404 for strangers, but an instructor can sign in there."""
    async with held_service(tmp_path, clock) as held:
        ada = await person(held, "ada")
        browser = Browser(held.url)
        assert (await browser.open("/admin")).status == 404
        assert (await browser.post("/admin/sign-in", key=KEY)).status == 404
        await browser.open("/admin")
        shown = await browser.send("/admin/sign-in", email=ada.email, password=PASSWORD)
        await browser.close()

    assert (shown.status, "You teach no course here" in shown.text) == (200, True)


async def test_operators_see_all_courses_side_by_side(held: HeldService) -> None:
    """An operator who signs in sees every course, makes one, and stands in the audit log by name."""
    one, _two = await two_courses(held)
    await held.database.commit(
        lambda connection: connection.execute(
            update(User).where(User.email == one["student"].email).values(is_operator=True)
        )
    )
    browser = Browser(held.url)
    await browser.open("/admin")
    shown = await browser.send("/admin/sign-in", email=one["student"].email, password=PASSWORD)
    for course in ("ONE", "TWO", "Default course"):
        assert f">{course}</a>" in shown.source
    await browser.open("/admin/new-course")
    shown = await browser.send("/admin/new-course", title="Three", slug="three", ladder="earned", daily_budget_usd="x")
    assert (shown.status, shown.problem) == (422, "Budget of a day: write a number, such as 12.50.")
    shown = await browser.send("/admin/new-course", title="Three", slug="three", ladder="earned", daily_budget_usd="")
    assert (shown.title, "Join code" in shown.text) == ("Members", True)
    shown = await browser.open("/admin/audit")
    assert f"{one['student'].email} (page) made the course three" in shown.text
    assert (await browser.open("/admin/courses/two/audit")).status == 200
    await browser.close()


async def test_only_operators_get_the_pages_of_operators(held: HeldService) -> None:
    """An instructor gets neither the audit log of everything, nor figures of the service, nor new courses."""
    one, _two = await two_courses(held)
    browser = await signed_in(held, one["instructor"])
    token = browser.page.fields["csrf"]
    for path in ("/admin/audit", "/admin/new-course", "/admin/figures/cost-by-day.csv"):
        assert (await answered(browser, "GET", path))[0] == 404
    for path in ("/admin/new-course", "/admin/switch"):
        assert (await answered(browser, "POST", path, csrf=token, title="X", slug="x"))[0] == 404
    assert ">TWO</a>" not in (await browser.open("/admin")).source
    await browser.close()


async def test_a_role_taken_away_counts_at_once(held: HeldService) -> None:
    """An instructor who was made a student gets 404 on the next click."""
    one, _two = await two_courses(held)
    browser = await signed_in(held, one["instructor"])
    assert (await browser.open("/admin/courses/one")).status == 200
    await enrol(held, "one", one["student"], "instructor")
    await enrol(held, "one", one["instructor"], "student")

    assert (await browser.open("/admin/courses/one")).status == 404
    await browser.close()


async def test_pages_hold_no_secret_and_are_not_kept(held: HeldService) -> None:
    """Pages of a course are not cached or framed, run only the service's scripts, and hold no key."""
    await make_course(held, "one")
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")
    browser = await signed_in(held, ada)
    for path, scripts in (("", True), ("/members", False), ("/settings", False)):
        shown = await browser.open(f"/admin/courses/one{path}")
        policy = shown.headers["Content-Security-Policy"]
        assert ("script-src 'self'" in policy) is scripts
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert shown.headers["Cache-Control"] == "no-store"
        assert KEY not in shown.source
    await browser.close()
