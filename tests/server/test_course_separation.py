"""Nobody learns or changes anything of another course: every route of the service, as every role (list C, C1)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from testing.courses import KEY, LOOPS, operator, two_courses
from testing.dashboard_browser import signed_in
from testing.foreign_requests import Things, requests_about
from testing.held_service import HeldService, held_service
from testing.lti_platform import write_key
from tutor_server.api.routes import Access
from tutor_server.api.service_routes import ROUTES
from tutor_server.storage.models import LearningModule

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.courses import Person
    from testing.device_page import Browser
    from testing.foreign_requests import ForeignRequest

MODULE = LOOPS | {
    "title": "Quokka",
    "statement": "Sum the okapis.",
    "starter": [{"name": "tapir.py", "content": "numbat = 1\n"}],
    "reference": [{"name": "solution.py", "content": "axolotl = 1\n"}],
}
QUESTION = "Why does the narwhal stop?"
MARKS = ("zebra", "quokka", "okapi", "tapir", "numbat", "axolotl", "narwhal", "assistant.two@", "instructor.two@")
"""Words that stand in the other course only: its title, module and files, a question, and people."""
Reply = tuple[int, str, str]


@pytest.fixture
async def held(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with an admin key and a key for LTI, on each kind of database in turn."""
    settings: dict[str, Any] = {
        "admin_key": KEY,
        "lti_key_files": (await asyncio.to_thread(write_key, tmp_path / "key.pem"),),
    }
    async with held_service(tmp_path, clock, database_url=database_url, **settings) as running:
        yield running


class Stranger:
    """Somebody with an access token and a browser that is signed in to the dashboard."""

    def __init__(self, who: Person, browser: Browser) -> None:
        self._who = who
        self._browser = browser
        self._csrf = browser.page.fields["csrf"]

    async def reply(self, asked: ForeignRequest) -> Reply:
        """Return status, text and target of the answer to a request."""
        method, content = asked.route.method, asked.content
        arguments: dict[str, Any] = {}
        if asked.is_page and content is not None:
            arguments = {"data": {**content, "csrf": self._csrf}}
        elif content is not None:
            arguments = {"data" if asked.route.form else "json": content}
        client = self._browser.session if asked.is_page else self._who.held.client
        headers = {} if asked.is_page else self._who.headers
        async with client.request(
            method, asked.path, params=asked.query, headers=headers, allow_redirects=False, **arguments
        ) as response:
            return response.status, await response.text(), response.headers.get("Location", "")


async def state_of(held: HeldService, student: Person) -> list[Any]:
    """Return all that is known of the course `two`, as its operator and its student see it."""
    paths = ("", "/members", "/modules", "/overrides", "/usage", "/audit")
    known = [await operator(held).get(f"/api/courses/two{path}") for path in paths]
    own = [await student.get(path) for path in ("/api/chat/sessions", "/api/progress", "/api/courses", "/api/auth/me")]
    return [*known, *own]


async def filled_courses(held: HeldService) -> tuple[dict[str, Person], dict[str, Person], tuple[Things, Things]]:
    """Fill the course `two`. Return the people of both courses, and its things by short names and by ids."""
    one, two = await two_courses(held)
    assert (await operator(held).request("PATCH", "/api/courses/two", {"title": "Zebra"}))[0] == 200
    made = await two["instructor"].request("PUT", "/api/courses/two/modules/secret-two", MODULE)
    assert made[0] == 200, made
    asked = (await two["student"].ask(course_id="two", module_id="secret-two", question=QUESTION))[0]
    (module,) = [row.id for row in await held.rows(LearningModule) if row.slug == "secret-two"]
    session, email = asked["session_id"], two["student"].email
    by_name = Things("two", "secret-two", session, email, "secret-two")
    return one, two, (by_name, Things(asked["course_id"], str(module), session, email, "secret-two"))


def unknown_like(things: Things) -> Things:
    """Return names of things that do not exist, for the same person."""
    is_name = things.course == "two"
    course, module = ("six", "secret-six") if is_name else (str(uuid4()), str(uuid4()))
    return Things(course, module, str(uuid4()), things.email, "secret-six")


def plain(reply: Reply, things: Things) -> Reply:
    """Return a reply without the names that the request itself has said."""
    status, text, target = reply
    for name in (things.module, things.slug, things.course, things.session):
        text, target = text.replace(name, "…"), target.replace(name, "…")
    return status, text, target


async def test_c1_no_route_of_the_service_tells_of_another_course(held: HeldService) -> None:
    """C1: whatever each role of another course sends, the answer is as for unknown things, and nothing changes."""
    one, two, (by_name, by_id) = await filled_courses(held)
    before = await state_of(held, two["student"])

    for things in (by_name, by_id):
        for role, who in one.items():
            browser = await signed_in(held, who)
            stranger = Stranger(who, browser)
            pairs = zip(requests_about(things), requests_about(absent := unknown_like(things)), strict=True)
            for asked, unknown in pairs:
                reply = await stranger.reply(asked)
                learnt = [mark for mark in MARKS if mark in " ".join(map(str, reply)).lower()]
                assert learnt == [], (role, asked.name, reply)
                if asked.route.path_parameters.keys() & {"course_id", "session_id"}:
                    assert reply[0] == 404, (role, asked.name, reply)
                if asked.said != unknown.said:
                    other = await stranger.reply(unknown)
                    assert plain(reply, things)[::2] == plain(other, absent)[::2], (role, asked.name, reply, other)
            await browser.close()

    assert await state_of(held, two["student"]) == before


async def test_the_members_of_the_course_do_learn_of_it(held: HeldService) -> None:
    """The same requests tell the course's own instructor what strangers must not learn."""
    _, two, (by_name, _) = await filled_courses(held)
    browser = await signed_in(held, two["instructor"])
    instructor = Stranger(two["instructor"], browser)
    told: dict[str, set[str]] = {}
    for asked in requests_about(by_name):
        if asked.route.method == "GET":
            _, text, _ = await instructor.reply(asked)
            told[asked.name] = {mark for mark in MARKS if mark in text.lower()}
    await browser.close()

    of_course = [name for name, marks in told.items() if "{course_id}" in name and marks]
    assert len(of_course) > 10, told
    assert set.union(*told.values()) >= {"zebra", "quokka", "okapi", "assistant.two@"}


async def test_only_one_route_is_a_socket() -> None:
    """The messages of the socket have a test of their own."""
    sockets = [route.path for route in ROUTES if route.access is Access.SOCKET]

    assert sockets == ["/api/chat/ws"]
