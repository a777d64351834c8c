"""The commands for modules: the course's list, the student's progress, and the module of a folder."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from testing.editor_side.editor import Conversation, ErrorReply
from testing.modules import store_modules
from tutor_lsp.capture.workspace_module import workspace_module
from tutor_lsp.server import AskTutorServer
from tutor_lsp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from testing.service import SignUp, StartService


@asynccontextmanager
async def editing(settings: Settings) -> AsyncIterator[Editor]:
    """Return an initialized editor whose language server has these settings."""
    server = AskTutorServer(settings, "0")
    async with Conversation(server.language_server) as conversation:
        await conversation.editor.initialize()
        yield conversation.editor
        await server.close()


async def test_modules_of_the_course(start_service: StartService, sign_up: SignUp, tmp_path: Path) -> None:
    """Modules are listed in order with the student's progress, and the list says which one the folder belongs to."""
    (tmp_path / ".tutor.toml").write_text('module = "strings"\n')
    document = (tmp_path / "task.py").as_uri()
    async with start_service() as service:
        store_modules(service, ("strings", 20), ("loops", 10))
        student = await sign_up(service)
        settings = Settings(own_data_dir=tmp_path / "data", server_url=service.url, access_token=student.access_token)
        async with editing(settings) as editor:
            before = await editor.execute("tutor.modules", {"uri": document})
            completed = await editor.execute("tutor.completeModule", {"moduleId": "loops"})
            after = await editor.execute("tutor.modules")
            with pytest.raises(ErrorReply, match="The course has no such module any more"):
                await editor.execute("tutor.completeModule", {"moduleId": "dances"})

    strings = {"id": "strings", "title": "Strings", "status": "not_started"}
    loops = {"id": "loops", "title": "Loops", "status": "not_started"}
    assert before == {"modules": [loops, strings], "chosen": "strings"}
    assert completed == loops | {"status": "completed"}
    assert after == {"modules": [completed, strings]}


@pytest.mark.parametrize(
    ("server_url", "told"),
    [
        (None, "Modules belong to a course, and the tutor answers on this computer."),
        ("http://127.0.0.1:9", "Sign in to ask the tutor"),
    ],
    ids=["local mode", "signed out"],
)
@pytest.mark.parametrize("command", ["tutor.modules", "tutor.completeModule"])
async def test_without_a_course_the_student_is_told(
    tmp_path: Path, server_url: str | None, told: str, command: str
) -> None:
    """Without a service, the command's error reply explains what is missing, and nothing pops up."""
    async with editing(Settings(own_data_dir=tmp_path, server_url=server_url)) as editor:
        with pytest.raises(ErrorReply, match=told):
            await editor.execute(command, {"moduleId": "loops"})
        assert editor.all_heard("window/showMessage") == []


@pytest.mark.parametrize(
    ("earlier", "changed"),
    [
        (None, 'module = "loops"\n'),
        ('# Week 3\nmodule = "strings"  # for now\n', '# Week 3\nmodule = "loops"\n'),
        ("# nothing yet\n", 'module = "loops"\n# nothing yet\n'),
    ],
)
async def test_a_module_is_chosen_for_a_folder(
    editor: Editor, tmp_path: Path, earlier: str | None, changed: str
) -> None:
    """The chosen module is written to `.tutor.toml`, whose other contents stay unchanged."""
    file = tmp_path / ".tutor.toml"
    if earlier is not None:
        file.write_text(earlier)
    await editor.execute("tutor.chooseModule", {"folder": tmp_path.as_uri(), "moduleId": "loops"})
    assert file.read_text() == changed
    assert workspace_module((tmp_path / "task.py").as_uri()) == "loops"


@pytest.mark.parametrize(
    ("folder", "module", "told"),
    [
        ("untitled:here", "loops", "for a folder on your disk only"),
        ("{}/absent", "loops", "cannot be changed: No such file"),
        ("{}", '"\nserver_url = "x', "for a folder on your disk only"),
        ("{}", "loops", "cannot be read"),
    ],
)
async def test_what_cannot_be_chosen_is_refused(
    editor: Editor, tmp_path: Path, folder: str, module: str, told: str
) -> None:
    """A `.tutor.toml` that is not valid TOML is left unchanged, and the choice is refused."""
    (tmp_path / ".tutor.toml").write_text("module = 'a'\n[")
    with pytest.raises(ErrorReply, match=told):
        await editor.execute("tutor.chooseModule", {"folder": folder.format(tmp_path.as_uri()), "moduleId": module})
    assert (tmp_path / ".tutor.toml").read_text() == "module = 'a'\n["
