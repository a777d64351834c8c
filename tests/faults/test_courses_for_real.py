"""Courses with real processes, a real PostgreSQL and a real Redis: exact under load, and followed by every process."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientSession

from testing.chat_client import connect
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.installations import University
from testing.long_hints import long_hint
from testing.service import RunningService, Service, sign_up_student
from tutor_server.admission.limiter import CourseLimits, Grant, Limits, StoredByCourse
from tutor_server.admission.redis_access import open_redis
from tutor_server.admission.shared import SharedLimiter
from tutor_server.errors import BudgetBusy, DailyCapReached, RateLimited, TutorError
from tutor_server.storage.spending import Budgets, Spent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date
    from pathlib import Path

    from redis.asyncio import Redis

    from testing.installations import Installation
    from testing.servers import RedisServer
    from testing.service import Student

pytestmark = pytest.mark.real_time

ONE, TWO = UUID(int=11), UUID(int=12)
KEY = "the admin key of a test"
SECONDS = 2.0
NOISE = 2.0
"""Seconds of room for a busy machine."""
PRICES = """
[[price]]
provider = "openai"
model = "tutor-model"
input = 100
output = 100
"""


@pytest.fixture
async def processes(redis_server: RedisServer) -> AsyncIterator[list[Redis]]:
    """Return the connections of four processes to an empty Redis."""
    url = redis_server.database()
    opened = [open_redis(url) for _ in range(4)]
    yield opened
    for redis in opened:
        await redis.aclose()


def limiter(redis: Redis, *, sent: int = 0, spent: int = 0) -> SharedLimiter:
    """Build a limiter whose general limits do not apply, and whose database has counted something in each course."""

    async def nothing_stored(_subject: str, _day: date) -> int:
        return 0

    async def messages_on(_course_id: UUID, _subject: str, _day: date) -> int:
        return sent

    async def spent_on(_course_id: UUID, _day: date) -> Spent:
        return Spent(spent, spent)

    return SharedLimiter(
        redis,
        Limits(messages_per_minute=5000, daily_messages=5000, llm_calls_per_minute=5000),
        messages_on=nothing_stored,
        new_mark=lambda: uuid4().hex,
        by_course=StoredByCourse(messages_on=messages_on, spent_on=spent_on),
    )


@pytest.mark.parametrize(
    ("limits", "stored", "refusal"),
    [
        ({"messages_per_minute": 2}, {}, RateLimited),
        ({"daily_messages": 7}, {"sent": 5}, DailyCapReached),
        ({"budgets": Budgets(daily=1000)}, {"spent": 900}, BudgetBusy),
        ({"budgets": Budgets(monthly=1000)}, {"spent": 900}, BudgetBusy),
    ],
)
async def test_c2_two_courses_over_four_processes(
    processes: list[Redis], limits: dict[str, Any], stored: dict[str, int], refusal: type[TutorError]
) -> None:
    """C2: of many asks of 50 students at four processes exactly as many pass as each course allows, and no more."""
    opened = [limiter(redis, **stored) for redis in processes]
    courses = [CourseLimits(course_id=course_id, **limits) for course_id in (ONE, TWO)]

    outcomes = await asyncio.gather(
        *(
            opened[number % 4].admit(f"user-{number % 50}", calls_provider=True, reserved=1, course=course)
            for number in range(250)
            for course in courses
        ),
        return_exceptions=True,
    )

    assert Counter(each.course_id for each in outcomes if isinstance(each, Grant)) == {ONE: 100, TWO: 100}
    assert Counter(each.course_id for each in outcomes if isinstance(each, refusal)) == {ONE: 150, TWO: 150}
    before = {key: await processes[0].dump(key) for key in sorted(await processes[0].keys("*"))}
    with pytest.raises(refusal):
        await opened[0].admit("user-1", calls_provider=True, reserved=1, course=courses[0])
    assert {key: await processes[0].dump(key) for key in sorted(await processes[0].keys("*"))} == before
    grant = next(each for each in outcomes if isinstance(each, Grant) and each.course_id == ONE)
    await opened[0].give_back(grant)
    await opened[0].correct_spending(grant.day, -1, grant.course_id)
    again = await opened[1].admit(grant.subject, calls_provider=True, reserved=1, course=courses[0])
    assert again.course_id == ONE


async def admin(service: Service, method: str, path: str, body: Any) -> Any:
    """Send a request with the admin key."""
    async with (
        ClientSession(service.url, headers={"X-Admin-Key": KEY}) as client,
        client.request(method, path, json=body) as response,
    ):
        assert response.status < 300, await response.text()
        return await response.json() if response.content_type == "application/json" else None


async def usage_today(service: Service, slug: str) -> tuple[int, int]:
    """Return what a course is told of its own day, and of no other course: cost in nano-dollars, and calls."""
    day = (await admin(service, "GET", f"/api/courses/{slug}/usage", None))["day"]
    assert [(each["slug"], each["calls"]) for each in day["by_course"]] == [(slug, day["calls"])]
    return round(day["estimated_cost_usd"] * 1e9), day["calls"]


async def ask_often(service: Service, student: Student, times: int) -> list[dict[str, Any]]:
    """Ask at once on one connection; return the last frame of each ask."""
    async with connect(service.url, student.access_token) as chat:
        asked = [await chat.ask() for _ in range(times)]
        ends: dict[str, dict[str, Any]] = {}
        while len(ends) < times:
            frame = await chat.receive()
            if frame["type"] in {"done", "error"}:
                ends[frame["request_id"]] = frame
        return [ends[request_id] for request_id in asked]


@pytest.mark.timeout(240)
@pytest.mark.parametrize("installation", ["postgres"], indirect=True)
async def test_c2_two_courses_under_load_on_two_workers(installation: Installation, tmp_path: Path) -> None:
    """C2: with 50 students in two courses on two workers, each budget and cap is exact and each ledger right."""
    assert isinstance(installation, University)
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(FakeUpstream())
        settings = installation.settings() | {
            "TUTOR_ADMIN_KEY": KEY,
            "TUTOR_LLM_CALLS_PER_MINUTE": "5000",
            "OPENAI_API_KEY": upstream.key,
            "OPENAI_BASE_URL": upstream.openai_url,
            "TUTOR_OPENAI_MODEL": "tutor-model",
        }
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "prices.toml").write_text(PRICES)
        service = await stack.enter_async_context(RunningService(tmp_path, settings, workers=2))
        budget = 1.5
        one = await admin(
            service, "POST", "/api/admin/courses", {"slug": "one", "title": "One", "daily_budget_usd": budget}
        )
        two = await admin(
            service,
            "POST",
            "/api/admin/courses",
            {"slug": "two", "title": "Two", "daily_message_cap": 2, "monthly_budget_usd": 1000},
        )
        students: dict[str, list[Student]] = {"one": [], "two": []}
        for number in range(50):
            student = await sign_up_student(service)
            slug = ("one", "two")[number % 2]
            students[slug].append(student)
            await admin(service, "PUT", f"/api/courses/{slug}/members/{student.email}", {"role": "student"})

        everybody = [*students["one"], *students["two"]]
        answers = await asyncio.gather(*(ask_often(service, student, 4) for student in everybody))
        of_one, of_two = answers[:25], answers[25:]
        last = [(await ask_often(service, student, 1))[0] for student in students["one"][:3]]
        sums = service.query(
            "SELECT course_id, sum(cost_nanodollars), count(*) FROM model_calls WHERE state <> 'unsent'"
            " GROUP BY course_id"
        )
        rollups = service.query(
            "SELECT course_id, sum(cost_nanodollars), sum(calls) FROM usage_rollups GROUP BY course_id"
        )
        spending = service.query(
            "SELECT course_id, committed_nanodollars FROM course_spending WHERE length(period) = 10"
        )
        total = service.query("SELECT committed_nanodollars FROM spending WHERE length(period) = 10")
        counted = service.query("SELECT course_id, sum(messages) FROM course_daily_usage GROUP BY course_id")
        months = service.query("SELECT course_id, committed_nanodollars FROM course_spending WHERE length(period) = 7")
        told = {slug: await usage_today(service, slug) for slug in ("one", "two")}
        held = service.query("SELECT count(*) FROM model_calls WHERE state IN ('reserved', 'sent')")

    assert [[end["type"] for end in ends].count("done") for ends in of_two] == [2] * 25
    capped = {(end["code"], end["course_id"]) for ends in of_two for end in ends if end["type"] == "error"}
    assert capped == {("DAILY_CAP_REACHED", two["id"])}
    refused = Counter(end["code"] for ends in of_one for end in ends if end["type"] == "error")
    assert refused.keys() <= {"BUDGET_BUSY", "COURSE_BUDGET_REACHED"}
    assert {end.get("course_id") for ends in of_one for end in ends if end["type"] == "error"} == {one["id"]}
    assert held == [(0,)]
    by_course = {str(course): (int(cost), int(calls)) for course, cost, calls in sums}
    assert by_course == {str(course): (int(cost), int(calls)) for course, cost, calls in rollups}
    spent = {str(course): int(amount) for course, amount in spending}
    assert spent == {course: cost for course, (cost, _) in by_course.items()}
    assert total == [(sum(spent.values()),)]
    assert by_course[one["id"]][0] <= budget * 1e9
    assert {str(course): int(amount) for course, amount in months} == spent
    assert told == {"one": by_course[one["id"]], "two": by_course[two["id"]]}
    done_in_one = sum(end["type"] == "done" for ends in [*of_one, last] for end in ends)
    assert {str(course): int(sent) for course, sent in counted} == {one["id"]: done_in_one, two["id"]: 50}
    assert by_course[two["id"]][1] == 50
    assert sum(end["type"] == "done" for ends in of_one for end in ends) > 0
    assert {end.get("code") for end in last} <= {None, "COURSE_BUDGET_REACHED"}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("installation", ["postgres"], indirect=True)
@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/api/courses/one/switch", {"off": True}, "COURSE_OFF"),
        ("DELETE", "/api/courses/one/members/{email}", None, "NOT_FOUND"),
    ],
)
async def test_c3_other_processes_follow_within_two_seconds(
    installation: Installation, tmp_path: Path, *, method: str, path: str, body: Any, code: str
) -> None:
    """C3: answers at two processes end soon after the course is switched off, or the student removed, at one."""
    assert isinstance(installation, University)
    settings = installation.settings() | {"TUTOR_ADMIN_KEY": KEY}
    async with AsyncExitStack() as stack:
        upstream = await stack.enter_async_context(FakeUpstream())
        upstream.default = Behaviour(text=long_hint(300), token_seconds=0.1)
        settings |= {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
        services: list[Service] = []
        for name in ("one", "other"):
            (tmp_path / name).mkdir()
            services.append(await stack.enter_async_context(RunningService(tmp_path / name, settings)))
        await admin(services[0], "POST", "/api/admin/courses", {"slug": "one", "title": "One"})
        student = await sign_up_student(services[0])
        await admin(services[0], "PUT", f"/api/courses/one/members/{student.email}", {"role": "student"})
        chats = [await stack.enter_async_context(connect(each.url, student.access_token)) for each in services]
        asked = [await chat.ask() for chat in chats]
        for chat in chats:
            while (await chat.receive())["type"] != "delta":
                pass

        began = time.monotonic()
        await admin(services[0], method, path.format(email=student.email), body)
        answers = await asyncio.gather(
            *(chat.collect(request_id) for chat, request_id in zip(chats, asked, strict=True))
        )
        took = time.monotonic() - began

    assert [answer[-1]["code"] for answer in answers] == [code] * 2
    assert took < SECONDS + NOISE
