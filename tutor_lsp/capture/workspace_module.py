"""Read and write a folder's `.tutor.toml`: `module = "loops"`, `course = "cs1"`, and the names of its tests.

The file may come with a downloaded assignment. So it can only name the module and the course that an ask is about, and
files of tests below its folder, which run if the student asks for it: no address to connect to, and no other program to
start. It is only written if the student chooses a module or a course for a folder, or starts an exercise there.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pygls.uris import to_fs_path

from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE_NAME = ".tutor.toml"
MOST_BYTES = 16 * 1024
MOST_PARENTS = 32
_MODULE_LINE = re.compile(r"^[ \t]*module[ \t]*=.*$", re.MULTILINE)
_TESTS = re.compile(r"^[ \t]*+tests[ \t]*+=[ \t]*+\[[^\]\n]*+\][ \t]*+$", re.MULTILINE)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_UNREADABLE = f'{FILE_NAME} of this folder cannot be read. It has lines like module = "NAME" and course = "NAME".'
_ON_DISK = {"file", "vscode-notebook-cell"}


@dataclass(frozen=True, slots=True)
class WorkspacePlace:
    """The module and the course that a folder's file names."""

    module: str | None = None
    course: str | None = None


def workspace_place(uri: str) -> WorkspacePlace:
    """Return what the nearest `.tutor.toml` names, in the document's folder or above it.

    Raise `Refused` if the file is invalid.
    """
    found = _nearest(uri)
    return WorkspacePlace() if found is None else _read(found[1])


def _nearest(uri: str) -> tuple[Path, bytes] | None:
    """Return the folder and the content of the `.tutor.toml` that counts for a document, or None."""
    parts = urlsplit(uri)
    path = to_fs_path(urlunsplit(parts._replace(scheme="file", fragment=""))) if parts.scheme in _ON_DISK else None
    for folder in [] if path is None else list(Path(path).parents)[:MOST_PARENTS]:
        try:
            with (folder / FILE_NAME).open("rb") as opened:
                return folder, opened.read(MOST_BYTES + 1)
        except OSError:  # The folder has no such file, or the file cannot be read.
            continue
    return None


def workspace_module(uri: str) -> str | None:
    """Return the module that the nearest `.tutor.toml` names, or None. Raise `Refused` if the file is invalid."""
    return workspace_place(uri).module


def choose_module(folder_uri: str, module_id: str) -> None:
    """Write a module into the `.tutor.toml` of a folder. The rest of the file is kept.

    Raise `Refused` if the folder is not on disk, or if the file is invalid or cannot be changed.
    """
    _choose(folder_uri, "module", module_id)


def choose_course(folder_uri: str, course: str, document_uri: str | None = None) -> None:
    """Write a course into the `.tutor.toml` of a folder, as `choose_module` does.

    If another `.tutor.toml` counts for the document, that one is changed.
    """
    found = None if document_uri is None else _nearest(document_uri)
    _choose(folder_uri if found is None else found[0].as_uri(), "course", course)


def _choose(folder_uri: str, key: Literal["module", "course"], name: str) -> None:
    path = to_fs_path(folder_uri) if urlsplit(folder_uri).scheme == "file" else None
    if path is None or not _NAME.fullmatch(name):
        raise Refused(f"A {key} can be chosen for a folder on your disk only.")
    file = Path(path) / FILE_NAME
    line, earlier_line = f'{key} = "{name}"', re.compile(rf"^[ \t]*{key}[ \t]*=.*$", re.MULTILINE)
    try:
        earlier = file.read_text(encoding="utf-8") if file.exists() else ""
        changed = earlier_line.sub(line, earlier, count=1) if earlier_line.search(earlier) else f"{line}\n{earlier}"
        if getattr(_read(changed.encode()), key) != name:
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
    other = _read(earlier.encode()).module
    if other is not None and other != module_id:
        raise Refused(f"The folder {folder.name} belongs to the module {other}. Choose another folder.")
    choose_module(folder.absolute().as_uri(), module_id)
    text = file.read_text(encoding="utf-8")
    line = f"tests = {json.dumps(list(tests))}"  # A list of JSON strings is one of TOML as well.
    if _TESTS.search(text):
        changed = _TESTS.sub(lambda _: line, text, count=1)
    else:
        changed = _MODULE_LINE.sub(lambda module: f"{module[0]}\n{line}", text, count=1)
    if _read(changed.encode()).module != module_id:
        raise Refused(_UNREADABLE)
    file.write_text(changed, encoding="utf-8")


def _read(content: bytes) -> WorkspacePlace:
    if len(content) > MOST_BYTES:
        raise Refused(_UNREADABLE)
    try:
        fields = tomllib.loads(content.decode())
    except (ValueError, RecursionError):  # TOMLDecodeError and UnicodeDecodeError are subclasses of ValueError.
        raise Refused(_UNREADABLE) from None
    return WorkspacePlace(module=_name(fields, "module"), course=_name(fields, "course"))


def _name(fields: dict[str, Any], key: str) -> str | None:
    name = fields.get(key)
    if name is None:
        return None
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise Refused(f"{FILE_NAME} of this folder names no {key}: a name has the letters a-z, 0-9, '.', '_' and '-'.")
    return name
