"""The file `.tutor.toml`: the nearest one above a document names its module, and other settings are ignored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor_lsp.capture.workspace_module import (
    MOST_BYTES,
    WorkspacePlace,
    choose_course,
    choose_module,
    workspace_module,
    workspace_place,
)
from tutor_lsp.lsp.refused import Refused

if TYPE_CHECKING:
    from pathlib import Path


def test_the_nearest_file_names_the_module(tmp_path: Path) -> None:
    """The nearest folder's `.tutor.toml` takes precedence, and a notebook's cells use that of the notebook's folder."""
    exercise = tmp_path / "week 1" / "exercise"
    exercise.mkdir(parents=True)
    (tmp_path / ".tutor.toml").write_text('module = "loops"\nserver_url = "https://elsewhere.example"\n')
    document = (exercise / "task.py").as_uri()
    cell = (exercise / "task.ipynb").as_uri().replace("file:", "vscode-notebook-cell:") + "#W0sZmlsZQ"

    assert [workspace_module(uri) for uri in (document, cell)] == ["loops", "loops"]
    (exercise / ".tutor.toml").write_text('module = "01-arrays.b"\n')
    assert [workspace_module(uri) for uri in (document, cell)] == ["01-arrays.b", "01-arrays.b"]


def test_without_a_file_or_a_module_there_is_none(tmp_path: Path) -> None:
    """Documents without a file, and a folder named `.tutor.toml`, have no module."""
    (tmp_path / ".tutor.toml").write_text("# nothing yet\n")
    (tmp_path / "folder" / ".tutor.toml").mkdir(parents=True)

    assert workspace_module((tmp_path / "task.py").as_uri()) is None
    assert workspace_module((tmp_path / "folder" / "task.py").as_uri()) is None
    assert workspace_module("untitled:Untitled-1") is None


@pytest.mark.parametrize(
    "content",
    [
        b"module = loops",
        b"module = 3",
        b"course = 3",
        b'course = "A B"',
        b'module = "../secrets"',
        b'module = "a b"',
        b"\xff",
        b"#" * (MOST_BYTES + 1),
    ],
)
def test_a_file_that_cannot_be_understood_is_said(content: bytes, tmp_path: Path) -> None:
    """If `.tutor.toml` is invalid, the ask is refused with a message that names the fault."""
    (tmp_path / ".tutor.toml").write_bytes(content)

    with pytest.raises(Refused, match=r"^\.tutor\.toml of this folder"):
        workspace_module((tmp_path / "task.py").as_uri())


def test_module_and_course_stand_beside_each_other(tmp_path: Path) -> None:
    """A folder's course and module are chosen one after another, and the rest of the file stays."""
    (tmp_path / ".tutor.toml").write_text("# week 1\n")

    choose_course(tmp_path.as_uri(), "cs1")
    choose_module(tmp_path.as_uri(), "loops")
    choose_course(tmp_path.as_uri(), "cs2")

    assert workspace_place((tmp_path / "task.py").as_uri()) == WorkspacePlace(module="loops", course="cs2")
    assert (tmp_path / ".tutor.toml").read_text() == 'module = "loops"\ncourse = "cs2"\n# week 1\n'
