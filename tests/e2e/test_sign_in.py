"""Signing in and out with real `tutor` processes, a real language server and a real service."""

from __future__ import annotations

import asyncio
import json
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from testing.device_page import Browser
from testing.tutor_program import SECONDS, Result, Tutor, on_a_terminal
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.sign_in.token_store import Tokens
from tutor_lsp.terminal.ask import LOCAL_INSTEAD
from tutor_lsp.terminal.language_client import LanguageClient

if TYPE_CHECKING:
    from testing.service import Service, SignUp, Student

EXAMPLES = Path(__file__).parents[2] / "examples"
CODE = "[A-Z]{4}-[A-Z]{4}"

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither these signals nor pseudo-terminals")


@pytest.fixture
def tutor(tmp_path: Path) -> Tutor:
    """Return a `tutor` command line with its own folder and a student's program, on a computer without a keyring."""
    shutil.copy(EXAMPLES / "average.py", tmp_path)
    running = Tutor(tmp_path)
    running.environment["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    return running


@pytest.fixture
def keyring(tutor: Tutor) -> Path:
    """Install a file-based keyring backend for the command line, and return its file."""
    path = tutor.folder / "keyring.json"
    tutor.environment["PYTHON_KEYRING_BACKEND"] = "testing.editor_side.file_keyring.FileKeyring"
    tutor.environment["KEYRING_PROPERTY_PATH"] = str(path)
    return path


@pytest.fixture
async def student(service: Service, sign_up: SignUp) -> Student:
    """Return a registered student."""
    return await sign_up(service)


def read(path: Path) -> Any:
    """Return the contents of a JSON file, or None if it does not exist."""
    return json.loads(path.read_text()) if path.exists() else None


def read_text(path: Path) -> str:
    """Read a file."""
    return path.read_text()


def kept(tutor: Tutor, name: str) -> Any:
    """Return the contents of a JSON file in the data folder, or None if it does not exist."""
    return read(tutor.folder / "data" / name)


async def refresh_status(service: Service, refresh_token: str) -> int:
    """Send a refresh token; return the response's status."""
    body = {"refresh_token": refresh_token}
    async with ClientSession(service.url) as session, session.post("/api/auth/refresh", json=body) as response:
        return response.status


async def sign_in(tutor: Tutor, student: Student, url: str, decision: str, typed: str = "") -> tuple[Result, str]:
    """Run `tutor sign-in` and decide in a browser; return the command's result and the text of the decision page."""
    process = await tutor.start("sign-in", "--server", url, stdin=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(typed.encode())
    browser = Browser(url)
    try:
        async with asyncio.timeout(SECONDS):
            shown = await process.stdout.readuntil(b"Ctrl-C stops.\n")
            (user_code,) = re.findall(r"Your code is (\S+)\.", shown.decode())
            page = await browser.sign_in(user_code, student.email, student.password)
            await browser.submit(decision=decision)
            stdout, stderr = await process.communicate()
    finally:
        await browser.close()
    assert process.returncode is not None
    return Result(process.returncode, (shown + stdout).decode(), stderr.decode()), page.text


async def signed_in(tutor: Tutor, student: Student, url: str, *, seconds_left: float = 600) -> None:
    """Store a sign-in in the data folder without a browser; the access token expires after the given seconds."""
    sign_ins = SignIns(lambda: tutor.folder / "data")
    await sign_ins.agree_to_file()
    await sign_ins.keep(url, Tokens(student.access_token, student.refresh_token, time.time() + seconds_left))


async def test_sign_in_ask_sign_out(tutor: Tutor, service: Service, student: Student) -> None:
    """After the sign-in, asks go to the service without a setting; after the sign-out, to local mode."""
    result, page = await sign_in(tutor, student, service.url, "approve", typed="y\n")
    tokens = kept(tutor, "tokens.json")
    first = await tutor.run("ask", "average.py:8")
    status = await tutor.run("status")
    again = await tutor.run("sign-in")
    signed_out = await tutor.run("sign-out")
    local = await tutor.run("status")

    (code,) = re.findall(rf"Your code is ({CODE})\.", result.stdout)
    assert result.stdout == (
        f"In a browser, on any device, open:\n\n    {service.url}/device\n\nYour code is {code}.\n"
        "Waiting until you have approved the sign-in there. Ctrl-C stops.\n"
        f"You are signed in as {student.email}.\n"
    )
    assert result.stderr.endswith(f"only you can read?\n  {tutor.folder / 'data' / 'tokens.json'}\n[y/N] ")
    assert f"Ask Tutor in a terminal ({platform.system()})" in page
    assert (first.status, first.stdout[:17], first.stderr) == (0, "Hint 1 · question", "")
    assert kept(tutor, "local.sqlite3") is None
    assert status.stdout.startswith(
        f"Service: {service.url}\nAccount: {student.email}\nToday:   1 of 100 messages; the count starts again at "
    )
    assert again.stdout == f"You are signed in at {service.url} as {student.email}. To change that, sign out first.\n"
    assert signed_out == (0, f"You are signed out of {service.url}.\n", "")
    assert local.stdout == "Local mode: the tutor answers on this computer, without an account.\n"
    assert kept(tutor, "tokens.json") == {}
    (refresh_token,) = [entry["refresh_token"] for entry in tokens.values()]
    assert await refresh_status(service, refresh_token) == 401


async def test_with_a_keyring_nothing_is_asked_and_nothing_written(
    tutor: Tutor, service: Service, student: Student, keyring: Path
) -> None:
    """With a keyring, tokens are stored only there, and deleted with the sign-out."""
    result, _ = await sign_in(tutor, student, service.url, "approve")
    items = read(keyring)
    answer = await tutor.run("ask", "average.py:8")
    await tutor.run("sign-out")

    assert (result.status, result.stderr) == (0, "")
    assert len(items) == 1
    assert kept(tutor, "tokens.json") is None
    assert (answer.status, answer.stdout[:6]) == (0, "Hint 1")
    assert read(keyring) == {}


async def test_without_agreement_nothing_is_kept(tutor: Tutor, service: Service) -> None:
    """If there is no keyring and the student does not agree to a file, the sign-in is not stored."""
    for typed in ("", "n\n", "\n", "what?\n"):
        result = await tutor.run("sign-in", "--server", service.url, typed=typed)

        assert (result.status, result.stdout) == (1, "")
        assert result.stderr.endswith("You can sign in from your editor, for as long as it is open.\n")
        assert kept(tutor, "sign-in.json") is None


async def test_a_refusal_in_the_browser_is_status_1(
    tutor: Tutor, service: Service, student: Student, keyring: Path
) -> None:
    """If the device is denied in the browser, stderr has one line and nothing is stored."""
    result, _ = await sign_in(tutor, student, service.url, "deny")

    assert (result.status, result.stderr) == (1, "tutor: The sign-in was refused in the browser.\n")
    assert read(keyring) == {}


@posix
async def test_ctrl_c_stops_waiting(tutor: Tutor, service: Service, keyring: Path) -> None:
    """Ctrl-C during the wait for the browser gives status 1, and nothing is stored."""
    process = await tutor.start("sign-in", "--server", service.url)
    assert process.stdout is not None
    async with asyncio.timeout(SECONDS):
        await process.stdout.readuntil(b"Ctrl-C stops.\n")
        process.send_signal(signal.SIGINT)
        _, stderr = await process.communicate()

    assert (process.returncode, stderr) == (1, b"tutor: Stopped.\n")
    assert kept(tutor, "sign-in.json") is None


async def test_signing_out_works_without_the_service(tutor: Tutor, student: Student) -> None:
    """Signing out without the service deletes the sign-in here, and the student learns that nothing was revoked."""
    away = "http://127.0.0.1:9"
    await signed_in(tutor, student, away)

    result = await tutor.run("sign-out")

    assert result.status == 0
    assert result.stdout == (
        f"You are signed out of {away}.\n"
        "The service could not be told. There, the sign-in ends by itself within 30 days.\n"
    )
    assert (kept(tutor, "tokens.json"), kept(tutor, "sign-in.json")["sign_ins"]) == ({}, [])


async def test_a_sign_in_that_the_service_has_ended(tutor: Tutor, service: Service, student: Student) -> None:
    """After a password change, the next refresh fails with one clear message, and the tokens are deleted."""
    await signed_in(tutor, student, service.url, seconds_left=0)
    async with ClientSession(service.url) as session:
        body = {"current_password": student.password, "new_password": student.password + "!"}
        async with session.post("/api/auth/password", json=body, headers=student.headers) as response:
            assert response.status == 204

    refused = await tutor.run("ask", "average.py:8")
    status = await tutor.run("status")

    message = "Sign in to ask the tutor: in your editor, or with `tutor sign-in` in a terminal."
    assert refused == (1, "", f"tutor: {message} {LOCAL_INSTEAD}\n")
    assert status == (0, f"Service: {service.url}\n{message}\n", "")
    assert (kept(tutor, "tokens.json"), kept(tutor, "sign-in.json")["sign_ins"]) == ({}, [])


async def test_the_environments_token_goes_first(tutor: Tutor, service: Service, student: Student) -> None:
    """With `TUTOR_ACCESS_TOKEN` and `TUTOR_SERVER_URL` no sign-in is needed, and `tutor sign-in` is refused."""
    remote = {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
    status = await tutor.run("status", **remote)
    signed_in = await tutor.run("sign-in", **remote)
    refused = await tutor.run("status", **(remote | {"TUTOR_ACCESS_TOKEN": "x"}))

    assert status.stdout.startswith(f"Service: {service.url}\nAccount: {student.email}\n")
    assert (signed_in.status, signed_in.stderr.count("\n")) == (1, 1)
    assert (refused.status, "TUTOR_ACCESS_TOKEN" in refused.stderr) == (1, True)


async def test_the_environments_token_goes_to_its_service_alone(tutor: Tutor, service: Service) -> None:
    """A token without a server URL in the environment is not sent anywhere."""
    (tutor.folder / "data").mkdir()
    record = {"server_url": service.url, "is_in_use": True, "may_use_file": False, "sign_ins": []}
    (tutor.folder / "data" / "sign-in.json").write_text(json.dumps(record))

    result = await tutor.run("status", TUTOR_ACCESS_TOKEN="x")

    assert result.stdout.startswith(f"Service: {service.url}\nSign in to ask the tutor")


async def test_a_running_language_server_follows(tutor: Tutor, service: Service, student: Student) -> None:
    """A running language server notices a sign-in and a sign-out in a terminal."""
    async with asyncio.timeout(SECONDS), await LanguageClient.start(env=tutor.environment) as client:
        states = [(await client.status()).state]
        await signed_in(tutor, student, service.url)
        states.append((await client.status()).state)
        await tutor.run("sign-out")
        states.append((await client.status()).state)

    assert states == ["local", "ready", "local"]


@posix
async def test_on_a_desktop_the_browser_opens(tutor: Tutor, service: Service, keyring: Path) -> None:
    """On a desktop, the page opens by itself with the code filled in."""
    programs = tutor.folder / "bin"
    programs.mkdir()
    opened = tutor.folder / "opened"
    browser = programs / "xdg-open"
    browser.write_text(f'#!/bin/sh\necho "$1" >> "{opened}"\n')
    browser.chmod(0o755)
    environment = {"DISPLAY": ":99", "PATH": str(programs)}
    async with asyncio.timeout(SECONDS):
        reader, process = await on_a_terminal(tutor, ["sign-in", "--server", service.url], environment)
        shown = (await reader.readuntil(b"Ctrl-C stops.")).decode().replace("\r\n", "\n")
        while not opened.exists():  # noqa: ASYNC110 - another process creates the file, so polling is the only way
            await asyncio.sleep(0.02)
        process.send_signal(signal.SIGINT)
        await reader.read()
        await process.communicate()

    (code,) = re.findall(rf"Your code is ({CODE})\.", shown)
    assert shown.startswith(f"Your browser shows this page, or open it yourself:\n\n    {service.url}/device\n")
    assert read_text(opened) == f"{service.url}/device?user_code={code}\n"


async def test_what_is_no_tutor_service_is_said_so(tutor: Tutor) -> None:
    """An unreachable server gives one line and status 1; an invalid URL gives status 2."""
    away = await tutor.run("sign-in", "--server", "http://127.0.0.1:9")
    plain = await tutor.run("sign-in", "--server", "http://tutor.uni.example")
    unnamed = await tutor.run("sign-in")

    assert (away.status, away.stderr) == (1, "tutor: The tutor at 127.0.0.1 cannot be reached.\n")
    assert (plain.status, plain.stderr.count("\n")) == (2, 1)
    assert (unnamed.status, "--server URL" in unnamed.stderr) == (2, True)
