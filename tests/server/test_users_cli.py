"""`tutor-server users`: what the operator does with accounts, in processes of their own beside the service."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from tests.chat_client import Closed, connect
from tests.service import PASSWORD, TUTOR_SERVER, Service, service_environment
from tutor_server.identity.revocations import POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.service import SignUp, StartService

GROUPS = re.compile(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}\n")


@pytest.fixture
async def running(start_service: StartService) -> AsyncIterator[Service]:
    """Give a service of its own: `list` shows every account."""
    async with start_service() as service:
        yield service


def users(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [TUTOR_SERVER, "users", *arguments],
        cwd=data_dir.parent,
        env=service_environment(data_dir, **settings),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def done(data_dir: Path, *arguments: str) -> str:
    """Run one command that works; give what it prints."""
    run = users(data_dir, *arguments)
    assert (run.returncode, run.stderr) == (0, "")
    return run.stdout


async def log_in(service: Service, email: str, password: str) -> tuple[int, Any]:
    """Sign in."""
    async with (
        ClientSession(service.url) as client,
        client.post("/api/auth/login", json={"email": email, "password": password}) as response,
    ):
        return response.status, await response.json()


async def test_list_shows_every_account(running: Service, sign_up: SignUp) -> None:
    """One line an account, by e-mail: whether it is disabled, and since when it is there."""
    for name in ("carl", "ada", "bob"):
        await sign_up(running, email=f"{name}@uni.example")
    done(running.data_dir, "disable", "bob@uni.example")

    lines = [line.split() for line in done(running.data_dir, "list").splitlines()]

    assert [(state, email) for state, _, email in lines] == [
        ("enabled", "ada@uni.example"),
        ("disabled", "bob@uni.example"),
        ("enabled", "carl@uni.example"),
    ]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for _, day, _ in lines)


async def test_nobody_is_no_line(running: Service) -> None:
    """A service without accounts has an empty list."""
    assert done(running.data_dir, "list") == ""


async def test_disabling_and_enabling(running: Service, sign_up: SignUp) -> None:
    """Each is done whatever the state is, however the address is written; nothing is printed."""
    student = await sign_up(running)

    for _ in range(2):
        assert done(running.data_dir, "disable", student.email.upper()) == ""
        assert (await log_in(running, student.email, PASSWORD))[0] == 403
    for _ in range(2):
        assert done(running.data_dir, "enable", student.email) == ""
        assert (await log_in(running, student.email, PASSWORD))[0] == 200


async def test_a_new_password_is_printed_once(running: Service, sign_up: SignUp) -> None:
    """It signs in, the old one does not, earlier sign-ins have ended, and it is stored nowhere as it is."""
    student = await sign_up(running)

    printed = done(running.data_dir, "reset-password", student.email)

    assert GROUPS.fullmatch(printed)
    password = printed.strip()
    assert (await log_in(running, student.email, PASSWORD))[0] == 401
    assert (await log_in(running, student.email, password))[0] == 200
    assert running.query("SELECT count(*) FROM ended_sign_ins") == [(1,)]
    assert password not in str(running.query("SELECT * FROM users"))
    assert done(running.data_dir, "reset-password", student.email) != printed


@pytest.mark.parametrize("action", ["disable", "enable", "reset-password"])
async def test_an_unknown_address_is_one_line(running: Service, action: str) -> None:
    """Exit status 1, and nothing is printed to stdout."""
    run = users(running.data_dir, action, "nobody@uni.example")

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "tutor-server: no account has the e-mail address nobody@uni.example\n"


@pytest.mark.parametrize("arguments", [(), ("dance",), ("disable",), ("list", "all"), ("enable", "a", "b")])
def test_wrong_use_is_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """The usage is shown."""
    run = users(tmp_path / "data", *arguments)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("usage: tutor-server")


def test_without_a_database(tmp_path: Path) -> None:
    """No file is made where there is none: the operator has looked in the wrong place."""
    run = users(tmp_path / "data", "list")

    assert run.returncode == 1
    assert re.fullmatch(r"tutor-server: there is no database at \S+; check TUTOR_DATA_DIR\n", run.stderr)
    assert not (tmp_path / "data").exists()


def test_a_database_of_another_day(tmp_path: Path) -> None:
    """A schema that is not the newest is said, with what to do."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tutor.sqlite3").touch()

    run = users(tmp_path / "data", "list")

    assert (run.returncode, run.stderr) == (
        1,
        "tutor-server: the database is not at the newest schema: run `tutor-server migrate` first\n",
    )


def test_a_database_that_is_away(tmp_path: Path) -> None:
    """One line that names the variable."""
    url = "postgresql+asyncpg://tutor@127.0.0.1:1/none"

    run = users(tmp_path / "data", "list", TUTOR_DATABASE_URL=url)

    assert run.returncode == 1
    assert re.fullmatch(r"tutor-server: the database cannot be used: .*; check TUTOR_DATABASE_URL\n", run.stderr)


def listed_to_nobody(data_dir: Path) -> tuple[int, str]:
    """List accounts into a pipe that nobody reads; give exit status and what is complained of."""
    with subprocess.Popen(
        [TUTOR_SERVER, "users", "list"],
        env=service_environment(data_dir),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, complaint = process.communicate(timeout=30)
    return process.returncode, complaint


async def test_a_reader_that_has_enough(running: Service, sign_up: SignUp) -> None:
    """`users list | head` ends without a complaint."""
    await sign_up(running)

    assert listed_to_nobody(running.data_dir) == (0, "")


@pytest.mark.real_time
async def test_s3_disabling_reaches_the_running_service(running: Service, sign_up: SignUp) -> None:
    """S3: over real processes in real time, an open socket closes with 4001 and the token is dead within 60 s."""
    student = await sign_up(running)

    async with connect(running.url, student.access_token) as chat:
        done(running.data_dir, "disable", student.email)
        with pytest.raises(Closed) as closed:
            await chat.receive()
    async with (
        ClientSession(running.url) as client,
        client.get("/api/auth/me", headers=student.headers) as response,
    ):
        assert response.status == 401

    assert closed.value.code == 4001
    assert POLL_SECONDS < 30  # the socket was waited for as long as that
    await running.logged("sign_ins_ended", count=1)
