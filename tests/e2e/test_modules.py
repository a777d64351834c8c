"""`tutor modules` with real processes and a real service."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from testing.modules import store_modules
from testing.tutor_program import Tutor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.service import Service, SignUp, StartService

LOCAL = (
    "tutor: Modules belong to a course, and you are in local mode. Sign in to the course's service: "
    "tutor sign-in --server URL\n"
)


@pytest.fixture
async def course(start_service: StartService) -> AsyncIterator[Service]:
    """Yield a service of a course whose list of modules has several pages, each over 64 KiB."""
    async with start_service() as service:
        store_modules(service, *[(f"unit-{number}", number) for number in range(45, 0, -1)])
        with closing(sqlite3.connect(service.data_dir / "tutor.sqlite3")) as connection, connection:
            connection.execute("UPDATE learning_modules SET statement = ?", ("x" * 20_000,))
            connection.execute("UPDATE learning_modules SET title = 'Red\n\x1b[31m' WHERE id = 'unit-3'")
        yield service


@pytest.fixture
def tutor(tmp_path: Path) -> Tutor:
    """Return a `tutor` command line with its own folder, on a computer without a keyring."""
    running = Tutor(tmp_path)
    running.environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    return running


async def test_modules_are_listed_in_their_order_and_completed(tutor: Tutor, course: Service, sign_up: SignUp) -> None:
    """All pages of modules are listed with the student's progress, and without a title's escape sequences."""
    student = await sign_up(course)
    signed_in = {"TUTOR_SERVER_URL": course.url, "TUTOR_ACCESS_TOKEN": student.access_token}

    before = await tutor.run("modules", **signed_in)
    done = await tutor.run("modules", "done", "unit-2", **signed_in)
    after = await tutor.run("modules", **signed_in)

    lines = before.stdout.splitlines()
    assert (before.status, before.stderr) == (0, "")
    assert [line.split()[2] for line in lines] == [f"unit-{number}" for number in range(1, 46)]
    assert lines[0] == "not started  unit-1   Unit-1"
    assert "\x1b" not in before.stdout
    assert done == (0, "Completed: Unit-2\n", "")
    assert after.stdout.splitlines()[1] == "completed    unit-2   Unit-2"
    assert after.stdout.count("not started") == 44


async def test_a_module_that_is_not_there_is_refused(tutor: Tutor, course: Service, sign_up: SignUp) -> None:
    """An unknown module is refused with its name, even if the name looks like a path to another route."""
    student = await sign_up(course)
    signed_in = {"TUTOR_SERVER_URL": course.url, "TUTOR_ACCESS_TOKEN": student.access_token}

    for module in ("dances", "../auth/me"):
        assert await tutor.run("modules", "done", module, **signed_in) == (
            1,
            "",
            f"tutor: There is no module '{module}'. `tutor modules` lists them.\n",
        )


@pytest.mark.parametrize("arguments", [("modules",), ("modules", "done", "loops")])
async def test_without_a_sign_in_there_is_no_course(arguments: tuple[str, ...], tutor: Tutor, service: Service) -> None:
    """In local mode, signed out, with an invalid token or without a network, one line says what to do."""
    local = await tutor.run(*arguments)
    signed_out = await tutor.run(*arguments, TUTOR_SERVER_URL=service.url)
    dead = await tutor.run(*arguments, TUTOR_SERVER_URL=service.url, TUTOR_ACCESS_TOKEN="x.y.z")
    away = await tutor.run(*arguments, TUTOR_SERVER_URL="http://127.0.0.1:9", TUTOR_ACCESS_TOKEN="x")

    assert local == (1, "", LOCAL)
    assert signed_out[:2] == (1, "")
    assert "ign in" in signed_out.stderr
    assert dead[:2] == (1, "")
    assert "does not accept the token in TUTOR_ACCESS_TOKEN" in dead.stderr
    assert away == (1, "", "tutor: The tutor at 127.0.0.1 cannot be reached.\n")
