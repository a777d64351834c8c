"""`tutor-server`: its commands, exit statuses, and one-line error messages."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from testing.chat_client import connect
from testing.mail_server import mail_server
from testing.service import PASSWORD, Service, service_environment, sign_up_student
from testing.warm_start import TUTOR_SERVER, run_command
from tutor_server.llm.price_file import PRICE_FILE

if TYPE_CHECKING:
    from pathlib import Path

    from testing.servers import PostgresServer

SECRET = "marker-" * 6


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return run_command([TUTOR_SERVER, *arguments], folder, service_environment(folder / "data", **settings))


@pytest.mark.usefixtures("cold_start")
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("serve", "--port", "http"),
        ("serve", "--port", "65536"),
        ("serve", "--port", "-1"),
        ("serve", "--workers", "two"),
        ("serve", "--host", ""),
        ("serve", "--host", "[::1]"),
        ("serve", "--host", "0.0.0.0:80"),
        ("serve", "--host", "tutor..example"),
        ("serve", "--host", "%"),
        ("migrate", "now"),
    ],
)
def test_wrong_use_is_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Wrong usage gives status 2 and prints the usage."""
    done = run(tmp_path, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: tutor-server")
    assert not (tmp_path / "data").exists()


@pytest.mark.usefixtures("cold_start")
def test_help_names_the_commands_and_no_secret(tmp_path: Path) -> None:
    """`--help` works with any settings, and prints none of them."""
    done = run(tmp_path, "--help", TUTOR_JWT_SECRET=SECRET, TUTOR_LOG_LEVEL="loud")

    assert done.returncode == 0
    assert {"serve", "migrate", "check"} <= set(done.stdout.split())
    assert "marker" not in done.stdout


def test_help_waits_for_nothing_heavy() -> None:
    """`--help` imports neither the web server nor the database nor the settings, so that it is fast."""
    script = (
        "import sys, tutor_server.cli.main; print(*{'aiohttp', 'sqlalchemy', 'pydantic', 'asyncio'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=True)

    assert done.stdout.strip() == ""


@pytest.mark.usefixtures("cold_start")
def test_version(tmp_path: Path) -> None:
    """`--version` prints the distribution's version."""
    assert re.fullmatch(r"ask-tutor \d+\.\d+\.\d+\n", run(tmp_path, "--version").stdout)


@pytest.mark.parametrize(
    ("arguments", "settings", "named"),
    [
        (("serve",), {"TUTOR_DAILY_MESSAGE_CAP": "lots"}, "TUTOR_DAILY_MESSAGE_CAP"),
        (("migrate",), {"TUTOR_DATABASE_URL": "oracle://db"}, "TUTOR_DATABASE_URL"),
        (("check",), {"TUTOR_JWT_SECRET": "marker"}, "TUTOR_JWT_SECRET"),
        (("serve", "--host", "0.0.0.0"), {}, "TUTOR_REGISTRATION"),  # noqa: S104 - the service refuses this address
        (("serve", "--host", "0.0.0.0"), {"TUTOR_REGISTRATION": "open"}, "TUTOR_JWT_SECRET"),  # noqa: S104 - the service refuses this address
        (("serve", "--host", "tutor.example"), {"TUTOR_JWT_SECRET": SECRET}, "TUTOR_REGISTRATION"),
        (("serve",), {"TUTOR_DATABASE_URL": "sqlite+aiosqlite:////nowhere/at/all"}, "TUTOR_DATABASE_URL"),
        (("serve",), {"TUTOR_DATABASE_URL": "postgresql+asyncpg://t:marker@127.0.0.1:1/t"}, "TUTOR_DATABASE_URL"),
        (("migrate",), {"TUTOR_DATABASE_URL": "postgresql+asyncpg://t:marker@127.0.0.1:1/t"}, "TUTOR_DATABASE_URL"),
        (("serve",), {"TUTOR_DATA_DIR": "/dev/null/data"}, "TUTOR_DATA_DIR"),
        (("serve", "--workers", "2"), {}, "TUTOR_DATABASE_URL"),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    tmp_path: Path, arguments: tuple[str, ...], settings: dict[str, str], named: str
) -> None:
    """A fault at the start gives status 1 and one line that names the setting, but contains no secret."""
    done = run(tmp_path, *arguments, **settings)

    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"tutor-server: [^\n]+\n", done.stderr)
    assert named in done.stderr
    assert "marker" not in done.stderr


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    """A damaged database file gives one line, without a traceback."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "tutor.sqlite3").write_text("no database at all " * 100)

    done = run(tmp_path, "serve", "--port", "0")

    assert (done.returncode, done.stderr) == (
        1,
        "tutor-server: the database cannot be used: file is not a database; check TUTOR_DATABASE_URL\n",
    )


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    """A port in use gives status 1 and one line that names the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = run(tmp_path, "serve", "--port", str(port), TUTOR_LOG_LEVEL="error")

    assert done.returncode == 1
    assert re.fullmatch(rf"tutor-server: cannot listen on http://127\.0\.0\.1:{port}: [^\n]+\n", done.stderr)


def test_env_file_of_the_working_directory(tmp_path: Path) -> None:
    """`.env` in the working directory is read, and a wrong setting in it is refused."""
    (tmp_path / ".env").write_text("TUTOR_MESSAGES_PER_MINUTE=none\n")

    done = run(tmp_path, "check")

    assert done.returncode == 1
    assert "TUTOR_MESSAGES_PER_MINUTE" in done.stderr


@pytest.mark.usefixtures("cold_start")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serving_until_told_to_stop(tmp_path: Path, number: signal.Signals) -> None:
    """When the service is ready, one line gives its URL; a signal ends it with status 0; stderr has only the log."""
    service = Service(tmp_path)

    service.process.send_signal(number)

    assert service.process.wait(20) == 0
    service.kill()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", service.url)
    assert [line for line in service.lines if not line.startswith("{")] == [f"listening on {service.url}"]
    assert [entry["event"] for entry in service.log] == ["migrated", "started", "stopping", "stopped"]


def test_a_class_may_come_at_once(tmp_path: Path) -> None:
    """The listen backlog of a busy service holds a connection from each window of a class."""
    service = Service(tmp_path)
    address = "127.0.0.1", int(service.url.rpartition(":")[2])
    service.process.send_signal(signal.SIGSTOP)
    with ExitStack() as stack:
        try:
            for _ in range(600):
                stack.enter_context(socket.create_connection(address, timeout=5))
        finally:
            service.process.send_signal(signal.SIGCONT)
    service.stop()


async def test_accounts_survive_a_restart(tmp_path: Path) -> None:
    """After a crash, the data folder still has the secret, so that accounts and tokens stay valid."""
    first = Service(tmp_path)
    body = {"email": "ada@uni.example", "password": "a long password"}
    async with ClientSession(first.url) as client, client.post("/api/auth/register", json=body) as response:
        account = await response.json()
    first.kill()

    second = Service(tmp_path)
    headers = {"Authorization": f"Bearer {account['access_token']}"}
    async with ClientSession(second.url) as client:
        async with client.get("/api/auth/me", headers=headers) as response:
            assert response.status == 200
        async with client.post("/api/auth/refresh", json={"refresh_token": account["refresh_token"]}) as response:
            assert response.status == 200
    assert second.stop() == 0


@pytest.mark.usefixtures("cold_start")
def test_a_console_log_is_no_json(tmp_path: Path) -> None:
    """`TUTOR_LOG_FORMAT` selects the log format if stderr is not a terminal."""
    service = Service(tmp_path, {"TUTOR_LOG_FORMAT": "console"})
    service.stop()

    assert [line.split(maxsplit=1)[1] for line in service.lines if "listening" not in line] == [
        "info     migrated",
        f"info     started address={service.url}",
        "info     stopping",
        "info     stopped",
    ]


@pytest.mark.usefixtures("cold_start")
def test_migrating_can_be_repeated(tmp_path: Path) -> None:
    """`migrate` updates the database, can be repeated, and `check` then reports no fault."""
    assert [run(tmp_path, "migrate").returncode for _ in range(2)] == [0, 0]

    done = run(tmp_path, "check")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "ok    database: connected, at the newest schema",
        "ok    redis: not set: the limits hold in this one process",
        "ok    prices: those of the built-in list",
        "ok    provider offline: ready",
    ]


@pytest.mark.parametrize("command", [("migrate",), ("serve", "--port", "0")])
def test_a_database_of_a_newer_version_is_one_line(tmp_path: Path, command: tuple[str, ...]) -> None:
    """A database of a newer version gives one line, and is left unchanged."""
    assert run(tmp_path, "migrate").returncode == 0
    with closing(sqlite3.connect(tmp_path / "data" / "tutor.sqlite3")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = 'of the future'")

    done = run(tmp_path, *command)

    assert done.returncode == 1
    assert re.fullmatch(r"tutor-server: the database is of a newer version [^\n]+\n", done.stderr)


def test_postgresql_is_migrated_on_demand_only(tmp_path: Path, postgres_server: PostgresServer) -> None:
    """On PostgreSQL, which other processes may be using, `serve` refuses to start until `migrate` has run."""
    url = postgres_server.empty_database()

    refused = run(tmp_path, "serve", "--port", "0", TUTOR_DATABASE_URL=url, TUTOR_LOG_LEVEL="error")
    checked = run(tmp_path, "check", TUTOR_DATABASE_URL=url)
    migrated = run(tmp_path, "migrate", TUTOR_DATABASE_URL=url)
    service = Service(tmp_path, {"TUTOR_DATABASE_URL": url})

    assert (refused.returncode, refused.stderr) == (
        1,
        "tutor-server: the database is not at the newest schema: run `tutor-server migrate` first\n",
    )
    assert checked.returncode == 1
    assert checked.stdout.startswith("wrong database: not at the newest schema: run `tutor-server migrate`\n")
    assert migrated.returncode == 0
    assert service.stop() == 0


WRONG_PRICES = "TUTOR_DATA_DIR: prices.toml: price 1: provider is one of anthropic, openai"


def write_wrong_prices(folder: Path) -> None:
    """Write a price file without a provider into the data folder."""
    (folder / "data").mkdir(exist_ok=True)
    (folder / "data" / "prices.toml").write_text("[[price]]\n")


def test_a_wrong_price_file_stops_the_start(tmp_path: Path) -> None:
    """An invalid price file stops the start with one line that names the entry and the fault."""
    write_wrong_prices(tmp_path)

    done = run(tmp_path, "serve", "--port", "0")

    assert (done.returncode, done.stderr) == (1, f"tutor-server: {WRONG_PRICES}\n")


def test_check_says_what_is_wrong(tmp_path: Path) -> None:
    """`check` prints one line with the setting for each part; a fault gives status 1."""
    write_wrong_prices(tmp_path)
    done = run(
        tmp_path,
        "check",
        TUTOR_DATABASE_URL="postgresql+asyncpg://t:marker@127.0.0.1:1/t",
        TUTOR_REDIS_URL="redis://:marker@127.0.0.1:1/0",
        OPENAI_API_KEY="marker",
        OPENAI_BASE_URL="http://127.0.0.1:1/v1",
    )

    assert done.returncode == 1
    assert done.stderr == "tutor-server: 4 of 4 checks failed\n"
    database, redis, prices, provider = done.stdout.splitlines()
    assert database.startswith("wrong database: ")
    assert database.endswith("; check TUTOR_DATABASE_URL")
    assert redis == "wrong redis: cannot be reached (ConnectionError); check TUTOR_REDIS_URL"
    assert prices == f"wrong prices: {WRONG_PRICES}"
    assert provider == (
        "wrong provider openai: cannot be reached: nothing listens there; start the server, or check OPENAI_BASE_URL"
    )
    assert "marker" not in done.stdout


def test_check_says_that_a_budget_needs_a_price(tmp_path: Path) -> None:
    """`check` reports a model without a price in the same line with which `serve` refuses to start."""
    settings = {
        "TUTOR_DAILY_BUDGET_USD": "5",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "OPENAI_API_KEY": "marker",
        "TUTOR_OPENAI_MODEL": "own-model",
    }

    unpriced = run(tmp_path, "check", **settings)
    price = '[[price]]\nprovider = "openai"\nmodel = "own-model"\ninput = 1\noutput = 1\n'
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / PRICE_FILE).write_text(price)
    priced = run(tmp_path, "check", **settings)

    assert unpriced.stdout.splitlines()[2] == (
        "wrong prices: TUTOR_DAILY_BUDGET_USD: no price is known for own-model of openai, so that no budget can hold; "
        f"put one into {tmp_path / 'data' / PRICE_FILE}"
    )
    assert priced.stdout.splitlines()[2] == "ok    prices: own ones for own-model"


DOMAINS = {"TUTOR_REGISTRATION": "domains:uni.example"}


def test_registration_by_domain_needs_mail(tmp_path: Path) -> None:
    """A new installation with registration by domain but without e-mail does not start, and `check` says the same."""
    done = run(tmp_path, "serve", "--port", "0", **DOMAINS)
    checked = run(tmp_path, "check", **DOMAINS)

    assert done.returncode == checked.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(
        "tutor-server: TUTOR_REGISTRATION: domains:… needs TUTOR_SMTP_URL: without mail"
    )
    assert "wrong registration: TUTOR_REGISTRATION: domains:… needs TUTOR_SMTP_URL" in checked.stdout


async def test_an_installation_from_before_goes_on(tmp_path: Path) -> None:
    """An existing service with registration by domain but without e-mail starts, and its accounts work.

    The log says why nobody can register.
    """
    first = Service(tmp_path)
    student = await sign_up_student(first)
    assert first.stop() == 0
    again = Service(tmp_path, DOMAINS)
    async with connect(again.url, student.access_token) as chat:
        frames = await chat.answer()
    async with ClientSession(again.url) as client:
        body = {"email": "eve@uni.example", "password": PASSWORD}
        async with client.post("/api/auth/register", json=body) as response:
            refused = response.status, (await response.json())["code"]
    log = [entry for entry in again.log if entry["event"] == "registration_closed"]
    assert again.stop() == 0

    assert frames[0]["type"] == "accepted"
    assert refused == (403, "REGISTRATION_CLOSED")
    assert [entry["level"] for entry in log] == ["warning"]
    assert "TUTOR_SMTP_URL" in log[0]["reason"]


async def test_check_tries_the_mail_server(tmp_path: Path) -> None:
    """`check` signs in at the mail server, and reports a failure without the password."""
    async with mail_server(password="marker") as mail:
        sender = {"TUTOR_SMTP_FROM": "tutor@uni.example", "TUTOR_PUBLIC_URL": "http://127.0.0.1:8765"}
        urls = [f"smtp://ada:{word}@127.0.0.1:{mail.port}" for word in ("marker", "wrong")]
        checks = [await asyncio.to_thread(run, tmp_path, "check", TUTOR_SMTP_URL=url, **sender) for url in urls]
    away = await asyncio.to_thread(run, tmp_path, "check", TUTOR_SMTP_URL="smtp://127.0.0.1:1", **sender)

    assert [done.returncode for done in (*checks, away)] == [0, 1, 1]
    assert [done.stdout.splitlines()[-1] for done in (*checks, away)] == [
        "ok    mail: connected",
        "wrong mail: the server cannot be used (SMTPAuthenticationError, status 535); check TUTOR_SMTP_URL",
        "wrong mail: the server cannot be used (SMTPConnectError); check TUTOR_SMTP_URL",
    ]
    assert mail.messages == []
    assert "marker" not in "".join(done.stdout + done.stderr for done in checks)


def test_links_need_an_address_that_people_reach(tmp_path: Path) -> None:
    """A public service that sends e-mail needs its own URL in the settings."""
    settings = {
        "TUTOR_REGISTRATION": "open",
        "TUTOR_JWT_SECRET": "x" * 32,
        "TUTOR_SMTP_URL": "smtps://mail.uni.example",
        "TUTOR_SMTP_FROM": "tutor@uni.example",
    }

    done = run(tmp_path, "serve", "--host", "0.0.0.0", "--port", "0", **settings)  # noqa: S104 - this test is about a public address

    assert done.returncode == 1
    assert done.stderr.startswith(
        "tutor-server: TUTOR_PUBLIC_URL: must be set, since it mails links, listens on 0.0.0.0"
    )
