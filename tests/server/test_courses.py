"""Courses: who may see and change what, joining, and what belongs to a course."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import update

from testing.clock import NOON
from testing.courses import KEY, LOOPS, enrol, make_course, nobody, operator, person, two_courses
from testing.held_service import HeldService, held_service
from tutor_server.api.routes import Access
from tutor_server.api.service_routes import ROUTES
from tutor_server.storage.models import User

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock

UNTIL = (NOON + timedelta(hours=6)).isoformat()


@pytest.fixture
async def held(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with an admin key on each kind of database in turn."""
    async with held_service(tmp_path, clock, admin_key=KEY, database_url=database_url) as running:
        yield running


def course_requests(slug: str) -> list[tuple[str, str, Any]]:
    """Return a valid request for every route of a course, with method, path and body."""
    base = f"/api/courses/{slug}"
    bodies: dict[str, Any] = {
        "PATCH /api/courses/{course_id}": {"title": "Taken over"},
        "POST /api/courses/{course_id}/join-code": {},
        "POST /api/courses/{course_id}/switch": {"off": True},
        "PUT /api/courses/{course_id}/members/{email}": {"role": "student"},
        "PUT /api/courses/{course_id}/overrides": {
            "email": f"student.{slug}@uni.example",
            "daily_messages": 5,
            "expires_at": UNTIL,
        },
        "POST /api/courses/{course_id}/overrides/remove": {"email": f"student.{slug}@uni.example"},
        "PUT /api/courses/{course_id}/modules/{slug}": LOOPS,
    }
    requests = []
    for route in ROUTES:
        if route.access is not Access.COURSE:
            continue
        name = f"{route.method} {route.path}"
        path = route.path.replace("/api/courses/{course_id}", base)
        path = path.replace("{email}", f"student.{slug}@uni.example").replace("{slug}", f"secret-{slug}")
        requests.append((route.method, path, bodies.get(name)))
    return requests


async def test_c1_every_route_of_another_course_is_unknown(held: HeldService) -> None:
    """C1: to each role of another course, every route of a course answers as for one that does not exist."""
    one, _two = await two_courses(held)
    before = await operator(held).get("/api/courses/two/audit")

    for role, stranger in one.items():
        for method, path, body in course_requests("two"):
            answer = await stranger.request(method, path, body)
            unknown = await stranger.request(method, path.replace("/two", "/three"), body)
            assert (answer[0], answer[1]["code"]) == (404, "NOT_FOUND"), (role, method, path)
            assert answer == unknown, (role, method, path)
    for method, path, body in course_requests("two"):
        status, answer = await nobody(held).request(method, path, body)
        assert (status, answer["code"]) == (401, "UNAUTHENTICATED"), (method, path)

    assert await operator(held).get("/api/courses/two/audit") == before


async def test_c1_every_message_about_another_course_is_unknown(held: HeldService) -> None:
    """C1: asks in another course, in its module or its session, ratings and resumes end as for unknown ones."""
    one, two = await two_courses(held)
    accepted = (await two["student"].ask())[0]

    for stranger in one.values():
        for named in (
            {"course_id": "two"},
            {"course_id": accepted["course_id"]},
            {"module_id": "secret-two"},
            {"course_id": "one", "module_id": "secret-two"},
            {"session_id": accepted["session_id"]},
            {"follow_up_to": accepted["message_id"]},
        ):
            end = await stranger.end_of_ask(**named)
            assert end["code"] == "NOT_FOUND", named
            assert "two" not in end["content"]
        for path in ("/api/modules", "/api/courses", "/api/chat/sessions"):
            assert "two" not in str(await stranger.get(path))
        assert (await stranger.get("/api/modules/secret-two"))[0] == 404
        assert (await stranger.get("/api/modules/secret-two/files"))[0] == 404
        assert (await stranger.request("PUT", "/api/progress/secret-two", {"status": "completed"}))[0] == 404
        history = f"/api/chat/sessions/{accepted['session_id']}/messages"
        assert (await stranger.get(history))[0] == 404
        assert (await stranger.request("POST", "/api/admin/courses", {"slug": "x", "title": "X"}))[0] == 404
        assert (await stranger.get("/api/admin/usage?course=two"))[0] == 404


