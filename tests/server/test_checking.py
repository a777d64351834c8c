"""`tutor-server check`: faulty configurations are reported in one line each, with the setting to change."""

from __future__ import annotations

import os
import resource
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from redis import Redis

from tutor_server.cli import checking_places
from tutor_server.cli.checking import check
from tutor_server.cli.checking_places import eviction_problem, folder_problems
from tutor_server.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from testing.servers import RedisServer

NOBODY = 65534
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another user for a moment")


async def wrong(folder: Path, **settings: Any) -> list[str]:
    """Check a configuration; return the lines about its faults."""
    findings = await check(Settings.model_validate({"data_dir": folder} | settings))
    return [f"{finding.subject}: {finding.text}" for finding in findings if finding.is_wrong]


@contextmanager
def somebody_else() -> Iterator[Path]:
    """Switch this process to another user, who owns the given folder, for the duration of the context."""
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, NOBODY, NOBODY)
    os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a data folder as the service does."""
    made = tmp_path / "data"
    made.mkdir(0o700)
    (made / "jwt-secret").touch(0o600)
    return made


async def test_nothing_is_wrong_by_default(folder: Path) -> None:
    """The default configuration has no fault, whether or not the data folder exists."""
    assert await wrong(folder) == await wrong(folder.parent / "later" / "data") == []


def test_a_check_leaves_nothing_behind(folder: Path) -> None:
    """The test file that the check writes is deleted again."""
    assert list(folder_problems(folder)) == []
    assert [file.name for file in folder.iterdir()] == ["jwt-secret"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_secret_that_others_can_read(folder: Path, mode: int) -> None:
    """A secret file that other users can read is a fault, since they could sign tokens."""
    secret = folder / "jwt-secret"
    secret.chmod(mode)

    assert list(folder_problems(folder)) == [
        f"{secret} can be read by others, who could sign in as anybody: chmod 600 {secret}"
    ]


def test_a_folder_that_everybody_can_write_to(folder: Path) -> None:
    """A folder in which every user can write is a fault, since they could replace the secret."""
    folder.chmod(0o777)

    assert list(folder_problems(folder)) == [f"{folder} can be written to by everybody: chmod 700 {folder}"]


async def test_a_database_in_a_folder_that_nobody_makes(folder: Path) -> None:
    """A database in a missing folder is a fault, since the service creates only its own data folder."""
    url = f"sqlite+aiosqlite:///{folder.parent}/other/tutor.sqlite3"
    expected = [f"database: {folder.parent}/other does not exist; check TUTOR_DATABASE_URL"]

    assert expected == await wrong(folder, database_url=url)
    assert await wrong(folder.parent / "other", database_url=url) == []


async def test_what_is_no_folder(folder: Path) -> None:
    """A file at the path of the data folder, or of one of its parents, is a fault."""
    file = folder / "jwt-secret"
    found, (future,) = await wrong(file), folder_problems(file / "data")

    assert f"data folder: {file} is not a folder; see TUTOR_DATA_DIR" in found
    assert future == f"{file}/data cannot be made, since {file} is not a folder that can be written to"


@AS_ROOT
def test_a_folder_of_somebody_else(folder: Path) -> None:
    """A folder of another user is a fault, even if it is readable."""
    with somebody_else() as theirs:
        os.seteuid(0)
        os.chown(theirs, 0, 0)
        theirs.chmod(0o755)
        os.seteuid(NOBODY)
        problems = list(folder_problems(theirs))

    assert problems == [
        f"{theirs} belongs to another user: run the service as that user, or chown the folder",
        f"{theirs} cannot be written to: Permission denied",
    ]


@AS_ROOT
def test_a_folder_that_cannot_be_written_to() -> None:
    """A folder without write permission is a fault, also as the parent of a data folder that does not exist yet."""
    with somebody_else() as ours:
        ours.chmod(0o500)
        problems, future = list(folder_problems(ours)), list(folder_problems(ours / "data"))

    assert problems == [f"{ours} cannot be written to: Permission denied"]
    assert future == [f"{ours / 'data'} cannot be made, since {ours} is not a folder that can be written to"]


def test_a_write_that_fails(folder: Path) -> None:
    """If the test file cannot be written, as on a full disk, the line has the system's reason."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        problems = list(folder_problems(folder))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert problems == [f"{folder} cannot be written to: File too large"]


def test_a_disk_that_is_nearly_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk with less space than SQLite's log may need is a fault."""
    monkeypatch.setattr(checking_places, "ROOM_BYTES", 10**18)
    free = shutil.disk_usage(folder).free // 1024**2

    (problem,) = folder_problems(folder)

    assert problem.startswith(f"{folder} is on a disk with only ")
    assert problem.endswith(" MB left: free some, or move the folder")
    assert abs(int(problem.removeprefix(f"{folder} is on a disk with only ").split()[0]) - free) < 10_000


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_redis_that_throws_away_what_it_holds(folder: Path, redis_server: RedisServer, policy: str) -> None:
    """A Redis with bounded memory and an eviction policy is a fault, since it could evict counts."""
    with Redis.from_url(redis_server.url) as redis:
        redis.config_set("maxmemory-policy", policy)
        try:
            unbounded = await wrong(folder, redis_url=redis_server.url)
            redis.config_set("maxmemory", "100mb")
            bounded = await wrong(folder, redis_url=redis_server.url)
        finally:
            redis.config_set("maxmemory", "0")
            redis.config_set("maxmemory-policy", "noeviction")

    assert unbounded == []
    (line,) = bounded
    assert line == (
        f"redis: throws away what it holds when its memory is full (maxmemory-policy {policy}), so that limits and "
        "answers would be forgotten; set maxmemory-policy noeviction; see TUTOR_REDIS_URL"
    )


def test_a_redis_that_keeps_what_it_holds() -> None:
    """A Redis that does not evict keys, or that hides its settings, is no fault."""
    assert eviction_problem({"maxmemory": 10**8, "maxmemory_policy": "noeviction"}) is None
    assert eviction_problem({}) is None


async def test_a_public_address_with_a_path(folder: Path) -> None:
    """A public URL with a path is a fault, since the pages are served at the root of a host."""
    settings = {"public_url": "https://uni.example/tutor", "registration": "closed"}

    (line,) = await wrong(folder, **settings)
    assert line == (
        "public address: TUTOR_PUBLIC_URL: has a path, and the pages of the service stand at the root of a host; "
        "give it a host name of its own"
    )
