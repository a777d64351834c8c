"""Checks of the data folder, of Redis' eviction policy, and of the public URL."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tutor_server.settings import Settings

ROOM_BYTES = 100 * 1024 * 1024
"""Bytes of free disk space below which the check reports a problem: SQLite's log alone takes megabytes."""
_PROBE_BYTES = 64 * 1024
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def folder_problems(folder: Path) -> Iterator[str]:
    """Yield the reasons why this user cannot use the data folder, and why other users could read or change it."""
    if not folder.exists():
        yield from _future_problems(folder)
        return
    if not folder.is_dir():
        yield f"{folder} is not a folder"
        return
    found = folder.stat()
    if found.st_uid != _user() != 0:
        yield f"{folder} belongs to another user: run the service as that user, or chown the folder"
    if found.st_mode & stat.S_IWOTH:
        yield f"{folder} can be written to by everybody: chmod 700 {folder}"
    secret = folder / "jwt-secret"
    if secret.is_file() and secret.stat().st_mode & _FOR_OTHERS:
        yield f"{secret} can be read by others, who could sign in as anybody: chmod 600 {secret}"
    yield from _writing_problems(folder)


def _future_problems(folder: Path) -> Iterator[str]:
    parent = next(parent for parent in folder.absolute().parents if parent.exists())
    if not parent.is_dir() or not _is_writable(parent):
        yield f"{folder} cannot be made, since {parent} is not a folder that can be written to"


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def _writing_problems(folder: Path) -> Iterator[str]:
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"\0" * _PROBE_BYTES)
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        yield f"{folder} cannot be written to: {error.strerror}"
        return
    free = shutil.disk_usage(folder).free
    if free < ROOM_BYTES:
        yield f"{folder} is on a disk with only {free // 1024**2} MB left: free some, or move the folder"


def eviction_problem(memory: Mapping[str, Any]) -> str | None:
    """Return the problem with Redis' eviction policy, by its own INFO report, or None."""
    policy = memory.get("maxmemory_policy", "noeviction")
    if not int(memory.get("maxmemory", 0)) or policy == "noeviction":
        return None
    return (
        f"throws away what it holds when its memory is full (maxmemory-policy {policy}), so that limits and answers "
        "would be forgotten; set maxmemory-policy noeviction"
    )


def reachability_problems(settings: Settings) -> Iterator[str]:
    """Yield problems with the public URL and with registration."""
    if problem := settings.registration_problem():
        yield problem
    if settings.public_url is not None and urlsplit(settings.public_url).path:
        yield (
            "TUTOR_PUBLIC_URL: has a path, and the pages of the service stand at the root of a host; "
            "give it a host name of its own"
        )


def _user() -> int:
    """Return the id of the user that runs this process, or 0 on systems without user ids."""
    return os.geteuid() if hasattr(os, "geteuid") else 0
