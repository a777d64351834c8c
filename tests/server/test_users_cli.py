"""`tutor-server users`: the commands for accounts, with a running service and without one."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import re
import sqlite3
import subprocess
import termios
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from testing.chat_client import Closed, connect
from testing.device_page import Browser
from testing.mail_server import mail_server
from testing.migrated import put_database
from testing.service import PASSWORD, Service, service_environment
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.identity.revocations import POLL_SECONDS
from tutor_server.storage.models import Base

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from testing.service import SignUp

GROUPS = re.compile(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}\n")


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Yield a service whose accounts no other test module uses."""
    folder = tmp_path_factory.mktemp("beside")
    put_database(folder / "data")
    service = Service(folder)
    yield service
    assert service.stop() == 0


@pytest.fixture
def running(beside: Service) -> Service:
    """Return the service with no accounts and an empty audit log, since `list` shows every account."""
    with closing(sqlite3.connect(beside.data_dir / "tutor.sqlite3")) as database, database:
        for table in reversed(Base.metadata.sorted_tables):
            database.execute(f"DELETE FROM {table}")
    return beside


def users(data_dir: Path, *arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with a given stdin."""
    environment = service_environment(data_dir, **settings)
    return run_command([TUTOR_SERVER, "users", *arguments], data_dir.parent, environment, typed=typed)


def at_a_terminal(data_dir: Path, typed: list[str], *arguments: str) -> tuple[int, str]:
    """Run a command at a pseudo-terminal and type a line at each prompt; return the status and the output."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [TUTOR_SERVER, "users", *arguments],
        env=service_environment(data_dir),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - this process has no other threads
    ) as process:
        os.close(theirs)
        shown = ""
        with suppress(OSError):  # Reading fails once the child has closed its end of the terminal.
            while chunk := os.read(ours, 4096).decode():
                shown += chunk
                if shown.endswith(": ") and typed:
                    os.write(ours, f"{typed.pop(0)}\n".encode())
        status = process.wait(30)
    os.close(ours)
    return status, shown


def done(data_dir: Path, *arguments: str) -> str:
    """Run a command that must succeed; return its output."""
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
    """`list` prints one line for each account: e-mail address, whether it is disabled, and its date."""
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
    """`list` prints nothing for a service without accounts."""
    assert done(running.data_dir, "list") == ""


async def test_disabling_and_enabling(running: Service, sign_up: SignUp) -> None:
    """Disabling and enabling work in any state and with any spelling of the address, and print nothing."""
    student = await sign_up(running)

    for _ in range(2):
        assert done(running.data_dir, "disable", student.email.upper()) == ""
        assert (await log_in(running, student.email, PASSWORD))[0] == 403
    for _ in range(2):
        assert done(running.data_dir, "enable", student.email) == ""
        assert (await log_in(running, student.email, PASSWORD))[0] == 200


async def test_a_new_password_is_printed_once(running: Service, sign_up: SignUp) -> None:
    """A new password is printed once and works, and earlier sign-ins end; only a hash of it is stored."""
    student = await sign_up(running)

    printed = done(running.data_dir, "reset-password", student.email)

    assert GROUPS.fullmatch(printed)
    password = printed.strip()
    assert (await log_in(running, student.email, PASSWORD))[0] == 401
    assert (await log_in(running, student.email, password))[0] == 200
    assert running.query("SELECT count(*) FROM ended_sign_ins") == [(1,)]
    assert password not in str(running.query("SELECT * FROM users"))
    assert done(running.data_dir, "reset-password", student.email) != printed


