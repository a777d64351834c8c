"""Read and write a folder's learning module in its `.tutor.toml`: `module = "loops"`, and the names of its tests.

The file may come with a downloaded assignment. So it can only name the module that an ask is about, and files of tests
below its folder, which run if the student asks for it: no address to connect to, and no other program to start. It is
only written if the student chooses a module for a folder or starts its exercise there.
"""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from pygls.uris import to_fs_path

from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE_NAME = ".tutor.toml"
MOST_BYTES = 16 * 1024
MOST_PARENTS = 32
_LINE = re.compile(r"^[ \t]*module[ \t]*=.*$", re.MULTILINE)
_TESTS = re.compile(r"^[ \t]*tests[ \t]*=[ \t]*\[[^\]]*\][ \t]*$", re.MULTILINE)
_MODULE = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_UNREADABLE = f'{FILE_NAME} of this folder cannot be read. It has one line: module = "NAME".'
_ON_DISK = {"file", "vscode-notebook-cell"}


def workspace_module(uri: str) -> str | None:
    """Return the module that the nearest `.tutor.toml` sets, in the document's folder or above it, or None without one.

    Raise `Refused` if the file is invalid.
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
        except OSError:  # The folder has no such file, or the file cannot be read.
            continue
    return None


def choose_module(folder_uri: str, module_id: str) -> None:
    """Write a module into the `.tutor.toml` of a folder. The rest of the file is kept.

    Raise `Refused` if the folder is not on disk, or if the file is invalid or cannot be changed.
    """
    path = to_fs_path(folder_uri) if urlsplit(folder_uri).scheme == "file" else None
    if path is None or not _MODULE.fullmatch(module_id):
        raise Refused("A module can be chosen for a folder on your disk only.")
    file = Path(path) / FILE_NAME
    line = f'module = "{module_id}"'
    try:
        earlier = file.read_text(encoding="utf-8") if file.exists() else ""
        changed = _LINE.sub(line, earlier, count=1) if _LINE.search(earlier) else f"{line}\n{earlier}"
        if _read(changed.encode()) != module_id:
            raise Refused(_UNREADABLE)
        file.write_text(changed, encoding="utf-8")
    except OSError as error:
        raise Refused(f"{FILE_NAME} of this folder cannot be changed: {error.strerror}.") from error
    except ValueError:
        raise Refused(_UNREADABLE) from None


def write_exercise(folder: Path, module_id: str, tests: Sequence[str]) -> None:
    """Write a module and the names of its tests into the `.tutor.toml` of a folder. The rest of the file is kept.

    Raise `Refused` if the folder belongs to another module, or if its file is invalid. Raise `OSError` if it cannot be
    written.
    """
    file = folder / FILE_NAME
    earlier = file.read_text(encoding="utf-8") if file.exists() else ""
    other = _read(earlier.encode())
    if other is not None and other != module_id:
        raise Refused(f"The folder {folder.name} belongs to the module {other}. Choose another folder.")
    choose_module(folder.absolute().as_uri(), module_id)
    text = file.read_text(encoding="utf-8")
    line = f"tests = {json.dumps(list(tests))}"  # A list of JSON strings is one of TOML as well.
    if _TESTS.search(text):
        changed = _TESTS.sub(lambda _: line, text, count=1)
    else:
        changed = _LINE.sub(lambda module: f"{module[0]}\n{line}", text, count=1)
    if _read(changed.encode()) != module_id:
        raise Refused(_UNREADABLE)
    file.write_text(changed, encoding="utf-8")


def _read(content: bytes) -> str | None:
    if len(content) > MOST_BYTES:
        raise Refused(_UNREADABLE)
    try:
        module = tomllib.loads(content.decode()).get("module")
    except (ValueError, RecursionError):  # TOMLDecodeError and UnicodeDecodeError are subclasses of ValueError.
        raise Refused(_UNREADABLE) from None
    if module is None:
        return None
    if not isinstance(module, str) or not _MODULE.fullmatch(module):
        raise Refused(f"{FILE_NAME} of this folder names no module: a name has the letters a-z, 0-9, '.', '_' and '-'.")
    return module
