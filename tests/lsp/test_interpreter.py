"""The choice of the Python interpreter that runs student programs."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tutor_lsp.runner.interpreter import NAMES, TOOL_MARKS, interpreter_on_path, student_interpreter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    """Return two folders, of which the second contains a Python; a third Python is in the current folder."""
    made = [tmp_path / name for name in ("first", "second", "here")]
    for folder in made:
        folder.mkdir()
    for folder in made[1:]:
        (folder / NAMES[0]).touch(mode=0o755)
    return made


def test_it_is_our_own() -> None:
    """By default, programs run with the interpreter that runs the language server."""
    assert student_interpreter() == sys.executable


@pytest.mark.parametrize("mark", TOOL_MARKS)
def test_a_tools_own_environment_is_not_the_students(
    mark: str, tmp_path: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the language server is installed by pipx or uv, without the student's packages, the Python on PATH is used."""
    (tmp_path / mark).touch()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setenv("PATH", str(folders[1]))
    assert student_interpreter() == str(folders[1] / NAMES[0])

    monkeypatch.setenv("PATH", "")
    assert student_interpreter() == sys.executable


def test_the_first_on_path_that_can_be_run(folders: list[Path]) -> None:
    """Folders and files without execute permission are skipped in the search on PATH."""
    first, second, _ = folders
    (first / NAMES[0]).mkdir()
    (first / NAMES[1]).touch(mode=0o644)
    path = os.pathsep.join(str(folder) for folder in (first, second))
    assert interpreter_on_path({"PATH": path}) == str(second / NAMES[0])


@pytest.mark.parametrize("path", ["", ".", "here", os.pathsep.join(["", ".", "here"])])
def test_the_students_folder_names_nothing(
    path: str, tmp_path: Path, folders: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative entries of PATH are ignored, since a program in the current folder may have been downloaded."""
    monkeypatch.chdir(tmp_path)
    assert folders[2].is_dir()
    assert interpreter_on_path({"PATH": path}) is None
    assert interpreter_on_path({}) is None