async def test_each_role_may_do_what_it_may(held: HeldService) -> None:
    """Students see the course and its modules, assistants read everything, instructors change it."""
    one, _two = await two_courses(held)
    for_students = {"/api/courses/one", "/api/courses/one/modules", "/api/courses/one/modules/secret-one"}

    for method, path, body in course_requests("one"):
        if method == "DELETE":
            continue
        allowed = {
            "student": method == "GET" and path in for_students,
            "assistant": method == "GET",
        }
        for role, may in allowed.items():
            status, _ = await one[role].request(method, path, body)
            assert (status == 200) is may, (role, method, path, status)
            assert may or status == 404
    codes = [(await one[role].get("/api/courses/one"))[1]["join_code"] for role in one]
    assert codes[:2] == [None, None]
    assert len(codes[2]) == 8
    for path in ("/api/courses/one/modules/secret-one", f"/api/courses/one/members/{one['student'].email}"):
        assert (await one["assistant"].request("DELETE", path))[0] == 404
        assert (await one["instructor"].request("DELETE", path))[0] == 204


async def test_joining_by_code(held: HeldService) -> None:
    """A code makes its finder a student, in whatever spelling; an expired or renewed code opens nothing."""
    course = await make_course(held, "one")
    ada = await person(held, "ada")
    assert [each["slug"] for each in (await ada.get("/api/courses"))[1]["items"]] == ["default"]

    spelt = f" {course['join_code'][:4].lower()}-{course['join_code'][4:]} "
    status, joined = await ada.request("POST", "/api/courses/join", {"code": spelt})

    assert (status, joined["slug"], joined["role"], joined["join_code"]) == (200, "one", "student", None)
    assert [each["slug"] for each in (await ada.get("/api/courses"))[1]["items"]] == ["one"]
    accepted = (await ada.ask())[0]
    assert accepted["course_id"] == course["id"]
    expires = {"join_code_expires_at": (NOON + timedelta(seconds=60)).isoformat()}
    assert (await operator(held).request("PATCH", "/api/courses/one", expires))[0] == 200
    held.clock.seconds = 60
    bob = await person(held, "bob")
    assert (await bob.request("POST", "/api/courses/join", {"code": spelt}))[0] == 404
    _, renewed = await operator(held).request("POST", "/api/courses/one/join-code", {})
    assert (await bob.request("POST", "/api/courses/join", {"code": spelt}))[0] == 404
    assert (await bob.request("POST", "/api/courses/join", {"code": renewed["join_code"]}))[0] == 200


async def test_c4_guessing_join_codes_is_throttled(held: HeldService) -> None:
    """C4: after ten unknown codes an account has to wait; another account behind the same address still joins."""
    course = await make_course(held, "one")
    eve, ada = await person(held, "eve"), await person(held, "ada")

    answers = [await eve.request("POST", "/api/courses/join", {"code": f"BCDFGHJ{n}"}) for n in range(11)]

    assert [status for status, _ in answers] == [404] * 10 + [429]
    assert answers[-1][1]["code"] == "TOO_MANY_ATTEMPTS"
    right = {"code": course["join_code"]}
    assert (await eve.request("POST", "/api/courses/join", right))[0] == 429
    assert (await ada.request("POST", "/api/courses/join", right))[0] == 200


async def test_c7_the_last_instructor_stays(held: HeldService) -> None:
    """C7: the last instructor can neither be removed nor made something else, by route or by roster."""
    await make_course(held, "one")
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")
    path = f"/api/courses/one/members/{ada.email}"

    for answer in (
        await ada.request("DELETE", path),
        await ada.request("PUT", path, {"role": "student"}),
        await operator(held).request("DELETE", path),
    ):
        assert (answer[0], answer[1]["code"]) == (409, "LAST_INSTRUCTOR")
        assert "Make somebody else an instructor first" in answer[1]["detail"]
    roster = await ada.send_csv("/api/courses/one/members.csv", f"{ada.email},student")
    assert (roster[1]["applied"], roster[1]["rows"][0]["outcome"]) == (False, "refused")
    await enrol(held, "one", await person(held, "bob"), "instructor")
    assert (await ada.request("DELETE", path))[0] == 204
    assert (await ada.get("/api/courses/one"))[0] == 404


