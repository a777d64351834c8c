"""A real service in a process of its own, on a free port and with an empty data folder, and its students."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, closing
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self
from uuid import UUID, uuid4

import asyncpg
from aiohttp import ClientSession

from testing.migrated import put_database
from testing.warm_start import TUTOR_SERVER, start_service

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PASSWORD = "a quiet long password"

START_SECONDS = 60
STOP_SECONDS = 40
LOG_SECONDS = 20


def service_environment(data_dir: Path, **settings: str) -> dict[str, str]:
    """Return a minimal environment for a service, without any of the machine's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return kept | {"HOME": str(data_dir.parent), "TUTOR_DATA_DIR": str(data_dir)} | settings


class Service:
    """A running `tutor-server serve`, or another program with the same arguments. Its log is read while it runs."""

    def __init__(
        self,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        port: int = 0,
        workers: int = 1,
        program: Sequence[str] = (TUTOR_SERVER,),
    ) -> None:
        self.data_dir = folder / "data"
        self.lines: list[str] = []
        self._heard = threading.Condition()
        settings = settings or {}
        self._database_url = settings.get("TUTOR_DATABASE_URL")
        environment = service_environment(self.data_dir, **settings)
        command = [*program, "serve", "--port", str(port), "--workers", str(workers)]
        self.process = start_service(command, folder, environment)
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self.url = self._wait_until_listening()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The log so far. Every line except the one with the address must be a JSON object."""
        with self._heard:
            lines = [line for line in self.lines if not line.startswith("listening on ")]
        entries: list[dict[str, Any]] = [json.loads(line) for line in lines]
        assert all(isinstance(entry, dict) for entry in entries)
        return entries

    async def logged(self, event: str, **fields: Any) -> dict[str, Any]:
        """Wait for a log line of this event with these fields. Return the latest one."""
        return await asyncio.to_thread(self._wait_for_log, event, fields)

    def query(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Run a SQL query on the service's database. Ids may be given in the format of the API."""
        if self._database_url:
            return _query_postgres(self._database_url, statement, parameters)
        with closing(sqlite3.connect(self.data_dir / "tutor.sqlite3")) as connection:
            return connection.execute(statement, [_as_stored(value) for value in parameters]).fetchall()

    def worker_ids(self) -> list[int]:
        """Return the ids of the worker processes (Linux)."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text(encoding="ascii").split()]

    def stop(self) -> int:
        """Stop the service with SIGTERM, as an operator would. Return its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        finally:
            self.kill()

    def kill(self) -> None:
        """Kill the service, as a crash would. It has no effect if the service has already ended."""
        self.process.kill()
        self.process.wait()
        self._listener.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def _listen(self) -> None:
        assert self.process.stderr is not None
        for raw in self.process.stderr:
            with self._heard:
                self.lines.append(raw.decode().rstrip("\n"))
                self._heard.notify_all()
        with self._heard:
            self._heard.notify_all()

    def _wait_until_listening(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        with self._heard:
            while True:
                for line in self.lines:
                    if match := re.fullmatch(r"listening on (http://\S+)", line):
                        return match[1]
                if self.process.poll() is not None or not self._heard.wait(deadline - time.monotonic()):
                    break
        self.kill()
        raise RuntimeError("the service did not start:\n" + "\n".join(self.lines))

    def _wait_for_log(self, event: str, fields: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + LOG_SECONDS
        while True:
            with self._heard:
                heard = len(self.lines)
            found = [entry for entry in self.log if entry["event"] == event and fields.items() <= entry.items()]
            if found:
                return found[-1]
            with self._heard:
                if len(self.lines) == heard and not self._heard.wait(deadline - time.monotonic()):
                    raise AssertionError(f"no log line {event} {fields} in\n" + "\n".join(self.lines))


class RunningService(AbstractAsyncContextManager[Service]):
    """Starts a service on entry. On exit, stops it, and fails if its exit status is not 0.

    A service that the test itself has ended is not checked.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict[str, str],
        *,
        port: int = 0,
        workers: int = 1,
        program: Sequence[str] = (TUTOR_SERVER,),
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._port = port
        self._workers = workers
        self._program = program
        self._service: Service | None = None

    async def __aenter__(self) -> Service:
        if "TUTOR_DATABASE_URL" not in self._settings:
            put_database(self._folder / "data")
        self._service = await asyncio.to_thread(
            lambda: Service(self._folder, self._settings, port=self._port, workers=self._workers, program=self._program)
        )
        return self._service

    async def __aexit__(self, *_: object) -> None:
        service = self._service
        if service is None:
            return
        if service.process.poll() is None:
            assert await asyncio.to_thread(service.stop) == 0
        service.kill()


class StartService(Protocol):
    """A function that returns a service with given settings, to be started by `async with`."""

    def __call__(self, **settings: str) -> RunningService:
        """Return a service with these environment variables, which is not started yet."""
        ...


@dataclass(frozen=True, slots=True)
class Student:
    """A registered student, with tokens from signing in."""

    id: str
    email: str
    password: str
    access_token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        """The headers that authenticate a request."""
        return {"Authorization": f"Bearer {self.access_token}"}

    @classmethod
    def signed_in(cls, answer: dict[str, Any], password: str) -> Self:
        """Build a student from the response to a registration or a sign-in."""
        return cls(
            id=answer["user"]["id"],
            email=answer["user"]["email"],
            password=password,
            access_token=answer["access_token"],
            refresh_token=answer["refresh_token"],
        )


class SignUp(Protocol):
    """A function that registers students."""

    async def __call__(self, service: Service, **fields: Any) -> Student:
        """Register a student at a service, with an unused e-mail address."""
        ...


async def sign_up_student(service: Service, **fields: Any) -> Student:
    """Register a student at a service, with an unused e-mail address."""
    body = {"email": f"{uuid4().hex}@uni.example", "password": PASSWORD, **fields}
    async with ClientSession(service.url) as session, session.post("/api/auth/register", json=body) as response:
        answer = await response.json()
        assert response.status == 201, answer
    return Student.signed_in(answer, body["password"])


def _query_postgres(url: str, statement: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
    """Run a query written for SQLite, in a thread of its own, since the caller's event loop may be running."""

    async def query() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            numbers = count(1)
            rows = await connection.fetch(re.sub(r"\?", lambda _: f"${next(numbers)}", statement), *parameters)
            return [tuple(row) for row in rows]
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(query())).result()


def _as_stored(value: object) -> object:
    if isinstance(value, str | UUID):
        try:
            return UUID(str(value)).hex
        except ValueError:
            pass
    return value
