"""The files of exercises: import, export, the routes, and that nobody but the guard gets a reference."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from testing.chat_client import connect, text_of
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.service import service_environment, sign_up_student
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.administration.module_files import ModuleFilesRefused, read_modules

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import ClientSession

    from testing.service import Service, StartService

KEY = "an-admin-key-of-the-tests"
MARKS = ("pivot_zirconium", "4711081547")
"""Words that stand in the reference only."""
STARTER = "def rotate(values, k):\n    return values\n"
TESTS = "from rotate import rotate\n\ndef test_one():\n    assert rotate([1, 2, 3], 1) == [3, 1, 2]\n"
REFERENCE = """\
def rotate(values, k):
    pivot_zirconium = len(values) - k % max(len(values), 1)
    if pivot_zirconium == 4711081547:
        return []
    return values[pivot_zirconium:] + values[:pivot_zirconium]
"""
FILE = """---
title: Rotate
order: 10
starter: rotate.py
tests: [test_rotate.py, cases/1.in, cases/1.out]
reference: solutions/rotate.py
---
Rotate a list to the right.
"""
LEAK = "In other programs one sees `songs[turn:] + songs[:turn]` for such a thing."
"""An example with other names, which is the expression of the reference."""


def course_folder(folder: Path) -> Path:
    """Write a course with one exercise."""
    (folder / "cases").mkdir(parents=True)
    (folder / "solutions").mkdir()
    files = {
        "rotate.md": FILE,
        "rotate.py": STARTER,
        "test_rotate.py": TESTS,
        "cases/1.in": "1\n",
        "cases/1.out": "1\n",
    }
    for name, text in {**files, "solutions/rotate.py": REFERENCE}.items():
        (folder / name).write_text(text)
    return folder


async def run(service: Service, *arguments: str, status: int = 0) -> str:
    """Run a command beside a running service; return its output."""
    environment = service_environment(service.data_dir)
    ended = await asyncio.to_thread(run_command, [TUTOR_SERVER, *arguments], service.data_dir.parent, environment)
    assert ended.returncode == status, ended.stderr
    return ended.stdout + ended.stderr


async def get(client: ClientSession, url: str, headers: dict[str, str]) -> tuple[int, str]:
    """Get a page; return the status and the text."""
    async with client.get(url, headers=headers) as response:
        return response.status, await response.text()


async def test_x2_the_reference_reaches_nobody(start_service: StartService, client: ClientSession) -> None:
    """X2: a planted reference is in no frame, prompt, log, route, page and export, and a leak of it is withheld."""
    async with (
        FakeUpstream() as upstream,
        start_service(
            TUTOR_ADMIN_KEY=KEY,
            ANTHROPIC_API_KEY=upstream.key,
            ANTHROPIC_BASE_URL=upstream.url,
            TUTOR_LOG_LEVEL="debug",
        ) as service,
    ):
        exercise = {
            "starter": [{"name": "rotate.py", "content": STARTER}],
            "tests": [{"name": "test_rotate.py", "content": TESTS}],
            "reference": [{"name": "rotate.py", "content": REFERENCE}],
        }
        admin = {"X-Admin-Key": KEY}
        url = f"{service.url}/api/admin/modules/rotate"
        async with client.put(url, json={"title": "Rotate", "order": 1, **exercise}, headers=admin) as response:
            said = [await response.text()]
        student = await sign_up_student(service)
        answers = []
        async with connect(service.url, student.access_token) as chat:
            for _ in range(5):
                upstream.play(Behaviour(text=LEAK))
                answers.append(await chat.answer(module_id="rotate", code=STARTER))
        said.append(json.dumps(answers))
        assert [answer[-1]["withheld"] for answer in answers] == [True, True, True, True, False]
        assert [LEAK in text_of(answer) for answer in answers] == [False, False, False, False, True]

        shown: list[tuple[str, str]] = []
        for path, headers in (
            *((path, student.headers) for path in ("/api/modules", "/api/modules/rotate", "/api/modules/rotate/files")),
            *((path, student.headers) for path in ("/api/me/export", "/api/chat/sessions", "/api/progress")),
            *((path, admin) for path in ("/api/admin/modules", "/api/admin/audit", "/admin", "/metrics")),
        ):
            status, text = await get(client, service.url + path, headers)
            assert status == 200, path
            shown.append((path, text))
        files = json.loads(dict(shown)["/api/modules/rotate/files"])
        assert files == {kind: exercise[kind] for kind in ("starter", "tests")}
        said += [text for _, text in shown]
        said += [str(call.body) for call in upstream.calls]
        said += [json.dumps(service.log)]
    assert len(upstream.calls) == 5
    assert [mark for text in said for mark in MARKS if mark in text] == []


async def test_modules_come_back_from_their_export(start_service: StartService, tmp_path: Path) -> None:
    """An export with the reference is imported again as it was; without the option it lacks it."""
    async with start_service() as service:
        folder = course_folder(tmp_path / "course")
        await run(service, "modules", "import", str(folder))
        await run(service, "modules", "export", "--with-reference", str(tmp_path / "out"))
        shown = await run(service, "modules", "export", str(tmp_path / "shown"))
        again = await run(service, "modules", "export", str(tmp_path / "out"), status=1)

    before, after = read_modules(folder)[0], read_modules(tmp_path / "out")[0]
    assert (before.module, before.exercise.starter, before.exercise.tests) == (
        *(after.module, after.exercise.starter),
        after.exercise.tests,
    )
    assert [file.content for file in after.exercise.reference] == [REFERENCE]
    said = [shown, *(path.read_text() for path in (tmp_path / "shown").rglob("*") if path.is_file())]
    assert len(said) == 6
    assert [mark for text in said for mark in MARKS if mark in text] == []
    assert "exists already" in again


async def test_files_of_unknown_modules_and_of_strangers(
    start_service: StartService, client: ClientSession, tmp_path: Path
) -> None:
    """Files are for signed-in students, and an unknown module is 404. A module without files has empty lists."""
    (tmp_path / "loops.md").write_text("---\ntitle: Loops\norder: 1\n---\nLoop.\n")
    async with start_service() as service:
        await run(service, "modules", "import", str(tmp_path))
        student = await sign_up_student(service)
        known = await get(client, f"{service.url}/api/modules/loops/files", student.headers)
        unknown = await get(client, f"{service.url}/api/modules/dances/files", student.headers)
        stranger = await get(client, f"{service.url}/api/modules/loops/files", {})
    assert (known[0], json.loads(known[1])) == (200, {"starter": [], "tests": []})
    assert (unknown[0], stranger[0]) == (404, 401)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"starter": [{"name": "a.py", "content": "x"}], "tests": [{"name": "t/a.in", "content": ""}]}, 200),
        ({"starter": [{"name": "../a.py", "content": ""}]}, 422),
        ({"starter": [{"name": "/a.py", "content": ""}]}, 422),
        ({"starter": [{"name": ".tutor.toml", "content": ""}]}, 422),
        ({"starter": [{"name": "a/./b.py", "content": ""}]}, 422),
        ({"starter": [{"name": "con.py", "content": ""}]}, 422),
        ({"starter": [{"name": "a.py", "content": ""}], "tests": [{"name": "A.py", "content": ""}]}, 422),
        ({"reference": [{"name": "a.py", "content": "x" * 70_000}]}, 422),
        ({"tests": [{"name": f"{n}.in", "content": ""} for n in range(21)]}, 422),
    ],
)
async def test_bounds_of_files(
    start_service: StartService, client: ClientSession, fields: dict[str, Any], status: int
) -> None:
    """Names lead nowhere outside of the folder, differ on every system, and files have a maximum length."""
    async with start_service(TUTOR_ADMIN_KEY=KEY) as service:
        body = {"title": "Rotate", "order": 1, **fields}
        url = f"{service.url}/api/admin/modules/rotate"
        async with client.put(url, json=body, headers={"X-Admin-Key": KEY}) as response:
            text = await response.text()
    assert response.status == status
    assert "reference" not in text or status == 422


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("starter: gone.py", "starter: gone.py cannot be read: No such file"),
        ("reference: ../outside.py", "reference"),
        ("tests: [1]", "tests"),
        ("starter: link.py", "starter: link.py leads out of the folder"),
        ("starter: binary.py", "starter: binary.py is not UTF-8"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, line: str, reason: str) -> None:
    """A module whose files cannot be read is refused with one line."""
    folder = tmp_path / "course"
    folder.mkdir()
    (tmp_path / "outside.py").write_text("")
    (folder / "link.py").symlink_to(tmp_path / "outside.py")
    (folder / "binary.py").write_bytes(b"\xff\xfe\xff")
    (folder / "loops.md").write_text(f"---\ntitle: Loops\norder: 1\n{line}\n---\n")
    with pytest.raises(ModuleFilesRefused) as refused:
        read_modules(folder)
    assert str(refused.value).startswith(f"loops.md: {reason}")
