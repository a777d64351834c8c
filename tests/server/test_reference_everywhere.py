"""X2: the reference of a course's exercise is in no answer of any route, no prompt, no frame, no log and no export."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from aiohttp import FormData

from testing.chat_client import Chat, connect
from testing.device_page import Browser
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.service import PASSWORD, service_environment, sign_up_student
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.api.routes import Access
from tutor_server.api.service_routes import ROUTES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from aiohttp import ClientSession

    from testing.service import Service, StartService

KEY = "an-admin-key-of-the-tests"
MARKS = ("pivot_zirconium", "4711081547")
"""Words that stand in the reference only."""
STARTER = "def rotate(values, k):\n    return values\n"
TESTS = "from rotate import rotate\n\ndef test_one():\n    assert rotate([1, 2, 3], 1) == [3, 1, 2]\n"
REFERENCE = "def rotate(values, k):\n    pivot_zirconium = 4711081547\n    return values[-k:] + values[:-k]\n"
EXERCISE = {
    "title": "Rotate",
    "order": 1,
    "starter": [{"name": "rotate.py", "content": STARTER}],
    "tests": [{"name": "test_rotate.py", "content": TESTS}],
    "reference": [{"name": "rotate.py", "content": REFERENCE}],
}
MARKDOWN = "---\ntitle: Rotate\norder: 1\nstarter: rotate.py\nreference: solution.py\n---\n"
REPORT = {
    "passed": 0,
    "failed": 1,
    "errors": 0,
    "first_failure": {
        "name": "test_one",
        "message": "Test failed: rotate([1, 2, 3], 1)\nExpected: [3, 1, 2]\nGot: [1, 2, 3]",
        "line": 2,
        "values": ["k = 1"],
    },
}
TRACE = {"steps": 1, "ran": [[2, 1]]}
ALSO_UNANSWERED = {"/api/chat/ws", "/auth/oidc/start", "/auth/oidc/callback"}
"""The socket, and sign-in through a provider, which is not configured."""


async def said_by_every_route(
    client: ClientSession, service: Service, people: list[dict[str, str]], names: dict[str, str]
) -> tuple[dict[str, str], set[str]]:
    """Send each GET route to each person. Return all bodies by person and route, and the routes that somebody got."""
    said, got = {}, set()
    for route in ROUTES:
        if route.method != "GET" or route.path in ALSO_UNANSWERED:
            continue
        path = route.path.format_map(names)
        for number, headers in enumerate(people):
            async with client.get(service.url + path, headers=headers) as response:
                said[f"{number} {path}"] = await response.text()
            if response.status == 200:
                got.add(route.path)
    return said, got


async def shown_by_every_page(
    service: Service, people: Mapping[str, dict[str, str]], names: dict[str, str]
) -> tuple[dict[str, str], set[str]]:
    """Open each page of the dashboard, also exercises' uploads, as each person; return as `said_by_every_route` does.

    A person is the form with which he or she signs in.
    """
    said, got = {}, set()
    for who, form in people.items():
        browser = Browser(service.url)
        await browser.open("/admin")
        await browser.send("/admin/sign-in", **form)
        for route in ROUTES:
            if route.method != "GET" or route.access is not Access.DASHBOARD:
                continue
            shown = await browser.open(route.path.format_map(names))
            said[f"{who} {route.path}"] = shown.source
            if shown.status == 200:
                got.add(route.path)
        page = "/admin/courses/algo/modules"
        await browser.open(page)
        for again in (
            MARKDOWN,
            MARKDOWN.replace("title: Rotate", "title: Turn"),
            MARKDOWN.replace("order: 1", "order: x"),
        ):
            files = FormData({"csrf": browser.page.fields.get("csrf", "")})
            for name, content in (("rotate.md", again), ("rotate.py", STARTER), ("solution.py", REFERENCE)):
                files.add_field("files", content.encode(), filename=name)
            async with browser.session.post("/admin/courses/algo/import-module", data=files) as response:
                said[f"{who} import {len(said)}"] = await response.text()
        await browser.close()
    return said, got


async def printed_by(service: Service, *arguments: str) -> str:
    """Run a command beside the service; return its output."""
    environment = service_environment(service.data_dir)
    done = await asyncio.to_thread(run_command, [TUTOR_SERVER, *arguments], service.data_dir.parent, environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


async def conversation(chat: Chat, upstream: FakeUpstream) -> list[list[dict[str, Any]]]:
    """Ask with a report and a trace up to level 5, then a question; return the frames."""
    answers = []
    for _ in range(5):
        upstream.play(Behaviour(text="Which element should be the first one, and why? Say it for k = 1."))
        fields = {"module_id": "rotate", "course_id": "algo", "code": STARTER, "test_report": REPORT, "trace": TRACE}
        answers.append(await chat.answer(**fields))
    upstream.play(Behaviour(text="The tests want the last elements first."))
    question = {"module_id": "rotate", "course_id": "algo", "code": STARTER, "question": "Show me the reference."}
    answers.append(await chat.answer(**question))
    return answers


async def test_x2_every_route_prompt_log_and_export_is_searched(
    start_service: StartService, client: ClientSession, tmp_path: Path
) -> None:
    """X2: all routes, for each role, the frames, prompts and logs of asks with a trace, and every export lack it."""
    async with (
        FakeUpstream() as upstream,
        start_service(
            TUTOR_ADMIN_KEY=KEY,
            ANTHROPIC_API_KEY=upstream.key,
            ANTHROPIC_BASE_URL=upstream.url,
            TUTOR_LOG_LEVEL="debug",
        ) as service,
    ):
        admin = {"X-Admin-Key": KEY}
        bodies = []

        async def put(method: str, path: str, body: Any, headers: dict[str, str]) -> None:
            async with client.request(method, service.url + path, json=body, headers=headers) as response:
                bodies.append(await response.text())
                assert response.status in (200, 201), bodies[-1]

        await put("POST", "/api/admin/courses", {"slug": "algo", "title": "Algorithms"}, admin)
        people = {}
        for role in ("student", "assistant", "instructor"):
            people[role] = await sign_up_student(service)
            await put("PUT", f"/api/courses/algo/members/{people[role].email}", {"role": role}, admin)
        await put("PUT", "/api/courses/algo/modules/rotate", EXERCISE, people["instructor"].headers)
        student = people["student"]
        async with connect(service.url, student.access_token) as chat:
            answers = await conversation(chat, upstream)
        assert [answer[-1]["type"] for answer in answers] == ["done"] * 6
        await put("PUT", "/api/progress/rotate", {"status": "completed"}, student.headers)
        form = {"email": student.email, "password": PASSWORD}
        async with client.post(f"{service.url}/account", data=form, headers={"Origin": service.url}) as response:
            bodies.append(await response.text())

        names = {
            "module_id": "rotate",
            "course_id": "algo",
            "slug": "rotate",
            "session_id": answers[0][0]["session_id"],
            "name": "asks",
            "code": "unknown",
            "email": student.email,
        }
        pages, opened = await shown_by_every_page(
            service,
            {role: {"email": each.email, "password": PASSWORD} for role, each in people.items()}
            | {"key": {"key": KEY}},
            names | {"name": "ratings.csv"},
        )
        headers = [{}, admin, *(each.headers for each in people.values())]
        said, got = await said_by_every_route(client, service, headers, names)
        exports = [
            await printed_by(service, "users", "export", student.email),
            await printed_by(service, "modules", "list"),
            await printed_by(service, "modules", "export", str(tmp_path / "shown")),
        ]
        log = json.dumps(service.log)

    missing = {route.path for route in ROUTES if route.method == "GET"} - got - ALSO_UNANSWERED
    assert {path for path in missing if path.startswith(("/api", "/metrics"))} == set()
    assert {route.path for route in ROUTES if route.access is Access.DASHBOARD and route.method == "GET"} == opened
    assert "What the import changed" in "".join(pages.values())
    exports += [path.read_text() for path in (tmp_path / "shown").rglob("*") if path.is_file()]
    places = {
        **said,
        **pages,
        **{f"export {number}": text for number, text in enumerate(exports)},
        **{f"prompt {number}": str(call.body) for number, call in enumerate(upstream.calls)},
        **{f"answer {number}": json.dumps(answer) for number, answer in enumerate(answers)},
        **{f"write {number}": text for number, text in enumerate(bodies)},
        "log": log,
    }
    assert len(upstream.calls) >= 6
    assert "rotate([1, 2, 3], 1)" in places["prompt 0"]
    assert [(place, mark) for place, text in places.items() for mark in MARKS if mark in text] == []
