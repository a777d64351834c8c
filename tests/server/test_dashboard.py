"""`/admin`: the dashboard behind the admin key, its forms, and its figures, which equal SQL over the ledger."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, CookieJar
from sqlalchemy import text
from yarl import URL

from testing.chat_client import CODE, connect
from testing.fake_upstream import Behaviour
from testing.held_service import HeldService, held_service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from testing.clock import HeldClock
    from testing.fake_upstream import FakeUpstream

KEY = "an-admin-key-of-the-tests"
PRICES = '[[price]]\nprovider = "openai"\nmodel = "tutor-model"\ninput = 3\noutput = 15\n'
INDEX_ERROR = (
    'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\nIndexError: list index out of range\n'
)


@pytest.fixture
async def course(
    tmp_path: Path, clock: HeldClock, upstream: FakeUpstream, database_url: str
) -> AsyncIterator[HeldService]:
    """Yield a service with a priced model, budgets and an admin key, on each kind of database in turn."""
    (tmp_path / "prices.toml").write_text(PRICES)
    settings: dict[str, Any] = {
        "admin_key": KEY,
        "database_url": database_url,
        "OPENAI_API_KEY": upstream.key,
        "OPENAI_BASE_URL": upstream.openai_url,
        "openai_model": "tutor-model",
        "daily_message_cap": 2,
        "daily_budget_usd": 5,
        "monthly_budget_usd": 50,
    }
    async with held_service(tmp_path, clock, **settings) as running:
        for module in ("loops", "arrays"):
            body = {"title": module, "order": 1}
            headers = {"X-Admin-Key": KEY}
            async with running.client.put(f"/api/admin/modules/{module}", json=body, headers=headers) as response:
                assert response.status == 200
        yield running


@pytest.fixture
async def browser(course: HeldService) -> AsyncIterator[ClientSession]:
    """Return a browser with its own cookies."""
    async with ClientSession(course.url, cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def shown(browser: ClientSession, path: str = "/admin") -> tuple[int, str]:
    """Open a page; return the status and the source."""
    async with browser.get(path) as response:
        return response.status, await response.text()


def token_in(page: str) -> str:
    """Return the CSRF token of a page's forms."""
    found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert found, page
    return found[1]


async def send(browser: ClientSession, path: str, **form: str) -> tuple[int, str]:
    """Send a form and follow redirects; return the status and the source."""
    async with browser.post(path, data=form) as response:
        return response.status, await response.text()


async def sign_in(browser: ClientSession, key: str = KEY) -> tuple[int, str]:
    """Sign in to the dashboard with a key."""
    _, page = await shown(browser)
    return await send(browser, "/admin/sign-in", csrf=token_in(page), key=key)


async def table(browser: ClientSession, name: str) -> list[dict[str, str]]:
    """Return the rows of a figure's CSV."""
    status, content = await shown(browser, f"/admin/figures/{name}.csv?days=7")
    assert status == 200, name
    return list(csv.DictReader(io.StringIO(content)))


async def ask_in(course: HeldService, module: str | None, students: int, upstream: FakeUpstream) -> None:
    """Register some students and send one ask of each, in a module or in none."""
    upstream.default = Behaviour(text="Which index is the last one?")
    for number in range(students):
        answer = await course.register(f"{module}{number}@uni.example")
        async with connect(course.url, answer["access_token"]) as chat:
            frames = await chat.answer(
                module_id=module, code=CODE.replace("prices\n", "prices:\n"), traceback=INDEX_ERROR
            )
            assert frames[-1]["type"] == "done", frames


