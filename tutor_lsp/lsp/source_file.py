"""A Python file on the student's disk: what counts as one, and its text."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

from tutor_protocol import MAX_CODE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

PYTHON_SUFFIXES = (".py", ".pyi", ".pyw")


class NotPythonText(Exception):
    """The bytes are not text in the encoding that Python would read them in."""


def read_source(path: Path) -> str:
    """Read a file as Python does: UTF-8, or what its first lines declare (PEP 263); a byte order mark is no text.

    Raises `OSError` or `NotPythonText`.
    """
    content = path.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeError) as error:
        raise NotPythonText from error


def read_executed(path: Path) -> str | None:
    """Return the text of a module that the student's program has just executed, or None if no ask can carry it."""
    try:
        if path.suffix in PYTHON_SUFFIXES and path.is_file() and path.stat().st_size <= MAX_CODE_BYTES:
            return read_source(path)
    except (NotPythonText, OSError):
        pass
    return None
