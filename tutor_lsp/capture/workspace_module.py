"""The learning module that a folder of student work names in its `.tutor.toml`: `module = "loops"`, and nothing else.

The file comes with assignments from anywhere, so all that it can say is which module an ask is about: not where to
connect, and nothing to start.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pygls.uris import to_fs_path

from tutor_lsp.pygls_fixes import Refused

FILE_NAME = ".tutor.toml"
MOST_BYTES = 16 * 1024
MOST_PARENTS = 32
_MODULE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_ON_DISK = {"file", "vscode-notebook-cell"}


def workspace_module(uri: str) -> str | None:
    """Give the module of the nearest `.tutor.toml` at or above a document; None where there is none.

    Raises `Refused` where the file cannot be understood.
    """
    parts = urlsplit(uri)
    path = to_fs_path(urlunsplit(parts._replace(scheme="file", fragment=""))) if parts.scheme in _ON_DISK else None
    if path is None:
        return None
    for folder in list(Path(path).parents)[:MOST_PARENTS]:
        file = folder / FILE_NAME
        try:
            with file.open("rb") as opened:
                return _read(opened.read(MOST_BYTES + 1))
        except OSError:  # not there, or not for us to read
            continue
    return None


def _read(content: bytes) -> str | None:
    unreadable = Refused(f'{FILE_NAME} of this folder cannot be read. It has one line: module = "NAME".')
    if len(content) > MOST_BYTES:
        raise unreadable
    try:
        module = tomllib.loads(content.decode()).get("module")
    except (ValueError, RecursionError):  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise unreadable from None
    if module is None:
        return None
    if not isinstance(module, str) or not _MODULE.fullmatch(module):
        raise Refused(f"{FILE_NAME} of this folder names no module: a name has the letters a-z, 0-9, '.', '_' and '-'.")
    return module