async def test_the_key_opens_it_through_the_form_alone(course: HeldService, browser: ClientSession) -> None:
    """The dashboard opens only after the right key was sent with its own form, and closes with the sign-out."""
    assert "Admin key" in (await shown(browser, f"/admin?key={KEY}"))[1]
    status, page = await sign_in(browser, "not the key")
    assert (status, "The admin key is wrong." in page) == (422, True)
    async with ClientSession(course.url) as elsewhere:
        assert (await send(elsewhere, "/admin/sign-in", key=KEY))[0] == 403
        assert (await send(elsewhere, "/admin/sign-in", csrf=token_in(page), key=KEY))[0] == 403
    status, page = await sign_in(browser)
    assert (status, "Cost by day" in page) == (200, True)
    (cookie,) = [each for each in browser.cookie_jar if each.key == "admin"]
    assert (cookie["httponly"], cookie["samesite"], KEY in cookie.value) == (True, "Lax", False)

    assert "Admin key" in (await send(browser, "/admin/sign-out", csrf=token_in(page)))[1]
    assert (await shown(browser, "/admin/figures/cost-by-day.csv"))[0] == 404


async def test_a_session_ends_and_cannot_be_made_up(course: HeldService, browser: ClientSession) -> None:
    """A session ends after a working day, a changed cookie is refused, and the database does not hold the cookie."""
    await sign_in(browser)
    (cookie,) = [each.value for each in browser.cookie_jar if each.key == "admin"]
    rows = await course.database.read(
        lambda connection: connection.execute(text("SELECT * FROM dashboard_sessions")).all()
    )
    assert len(rows) == 1
    assert cookie not in str(rows)
    for forged in (f"{cookie[1:]}A", cookie[1:], f"{cookie}A", "x"):
        async with course.client.get("/admin", headers={"Cookie": f"admin={forged}"}) as response:
            assert "Admin key" in await response.text(), forged
    course.clock.seconds = 8 * 3600 - 1
    assert "Cost by day" in (await shown(browser))[1]
    course.clock.seconds = 8 * 3600 + 1
    assert "Admin key" in (await shown(browser))[1]


async def test_another_key_ends_every_session(tmp_path: Path, clock: HeldClock) -> None:
    """A new admin key ends every session that was opened with the old one."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        pages: list[str] = []
        for key in (KEY, KEY, "another key of the tests"):
            async with held_service(tmp_path, clock, admin_key=key) as service:
                browser._base_url = URL(service.url)
                if not pages:
                    await sign_in(browser, key)
                pages.append((await shown(browser))[1])

    assert ["Cost by day" in page for page in pages] == [True, True, False]


async def test_guessing_the_key_is_slowed_down(browser: ClientSession) -> None:
    """After 10 wrong keys in a minute an address is throttled, but the right key still works."""
    statuses = [(await sign_in(browser, "guess"))[0] for _ in range(11)]

    assert statuses == [422] * 10 + [429]
    assert (await sign_in(browser))[0] == 200


async def test_the_figures_are_what_sql_says(
    course: HeldService, browser: ClientSession, upstream: FakeUpstream
) -> None:
    """Cost, calls, tokens, asks by level and refusals equal sums over the tables of calls and asks."""
    await ask_in(course, "loops", 6, upstream)
    answer = await course.register("ada@uni.example")
    async with connect(course.url, answer["access_token"]) as chat:
        upstream.default = Behaviour(status=500)
        await chat.answer()
        upstream.default = Behaviour(text="Replace it with `for price in prices:` and `result = result + price`.")
        ends = [(await chat.answer())[-1] for _ in range(3)]
    assert ends[-1]["limit"] == "daily_messages"
    await sign_in(browser)

    def read(connection: Connection) -> Sequence[Any]:
        return connection.execute(
            text(
                "SELECT model, count(*), sum(input_tokens), sum(output_tokens), sum(cost_nanodollars) FROM model_calls"
                " WHERE state IN ('settled', 'swept') GROUP BY model"
            )
        ).all()

    (stored,) = await course.database.read(read)
    levels = await course.database.read(
        lambda connection: connection.execute(
            text("SELECT hint_level, count(*) FROM asks WHERE state != 'released' GROUP BY hint_level")
        ).all()
    )

    (model,) = await table(browser, "calls-by-model")
    assert (model["Model"], int(model["Calls"])) == (stored[0], stored[1])
    assert (int(model["Tokens in"]), int(model["Tokens out"])) == (stored[2], stored[3])
    cost = f"{int(stored[4]) / 1e9:.9f}"
    for name in ("calls-by-model", "cost-by-day", "cost-by-week", "cost-by-month"):
        rows = await table(browser, name)
        assert f"{sum(float(row['Estimated cost in US dollars']) for row in rows):.9f}" == cost, name
    shown_levels = {int(row["Hint level"]): int(row["Asks"]) for row in await table(browser, "asks-by-level")}
    assert {level: count for level, count in shown_levels.items() if count} == dict(map(tuple, levels))
    (health,) = await table(browser, "provider-health")
    assert (int(health["Failed"]), int(health["Answered"])) == (2, stored[1] - 2)
    assert {row["Budget in US dollars"] for row in await table(browser, "cost-by-day")} == {"5.0"}


async def test_what_fewer_than_five_students_have_in_common_is_not_shown(
    course: HeldService, browser: ClientSession, upstream: FakeUpstream
) -> None:
    """A module's figures are shown for five or more students and hidden for fewer; no student is named."""
    await ask_in(course, None, 5, upstream)
    await ask_in(course, "loops", 5, upstream)
    await ask_in(course, "arrays", 4, upstream)
    status, page = await sign_in(browser)

    assert status == 200
    assert [row["Module"] for row in await table(browser, "error-types-by-module")] == ["(no module)", "loops"]
    assert ">1 module." in page
    (_, topic) = sorted(await table(browser, "topics-by-module"), key=lambda row: row["Module"])
    assert (topic["Module"], topic["Asks"], topic["Students"]) == ("loops", "5", "5")
    assert "uni.example" not in page


