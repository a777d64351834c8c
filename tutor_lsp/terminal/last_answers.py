"""The last answer about each file, so that a later `tutor ask --question` can be about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tutor_lsp.sign_in.private_file import read_json, write_json

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "last-answers.json"
MAX_FILES = 50


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """An answer by its id: the file and the line (from 0) that were asked about, and the service, or None locally."""

    path: str
    line: int
    answer_id: str
    server_url: str | None


class LastAnswers:
    """The file in the data folder with the last answers of the latest `MAX_FILES` files. It holds no code or text."""

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME

    def about(self, path: Path, server_url: str | None) -> LastAnswer | None:
        """Return the last answer about a file, or None if it was of another service or is not known."""
        found = (one for one in self._read() if one.path == str(path) and one.server_url == server_url)
        return next(found, None)

    def remember(self, answer: LastAnswer) -> None:
        """Store an answer in place of the earlier one about its file. If that fails, later questions stand alone."""
        others = [one for one in self._read() if one.path != answer.path]
        try:
            write_json(self._path, [asdict(one) for one in [answer, *others][:MAX_FILES]])
        except OSError:
            return

    def _read(self) -> list[LastAnswer]:
        """Return the stored answers. A damaged or unreadable file counts as empty."""
        try:
            stored = read_json(self._path)
            return [LastAnswer(**fields) for fields in stored or ()]
        except (OSError, TypeError):
            return []
