"""A Python file on the student's disk: what counts as one, and its text."""

from __future__ import annotations

import io
import tokenize
from typing import TYPE_CHECKING

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
