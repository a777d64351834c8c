"""A copy of the student's folder, in which tests run, so that they change nothing of the student's."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

MAX_FILES = 2_000
MAX_BYTES = 32 * 1024 * 1024
"""The maximum size of a folder that is copied. It is a folder of exercises, and no home folder."""
MAX_DEPTH = 12
LEFT_OUT = frozenset({"__pycache__", "node_modules", "site-packages"})
"""Folders that are not copied, like hidden ones and virtual environments."""


class FolderTooBig(Exception):
    """The folder has more files or bytes than are copied. The message is a sentence for the student."""


@dataclass(frozen=True, slots=True)
class CopiedFolder:
    """A copy of a folder. `place` is the temporary folder around it, in which other files of a run may lie."""

    original: Path
    copy: Path
    place: Path

    def in_copy(self, path: Path) -> Path:
        """Return the path in the copy that corresponds to a path below the original folder."""
        return self.copy / path.relative_to(self.original)

    def restored(self, text: str) -> str:
        """Return a text in which paths in the copy are replaced by those of the student's files."""
        return text.replace(str(self.copy), str(self.original))


@asynccontextmanager
async def in_copy(folder: Path) -> AsyncIterator[CopiedFolder]:
    """Copy a folder as `copied_folder` does, without blocking the event loop. The copy is removed at any end."""
    stack = ExitStack()
    copying = asyncio.ensure_future(asyncio.to_thread(stack.enter_context, copied_folder(folder)))
    try:
        yield await asyncio.shield(copying)
    finally:
        await asyncio.shield(asyncio.gather(copying, return_exceptions=True))
        await asyncio.shield(asyncio.to_thread(stack.close))


@contextmanager
def copied_folder(folder: Path) -> Iterator[CopiedFolder]:
    """Copy a folder, at an absolute path, into a new temporary folder, which is removed afterwards.

    A copy has the same name as its folder. Links to files are copied as files; links to folders, sockets and unreadable
    files are left out. Raise `FolderTooBig`, or `OSError` if there is no room for it.
    """
    place = Path(tempfile.mkdtemp(prefix="ask-tutor-")).resolve()
    try:
        copied = CopiedFolder(folder, place / "copy" / (folder.name or "folder"), place)
        copied.copy.mkdir(parents=True)
        _copy(folder, copied.copy)
        yield copied
    finally:
        _remove(place)


def root_of(folder: Path) -> Path:
    """Return the folder to copy for a file in `folder`: the one above the outermost package that it belongs to."""
    while (folder / "__init__.py").is_file() and folder.parent != folder:
        folder = folder.parent
    return folder


def _copy(folder: Path, copy: Path) -> None:
    files, size = 0, 0
    for source, target in _files(folder, copy):
        with suppress(FileNotFoundError, PermissionError):
            files, size = files + 1, size + source.stat().st_size
            if files > MAX_FILES or size > MAX_BYTES:
                raise FolderTooBig(
                    f"The folder {folder.name} is too big to be copied for a test run: it has more than {MAX_FILES:,} "
                    f"files or {MAX_BYTES // 1024**2} MB. Put the exercise into a folder of its own."
                )
            shutil.copy(source, target)


def _files(folder: Path, copy: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the regular files below a folder, each with its path in the copy. The folders of the copy are made."""
    left = [(folder, copy, 0)]
    while left:
        source, target, depth = left.pop()
        with suppress(PermissionError), os.scandir(source) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    if depth < MAX_DEPTH and not _is_left_out(entry):
                        (target / entry.name).mkdir()
                        left.append((Path(entry.path), target / entry.name, depth + 1))
                elif entry.is_file():
                    yield Path(entry.path), target / entry.name


def _is_left_out(entry: os.DirEntry[str]) -> bool:
    is_environment = os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))  # noqa: PTH110, PTH118 - of a directory entry
    return entry.name.startswith(".") or entry.name in LEFT_OUT or is_environment


def _remove(place: Path) -> None:
    """Remove a folder in which a student's program has run, however deep its folders are and whatever rights they have.

    What cannot be removed stays in the system's folder for temporary files.
    """
    names = count()
    left = [place]
    while left:
        folder = left.pop()
        with suppress(OSError):
            folder.chmod(0o700)
            with os.scandir(folder) as entries:
                for entry in list(entries):
                    if entry.is_dir(follow_symlinks=False):
                        # Folders move to the top, since paths in a deep one would become too long.
                        moved = place / f"{next(names)}.removed"
                        os.chmod(entry.path, 0o700)  # noqa: PTH101 - of a directory entry
                        os.rename(entry.path, moved)  # noqa: PTH104 - of a directory entry
                        left.append(moved)
                    else:
                        os.unlink(entry.path)  # noqa: PTH108 - of a directory entry
            if folder != place:
                folder.rmdir()
    with suppress(OSError):
        place.rmdir()