async def test_an_address_without_an_account_joins_when_its_owner_registers(held: HeldService) -> None:
    """A member may be named before the account exists, and is one as soon as the owner has it."""
    await make_course(held, "one")
    status, member = await operator(held).request(
        "PUT", "/api/courses/one/members/Ada@uni.example", {"role": "assistant"}
    )
    assert (status, member) == (200, {"email": "ada@uni.example", "role": "assistant", "joined_at": None})

    ada = await person(held, "ada")

    assert [(each["slug"], each["role"]) for each in (await ada.get("/api/courses"))[1]["items"]] == [
        ("one", "assistant")
    ]
    members = (await operator(held).get("/api/courses/one/members"))[1]["items"]
    assert [(each["email"], each["joined_at"] is None) for each in members] == [("ada@uni.example", False)]


async def test_operators_stand_above_courses(held: HeldService) -> None:
    """An operator's access token opens every course and the operator's routes; the audit log has the address."""
    await make_course(held, "one")
    ada = await person(held, "ada")
    assert (await ada.get("/api/admin/courses"))[0] == 404
    await held.database.commit(lambda connection: connection.execute(update(User).values(is_operator=True)))

    status, made = await ada.request("POST", "/api/admin/courses", {"slug": "two", "title": "Two", "ladder": "earned"})

    assert (status, made["ladder"], made["role"]) == (201, "earned", "operator")
    assert [each["slug"] for each in (await ada.get("/api/admin/courses"))[1]["items"]] == ["default", "one", "two"]
    assert (await ada.request("PATCH", "/api/courses/one", {"title": "First"}))[0] == 200
    usage = (await ada.get("/api/admin/usage?course=one"))[1]
    assert (usage["day"]["calls"], usage["day"]["by_course"]) == (0, [])
    actors = [(each["action"], each["actor"]) for each in (await ada.get("/api/courses/one/audit"))[1]["items"]]
    assert actors == [("course_changed", "ada@uni.example"), ("course_made", "key")]
    again = await ada.request("POST", "/api/admin/courses", {"slug": "two", "title": "Two"})
    assert (again[0], again[1]["code"]) == (409, "COURSE_TAKEN")
    assert (await ada.request("DELETE", "/api/me"))[0] == 204
    assert "ada@uni.example" not in str(await operator(held).get("/api/admin/audit"))


async def test_an_ask_finds_its_course(held: HeldService) -> None:
    """An ask belongs to the course it names, or its module's; the only one; its session's; else one is needed."""
    courses = {slug: (await make_course(held, slug))["id"] for slug in ("one", "two", "three")}
    ada = await enrol(held, "one", await person(held, "ada"))
    for slug in ("one", "two"):
        await operator(held).request("PUT", f"/api/courses/{slug}/modules/loops", LOOPS)
    await operator(held).request("PUT", "/api/courses/two/modules/only", LOOPS)

    async def course_of(**fields: Any) -> str:
        frame = (await ada.ask(**fields))[0]
        return str(frame.get("course_id") or frame["code"])

    assert await course_of() == courses["one"]
    assert await course_of(module_id="loops") == courses["one"]
    await enrol(held, "two", ada)
    assert await course_of() == "COURSE_NEEDED"
    assert await course_of(module_id="loops") == "COURSE_NEEDED"
    assert await course_of(module_id="only") == courses["two"]
    assert await course_of(course_id="two", module_id="loops") == courses["two"]
    assert await course_of(course_id=courses["one"]) == courses["one"]
    session = (await ada.ask(course_id="two"))[0]["session_id"]
    assert await course_of(session_id=session) == courses["two"]
    assert await course_of(session_id=session, course_id="one") == courses["one"]
    assert await course_of(course_id="three") == "NOT_FOUND"
    await enrol(held, "default", ada)
    assert await course_of() == "00000000-0000-0000-0000-000000000001"
    sessions = (await ada.get("/api/chat/sessions"))[1]["items"]
    assert {each["course_id"] for each in sessions} >= {courses["one"], courses["two"]}