async def test_the_switch_of_the_page_works_with_its_own_form_alone(
    course: HeldService, browser: ClientSession
) -> None:
    """The off switch works with the page's own form and is in the audit log; without a CSRF token it is refused."""
    _, page = await sign_in(browser)
    token = (await course.register())["access_token"]
    assert (await send(browser, "/admin/switch", is_off="yes"))[0] == 403

    _, page = await send(browser, "/admin/switch", csrf=token_in(page), is_off="yes", message="Exam.")
    assert "Students read: “Exam.”" in page
    async with connect(course.url, token) as chat:
        assert (await chat.answer())[-1]["content"] == "Exam."
    _, page = await send(browser, "/admin/switch", csrf=token_in(page), is_off="no")
    assert "Off since" not in page
    ways = await course.database.read(
        lambda connection: connection.execute(text("SELECT action, way FROM admin_actions WHERE way = 'page'")).all()
    )
    assert sorted(row[0] for row in ways) == ["signed_in", "switched_off", "switched_on"]


async def test_a_budget_that_is_nearly_spent_is_said(course: HeldService, browser: ClientSession) -> None:
    """At 80 % of a budget the page shows a warning."""
    await course.database.commit(
        lambda connection: connection.execute(
            text("INSERT INTO spending (period, committed_nanodollars) VALUES ('2026-03-01', 4000000000)")
        )
    )

    _, page = await sign_in(browser)

    assert "Today $4.00 of the budget of $5.00 are committed." in page
    assert "This month" not in page


async def test_without_a_key_there_is_no_dashboard(tmp_path: Path, clock: HeldClock) -> None:
    """Without an admin key, the dashboard is 404, as the admin routes are."""
    async with held_service(tmp_path, clock) as service:
        for path in ("/admin", "/admin/figures/cost-by-day.csv"):
            assert (await shown(service.client, path))[0] == 404
        async with service.client.post("/admin/sign-in", data={"key": ""}) as response:
            assert response.status == 404


async def test_scripts_are_served_and_nothing_else(course: HeldService) -> None:
    """The page's two scripts are served with their type, and the policy allows no others."""
    for name in ("chart.js", "dashboard.js"):
        async with course.client.get(f"/admin/assets/{name}") as response:
            assert (response.status, response.content_type) == (200, "text/javascript")
    for name in ("LICENSE.md", "..%2Fadmin_page.py"):
        assert (await shown(course.client, f"/admin/assets/{name}"))[0] == 404
