"""Simulate one week of a course: 50 students in 3 modules send asks through the whole service.

    python -m benchmarks.course [--students N] [--screenshots FOLDER]

The service runs in this process, on a simulated clock. A model on loopback streams answers in the real wire format. At
the end the dashboard's figures are compared with plain SQL over the ledger; `--screenshots` takes pictures of the
dashboard with Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from base64 import b64decode
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import text

from benchmarks.course_programs import PROGRAMS
from testing.account_page import open_with_key
from testing.chat_client import connect
from testing.chromium import chromium
from testing.clock import HeldClock
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.held_service import HeldService, held_service
from tutor_server.api.figures import read_figures
from tutor_server.storage.spending import Budgets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from tutor_server.api.figure import Cell

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
KEY = "the admin key of a simulated course"
BUDGETS = {"daily_budget_usd": "0.60", "monthly_budget_usd": "4"}
MODULES = {
    "01-loops": {"title": "Loops", "order": 10, "max_hint_level": 5, "statement": "Sum and search lists."},
    "02-functions": {"title": "Functions", "order": 20, "max_hint_level": 4, "statement": "Split a program up."},
    "03-arrays": {"title": "Arrays", "order": 30, "max_hint_level": 3, "statement": "Reckon without loops."},
}
HINT = "Look at the line again. What does the loop do in its last round? Which value does the name have then?"
LEAK = "Replace the line with `for index in range(len(numbers) - 1):` and return `numbers[index + 1] - numbers[index]`."
PRICES = """
[[price]]
provider = "openai"
model = "tutor-model"
input = 2.50
output = 10.00
"""
ACTIVITY = (1.0, 0.8, 0.9, 1.3, 2.2, 0.3, 0.6)
"""The relative number of asks on each day, Monday first. Exercises are due on Friday night."""
PHONE, DESKTOP = (390, 844), (1280, 900)


async def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate the week and print a summary. Fail if the dashboard's figures differ from the ledger's."""
    options = _options(arguments)
    chance = random.Random(20260302)
    started = time.perf_counter()
    clock = _WeekClock(at=MONDAY)
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        data_dir = Path(folder)
        (data_dir / "prices.toml").write_text(PRICES)
        async with FakeUpstream() as upstream:
            settings: dict[str, Any] = {
                "admin_key": KEY,
                "OPENAI_API_KEY": upstream.key,
                "OPENAI_BASE_URL": upstream.openai_url,
                "openai_model": "tutor-model",
                "llm_providers": "openai,offline",
                "daily_message_cap": 12,
            }
            async with held_service(data_dir, clock, **settings | BUDGETS) as service:
                week = _Week(service, upstream, chance)
                await week.run(options.students)
                print(f"{sum(week.ends.values())} asks of {options.students} students in 7 days: {dict(week.ends)}")
                print(f"took {time.perf_counter() - started:.0f} s")
                await _compare_with_ledger(service)
                await _time_dashboard(service)
                if options.screenshots:
                    await asyncio.to_thread(options.screenshots.mkdir, parents=True, exist_ok=True)
                    await _take_screenshots(service, options.screenshots)


class _WeekClock(HeldClock):
    """The simulated time of day. Its monotonic clock also counts real time, so that answers have a duration."""

    def monotonic(self) -> float:
        return self.seconds + time.monotonic()