async def test_somebody_removed_from_default_stays_out(held: HeldService) -> None:
    """Every account without a course is in `default`, but for those whom an instructor has removed."""
    ada = await person(held, "ada")
    assert (await operator(held).get("/api/courses/default/members"))[1]["items"][0]["email"] == ada.email

    assert (await operator(held).request("DELETE", f"/api/courses/default/members/{ada.email}"))[0] == 204

    assert (await ada.get("/api/courses"))[1]["items"] == []
    assert (await ada.end_of_ask())["code"] == "NOT_FOUND"
    assert (await operator(held).get("/api/courses/default/members"))[1]["items"] == []
    await enrol(held, "default", ada)
    assert (await ada.end_of_ask())["type"] == "done"


async def test_modules_are_unique_in_their_course(held: HeldService) -> None:
    """Two courses may have a module of the same slug; each is changed and removed alone."""
    await make_course(held, "one")
    await operator(held).request("PUT", "/api/admin/modules/loops", LOOPS | {"title": "Everybody's"})
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")

    status, mine = await ada.request("PUT", "/api/courses/one/modules/loops", LOOPS)

    assert (status, mine["slug"], mine["title"]) == (200, "loops", "Loops")
    assert (await ada.get("/api/modules/loops"))[1] == mine
    assert (await ada.request("PUT", "/api/progress/loops", {"status": "completed"}))[1]["module_id"] == mine["id"]
    assert (await ada.request("DELETE", "/api/courses/one/modules/loops"))[0] == 204
    assert (await operator(held).get("/api/courses/default/modules/loops"))[1]["title"] == "Everybody's"


async def test_settings_of_a_course_are_checked(held: HeldService) -> None:
    """A setting that cannot be is refused with its name, and nothing is changed."""
    await make_course(held, "one")
    changes: tuple[dict[str, Any], ...] = (
        {"slug": "Two words"},
        {"ends": NOON.isoformat(), "starts": (NOON + timedelta(days=1)).isoformat()},
        {"max_hint_level": 6},
        {"ladder": "steep"},
        {"daily_budget_usd": 0},
        {"providers": ["openai"]},
        {"providers": []},
        {"join_code": "abc"},
        {"messages_per_minute": 0},
    )
    for change in changes:
        status, answer = await operator(held).request("PATCH", "/api/courses/one", change)
        assert (status, answer["code"]) == (422, "VALIDATION_FAILED"), change
    status, course = await operator(held).request(
        "PATCH",
        "/api/courses/one",
        {"daily_budget_usd": 2.5, "monthly_budget_usd": 10, "providers": ["offline"], "daily_message_cap": 3},
    )
    assert (status, course["daily_budget_usd"], course["monthly_budget_usd"]) == (200, 2.5, 10)
    status, course = await operator(held).request("PATCH", "/api/courses/one", {"daily_budget_usd": None})
    assert (course["daily_budget_usd"], course["daily_message_cap"]) == (None, 3)
    assert (await operator(held).request("PATCH", "/api/courses/default", {"slug": "other"}))[0] == 422


async def test_many_members_come_in_pages(held: HeldService) -> None:
    """Members are listed in pages, in the order of their addresses."""
    await make_course(held, "one")
    emails = [f"s{number:03}@uni.example" for number in range(120)]
    await asyncio.gather(
        *(operator(held).request("PUT", f"/api/courses/one/members/{email}", {"role": "student"}) for email in emails)
    )
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        more = f"&cursor={cursor}" if cursor else ""
        page = (await operator(held).get(f"/api/courses/one/members?limit=50{more}"))[1]
        found += [each["email"] for each in page["items"]]
        cursor = page["next"]
    assert found == emails
