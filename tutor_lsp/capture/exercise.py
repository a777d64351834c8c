"""The exercise of a folder: which files are its tests, and laying its files into a folder of the student's.

A file of the student's is never overwritten. Names of files come from the service or from a downloaded folder, so they
are checked: they are below the folder.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_lsp.capture.workspace_module import FILE_NAME, MOST_BYTES, MOST_PARENTS, write_exercise
from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

MAX_TESTS = 40
_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,58}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_PART}(?:/{_PART}){{0,2}}")


@dataclass(frozen=True, slots=True)
class FolderTests:
    """The folder of an exercise, and the files of tests that its `.tutor.toml` names."""

    folder: Path
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class GivenFile:
    """A file to lay into the student's folder. `name` is a relative path with `/`."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class LaidFiles:
    """The files that were laid into a folder. `kept` are the student's own files, which were left as they are."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The sentence for the student about what was laid."""
        name = self.folder.name or str(self.folder)
        files = "1 file" if len(self.written) == 1 else f"{len(self.written)} files"
        said = f"The exercise is in {name}: {files} written." if self.written else f"The exercise is in {name} already."
        if self.kept:
            are = "was there already, and stays" if len(self.kept) == 1 else "were there already, and stay"
            said += f" Your own {', '.join(self.kept)} {are} unchanged."
        return said


def tests_of_folder(program: Path) -> FolderTests | None:
    """Return the tests that the nearest `.tutor.toml` names, or None if it names none or cannot be read."""
    for folder in list(program.parents)[:MOST_PARENTS]:
        try:
            with (folder / FILE_NAME).open("rb") as opened:
                named = tomllib.loads(opened.read(MOST_BYTES).decode()).get("tests")
        except OSError:  # The folder has no such file.
            continue
        except (ValueError, RecursionError):
            return None
        names = named if isinstance(named, list) else []
        files = [folder / name for name in names[:MAX_TESTS] if isinstance(name, str) and _NAME.fullmatch(name)]
        return FolderTests(folder, tuple(files)) if files else None
    return None


def lay_exercise(
    folder: Path, module_id: str, statement: GivenFile, starter: Iterable[GivenFile], tests: Iterable[GivenFile]
) -> LaidFiles:
    """Lay the files of an exercise into a folder, and write its module and tests into the folder's `.tutor.toml`.

    A file that exists is left as it is. Raise `Refused` if the folder belongs to another module, if a name leads out of
    it, or if a file cannot be written.
    """
    tests = list(tests)
    files = [statement, *starter, *tests]
    written: list[str] = []
    kept: list[str] = []
    try:
        for file in files:
            if not _NAME.fullmatch(file.name):
                raise Refused(f"The exercise has a file whose name cannot be used here: {file.name!r}.")
        folder.mkdir(parents=True, exist_ok=True)
        write_exercise(folder, module_id, [file.name for file in tests])
        for file in files:
            is_new = _write(folder, file)
            if is_new is not None:
                (written if is_new else kept).append(file.name)
    except OSError as error:
        raise Refused(f"The exercise cannot be written into {folder}: {error.strerror}.") from error
    return LaidFiles(folder, tuple(written), tuple(kept))


def _write(folder: Path, file: GivenFile) -> bool | None:
    """Write a new file, and return True. Return False if there is another one, and None if there is the same."""
    path = folder / file.name
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        raise Refused(f"{file.name} would lie outside of {folder}.")
    try:
        with path.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(file.content)
    except FileExistsError:
        is_same = path.is_file() and path.read_bytes() == file.content.encode("utf-8")
        return None if is_same else False
    return True