class _Week:
    """The students' behaviour: bursts of asks, mostly in the afternoon, several about the same bug."""

    def __init__(self, service: HeldService, upstream: FakeUpstream, chance: random.Random) -> None:
        self._service = service
        self._upstream = upstream
        self._chance = chance
        self._tokens: dict[str, str] = {}
        self.ends: Counter[str] = Counter()

    async def run(self, students: int) -> None:
        for module_id, module in MODULES.items():
            url = f"/api/admin/modules/{module_id}"
            async with self._service.client.put(url, json=module, headers={"X-Admin-Key": KEY}) as response:
                assert response.status == 200, await response.text()
        for number in range(students):
            answer = await self._service.register(f"student{number}@uni.example")
            self._tokens[f"student{number}@uni.example"] = answer["refresh_token"]
        for day, activity in enumerate(ACTIVITY):
            sessions = sorted(
                (day * 86_400 + self._chance.triangular(0, 15 * 3600, 7 * 3600), email)
                for email in self._tokens
                if self._chance.random() < 0.55 * activity
            )
            for at, email in sessions:
                self._service.clock.seconds = max(self._service.clock.seconds, at)
                await self._sit(email, day)

    async def _sit(self, email: str, day: int) -> None:
        """Sign in as a student, and send asks about one to three bugs."""
        token = await self._access_token(email)
        module_id = list(MODULES)[min(2, int(day / 7 * 3 + self._chance.random()))]
        for _ in range(self._chance.choice((1, 1, 2, 3))):
            program = self._chance.choice(PROGRAMS[module_id])
            number = self._chance.randrange(1000)
            for _ in range(self._chance.choice((1, 2, 2, 3, 4, 5))):
                self._upstream.default = self._behaviour()
                async with connect(self._service.url, token) as chat:
                    frames = await chat.answer(
                        request_id=str(uuid4()),
                        code=program.code.replace("SEED", str(number)),
                        cursor={"line": program.line, "character": 4},
                        traceback=program.traceback,
                        module_id=module_id if self._chance.random() < 0.9 else None,
                    )
                end = frames[-1]
                self.ends[end.get("code", end["type"])] += 1
                self._service.clock.seconds += self._chance.uniform(2, 90)
                if end["type"] == "error":
                    break

    def _behaviour(self) -> Behaviour:
        """Choose the model's next behaviour: mostly a good hint, sometimes a leaked solution, rarely an error."""
        luck = self._chance.random()
        if luck < 0.02:
            return Behaviour(status=529)
        return Behaviour(
            text=LEAK if luck < 0.1 else HINT * self._chance.randint(1, 4),
            input_tokens=self._chance.randint(700, 2600),
            first_token_seconds=self._chance.choice((0, 0, 0.01, 0.05)),
        )

    async def _access_token(self, email: str) -> str:
        status, answer = await self._service.post("/api/auth/refresh", {"refresh_token": self._tokens[email]})
        assert status == 200, answer
        self._tokens[email] = answer["refresh_token"]
        return str(answer["access_token"])


def _total(rows: Sequence[Sequence[Cell]], column: int) -> float:
    return sum(float(row[column] or 0) for row in rows)


async def _compare_with_ledger(service: HeldService) -> None:
    now = service.clock.now()

    def read(connection: Connection) -> tuple[dict[str, Any], dict[str, Any]]:
        shown = {figure.name: figure.rows for figure in read_figures(connection, now, 30, Budgets())}
        cost, calls = connection.execute(
            text("SELECT sum(cost_nanodollars), count(*) FROM model_calls WHERE state IN ('settled', 'swept')")
        ).one()
        asks = connection.scalar(text("SELECT count(*) FROM asks WHERE state != 'released'"))
        return (
            {
                "cost": round(_total(shown["cost-by-day"], 1), 6),
                "calls": _total(shown["calls-by-model"], 2),
                "asks": _total(shown["asks-by-level"], 1),
            },
            {"cost": round(cost / 1e9, 6), "calls": calls, "asks": asks},
        )

    shown, stored = await service.database.read(read)
    assert shown == stored, (shown, stored)
    print(f"dashboard and ledger agree: {stored}")


async def _time_dashboard(service: HeldService) -> None:
    now = service.clock.now()
    seconds = []
    for _ in range(20):
        started = time.perf_counter()
        await service.database.read(lambda connection: read_figures(connection, now, 30, Budgets()))
        seconds.append(time.perf_counter() - started)
    print(f"all figures read in {sorted(seconds)[10] * 1000:.1f} ms (median of 20)")


async def _take_screenshots(service: HeldService, folder: Path) -> None:
    async with chromium("chromium", scripts=True) as page:
        await page.resize(*DESKTOP)
        await open_with_key(page, service.url, KEY)
        for name, size, scheme in (
            ("dashboard-light", DESKTOP, "light"),
            ("dashboard-dark", DESKTOP, "dark"),
            ("dashboard-phone", PHONE, "light"),
        ):
            await page.resize(*size)
            await page.prefer(scheme)
            await page.open(f"{service.url}/admin?days=7")
            picture = await page.call(
                "Page.captureScreenshot", format="png", captureBeyondViewport=name != "dashboard-phone"
            )
            await asyncio.to_thread((folder / f"{name}.png").write_bytes, b64decode(picture["data"]))
            print(folder / f"{name}.png")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.course", description="One week of a course.")
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--screenshots", type=Path, metavar="FOLDER")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    asyncio.run(main())
