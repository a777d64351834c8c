"""Stands in for the library `keyring` inside VS Code: secrets are kept in the editor's own secret storage.

The language server uses four functions of that library. The editor passes the number of a pipe that leads to it in
`TUTOR_SECRETS_FD`; requests and replies are JSON objects, one a line, and are answered in order.
"""

from __future__ import annotations

import json
import os
import threading
from types import SimpleNamespace
from typing import Any

_PIPE = "TUTOR_SECRETS_FD"


class SecretStorageUnavailable(Exception):
    """The editor has no secret storage, or has refused."""


class _SecretStorage:
    """The editor's secret storage. From any thread, one request at a time."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._count = 0
        self._unread = b""

    def get_password(self, service: str, username: str) -> str | None:
        """Give a secret; None: there is none."""
        value = self._ask(do="get", key=_key(service, username)).get("value")
        return value if isinstance(value, str) else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a secret."""
        self._ask(do="store", key=_key(service, username), value=password)

    def delete_password(self, service: str, username: str) -> None:
        """Remove a secret, if there is one."""
        self._ask(do="delete", key=_key(service, username))

    def _ask(self, **request: str) -> dict[str, Any]:
        with self._lock:
            self._count += 1
            line = json.dumps({"id": self._count, **request}).encode() + b"\n"
            while line:
                line = line[os.write(self._descriptor, line) :]
            reply: dict[str, Any] = json.loads(self._read_line())
        if "error" in reply:
            raise SecretStorageUnavailable(reply["error"])
        return reply

    def _read_line(self) -> bytes:
        while b"\n" not in self._unread:
            chunk = os.read(self._descriptor, 64 * 1024)
            if not chunk:
                raise SecretStorageUnavailable("The editor has closed the pipe.")
            self._unread += chunk
        line, _, self._unread = self._unread.partition(b"\n")
        return line


def _open() -> _SecretStorage | None:
    descriptor = os.environ.get(_PIPE)
    return _SecretStorage(int(descriptor)) if descriptor else None


_storage = _open()
core = SimpleNamespace(recommended=lambda backend: backend is not None)
"""`core.recommended` says whether a backend keeps what it is given."""


def get_keyring() -> _SecretStorage | None:
    """Give the storage; None where the editor has passed none."""
    return _storage


def get_password(service: str, username: str) -> str | None:
    """See `_SecretStorage`. Raises `SecretStorageUnavailable`, as the next two."""
    return _required().get_password(service, username)


def set_password(service: str, username: str, password: str) -> None:
    """See `_SecretStorage`."""
    _required().set_password(service, username, password)


def delete_password(service: str, username: str) -> None:
    """See `_SecretStorage`."""
    _required().delete_password(service, username)


def _required() -> _SecretStorage:
    if _storage is None:
        raise SecretStorageUnavailable("The editor has passed no pipe.")
    return _storage


def _key(service: str, username: str) -> str:
    return f"{service} / {username}"
