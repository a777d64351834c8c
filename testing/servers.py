"""Temporary Redis and PostgreSQL servers on loopback."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

from testing.migrated import migrate

if TYPE_CHECKING:
    from collections.abc import Iterator

START_SECONDS = 20
MOST_DATABASES = 512


def free_port() -> int:
    """Return a port on which nothing listens at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class RedisServer:
    """A Redis server without persistence. `database()` returns the URL of an unused database.

    `stop` and `start` simulate an outage. After `freeze`, until `thaw`, connections stay open but get no replies.
    """

    def __init__(self, program: str) -> None:
        self._program = program
        self._count = 0
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Self:
        """Start the server and wait until it accepts connections."""
        self._process = subprocess.Popen(
            [
                *(self._program, "--port", str(self.port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no", "--databases", str(MOST_DATABASES)),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for_port(self.port, self._process)
        return self

    def database(self) -> str:
        """Return the URL of an unused database. The attribute `url` is that of database 0, which is not returned."""
        self._count += 1
        assert self._count < MOST_DATABASES
        return f"redis://127.0.0.1:{self.port}/{self._count}"

    def stop(self) -> None:
        """Kill the server, which simulates an outage."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Suspend the server, as if its machine or the network had vanished."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume the server."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class PostgresServer:
    """A PostgreSQL server with a data folder of its own. `database()` creates an empty database at the newest schema.

    With `is_durable` it syncs its log to disk at each commit. Tests leave that out because it is slow.
    """

    def __init__(self, program: str, folder: Path, *, is_durable: bool = False) -> None:
        self._fsync = "on" if is_durable else "off"
        self._bin = Path(program).resolve().parent
        self._folder = folder
        self._count = 0
        self._template: str | None = None
        self.port = free_port()
        self._as_user = _unprivileged(folder)
        self._data = folder / "data"

    def create(self) -> Self:
        """Create the data folder and start the server."""
        self._run("initdb", "--pgdata", str(self._data), "--username", "tutor", "--auth", "trust", "--no-sync")
        return self.start()

    def start(self) -> Self:
        """Start the server and wait until it accepts connections."""
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        options += f" -c fsync={self._fsync}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "start", "--pgdata", str(self._data), "--wait", "--log", log, "--options", options)
        return self

    def stop(self) -> None:
        """Stop the server immediately, without a clean shutdown, which simulates an outage."""
        self._run("pg_ctl", "stop", "--pgdata", str(self._data), "--mode", "immediate")

    def freeze(self) -> None:
        """Suspend the server, as if its machine or the network had vanished."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume the server."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to all of the server's processes (Linux)."""
        first = (self._data / "postmaster.pid").read_text(encoding="ascii").split()[0]
        children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="ascii").split()
        for process in (first, *children):
            os.kill(int(process), number)

    def database(self) -> str:
        """Create a database without rows at the newest schema, and return its URL."""
        if self._template is None:
            url = self.empty_database()
            migrate(url)
            self._template = url.rpartition("/")[2]
        return self._create_database("--template", self._template)

    def empty_database(self) -> str:
        """Create a database without a schema, and return its URL."""
        return self._create_database()

    def _create_database(self, *options: str) -> str:
        self._count += 1
        name = f"tutor_{self._count}"
        address = ("--host", "127.0.0.1", "--port", str(self.port), "--username", "tutor")
        self._run("createdb", *address, *options, name)
        return f"postgresql+asyncpg://tutor@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [*self._as_user, str(self._bin / program), *arguments]
        done = subprocess.run(command, check=False, cwd=self._folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')}")


def find_postgres() -> str | None:
    """Return the path of `initdb`, which Debian does not put on PATH, or None if it is not installed."""
    found = shutil.which("initdb")
    if found is not None:
        return found
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return str(versions[-1]) if versions else None


@contextmanager
def throw_away_postgres(program: str, *, is_durable: bool = False) -> Iterator[PostgresServer]:
    """Run a PostgreSQL server in a temporary folder."""
    with TemporaryDirectory(prefix="tutor-postgres-") as folder:
        server = PostgresServer(program, Path(folder), is_durable=is_durable).create()
        try:
            yield server
        finally:
            server.stop()


def _unprivileged(folder: Path) -> list[str]:
    """Return the command prefix that runs a program as the user `postgres`, or an empty list unless run as root.

    PostgreSQL refuses to run as root. The folder is given to the user `postgres`, too.
    """
    if os.getuid() != 0:
        return []
    postgres = pwd.getpwnam("postgres")
    os.chown(folder, postgres.pw_uid, postgres.pw_gid)
    runuser = shutil.which("runuser", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or "runuser"
    return [runuser, "-u", "postgres", "--"]


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    raise RuntimeError("the server did not start")
