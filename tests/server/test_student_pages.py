"""What students see of their courses in the browser: joining by code and link, what is left, and their history."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from testing.clock import NOON
from testing.courses import KEY, LOOPS, enrol, make_course, operator, person, two_courses
from testing.device_page import Browser
from testing.held_service import HeldService, held_service
from testing.mail_server import mail_server
from testing.service import PASSWORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.courses import Person


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


async def sign_in(browser: Browser, who: Person) -> None:
    """Sign in on the account page."""
    await browser.open("/account")
    await browser.send("/account/sign-in", email=who.email, password=PASSWORD)


async def test_a_link_leads_a_newcomer_into_the_course(held: HeldService, browser: Browser) -> None:
    """A newcomer opens a join link, makes an account, comes back to the link, and joins with one click."""
    course = await make_course(held, "one")
    code = course["join_code"]
    shown = await browser.open(f"/join/{code.lower()[:4]}-{code.lower()[4:]}")
    assert (shown.title, f"with the code {code}" in shown.text) == ("Sign in", True)
    await browser.open("/account/new")

    shown = await browser.send("/account/new", email="ada@uni.example", password=PASSWORD, again=PASSWORD)

    assert (shown.title, shown.fields["code"]) == ("Join a course", code)
    shown = await browser.send("/join")
    assert (shown.title, "You have joined the course." in shown.text) == ("ONE", True)
    shown = await browser.open("/account")
    assert "ONE student" in shown.text
    await browser.send("/account/sign-out")
    shown = await browser.send("/account/sign-in", email="ada@uni.example", password=PASSWORD)
    assert shown.title == "Your account"


async def test_the_link_survives_the_mail(tmp_path: Path, clock: HeldClock) -> None:
    """Where addresses are confirmed by mail, the mailed link leads back to the course."""
    async with mail_server() as mail, held_service(tmp_path, clock, admin_key=KEY, **mail.settings) as held:
        course = await make_course(held, "one")
        browser = Browser(held.url)
        await browser.open(f"/join/{course['join_code']}")
        await browser.open("/account/new")
        await browser.send("/account/new", email="ada@uni.example", password=PASSWORD, again=PASSWORD)
        await browser.open(await mail.link_to("ada@uni.example"))
        shown = await browser.send("/account/confirm")
        await browser.close()

    assert (shown.title, shown.fields["code"]) == ("Join a course", course["join_code"])


async def test_joining_by_a_typed_code(held: HeldService, browser: Browser) -> None:
    """A code is typed on the account page; a wrong one is named, guessing is throttled, and forms are one's own."""
    course, ada = await make_course(held, "one"), await person(held, "ada")
    await browser.open("/join")
    assert browser.page.title == "Sign in"
    await sign_in(browser, ada)
    for _ in range(10):
        shown = await browser.send("/join", code="BCDFGHJK")
        assert (shown.status, shown.problem.startswith("This code opens no course")) == (404, True)
    shown = await browser.send("/join", code=course["join_code"])
    assert (shown.status, "Retry-After" in shown.headers) == (429, True)
    held.clock.seconds = 3600
    await browser.open("/account")
    token = browser.page.fields["csrf"]
    async with browser.session.post("/join", data={"code": course["join_code"]}) as response:
        assert response.status == 403
    async with browser.session.post("/join", data={"code": course["join_code"], "csrf": token}) as response:
        assert response.status == 200
    assert "ONE student" in (await browser.open("/account")).text


async def test_a_course_shows_what_is_left(held: HeldService, browser: Browser) -> None:
    """A member sees the course's cap and the service's, less what was asked today, and the own limits."""
    await make_course(held, "one", daily_message_cap=5)
    ada = await enrol(held, "one", await person(held, "ada"))
    assert (await operator(held).request("PUT", "/api/courses/one/modules/loops", LOOPS))[0] == 200
    await sign_in(browser, ada)
    await ada.ask(course_id="one", module_id="loops")

    shown = await browser.open("/account/courses/one")

    assert "In this course 4 of 5 questions In all courses 99 of 100 questions" in shown.text
    assert "<code>loops</code>" in shown.source
    limits = {"email": ada.email, "daily_messages": 9, "expires_at": (NOON + timedelta(hours=6)).isoformat()}
    assert (await operator(held).request("PUT", "/api/courses/one/overrides", limits))[0] == 200
    assert "In this course 8 of 9" in (await browser.open("/account/courses/one")).text
    switch = {"off": True, "reason": "Exam."}
    assert (await operator(held).request("POST", "/api/courses/one/switch", switch))[0] == 200
    assert "it is switched off. “Exam.”" in (await browser.open("/account/courses/one")).text


async def test_history_is_the_students_own(held: HeldService, browser: Browser) -> None:
    """A student reads the own conversations, also of a course that was left; another's are unknown."""
    one, two = await two_courses(held)
    student = one["student"]
    accepted = (await student.ask(course_id="one", question="why <b>here</b>?"))[0]
    foreign = (await two["student"].ask(course_id="two"))[0]
    await sign_in(browser, student)
    shown = await browser.open("/account/history?course=one")
    assert f"/account/history/{accepted['session_id']}" in shown.source.replace('href="../', 'href="/')
    shown = await browser.open(f"/account/history/{accepted['session_id']}")
    assert "why <b>here</b>?" in shown.text
    assert "<b>here" not in shown.source
    assert (await operator(held).request("DELETE", f"/api/courses/one/members/{student.email}"))[0] == 204
    shown = await browser.open("/account/history")
    assert "a course that you have left" in shown.text
    assert (await browser.open(f"/account/history/{foreign['session_id']}")).status == 404


async def test_c1_pages_of_another_course_are_unknown(held: HeldService, browser: Browser) -> None:
    """C1: a student of one course gets 404 for the pages of another, as for one that does not exist."""
    one, _two = await two_courses(held)
    for role, stranger in one.items():
        await sign_in(browser, stranger)
        for page in ("/account/courses/{}", "/account/history?course={}"):
            shown = await browser.open(page.format("two"))
            unknown = await browser.open(page.format("three"))
            assert (shown.status, shown.source) == (404, unknown.source), (role, page)
        assert "TWO" not in (await browser.open("/account")).source
        await browser.send("/account/sign-out")
    for path in ("/account/courses/one", "/account/history", f"/account/history/{'0' * 32}", "/join"):
        assert (await browser.open(path)).title == "Sign in"
