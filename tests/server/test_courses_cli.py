"""`tutor-server courses`: making, listing and moving courses, and their rosters."""

from __future__ import annotations

import asyncio
import json
from dataclasses import fields
from typing import TYPE_CHECKING

import pytest

from testing.service import service_environment
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.administration.course_transfer import TransferredModule
from tutor_server.storage.module_files import Exercise
from tutor_server.storage.modules import Module

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from testing.service import Service, StartService


pytestmark = pytest.mark.timeout(180)


async def operate(service: Service, *arguments: str | Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `tutor-server courses` with arguments and settings beside a running service."""
    return await asyncio.to_thread(
        run_command,
        [TUTOR_SERVER, "courses", *map(str, arguments)],
        service.data_dir.parent,
        service_environment(service.data_dir, **settings),
    )


def test_every_field_of_a_module_is_moved() -> None:
    """An exported course has every field of its modules, but for the ids of the service."""
    moved = set(TransferredModule.model_fields)

    stored = {field.name for field in (*fields(Module), *fields(Exercise))}
    assert moved == stored - {"id", "course_id"}


async def test_a_course_is_made_and_moved(start_service: StartService, tmp_path: Path) -> None:
    """A course moves to another service with settings, modules and members, and gets a join code of its own."""
    async with start_service() as here, start_service() as there:
        made = await operate(here, "add", "cs1", "--title", "Programming 1", "--instructor", "Ada@uni.example")
        slug, code = made.stdout.split()
        assert (made.returncode, slug, len(code)) == (0, "cs1", 8)
        assert (await operate(here, "member", "cs1", "bob@uni.example", "student")).returncode == 0
        exported = await operate(here, "export", "cs1")
        document = json.loads(exported.stdout)
        document["modules"] = [
            {
                "slug": "loops",
                "title": "Loops",
                "order": 1,
                "ladder": "earned",
                "reference": [{"name": "loops.py", "content": "pass\n"}],
            }
        ]
        document["daily_budget_nanodollars"] = 5
        file = tmp_path / "cs1.json"
        file.write_text(json.dumps(document), encoding="utf-8")

        imported = await operate(there, "import", file)
        again = await operate(there, "import", file)

        assert code not in exported.stdout
        assert imported.returncode == again.returncode == 0, imported.stderr
        assert code not in imported.stdout
        assert imported.stdout == again.stdout
        moved = json.loads((await operate(there, "export", "cs1")).stdout)
        assert moved["members"] == [
            {"email": "ada@uni.example", "role": "instructor"},
            {"email": "bob@uni.example", "role": "student"},
        ]
        assert [(each["slug"], each["ladder"]) for each in moved["modules"]] == [("loops", "earned")]
        assert moved["modules"][0]["reference"] == [{"name": "loops.py", "content": "pass\n"}]
        assert moved["daily_budget_nanodollars"] == 5
        listed = (await operate(there, "list")).stdout.splitlines()
        assert [line.split()[0] for line in listed] == ["cs1", "default"]


async def test_what_cannot_be_done_is_one_line(start_service: StartService, tmp_path: Path) -> None:
    """A refusal is one line on stderr with status 1; a wrong roster names each wrong line and changes nothing."""
    roster, broken = tmp_path / "roster.csv", tmp_path / "broken.json"
    roster.write_text("ada@uni.example\nnobody\n")
    broken.write_text('{"slug": "cs1", "title": 5}')
    async with start_service() as service:
        await operate(service, "add", "cs1", "--title", "Programming 1")
        taken = await operate(service, "add", "cs1", "--title", "Again")
        unknown = await operate(service, "export", "cs2")
        wrong = await operate(service, "import", broken)
        refused = await operate(service, "import", roster, "--course", "cs1")
        without = await operate(service, "import", roster)
        roster.write_text("ada@uni.example\n")
        done = await operate(service, "import", roster, "--course", "cs1")

    assert [each.returncode for each in (taken, unknown, wrong, refused, without, done)] == [1, 1, 1, 1, 2, 0]
    assert taken.stderr.splitlines() == ["tutor-server: Another course has this slug or this join code"]
    assert wrong.stderr.splitlines()[0].startswith("tutor-server: title: ")
    assert "line 2: there is no e-mail address" in refused.stderr.splitlines()
    assert done.stdout.splitlines()[0] == "added: 1"


async def test_an_imported_course_fits_the_service(start_service: StartService, tmp_path: Path) -> None:
    """A course with providers that this service has not, or with a budget for a model without a price, is refused."""
    file = tmp_path / "cs1.json"
    keyed = {"OPENAI_API_KEY": "x", "TUTOR_OPENAI_MODEL": "a-model-of-ours"}
    refused = []
    async with start_service() as service:
        for settings in ({"providers": ["anthropic"]}, {"monthly_budget_nanodollars": 5}):
            file.write_text(json.dumps({"slug": "cs1", "title": "Programming 1"} | settings), encoding="utf-8")
            refused.append(await operate(service, "import", file, **keyed))
        fitting = await operate(service, "import", file)
        listed = await operate(service, "list")

    assert [each.returncode for each in (*refused, fitting)] == [1, 1, 0]
    assert [each.stderr for each in refused] == [
        "tutor-server: providers: takes offline, openai\n",
        "tutor-server: daily_budget_usd: no price is known for a-model-of-ours, so no budget can hold\n",
    ]
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["cs1", "default"]
