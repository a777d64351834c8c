"""The forms of a course on the dashboard: members, rosters, modules and settings, in browsers without JavaScript."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest
from aiohttp import FormData
from sqlalchemy import text

from testing.courses import KEY, operator, two_courses
from testing.dashboard_browser import answered, signed_in
from testing.held_service import HeldService, held_service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock


@pytest.fixture
async def held(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with an admin key on each kind of database in turn."""
    async with held_service(tmp_path, clock, admin_key=KEY, database_url=database_url) as running:
        yield running


async def test_members_and_their_limits(held: HeldService) -> None:
    """An instructor adds members, changes and removes them, and sets limits of one; the audit log has names."""
    one, _two = await two_courses(held)
    browser, student = await signed_in(held, one["instructor"]), one["student"].email
    base = "/admin/courses/one"
    shown = await browser.open(f"{base}/members")
    shown = await browser.send(f"{base}/members", email="Bob@uni.example", role="assistant")
    assert "bob@uni.example assistant not signed in yet" in shown.text
    assert (await browser.send(f"{base}/members", email="nobody", role="student")).problem.startswith("E-mail: ")
    shown = await browser.open(f"{base}/members/{student}")
    shown = await browser.send(f"{base}/members/{student}/limits", daily_messages="", until="2026-03-02")
    assert shown.problem == "Write at least one of the two limits."
    shown = await browser.send(f"{base}/members/{student}/limits", daily_messages="7", until="2027-09-02")
    assert shown.problem.startswith("Until the end of: ")
    shown = await browser.send(f"{base}/members/{student}/limits", daily_messages="7", until="2026-03-02")
    assert "7 a day, until 2026-03-03 00:00 UTC." in shown.text
    shown = await browser.send(f"{base}/members/{student}/role", role="assistant")
    assert "Assistant, since" in shown.text
    shown = await browser.send(f"{base}/members/{student}/remove")
    assert (shown.title, student in shown.text) == ("Members", False)
    shown = await browser.open(f"{base}/members/{one['instructor'].email}")
    shown = await browser.send(f"{base}/members/{one['instructor'].email}/remove")
    assert (shown.status, "A course needs an instructor" in shown.problem) == (409, True)
    log = (await browser.open(f"{base}/audit")).text
    for line in (f"removed a member {student}", f"set limits of a member {student} messages"[:30], "changed a role"):
        assert f"{one['instructor'].email} (page)" in log
        assert line in log
    await browser.close()


@pytest.mark.parametrize("name", ["../members/{victim}", "./{victim}", "x?y", "x#y", "x/remove", "x+y", "x%2fy"])
async def test_an_address_leads_to_no_other_page(held: HeldService, name: str) -> None:
    """A student whose address looks like a path has a page of their own, and its forms act on that student alone."""
    one, _two = await two_courses(held)
    address, victim = f"{name}@uni.example", one["assistant"].email
    address = address.replace("{victim}@uni.example", victim)
    browser, base = await signed_in(held, one["instructor"]), "/admin/courses/one"
    await browser.open(f"{base}/members")
    shown = await browser.send(f"{base}/members", email=address, role="student")
    (link,) = re.findall(rf'href="([^"]*)">{re.escape(address)}<', shown.source)

    shown = await browser.open(unescape(link))
    assert shown.title == address
    actions = [unescape(each) for each in re.findall(r'action="(/admin/courses[^"]*)"', shown.source)]
    role, remove = (next(each for each in actions if each.endswith(end)) for end in ("/role", "/remove"))
    shown = await browser.send(role, role="assistant")
    assert (shown.title, "Assistant, but nobody has signed in" in shown.text) == (address, True)
    await browser.send(remove)

    _, members = await operator(held).get("/api/courses/one/members")
    assert sorted(each["email"] for each in members["items"]) == sorted(each.email for each in one.values())
    await browser.close()


async def test_rosters_and_join_codes(held: HeldService) -> None:
    """A roster comes in as a file or as text, whole or not at all; a new code voids the old one."""
    one, _two = await two_courses(held)
    browser, base = await signed_in(held, one["instructor"]), "/admin/courses/one"
    await browser.open(f"{base}/members")
    old = (await operator(held).get("/api/courses/one"))[1]["join_code"]
    shown = await browser.send(f"{base}/roster", text="a@uni.example\nnobody@,student\n")
    assert shown.problem.startswith("Nothing was imported")
    assert "there is no e-mail address" in shown.text
    form = FormData({"csrf": browser.page.fields["csrf"], "text": ""})
    form.add_field("file", "email;role\nb@uni.example;assistant\n".encode("utf-16"), filename="roster.csv")
    async with browser.session.post(f"{base}/roster", data=form) as response:
        assert (response.status, "1 added." in await response.text()) == (200, True)
    status, csv, _ = await answered(browser, "GET", f"{base}/members.csv")
    assert (status, "b@uni.example,assistant," in csv) == (200, True)

    shown = await browser.send(f"{base}/join-code", action="make", expires_on="2026-02-01")
    assert shown.problem == "Last day: lies in the past."
    shown = await browser.send(f"{base}/join-code", action="make", expires_on="2026-03-02")
    new = (await operator(held).get("/api/courses/one"))[1]["join_code"]
    assert new != old
    assert f"{held.url}/join/{new}" in shown.text
    shown = await browser.send(f"{base}/join-code", action="close")
    assert "No code opens this course." in shown.text
    assert new not in str((await browser.open(f"{base}/audit")).source)
    await browser.close()


