"""Starting an exercise: its files are laid into a folder, and never over a file of the student's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.editor_side.editor import Conversation, ErrorReply
from tutor_lsp.capture.exercise import GivenFile, lay_exercise
from tutor_lsp.capture.exercise import tests_of_folder as find_folder
from tutor_lsp.capture.workspace_module import workspace_module
from tutor_lsp.lsp.refused import Refused
from tutor_lsp.server import AskTutorServer
from tutor_lsp.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import ClientSession

    from testing.service import SignUp, StartService

KEY = "an-admin-key-of-the-tests"
STATEMENT = GivenFile("rotate.md", "# Rotate\n")
STARTER = GivenFile("rotate.py", "def rotate(): ...\n")
TESTS = GivenFile("cases/1.in", "1\n")


def test_files_are_laid_with_module_and_tests(tmp_path: Path) -> None:
    """A new folder gets all files and a `.tutor.toml` that names the module and the tests."""
    folder = tmp_path / "rotate"
    laid = lay_exercise(folder, "rotate", STATEMENT, [STARTER], [TESTS])
    program = folder / "rotate.py"

    assert (laid.written, laid.kept) == (("rotate.md", "rotate.py", "cases/1.in"), ())
    assert laid.summary == "The exercise is in rotate: 3 files written."
    assert (folder / ".tutor.toml").read_text() == 'module = "rotate"\ntests = ["cases/1.in"]\n'
    assert workspace_module(program.as_uri()) == "rotate"
    found = find_folder(program)
    assert found is not None
    assert (found.folder, found.files) == (folder, (folder / "cases" / "1.in",))


def test_a_students_file_is_never_overwritten(tmp_path: Path) -> None:
    """Starting again writes what is missing, and leaves the student's work as it is."""
    lay_exercise(tmp_path, "rotate", STATEMENT, [STARTER], [TESTS])
    (tmp_path / "rotate.py").write_text("mine\n")
    (tmp_path / "cases" / "1.in").unlink()
    laid = lay_exercise(tmp_path, "rotate", STATEMENT, [STARTER], [TESTS])

    assert (laid.written, laid.kept) == (("cases/1.in",), ("rotate.py",))
    assert (tmp_path / "rotate.py").read_text() == "mine\n"
    assert laid.summary.endswith(" Your own rotate.py was there already, and stays unchanged.")


def test_a_folder_of_another_module_is_refused(tmp_path: Path) -> None:
    """A folder that belongs to another module is refused; other settings of its file are kept."""
    (tmp_path / ".tutor.toml").write_text('module = "loops"\n')
    with pytest.raises(Refused, match="belongs to the module loops"):
        lay_exercise(tmp_path, "rotate", STATEMENT, [STARTER], [])
    (tmp_path / ".tutor.toml").write_text('# mine\nmodule = "rotate"\n[other]\nx = 1\n')
    lay_exercise(tmp_path, "rotate", STATEMENT, [STARTER], [TESTS])
    assert (tmp_path / ".tutor.toml").read_text() == (
        '# mine\nmodule = "rotate"\ntests = ["cases/1.in"]\n[other]\nx = 1\n'
    )


@pytest.mark.parametrize("name", ["../x.py", "/x.py", "a/../../x.py", ".tutor.toml", ".git/config", "a\\b.py", ""])
def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    """A name that leads out of the folder, or to a hidden file, is refused, and nothing is written."""
    folder = tmp_path / "rotate"
    with pytest.raises(Refused):
        lay_exercise(folder, "rotate", STATEMENT, [GivenFile(name, "")], [])
    assert not folder.exists()


def test_a_link_leads_nowhere_else(tmp_path: Path) -> None:
    """A folder that is a link to another place is refused."""
    (tmp_path / "rotate").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "rotate" / "cases").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="would lie outside"):
        lay_exercise(tmp_path / "rotate", "rotate", STATEMENT, [], [TESTS])
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("text", ["tests = 3\n", 'tests = ["../a.py", "/b.py", 3]\n', "tests = [\n", 'module = "x"\n'])
def test_invalid_names_of_tests_are_ignored(tmp_path: Path, text: str) -> None:
    """Tests that a downloaded folder names outside of itself, or in another form, are not run."""
    (tmp_path / ".tutor.toml").write_text(text)
    assert find_folder(tmp_path / "rotate.py") is None


async def test_an_exercise_is_started_from_the_editor(
    start_service: StartService, sign_up: SignUp, client: ClientSession, tmp_path: Path
) -> None:
    """The command `tutor.start` fetches the exercise of the course, and says what to open; unknown ones are refused."""
    body = {
        "title": "Rotate",
        "order": 1,
        "statement": "Rotate a list.",
        "starter": [{"name": "rotate.py", "content": "def rotate(): ...\n"}],
        "tests": [{"name": "test_rotate.py", "content": "import rotate\n"}],
        "reference": [{"name": "solution.py", "content": "a_planted_reference = 1\n"}],
    }
    folder = tmp_path / "work" / "rotate"
    async with start_service(TUTOR_ADMIN_KEY=KEY) as service:
        url = f"{service.url}/api/admin/modules/rotate"
        async with client.put(url, json=body, headers={"X-Admin-Key": KEY}) as response:
            assert response.status == 200
        student = await sign_up(service)
        settings = Settings(own_data_dir=tmp_path / "data", server_url=service.url, access_token=student.access_token)
        server = AskTutorServer(settings, "0")
        async with Conversation(server.language_server) as conversation:
            editor = conversation.editor
            await editor.initialize()
            started = await editor.execute("tutor.start", {"moduleId": "rotate", "folder": folder.as_uri()})
            with pytest.raises(ErrorReply, match="no such module"):
                await editor.execute("tutor.start", {"moduleId": "dances", "folder": folder.as_uri()})
            await server.close()

    assert started == {
        "title": "Rotate",
        "written": ["rotate.md", "rotate.py", "test_rotate.py"],
        "kept": [],
        "message": "The exercise is in rotate: 3 files written.",
        "statement": (folder / "rotate.md").as_uri(),
        "program": (folder / "rotate.py").as_uri(),
    }
    assert (folder / "rotate.md").read_text() == "# Rotate\n\nRotate a list.\n"
    assert not any("a_planted_reference" in path.read_text() for path in folder.iterdir())
