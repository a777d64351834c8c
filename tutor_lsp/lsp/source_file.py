"""Read a Python file from the student's disk."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

from tutor_protocol import MAX_CODE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

PYTHON_SUFFIXES = (".py", ".pyi", ".pyw")


class NotPythonText(Exception):
    """The bytes of a file cannot be decoded with the encoding that Python would use."""


def read_source(path: Path) -> str:
    """Return the text of a file as Python decodes it: in UTF-8 or the declared encoding (PEP 263), without the BOM.

    Raise `OSError` or `NotPythonText`.
    """
    content = path.read_bytes()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeError) as error:
        raise NotPythonText from error


def read_executed(path: Path) -> str | None:
    """Return the text of a module that the student's program has run, or None if it is too long for an ask."""
    try:
        if path.suffix in PYTHON_SUFFIXES and path.is_file() and path.stat().st_size <= MAX_CODE_BYTES:
            return read_source(path)
    except (NotPythonText, OSError):
        pass
    return None
