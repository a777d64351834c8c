"""Limits, budgets, providers and dates of courses: exact, besides the installation's, and never looser than these."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from testing.chat_client import connect
from testing.clock import NOON, HeldClock
from testing.courses import KEY, enrol, make_course, operator, person
from testing.fake_upstream import Behaviour
from testing.held_service import HeldService, held_service
from testing.long_hints import long_hint
from tutor_server.admission.in_process import InProcessLimiter
from tutor_server.admission.limiter import CourseLimits, Grant, Limits
from tutor_server.errors import BudgetBusy, DailyCapReached, RateLimited, TutorError
from tutor_server.storage.models import ModelCall, Refusals, UsageRollup
from tutor_server.storage.spending import Budgets, Spent, spent_on

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import date
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.fake_upstream import FakeUpstream

ONE, TWO = UUID(int=11), UUID(int=12)
DOLLAR = 10**9
PRICES = """
[[price]]
provider = "openai"
model = "tutor-model"
input = 100
output = 100
"""


async def nothing_stored(_subject: str, _day: date) -> int:
    """Return that the database has counted nothing."""
    return 0


def limiter(budgets: Budgets | None = None, **limits: int) -> InProcessLimiter:
    """Build a limiter whose general limits are so high that they do not apply unless a test sets them."""
    wide = {"messages_per_minute": 5000, "daily_messages": 5000, "llm_calls_per_minute": 5000} | limits
    return InProcessLimiter(Limits(**wide, budgets=budgets or Budgets()), HeldClock(), nothing_stored)


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        ({"messages_per_minute": 2}, RateLimited),
        ({"daily_messages": 2}, DailyCapReached),
        ({"budgets": Budgets(daily=100)}, BudgetBusy),
        ({"budgets": Budgets(monthly=100)}, BudgetBusy),
    ],
)
async def test_c2_a_course_is_exact_and_says_that_it_refused(limits: dict[str, Any], refusal: type[TutorError]) -> None:
    """C2: of many asks at once exactly as many pass as each course allows; the other course is not disturbed."""
    both = limiter()
    one, two = (CourseLimits(course_id=course_id, **limits) for course_id in (ONE, TWO))

    outcomes = await asyncio.gather(
        *(
            both.admit(f"user-{number % 50}", calls_provider=True, reserved=1, course=course)
            for number in range(500)
            for course in (one, two)
        ),
        return_exceptions=True,
    )

    refused = Counter(each.course_id for each in outcomes if isinstance(each, refusal))
    assert refused == {ONE: 400, TWO: 400}
    assert sum(isinstance(each, Grant) for each in outcomes) == 200


async def test_a7_a_refusal_by_a_course_uses_up_nothing() -> None:
    """A7: a refusal by a limit of a course changes no other count, of the course or of the installation."""
    limits = limiter(Budgets(daily=100), messages_per_minute=3)
    tight = CourseLimits(course_id=ONE, messages_per_minute=5, daily_messages=5, budgets=Budgets(daily=10))
    await limits.admit("ada", calls_provider=True, reserved=10, course=tight)

    for _ in range(9):
        with pytest.raises(BudgetBusy) as busy:
            await limits.admit("ada", calls_provider=True, reserved=1, course=tight)
        assert busy.value.course_id == ONE
    grants = [await limits.admit("ada", calls_provider=True, reserved=0, course=tight) for _ in range(2)]

    assert [grant.remaining_today for grant in grants] == [3, 2]
    with pytest.raises(RateLimited) as general:
        await limits.admit("ada", calls_provider=True, reserved=0, course=tight)
    assert general.value.course_id is None
    await limits.give_back(grants[-1])
    assert (await limits.admit("ada", calls_provider=True, reserved=0, course=tight)).remaining_today == 2


@pytest.fixture
async def held(
    tmp_path: Path, clock: HeldClock, database_url: str, upstream: FakeUpstream
) -> AsyncIterator[HeldService]:
    """Yield a service with one paid model on each kind of database in turn."""
    (tmp_path / "prices.toml").write_text(PRICES)
    settings: dict[str, Any] = {
        "admin_key": KEY,
        "database_url": database_url,
        "OPENAI_API_KEY": upstream.key,
        "OPENAI_BASE_URL": upstream.openai_url,
        "openai_model": "tutor-model",
        "messages_per_minute": 200,
    }
    async with held_service(tmp_path, clock, **settings) as running:
        yield running


async def test_c2_budgets_and_caps_of_two_courses(held: HeldService) -> None:
    """C2: each course spends its own budget, its ledger is right, and each refusal names the course."""
    one = await make_course(held, "one", daily_budget_usd=0.28)
    two = await make_course(held, "two", daily_message_cap=3, messages_per_minute=2)
    ada = await enrol(held, "one", await person(held, "ada"))
    bob = await enrol(held, "two", await person(held, "bob"))

    of_one = [await ada.end_of_ask() for _ in range(12)]
    of_two = [await bob.end_of_ask() for _ in range(3)]
    held.clock.seconds = 61
    of_two += [await bob.end_of_ask() for _ in range(2)]

    assert of_one[0]["type"] == "done"
    refused = of_one[-1]
    assert (refused["code"], refused["limit"], refused["course_id"]) == (
        "COURSE_BUDGET_REACHED",
        "daily_budget",
        one["id"],
    )
    assert refused["resets_at"] == "2026-03-02T00:00:00Z"
    assert [end.get("code") for end in of_two] == [None, None, "RATE_LIMITED", None, "DAILY_CAP_REACHED"]
    assert {end["course_id"] for end in of_two if end["type"] == "error"} == {two["id"]}
    assert of_two[-1]["content"] == "You have reached your daily usage limit. It resets at midnight UTC."
    await assert_ledger_is_right(held, {"one": one["id"], "two": two["id"]})
    usage = (await operator(held).get("/api/admin/usage"))[1]["day"]
    assert {each["slug"] for each in usage["by_course"]} == {"one", "two"}
    assert sum(each["calls"] for each in usage["by_course"]) == usage["calls"]
    assert (await operator(held).get("/api/courses/one/usage"))[1]["day"]["calls"] == sum(
        end["type"] == "done" for end in of_one
    )


async def assert_ledger_is_right(held: HeldService, courses: dict[str, str]) -> None:
    """Assert that spending and sums of each course equal its rows of the ledger, and do not pass its budget."""
    today = NOON.date()
    for course_id in map(UUID, courses.values()):

        def read(connection: Connection, course_id: UUID = course_id) -> tuple[int, int, Spent]:
            cost = select(func.sum(ModelCall.cost_nanodollars)).where(ModelCall.course_id == course_id)
            sums = select(func.sum(UsageRollup.cost_nanodollars)).where(UsageRollup.course_id == course_id)
            return (
                int(connection.scalar(cost) or 0),
                int(connection.scalar(sums) or 0),
                spent_on(connection, today, course_id),
            )

        cost, summed, spent = await held.database.read(read)
        assert cost == summed == spent.day == spent.month
        assert cost <= 0.28 * DOLLAR


async def test_the_installations_limits_hold_over_all_courses(held: HeldService) -> None:
    """A course cannot loosen: its higher limits change nothing, and the installation's refusal names no course."""
    await make_course(held, "one", daily_message_cap=1000, messages_per_minute=1000, max_hint_level=5)
    ada = await enrol(held, "one", await person(held, "ada"))

    ends = [await ada.end_of_ask() for _ in range(101)]

    assert [end["type"] for end in ends] == ["done"] * 100 + ["error"]
    assert ends[-1]["code"] == "DAILY_CAP_REACHED"
    assert "course_id" not in ends[-1]


