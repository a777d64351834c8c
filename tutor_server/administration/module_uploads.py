"""Modules as a browser uploads them: Markdown with the files beside it, or one .zip of the folder that has them.

It is the folder that `tutor-server modules import` reads, and the same checks hold. Nothing is written to the disk.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tutor_server.administration.exercise_files import FileUnreadable
from tutor_server.administration.module_files import MarkdownFile, parse_modules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tutor_server.administration.module_files import GivenModule

MAX_MODULES = 100
MAX_MARKDOWN_CHARACTERS = 100_000
"""The maximum length of one Markdown file. Reading YAML takes long."""
MAX_ALL_MARKDOWN_BYTES = 512 * 1024
MAX_ENTRIES = 1_000
MAX_UNPACKED_BYTES = 4 * 1024 * 1024
"""The maximum size of what an archive holds. Archives are bounded by the size of a request."""
_MAX_SHOWN_CHARACTERS = 100
_PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_IS_ENCRYPTED = 0x1
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
"""What the standard library raises for archives that are damaged or made up."""


class UploadRefused(ValueError):
    """The upload holds no modules that could be imported. The message is one line."""


@dataclass(frozen=True, slots=True)
class UploadedModules:
    """The modules of an upload, and the names of its files that no front matter names."""

    modules: Sequence[GivenModule]
    unused: Sequence[str]


def unpacked(archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a .zip by name, without hidden ones. Raise `UploadRefused`."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            entries = opened.infolist()
            _require_bounds(entries)
            for entry in entries:
                if not entry.is_dir() and not _is_hidden(entry.filename):
                    with opened.open(entry) as file:
                        # Without a size, a file that is larger than it says would be unpacked whole.
                        yield entry.filename, file.read(entry.file_size + 1)
    except UploadRefused:
        raise
    except _BROKEN:
        raise UploadRefused("The archive is damaged, or is no .zip.") from None


def modules_of(named: Iterable[tuple[str, bytes]], slug: str = "") -> UploadedModules:
    """Return the modules of the files of a folder, by their paths in it. A slug is the id of the only module.

    Raise `UploadRefused`, or `ModuleFilesRefused`, whose message names the file.
    """
    files = _in_one_folder(named)
    markdown = [path for path in sorted(files) if _is_module(path)]
    if not markdown:
        raise UploadRefused("There is no Markdown file (.md) of a module.")
    if len(markdown) > MAX_MODULES:
        raise UploadRefused(f"These are more than {MAX_MODULES} modules.")
    if slug and len(markdown) > 1:
        raise UploadRefused(f"Short name: is for one module, and these are {len(markdown)}.")
    if sum(len(files[path]) for path in markdown) > MAX_ALL_MARKDOWN_BYTES:
        raise UploadRefused(f"The Markdown files are larger than {MAX_ALL_MARKDOWN_BYTES // 1024} KiB together.")
    used = set(markdown)
    modules = parse_modules(_markdown_file(files, path, slug, used) for path in markdown)
    return UploadedModules(modules, [path for path in files if path not in used and not _is_readme(path)])


def _require_bounds(entries: Sequence[zipfile.ZipInfo]) -> None:
    """Raise `UploadRefused` for an archive that is not safe to unpack. The sizes are those that it states."""
    if len(entries) > MAX_ENTRIES:
        raise UploadRefused(f"The archive holds more than {MAX_ENTRIES:,} files.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise UploadRefused(f"The archive holds more than {MAX_UNPACKED_BYTES // 1024**2} MiB.")
    for entry in entries:
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise UploadRefused(f"{_shown(entry.filename)} is a link.")
        if entry.flag_bits & _IS_ENCRYPTED:
            raise UploadRefused("The archive needs a password.")
        if entry.compress_type not in _PACKED_BY:
            raise UploadRefused("The archive is packed in an unusual way. Make an ordinary .zip.")
        _require_inside(entry.filename.removesuffix("/"))


def _in_one_folder(named: Iterable[tuple[str, bytes]]) -> Mapping[str, bytes]:
    """Return files by their paths, without folders that all of them are in. Raise `UploadRefused`."""
    files: dict[str, bytes] = {}
    for path, content in named:
        _require_inside(path)
        if path in files:
            raise UploadRefused(f"{_shown(path)} is there twice.")
        files[path] = content
    while files and all("/" in path for path in files) and len({path.partition("/")[0] for path in files}) == 1:
        files = {path.partition("/")[2]: content for path, content in files.items()}
    return files


def _require_inside(path: str) -> None:
    """Raise `UploadRefused` unless a path stays in the folder on every system."""
    if any(each in path for each in ("\\", ":", "\0")) or any(part in {"", ".", ".."} for part in path.split("/")):
        raise UploadRefused(f"{_shown(path)} leads out of the folder.")


def _is_hidden(path: str) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.split("/"))


def _is_readme(path: str) -> bool:
    return path.rpartition("/")[2].lower() == "readme.md"


def _is_module(path: str) -> bool:
    """Return whether a path is that of a module: `loops.md`, or `loops/loops.md`."""
    folder, _, name = path.rpartition("/")
    return name.endswith(".md") and not _is_readme(path) and folder in {"", name.removesuffix(".md")}


def _markdown_file(files: Mapping[str, bytes], path: str, slug: str, used: set[str]) -> MarkdownFile:
    if len(files[path]) > MAX_MARKDOWN_CHARACTERS:
        raise UploadRefused(f"{_shown(path)} is longer than {MAX_MARKDOWN_CHARACTERS:,} characters.")
    folder, slash, name = path.rpartition("/")
    return MarkdownFile(name, files[path], partial(_beside, files, f"{folder}{slash}", used), slug)


def _beside(files: Mapping[str, bytes], folder: str, used: set[str], name: str) -> bytes:
    content = files.get(f"{folder}{name}")
    if content is None:
        in_folder = (
            ". Files in folders come in one .zip" if "/" in name and not any("/" in path for path in files) else ""
        )
        raise FileUnreadable(f"is not among the files{in_folder}")
    used.add(f"{folder}{name}")
    return content


def _shown(path: str) -> str:
    return path if len(path) <= _MAX_SHOWN_CHARACTERS else f"{path[:_MAX_SHOWN_CHARACTERS]}…"
