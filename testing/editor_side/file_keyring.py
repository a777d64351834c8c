"""A backend of the library `keyring` that stores its items in the JSON file whose path is in KEYRING_PROPERTY_PATH.

Set `PYTHON_KEYRING_BACKEND=testing.editor_side.file_keyring.FileKeyring` to make it the keyring of a process.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class FileKeyring(KeyringBackend):
    """A keyring that works like a real one, but stores its items in plain text.

    `fault` makes it fail: with `locked` and `raises` each access raises an exception, with `waits` it blocks for ever,
    and with `forgets` nothing is stored.
    """

    priority = 5.0
    path = ""
    fault = ""

    def get_password(self, service: str, username: str) -> str | None:
        """Return an item."""
        return self._items().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store an item."""
        if self.fault != "forgets":
            self._write(self._items() | {f"{service}/{username}": password})

    def delete_password(self, service: str, username: str) -> None:
        """Remove an item. Raise `PasswordDeleteError` if it does not exist."""
        items = self._items()
        if items.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("not found")
        self._write(items)

    def _items(self) -> dict[str, str]:
        if self.fault == "locked":
            raise KeyringLocked("locked")
        if self.fault == "raises":
            raise ZeroDivisionError
        if self.fault == "waits":
            threading.Event().wait()
        path = Path(self.path)
        items: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return items

    def _write(self, items: dict[str, str]) -> None:
        Path(self.path).write_text(json.dumps(items))
