"""`/api/admin` and its commands: modules, individual limits, the off switch, and the audit log."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from testing.chat_client import connect
from testing.clock import NOON
from testing.fake_upstream import Behaviour
from testing.held_service import HeldService, held_service
from testing.long_hints import long_hint
from testing.service import service_environment
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.administration.exercise_files import read_beside
from tutor_server.administration.module_files import ModuleFilesRefused, parse_module, read_modules
from tutor_server.storage.modules import Module

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.fake_upstream import FakeUpstream
    from testing.service import Service, SignUp, StartService

KEY = "an-admin-key-of-the-tests"
LOOPS = {"title": "Loops", "order": 10, "statement": "Sum a list.", "objectives": ["iterate"], "max_hint_level": 2}
FILE = """---
title: Loops
order: 10
objectives: [iterate over a list]
allowed_names: [enumerate, math.sqrt]
max_hint_level: 4
---

Write a function that sums a list.
"""


@pytest.fixture
async def course(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service with an admin key on each kind of database in turn."""
    settings: dict[str, Any] = {"admin_key": KEY, "database_url": database_url, "daily_message_cap": 2}
    async with held_service(tmp_path, clock, **settings) as running:
        yield running


async def act(course: HeldService, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Send a request with the admin key; return the status and the body."""
    async with course.client.request(method, path, json=body, headers={"X-Admin-Key": KEY}) as response:
        return response.status, await response.json() if response.content_type == "application/json" else None


async def ask_once(course: HeldService, token: str, **fields: Any) -> dict[str, Any]:
    """Send an ask on a new connection; return the last frame."""
    async with connect(course.url, token) as chat:
        return (await chat.answer(**fields))[-1]


async def test_modules_are_made_changed_and_removed(course: HeldService) -> None:
    """PUT creates and replaces a module, which students see at once; DELETE also removes the progress in it."""
    token = (await course.register())["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    assert (await act(course, "PUT", "/api/admin/modules/loops", LOOPS))[0] == 200
    status, changed = await act(course, "PUT", "/api/admin/modules/loops", LOOPS | {"title": "While"})
    assert (status, changed["title"], changed["allowed_names"]) == (200, "While", [])
    async with course.client.get("/api/modules", headers=headers) as response:
        assert [module["title"] for module in (await response.json())["items"]] == ["While"]
    assert (await ask_once(course, token, module_id="loops"))["type"] == "done"
    assert (await act(course, "DELETE", "/api/admin/modules/loops"))[0] == 204
    assert (await act(course, "DELETE", "/api/admin/modules/loops"))[0] == 404
    async with course.client.get("/api/progress", headers=headers) as response:
        assert (await response.json())["items"] == []


async def test_the_first_ask_in_a_module_begins_it(course: HeldService) -> None:
    """The first ask in a module sets its status to `in_progress`; a completed module stays completed."""
    await act(course, "PUT", "/api/admin/modules/loops", LOOPS)
    token = (await course.register())["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    async def status() -> list[str]:
        async with course.client.get("/api/progress", headers=headers) as response:
            return [item["status"] for item in (await response.json())["items"]]

    assert await status() == []
    await ask_once(course, token, module_id="loops")
    assert await status() == ["in_progress"]
    async with course.client.put("/api/progress/loops", json={"status": "completed"}, headers=headers):
        pass
    await ask_once(course, token, module_id="loops")
    assert await status() == ["completed"]


async def test_a_module_must_be_one(course: HeldService) -> None:
    """Ids that need escaping, invalid bounds and unknown fields are refused, and the error names the field."""
    for path, body in (
        ("Loops%20and%20more", LOOPS),
        ("loops", LOOPS | {"max_hint_level": 6}),
        ("loops", LOOPS | {"allowed_names": ["a b"]}),
        ("loops", {"title": "", "order": 1}),
    ):
        status, answer = await act(course, "PUT", f"/api/admin/modules/{path}", body)
        assert (status, answer["code"]) == (422, "VALIDATION_FAILED"), body


async def test_a_student_gets_limits_of_their_own_until_they_run_out(course: HeldService) -> None:
    """An individual cap of 4 replaces the general cap of 2, is shown in the account, and expires at the given time."""
    token = (await course.register())["access_token"]
    until = (NOON + timedelta(hours=6)).isoformat()
    body = {"email": "Ada@uni.example", "daily_messages": 4, "expires_at": until}

    assert (await act(course, "PUT", "/api/admin/limits", body))[0] == 200
    ends = [(await ask_once(course, token))["type"] for _ in range(5)]
    assert ends == ["done"] * 4 + ["error"]
    assert (await course.me(token))[1]["daily_message_cap"] == 4
    assert [item["email"] for item in (await act(course, "GET", "/api/admin/limits"))[1]["items"]] == [
        "ada@uni.example"
    ]
    course.clock.seconds = 6 * 3600
    assert (await act(course, "GET", "/api/admin/limits"))[1]["items"] == []
    course.clock.seconds = 0
    assert (await act(course, "POST", "/api/admin/limits/remove", {"email": "ada@uni.example"}))[0] == 204
    assert (await act(course, "POST", "/api/admin/limits/remove", {"email": "ada@uni.example"}))[0] == 404
    assert (await course.me(token))[1]["daily_message_cap"] == 2
    assert (await act(course, "PUT", "/api/admin/limits", body | {"email": "bob@uni.example"}))[0] == 404
    assert (await act(course, "PUT", "/api/admin/limits", body | {"expires_at": NOON.isoformat()}))[0] == 422


async def test_a_module_and_everything_can_be_switched_off(course: HeldService) -> None:
    """While a module or the whole service is switched off, asks get the instructor's text and are not counted."""
    await act(course, "PUT", "/api/admin/modules/loops", LOOPS)
    token = (await course.register())["access_token"]

    off = {"is_off": True, "module_id": "loops", "message": "Exam until 16:00."}
    assert (await act(course, "PUT", "/api/admin/switch", off))[1]["items"][0]["module_id"] == "loops"
    refusal = await ask_once(course, token, module_id="loops")
    assert (refusal["code"], refusal["content"], refusal["retryable"]) == ("SWITCHED_OFF", "Exam until 16:00.", False)
    assert (await ask_once(course, token))["type"] == "done"
    await act(course, "PUT", "/api/admin/switch", {"is_off": True})
    assert (await ask_once(course, token))["content"] == "The tutor is switched off at the moment. Ask your instructor."
    for scope in ({"module_id": "loops"}, {}):
        assert (await act(course, "PUT", "/api/admin/switch", {"is_off": False} | scope))[0] == 200
    assert (await act(course, "PUT", "/api/admin/switch", {"is_off": False}))[0] == 404
    assert (await act(course, "PUT", "/api/admin/switch", off | {"module_id": "unknown"}))[0] == 404
    assert (await course.me(token))[1]["messages_today"] == 1
    assert (await ask_once(course, token, module_id="loops"))["type"] == "done"


async def test_streams_end_when_the_tutor_is_switched_off(
    tmp_path: Path, clock: HeldClock, upstream: FakeUpstream
) -> None:
    """After the switch is set, a running answer keeps its text and ends with the message, and its cost is billed."""
    upstream.default = Behaviour(text=long_hint(300), token_seconds=0.02)
    settings: dict[str, Any] = {
        "admin_key": KEY,
        "OPENAI_API_KEY": upstream.key,
        "OPENAI_BASE_URL": upstream.openai_url,
    }
    async with held_service(tmp_path, clock, **settings) as course:
        token = (await course.register())["access_token"]
        async with connect(course.url, token) as chat:
            request_id = await chat.ask()
            while (await chat.receive())["type"] != "delta":
                pass
            await act(course, "PUT", "/api/admin/switch", {"is_off": True, "message": "Enough for today."})
            end = (await chat.collect(request_id))[-1]

    assert (end["type"], end["code"], end["content"]) == ("error", "SWITCHED_OFF", "Enough for today.")


async def test_every_act_is_in_the_audit_log(course: HeldService) -> None:
    """The audit log lists the newest action first, with channel and address, not e-mail; erasure deletes the id."""
    student = await course.register()
    token = student["access_token"]
    await act(course, "PUT", "/api/admin/modules/loops", LOOPS)
    until = (NOON + timedelta(hours=6)).isoformat()
    await act(
        course, "PUT", "/api/admin/limits", {"email": "ada@uni.example", "daily_messages": 9, "expires_at": until}
    )
    await act(course, "PUT", "/api/admin/switch", {"is_off": True, "module_id": "loops"})

    entries = (await act(course, "GET", "/api/admin/audit"))[1]["items"]

    assert {entry["action"] for entry in entries} == {"switched_off", "limits_set", "module_made"}
    assert {(entry["way"], entry["address"]) for entry in entries} == {("api", "127.0.0.1")}
    assert "uni.example" not in str(entries)
    about = next(entry for entry in entries if entry["action"] == "limits_set")
    assert about["user_id"] == student["user"]["id"]
    async with course.client.delete("/api/me", headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 204
    assert student["user"]["id"] not in str(await act(course, "GET", "/api/admin/audit"))


async def test_nothing_is_done_without_the_key(course: HeldService) -> None:
    """Without the admin key, every admin route answers 401 and changes nothing."""
    for method, path in (
        ("GET", "/api/admin/modules"),
        ("PUT", "/api/admin/modules/loops"),
        ("DELETE", "/api/admin/modules/loops"),
        ("GET", "/api/admin/limits"),
        ("PUT", "/api/admin/limits"),
        ("POST", "/api/admin/limits/remove"),
        ("GET", "/api/admin/switch"),
        ("PUT", "/api/admin/switch"),
        ("GET", "/api/admin/audit"),
    ):
        async with course.client.request(method, path, json={}) as response:
            assert (response.status, (await response.json())["code"]) == (401, "ADMIN_KEY_INVALID"), path


def test_a_module_file_is_front_matter_and_statement(tmp_path: Path) -> None:
    """A module file with Windows line ends and a byte order mark is read correctly."""
    module = parse_module("\ufeff" + FILE.replace("\n", "\r\n"), "loops", partial(read_beside, tmp_path)).module

    assert module == Module(
        id="loops",
        title="Loops",
        order=10,
        statement="Write a function that sums a list.",
        objectives=("iterate over a list",),
        allowed_names=("enumerate", "math.sqrt"),
        max_hint_level=4,
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Just text.", "does not begin with front matter"),
        ("---\ntitle: [\n---\n", "line 3: the front matter is not YAML"),
        ("---\ntitle: Loops\n---\n", "order: Field required"),
        ("---\ntitle: Loops\norder: 1\nhint_level: 3\n---\n", "hint_level: Extra inputs are not permitted"),
        ("---\ntitle: Loops\norder: 1\nmax_hint_level: 9\n---\n", "max_hint_level: Input should be less than"),
        ("---\ntitle: !!python/object/apply:os.getcwd []\norder: 1\n---\n", "the front matter is not YAML"),
        ("---\n" + "[" * 100_000 + "\n---\n", "front matter"),
    ],
)
def test_a_wrong_module_file_is_named_with_its_fault(text: str, reason: str, tmp_path: Path) -> None:
    """An invalid module file gives one line that names the file and the fault."""
    (tmp_path / "loops.md").write_text(text)

    with pytest.raises(ModuleFilesRefused) as refused:
        read_modules(tmp_path)

    assert str(refused.value).startswith("loops.md: ")
    assert reason in str(refused.value)


@pytest.mark.timeout(180)  # Starts the command line a dozen times.
async def test_commands_beside_a_running_service(start_service: StartService, sign_up: SignUp, tmp_path: Path) -> None:
    """The commands for modules, limits and the off switch take effect in a running service."""
    (tmp_path / "loops.md").write_text(FILE)
    (tmp_path / "README.md").write_text("Not a module.")
    async with start_service() as service:
        student = await sign_up(service)

        assert await run(service, "modules", "import", str(tmp_path)) == "loops  Loops\n"
        assert await run(service, "modules", "list") == "    10  loops  Loops  (hints up to 4)\n"
        assert (await run(service, "users", "limit", student.email, "--per-day", "7", "--hours", "12")).startswith(
            "until "
        )
        await run(service, "switch", "off", "--message", "Back soon.")
        assert "everything  Back soon." in await run(service, "switch", "status")
        await service.logged("switched", off=["everything"])
        async with connect(service.url, student.access_token) as chat:
            assert (await chat.answer())[-1]["code"] == "SWITCHED_OFF"
        await run(service, "switch", "on")
        await service.logged("switched", off=[])
        async with connect(service.url, student.access_token) as chat:
            assert (await chat.answer(module_id="loops"))[0]["remaining_today"] == 6
        await run(service, "users", "unlimit", student.email)
        ways = service.query("SELECT way, count(*) FROM admin_actions GROUP BY way")

    assert ways == [("command", 5)]


async def run(service: Service, *arguments: str) -> str:
    """Run a command that must succeed; return its output."""
    environment = service_environment(service.data_dir)
    done = await asyncio.to_thread(run_command, [TUTOR_SERVER, *arguments], service.data_dir.parent, environment)
    assert done.returncode == 0, done.stderr
    return done.stdout