async def test_modules_are_written_previewed_and_taken_in_and_out(held: HeldService) -> None:
    """A preview changes nothing and is inert; saving keeps the files; Markdown goes out and comes in alike."""
    one, _two = await two_courses(held)
    files = {"starter": [{"name": "a.py", "content": "x"}], "reference": [{"name": "b.py", "content": "SECRET"}]}
    body = {"title": "Loops", "order": 10} | files
    assert (await one["instructor"].request("PUT", "/api/courses/one/modules/loops", body))[0] == 200
    browser, base = await signed_in(held, one["instructor"]), "/admin/courses/one"
    page, fields = f"{base}/modules/loops", {"title": "For loops", "objectives": "first\nsecond", "max_hint_level": "4"}
    statement = "# Sum\n\n**Add** <b onclick=x>all</b> [in](javascript:alert(1)) ![it](https://a.example/b.png)"
    await browser.open(page)

    shown = await browser.send(page, action="preview", statement=statement, **fields)

    assert "Preview, not saved yet" in shown.text
    assert "<h3>Sum</h3>" in shown.source
    assert "<strong>Add</strong> &lt;b onclick=x&gt;" in shown.source
    assert not re.search(r"<img|href=\"javascript|<b onclick", shown.source)
    assert (await one["student"].get("/api/courses/one/modules/loops"))[1]["title"] == "Loops"
    shown = await browser.send(page, action="save", statement=statement, **fields)
    assert "The module is saved." in shown.text
    module = (await one["student"].get("/api/courses/one/modules/loops"))[1]
    assert (module["title"], module["objectives"], module["max_hint_level"]) == ("For loops", ["first", "second"], 4)
    stored = await held.database.read(lambda connection: connection.scalar(text("SELECT count(*) FROM module_files")))
    assert stored == 2
    _, markdown, _ = await answered(browser, "GET", f"{page}/markdown")
    assert "SECRET" not in markdown + shown.source
    await browser.open(f"{base}/modules")
    shown = await browser.send(f"{base}/import-module", slug="again", text=markdown.replace("For loops", "Again"))
    assert "Again: made" in shown.text
    again = (await one["student"].get("/api/courses/one/modules/again"))[1]
    assert again["statement"] == module["statement"]
    await browser.open(f"{base}/modules")
    bad = "---\ntitle: X\norder: 1\nstarter: /etc/passwd\n---\n"
    for given, problem in (
        ("no front matter", "The Markdown: does not begin with front matter"),
        (bad, "The Markdown: starter"),
        (bad.replace("/etc/passwd", "jwt-secret"), "The Markdown: starter: jwt-secret is not there: choose it"),
        (bad.replace("starter: /etc/passwd\n", "ladder: steep\n"), "The Markdown: ladder"),
    ):
        shown = await browser.send(f"{base}/import-module", slug="x", text=given)
        assert (shown.status, shown.problem.startswith(problem)) == (422, True), shown.problem
    await browser.close()


async def test_settings_and_the_off_switch(held: HeldService) -> None:
    """Instructors change settings and switch the course off, where students read why; a wrong setting is named."""
    one, _two = await two_courses(held)
    browser, base = await signed_in(held, one["instructor"]), "/admin/courses/one"
    await browser.open(f"{base}/settings")
    given = {"title": "First", "slug": "one", "daily_message_cap": "3", "starts": "2026-02-01T08:00"}
    shown = await browser.send(f"{base}/settings", **given | {"daily_message_cap": "many"})
    assert (shown.status, shown.problem) == (422, "Questions a day: write a whole number.")
    shown = await browser.send(f"{base}/settings", **given | {"slug": "two"})
    assert (shown.status, shown.problem) == (422, "slug: only an operator can change it.")
    shown = await browser.send(f"{base}/settings", **given)
    assert (shown.status, "Saved." in shown.text) == (200, True)
    course = (await one["student"].get("/api/courses/one"))[1]
    assert (course["title"], course["daily_message_cap"]) == ("First", 3)
    shown = await browser.send("/admin/courses/one/switch", is_off="yes", reason="Exam.")
    assert "Students read: “Exam.”" in shown.text
    assert (await one["student"].end_of_ask(course_id="one"))["content"] == "Exam."
    shown = await browser.send("/admin/courses/one/switch", is_off="no")
    assert "Students can askyes" in shown.text
    await browser.close()


async def test_figures_of_a_course_are_its_own(held: HeldService) -> None:
    """The figures of a course count its asks alone, on the page and as CSV."""
    one, two = await two_courses(held)
    await one["student"].ask(course_id="one")
    for _ in range(3):
        await two["student"].ask(course_id="two")
    browser = await signed_in(held, one["instructor"])

    assert "Asks in 30 days1 " in (await browser.open("/admin/courses/one")).text
    status, csv, _ = await answered(browser, "GET", "/admin/courses/one/figures/asks-by-level.csv")
    assert (status, sum(int(line.split(",")[1]) for line in csv.splitlines()[1:])) == (200, 1)
    await browser.close()