async def act(running: Service, *arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with the database servers of this test."""
    return await asyncio.to_thread(users, running.data_dir, *arguments, typed=typed, **settings)


async def audited(running: Service) -> list[tuple[Any, ...]]:
    """Return the actions in the audit log in order, each with its channel, such as `command` or `api`."""
    return running.query("SELECT action, way FROM admin_actions ORDER BY at, id")


async def test_adding_an_account(running: Service) -> None:
    """`add` reads the password from stdin and creates a confirmed account; for an existing one it prints one line."""
    run = await act(running, "add", "Ada@Uni.example", typed=f"{PASSWORD}\n")
    again = await act(running, "add", "ada@uni.example", typed=f"{PASSWORD}\n")

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert (await log_in(running, "ada@uni.example", PASSWORD))[0] == 200
    assert running.query("SELECT count(*) FROM users WHERE confirmed_at IS NOT NULL") == [(1,)]
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "tutor-server: an account with the e-mail address ada@uni.example exists already\n"
    assert await audited(running) == [("user_added", "command")]


async def test_a_generated_password_is_printed_once(running: Service) -> None:
    """A generated password is printed once and works."""
    run = await act(running, "add", "--generate", "ada@uni.example")

    assert GROUPS.fullmatch(run.stdout)
    assert (await log_in(running, "ada@uni.example", run.stdout.strip()))[0] == 200


def test_a_password_at_a_terminal(tmp_path: Path) -> None:
    """At a terminal the password is asked for twice and is not shown."""
    put_database(tmp_path / "data")
    status, shown = at_a_terminal(tmp_path / "data", [PASSWORD, PASSWORD], "add", "ada@uni.example")
    unequal = at_a_terminal(tmp_path / "data", [PASSWORD, "another"], "add", "eve@uni.example")

    assert (status, PASSWORD in shown) == (0, False)
    assert unequal[0] == 1
    assert "the two passwords are not the same" in unequal[1]


@pytest.mark.parametrize(
    ("email", "typed", "line"),
    [
        ("ada", PASSWORD, "email: is not an e-mail address"),
        ("ada@uni.example", "short", "password: needs at least 8 characters"),
        ("ada@uni.example", "", "password: needs at least 8 characters"),
    ],
)
async def test_what_is_no_account(running: Service, email: str, typed: str, line: str) -> None:
    """Invalid input for an account gives status 1 and one line."""
    run = await act(running, "add", email, typed=typed)

    assert (run.returncode, run.stderr) == (1, f"tutor-server: {line}\n")


async def test_an_invitation_is_printed(running: Service) -> None:
    """Without e-mail the invitation link is printed; it sets the password once, then no further link is issued."""
    address = {"TUTOR_PUBLIC_URL": running.url}
    first = await act(running, "invite", "ada@uni.example", **address)
    second = await act(running, "invite", "ada@uni.example", **address)
    assert (await log_in(running, "ada@uni.example", ""))[0] == 401
    browser = Browser(running.url)
    await browser.open(second.stdout.strip().removeprefix(running.url))
    await browser.send("/account/reset", new_password=PASSWORD, again=PASSWORD)
    title = browser.page.title
    used = [(await browser.open(run.stdout.strip().removeprefix(running.url))).status for run in (first, second)]
    await browser.close()
    late = await act(running, "invite", "ada@uni.example", **address)

    assert re.fullmatch(rf"{running.url}/account/reset\?token=[\w-]{{43}}\n", first.stdout)
    assert (title, used) == ("Your account", [404, 404])
    assert (await log_in(running, "ada@uni.example", PASSWORD))[0] == 200
    assert (late.returncode, late.stdout) == (1, "")
    assert late.stderr == "tutor-server: an account with the e-mail address ada@uni.example exists already\n"
    assert await audited(running) == [("user_invited", "command")] * 2


async def test_an_invitation_is_mailed(running: Service) -> None:
    """With e-mail, nothing is printed; if the mail server is down, one line is, and the command can be repeated."""
    async with mail_server() as mail:
        run = await act(running, "invite", "ada@uni.example", TUTOR_PUBLIC_URL=running.url, **mail.environment)
        link = await mail.link_to("ada@uni.example")
    away = await act(
        running, "invite", "eve@uni.example", TUTOR_SMTP_URL="smtp://127.0.0.1:1", TUTOR_SMTP_FROM="tutor@uni.example"
    )

    assert (run.returncode, run.stdout, [*filter(None, run.stderr.splitlines())][1:]) == (0, "", [])
    assert link.startswith("/account/reset?token=")
    assert away.returncode == 1
    assert away.stderr.splitlines()[-1] == (
        "tutor-server: the account is made, but the mail could not be sent (SMTPConnectError): invite again"
    )
    assert "eve@uni.example" not in away.stderr


async def test_deleting_erases_what_the_api_would(running: Service, sign_up: SignUp) -> None:
    """`delete` erases the student as the API does, and the audit log has the action without an id."""
    student, other = await sign_up(running), await sign_up(running)
    async with connect(running.url, student.access_token) as chat:
        await chat.answer()
    run = await act(running, "delete", student.email)

    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    everything = "\n".join(
        str(row) for table in Base.metadata.tables for row in running.query(f"SELECT * FROM {table}")
    )
    assert not re.search(f"{student.id.replace('-', '')}|{student.email}", everything)
    assert other.email in everything
    assert await audited(running) == [("user_deleted", "command")]


async def test_the_export_is_that_of_the_api(running: Service, sign_up: SignUp) -> None:
    """`export` prints the same JSON as the API, and the audit log records the export."""
    student = await sign_up(running)
    run = await act(running, "export", student.email)
    async with ClientSession(running.url) as client, client.get("/api/me/export", headers=student.headers) as response:
        by_api = await response.json()

    assert (run.returncode, run.stderr) == (0, "")
    assert json.loads(run.stdout) == by_api
    assert await audited(running) == [("user_exported", "command")]


@pytest.mark.parametrize("action", ["disable", "enable", "reset-password", "delete", "export"])
async def test_an_unknown_address_is_one_line(running: Service, action: str) -> None:
    """An unknown address gives status 1 and nothing on stdout."""
    run = users(running.data_dir, action, "nobody@uni.example")

    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "tutor-server: no account has the e-mail address nobody@uni.example\n"


@pytest.mark.parametrize("arguments", [(), ("dance",), ("disable",), ("list", "all"), ("enable", "a", "b")])
def test_wrong_use_is_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Wrong usage gives status 2 and prints the usage."""
    run = users(tmp_path / "data", *arguments)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("usage: tutor-server")


def test_without_a_database(tmp_path: Path) -> None:
    """A missing database file is an error and is not created, since the operator named the wrong place."""
    run = users(tmp_path / "data", "list")

    assert run.returncode == 1
    assert re.fullmatch(r"tutor-server: there is no database at \S+; check TUTOR_DATA_DIR\n", run.stderr)
    assert not (tmp_path / "data").exists()


def test_a_database_of_another_day(tmp_path: Path) -> None:
    """A schema that is not the newest gives an error that says what to do."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tutor.sqlite3").touch()

    run = users(tmp_path / "data", "list")

    assert (run.returncode, run.stderr) == (
        1,
        "tutor-server: the database is not at the newest schema: run `tutor-server migrate` first\n",
    )


def test_a_database_that_is_away(tmp_path: Path) -> None:
    """An unreachable database gives one line that names the variable."""
    url = "postgresql+asyncpg://tutor@127.0.0.1:1/none"

    run = users(tmp_path / "data", "list", TUTOR_DATABASE_URL=url)

    assert run.returncode == 1
    assert re.fullmatch(r"tutor-server: the database cannot be used: .*; check TUTOR_DATABASE_URL\n", run.stderr)


def listed_to_nobody(data_dir: Path) -> tuple[int, str]:
    """Run `list` with a stdout whose reader is gone; return the exit status and stderr."""
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
    """`users list | head` ends without an error message."""
    await sign_up(running)

    assert listed_to_nobody(running.data_dir) == (0, "")


@pytest.mark.real_time
async def test_s3_disabling_reaches_the_running_service(running: Service, sign_up: SignUp) -> None:
    """S3: with real processes, disabling closes the socket with 4001 and revokes the token within 60 s."""
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
    assert POLL_SECONDS < 30  # The test waits for the socket for 30 seconds.
    await running.logged("sign_ins_ended", count=1)
