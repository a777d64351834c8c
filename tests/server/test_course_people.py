"""Members who stay in a course or stay out: removals, the course `default`, and names that operators choose."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from testing.clock import NOON
from testing.courses import KEY, enrol, make_course, operator, person
from testing.held_service import HeldService, held_service
from tutor_server.storage.models import User

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.courses import Person

UNTIL = (NOON + timedelta(hours=6)).isoformat()
LOOPS = {"title": "Loops", "order": 10, "statement": "Sum a list."}


@pytest.fixture
async def held(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with an admin key on each kind of database in turn."""
    async with held_service(tmp_path, clock, admin_key=KEY, database_url=database_url) as running:
        yield running


async def slugs(who: Person) -> list[str]:
    """Return the courses of somebody."""
    return [each["slug"] for each in (await who.get("/api/courses"))[1]["items"]]


async def test_somebody_removed_cannot_join_again(held: HeldService) -> None:
    """The code opens a course no more for somebody removed from it; an instructor can bring the person back."""
    code = {"code": (await make_course(held, "one"))["join_code"]}
    await make_course(held, "two")
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")
    bob, eve = await person(held, "bob"), await person(held, "eve")
    for student in (bob, eve):
        assert (await student.request("POST", "/api/courses/join", code))[0] == 200
    await enrol(held, "two", bob)

    assert (await ada.request("DELETE", f"/api/courses/one/members/{bob.email}"))[0] == 204
    assert (await ada.request("DELETE", f"/api/courses/one/members/{eve.email}"))[0] == 204

    assert await slugs(bob) == ["two"]
    assert await slugs(eve) == ["default"]
    for removed in (bob, eve):
        assert (await removed.request("POST", "/api/courses/join", code))[0] == 404
        assert (await removed.get("/api/courses/one"))[0] == 404
    assert (await ada.request("DELETE", f"/api/courses/one/members/{bob.email}"))[0] == 404
    listed = (await ada.get("/api/courses/one/members"))[1]["items"]
    assert [each["email"] for each in listed] == [ada.email]
    await enrol(held, "one", bob)
    assert await slugs(bob) == ["one", "two"]


async def test_leaving_a_course(held: HeldService) -> None:
    """A member leaves by slug or id, and may come back with the code; the last instructor stays."""
    course = await make_course(held, "one")
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")
    bob = await enrol(held, "one", await person(held, "bob"))

    assert (await bob.request("POST", "/api/courses/leave", {"course": "one"}))[0] == 204

    assert await slugs(bob) == ["default"]
    assert (await bob.request("POST", "/api/courses/leave", {"course": course["id"]}))[0] == 404
    assert (await bob.request("POST", "/api/courses/leave", {"course": "another"}))[0] == 404
    assert (await bob.request("POST", "/api/courses/join", {"code": course["join_code"]}))[0] == 200
    assert (await bob.request("POST", "/api/courses/leave", {"course": course["id"]}))[0] == 204
    assert (await ada.request("POST", "/api/courses/leave", {"course": "one"}))[1]["code"] == "LAST_INSTRUCTOR"
    lines = (await ada.get("/api/courses/one/audit"))[1]["items"]
    assert [each["actor"] for each in lines if each["action"] == "member_left"] == [bob.email] * 2


async def test_what_is_left_today(held: HeldService) -> None:
    """Each course says how many messages are left in it: by its cap, by the service's, and by own limits."""
    await make_course(held, "one", daily_message_cap=3)
    await make_course(held, "two")
    bob = await person(held, "bob")
    for slug in ("one", "two"):
        await enrol(held, slug, bob)

    async def left() -> dict[str, int]:
        return {each["slug"]: each["remaining_today"] for each in (await bob.get("/api/courses"))[1]["items"]}

    before = await left()
    assert (await bob.end_of_ask(course_id="one"))["type"] == "done"
    assert (await bob.end_of_ask(course_id="two"))["type"] == "done"
    assert (before["one"], before["one"] - 1, before["two"] - 2) == (3, *(await left()).values())
    more = {"email": bob.email, "daily_messages": 9, "expires_at": UNTIL}
    assert (await operator(held).request("PUT", "/api/courses/one/overrides", more))[0] == 200
    assert (await left())["one"] == 8


async def test_work_in_the_default_course_stays(held: HeldService) -> None:
    """An account that has asked or made progress in `default` stays in it when another course takes it in."""
    await make_course(held, "one")
    await operator(held).request("PUT", "/api/admin/modules/loops", LOOPS)
    ada, bob, eve = [await person(held, name) for name in ("ada", "bob", "eve")]
    assert (await ada.end_of_ask())["type"] == "done"
    assert (await bob.request("PUT", "/api/progress/loops", {"status": "completed"}))[0] == 200

    roster = f"email,role\n{ada.email},student\n{bob.email},student\n{eve.email},student\nnew@uni.example,student\n"
    assert (await operator(held).send_csv("/api/courses/one/members.csv", roster))[1]["applied"]

    assert [await slugs(each) for each in (ada, bob, eve)] == [["default", "one"], ["default", "one"], ["one"]]
    assert await slugs(await person(held, "new")) == ["one"]
    assert (await operator(held).request("DELETE", f"/api/courses/default/members/{ada.email}"))[0] == 204
    await make_course(held, "two")
    await enrol(held, "two", ada)
    assert await slugs(ada) == ["one", "two"]


async def test_only_operators_choose_names(held: HeldService) -> None:
    """An instructor learns nothing of other courses from refused slugs and join codes; an operator may be told."""
    one, two = await make_course(held, "one"), await make_course(held, "two")
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")
    for taken, free in (
        ({"slug": "two"}, {"slug": "three"}),
        ({"join_code": two["join_code"]}, {"join_code": "X" * 8}),
    ):
        refused = [await ada.request("PATCH", "/api/courses/one", change) for change in (taken, free)]
        assert refused[0] == refused[1]
        assert (refused[0][0], refused[0][1]["code"]) == (422, "VALIDATION_FAILED")

    own = {"slug": "one", "join_code": one["join_code"], "title": "Mine"}
    assert (await ada.request("PATCH", "/api/courses/one", own))[0] == 200
    assert (await ada.request("PATCH", "/api/courses/one", {"join_code": None}))[1]["join_code"] is None
    renewed = (await ada.request("POST", "/api/courses/one/join-code", {}))[1]["join_code"]
    assert renewed not in {None, one["join_code"]}
    assert (await operator(held).request("PATCH", "/api/courses/one", {"slug": "two"}))[1]["code"] == "COURSE_TAKEN"
    await held.database.commit(lambda connection: connection.execute(update(User).values(is_operator=True)))
    assert (await ada.request("PATCH", "/api/courses/one", {"slug": "two"}))[0] == 409
    assert (await ada.request("PATCH", "/api/courses/one", {"slug": "three"}))[1]["slug"] == "three"
