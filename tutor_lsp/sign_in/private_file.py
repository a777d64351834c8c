"""Small JSON files that only the user can read, and that are replaced atomically."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

_TRIES, _PAUSE_SECONDS = 20, 0.02


def read_json(path: Path) -> Any:
    """Return the content of a file, or None if it is missing or not JSON. Raise `OSError` if it cannot be read."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None


def write_json(path: Path, value: Any) -> None:
    """Replace a file atomically, and create its folder if necessary. Only the user can read both. Raise `OSError`."""
    import tempfile  # noqa: PLC0415 - keeps the start-up fast

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # The file has mode 0600.
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _replace(temporary: Path, path: Path) -> None:
    """Rename the temporary file to its final name. On Windows, retry while another process is reading the old file."""
    for _ in range(_TRIES):
        try:
            temporary.replace(path)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    temporary.replace(path)
