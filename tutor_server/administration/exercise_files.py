"""The files of an exercise: their names and bounds, and how they are read from a folder of modules or an upload."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from tutor_server.storage.module_files import Exercise, ExerciseFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

MAX_FILES = 20
"""The maximum number of files of each kind."""
MAX_FILE_CHARACTERS = 64 * 1024
MAX_EXERCISE_CHARACTERS = 256 * 1024
_PART = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,58}[A-Za-z0-9_]|[A-Za-z0-9_]"
FILE_NAME = rf"^(?:(?:{_PART})/){{0,2}}(?:{_PART})$"
"""The pattern of a file's name: one that every system can store, in at most two folders."""
_OF_WINDOWS = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)))
)
"""Names that Windows keeps for devices."""


def _listed(names: Any) -> Any:
    """Return the list that a single name stands for."""
    return [names] if isinstance(names, str) else names


FileName = Annotated[str, Field(pattern=FILE_NAME, max_length=200)]
FileNames = Annotated[list[FileName], Field(max_length=MAX_FILES), BeforeValidator(_listed)]


class GivenFile(BaseModel):
    """A file of an exercise: its path in the student's folder, and its text."""

    model_config = ConfigDict(frozen=True, from_attributes=True, hide_input_in_errors=True)

    name: FileName
    content: Annotated[str, Field(max_length=MAX_FILE_CHARACTERS, pattern=r"^[^\u0000]*$", repr=False)]


GivenFiles = Annotated[list[GivenFile], Field(max_length=MAX_FILES)]


def exercise_of_files(
    starter: Sequence[GivenFile], tests: Sequence[GivenFile], reference: Sequence[GivenFile]
) -> Exercise:
    """Return the exercise of some files. Raise `ValueError`, whose message says what is wrong with them."""
    _require_distinct([*starter, *tests])
    _require_distinct(reference)
    if sum(len(file.content) for file in (*starter, *tests, *reference)) > MAX_EXERCISE_CHARACTERS:
        raise ValueError(f"the files of the exercise are longer than {MAX_EXERCISE_CHARACTERS:,} characters")
    return Exercise(starter=_stored(starter), tests=_stored(tests), reference=_stored(reference))


class FileUnreadable(ValueError):
    """A named file is not there, or may not be read. The message follows the file's name."""


def read_files(read: Callable[[str], bytes], names: Sequence[str], kind: str) -> list[GivenFile]:
    """Return the files with these names. `read` returns one of them, or raises `FileUnreadable`.

    Raise `ValueError`, whose message says what is wrong.
    """
    return [GivenFile(name=name, content=_text(read, name, kind)) for name in names]


def read_beside(folder: Path, name: str) -> bytes:
    """Return a file of a folder on this computer. Raise `FileUnreadable`."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise FileUnreadable("leads out of the folder")
    try:
        if path.stat().st_size > 4 * MAX_FILE_CHARACTERS:
            raise FileUnreadable(_TOO_LONG)
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"cannot be read: {error.strerror}") from None


_TOO_LONG = f"is longer than {MAX_FILE_CHARACTERS:,} characters"


def _text(read: Callable[[str], bytes], name: str, kind: str) -> str:
    try:
        text = with_plain_line_ends(read(name).decode("utf-8")).removeprefix("\ufeff")
    except UnicodeDecodeError:
        raise ValueError(f"{kind}: {name} is not UTF-8") from None
    except FileUnreadable as error:
        raise ValueError(f"{kind}: {name} {error}") from None
    if len(text) > MAX_FILE_CHARACTERS or "\0" in text:
        raise ValueError(f"{kind}: {name} {_TOO_LONG}, or holds NUL")
    return text


def with_plain_line_ends(text: str) -> str:
    """Return a text whose lines end as Python's own reading of files lets them end."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _require_distinct(files: Iterable[GivenFile]) -> None:
    seen: set[str] = set()
    for file in files:
        name = file.name.lower()
        if name in seen:
            raise ValueError(f"{file.name}: two files of the exercise have this name")
        if any(part.partition(".")[0] in _OF_WINDOWS for part in name.split("/")):
            raise ValueError(f"{file.name}: Windows cannot store a file of this name")
        seen.add(name)


def _stored(files: Iterable[GivenFile]) -> tuple[ExerciseFile, ...]:
    return tuple(ExerciseFile(name=file.name, content=file.content) for file in files)