async def test_ladder_level_and_providers_of_a_course(held: HeldService, upstream: FakeUpstream) -> None:
    """A course bounds the hint level and names the ladder and the providers of its asks."""
    course = {"max_hint_level": 2, "ladder": "earned", "providers": ["offline"]}
    await make_course(held, "one", **course)
    ada = await enrol(held, "one", await person(held, "ada"))

    frames = [await ada.ask(run_id=str(UUID(int=number))) for number in range(4)]
    climbing = [each[0]["hint_level"] for each in frames]
    without_effort = await ada.ask()

    assert climbing == [1, 2, 2, 2]
    assert without_effort[0]["max_hint_level"] == 2
    assert {each[-1]["provider"] for each in frames} == {"offline"}
    assert upstream.calls == []


async def test_limits_of_a_student_in_a_course(held: HeldService) -> None:
    """Limits of a student replace the course's in that course alone, until they expire."""
    await make_course(held, "one", daily_message_cap=1)
    ada = await enrol(held, "one", await person(held, "ada"))
    until = (NOON + timedelta(hours=1)).isoformat()
    limits = {"email": ada.email, "daily_messages": 3, "expires_at": until}
    assert (await operator(held).request("PUT", "/api/courses/one/overrides", limits))[0] == 200

    ends = [await ada.end_of_ask() for _ in range(4)]

    assert [end["type"] for end in ends] == ["done"] * 3 + ["error"]
    listed = (await operator(held).get("/api/courses/one/overrides"))[1]["items"]
    assert [(each["email"], each["daily_messages"]) for each in listed] == [(ada.email, 3)]
    assert (await operator(held).get("/api/admin/limits"))[1]["items"] == []
    stranger = limits | {"email": (await person(held, "bob")).email}
    assert (await operator(held).request("PUT", "/api/courses/one/overrides", stranger))[0] == 404


