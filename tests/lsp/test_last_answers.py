"""The terminal's record of the last answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor_lsp.terminal.last_answers import FILE_NAME, MAX_FILES, LastAnswer, LastAnswers

A = Path("/work/a.py")
UNI = "https://tutor.uni.example"


def test_the_last_answer_about_a_file_counts(tmp_path: Path) -> None:
    """An answer replaces the earlier one about its file, and is known only for the service that gave it."""
    answers = LastAnswers(tmp_path)
    answers.remember(LastAnswer(str(A), 3, "1", UNI))
    answers.remember(LastAnswer("/work/b.py", 0, "2", None))
    answers.remember(LastAnswer(str(A), 7, "3", UNI))

    assert answers.about(A, UNI) == LastAnswer(str(A), 7, "3", UNI)
    assert answers.about(A, None) is None


def test_few_files_are_kept(tmp_path: Path) -> None:
    """The answers about the latest files are kept."""
    answers = LastAnswers(tmp_path)
    for number in range(MAX_FILES + 1):
        answers.remember(LastAnswer(f"/work/{number}.py", 0, "1", None))

    known = [answers.about(Path(f"/work/{number}.py"), None) is not None for number in range(MAX_FILES + 1)]
    assert known == [False, *[True] * MAX_FILES]


@pytest.mark.parametrize("content", ["no JSON", "7", '[{"path": "/work/a.py"}]', "[3]"])
def test_a_damaged_file_counts_as_empty(tmp_path: Path, content: str) -> None:
    """A file that cannot be read is replaced by the next answer."""
    (tmp_path / FILE_NAME).write_text(content, encoding="utf-8")
    answers = LastAnswers(tmp_path)

    assert answers.about(A, None) is None
    answers.remember(LastAnswer(str(A), 3, "1", None))
    assert answers.about(A, None) == LastAnswer(str(A), 3, "1", None)


def test_an_unwritable_folder_is_no_failure(tmp_path: Path) -> None:
    """If the data folder cannot be written, nothing is kept and nothing is raised."""
    (tmp_path / "data").write_text("a file, where the folder should be")
    answers = LastAnswers(tmp_path / "data")

    answers.remember(LastAnswer(str(A), 3, "1", None))

    assert answers.about(A, None) is None
