"""Small JSON files that only the user can read, and that are there whole or not at all."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

_TRIES, _PAUSE_SECONDS = 20, 0.02


def read_json(path: Path) -> Any:
    """Give what a file holds; None where it is missing or damaged. Raises `OSError` where it may not be read."""
    try:
        return json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError, ValueError, RecursionError):
        return None


def write_json(path: Path, value: Any) -> None:
    """Replace a file at one stroke, its folder made if need be, both for the user alone. Raises `OSError`."""
    import tempfile  # noqa: PLC0415 - at the start nothing is loaded that is not needed

    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
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
    """Rename over the file. On Windows that fails while another process reads it, which takes no time."""
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