async def test_dates_and_the_switch_of_a_course(held: HeldService) -> None:
    """Before it begins, while it is off and when it is over, a course takes no asks; nothing is counted."""
    starts, ends = NOON + timedelta(seconds=10), NOON + timedelta(seconds=100)
    course = await make_course(held, "one", starts=starts.isoformat(), ends=ends.isoformat())
    ada = await enrol(held, "one", await person(held, "ada"))

    early = await ada.end_of_ask()
    held.clock.seconds = 10
    in_time = await ada.end_of_ask()
    await operator(held).request("POST", "/api/courses/one/switch", {"off": True, "reason": "Exam until 16:00."})
    off = await ada.end_of_ask()
    await operator(held).request("POST", "/api/courses/one/switch", {"off": False})
    on = await ada.end_of_ask()
    held.clock.seconds = 100
    late = await ada.end_of_ask()

    assert [end.get("content") for end in (early, off, late)] == [
        "This course has not begun yet.",
        "Exam until 16:00.",
        "This course is over.",
    ]
    assert {(end["code"], end["course_id"]) for end in (early, off, late)} == {("COURSE_OFF", course["id"])}
    assert (in_time["type"], on["type"]) == ("done", "done")
    assert (await held.me(ada.token))[1]["messages_today"] == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/api/courses/one/switch", {"off": True}, "COURSE_OFF"),
        ("PATCH", "/api/courses/one", {"ends": NOON.isoformat()}, "COURSE_OFF"),
        ("DELETE", "/api/courses/one/members/ada@uni.example", None, "NOT_FOUND"),
    ],
)
async def test_c3_running_answers_end_with_the_course(
    held: HeldService, upstream: FakeUpstream, *, method: str, path: str, body: Any, code: str
) -> None:
    """C3: an answer under way ends when the course is switched off or over, or the student is removed."""
    upstream.default = Behaviour(text=long_hint(300), token_seconds=0.02)
    await make_course(held, "one")
    ada = await enrol(held, "one", await person(held, "ada"))
    bob = await enrol(held, "one", await person(held, "bob"), "instructor")
    async with connect(held.url, ada.token) as chat:
        request_id = await chat.ask()
        while (await chat.receive())["type"] != "delta":
            pass
        status, _ = await bob.request(method, path, body)
        end = (await chat.collect(request_id))[-1]

    assert status in {200, 204}
    assert (end["type"], end["code"]) == ("error", code)


async def test_c3_a_role_that_is_taken_is_gone_at_once(held: HeldService) -> None:
    """C3: an instructor who becomes a student can change nothing any more."""
    await make_course(held, "one")
    ada = await enrol(held, "one", await person(held, "ada"), "instructor")
    await enrol(held, "one", await person(held, "bob"), "instructor")
    assert (await ada.request("PATCH", "/api/courses/one", {"title": "One"}))[0] == 200

    await enrol(held, "one", ada, "student")

    assert (await ada.request("PATCH", "/api/courses/one", {"title": "Two"}))[0] == 404


async def test_refusals_and_metrics_know_the_course(held: HeldService) -> None:
    """A refusal is counted in the course of the ask; the metrics have each course's calls, cost, spending, budget."""
    course = await make_course(held, "one", daily_message_cap=1, monthly_budget_usd=5)
    ada = await enrol(held, "one", await person(held, "ada"))
    for _ in range(3):
        await ada.end_of_ask()
    await held.refusals.write()

    refused = select(Refusals.limit_name, Refusals.count).where(Refusals.course_id == UUID(course["id"]))
    rows = await held.database.read(lambda connection: connection.execute(refused).all())
    metrics = (await operator(held).get("/metrics"))[1].splitlines()

    assert [tuple(row) for row in rows] == [("daily_messages", 2)]
    assert 'tutor_refusals_total{limit="daily_messages"} 2' in metrics
    assert 'tutor_course_refusals_total{course="one",limit="daily_messages"} 2' in metrics
    assert 'tutor_course_calls_total{course="one"} 1' in metrics
    assert 'tutor_course_budget_usd{course="one",period="month"} 5' in metrics
    (spending,) = [line for line in metrics if line.startswith('tutor_course_spending_usd{course="one",period="day"}')]
    assert float(spending.split()[-1]) > 0
