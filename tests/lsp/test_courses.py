"""The commands for courses: listing, joining, leaving, and the course of a folder; and the course in the status."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from testing.editor_side.editor import Conversation, ErrorReply
from testing.joined_courses import ADMIN, add_courses, join_courses
from tutor_lsp.capture.workspace_module import WorkspacePlace, workspace_place
from tutor_lsp.server import AskTutorServer
from tutor_lsp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from testing.service import Service, SignUp, StartService, Student

CODE = "def mean(xs):\n    return total / len(xs)\n"


@asynccontextmanager
async def editing(folder: Path, service: Service, student: Student) -> AsyncIterator[Editor]:
    """Yield an editor of a signed-in student."""
    settings = Settings(own_data_dir=folder / "data", server_url=service.url, access_token=student.access_token)
    server = AskTutorServer(settings, "0")
    async with Conversation(server.language_server) as conversation:
        await conversation.editor.initialize()
        yield conversation.editor
        await server.close()


def course(slug: str, left: int) -> dict[str, Any]:
    """Return a course as the list has it."""
    return {"slug": slug, "title": slug.title(), "role": "student", "remainingToday": left}


async def test_courses_are_listed_joined_chosen_and_left(
    start_service: StartService, sign_up: SignUp, tmp_path: Path
) -> None:
    """A student joins by code or link, sees the courses and what is left, chooses one for a folder, and leaves one."""
    document = (tmp_path / "task.py").as_uri()
    async with start_service(**ADMIN) as service:
        one, two = await add_courses(service, "one", "two")
        async with editing(tmp_path, service, await sign_up(service)) as editor:
            alone = await editor.execute("tutor.courses")
            joined = [
                await editor.execute("tutor.joinCourse", {"code": code}) for code in (one, f"{service.url}/join/{two}")
            ]
            for wrong, told in (("BCDFGHJK", "opens no course"), (f"https://x.example/join/{two}", "x.example")):
                with pytest.raises(ErrorReply, match=told):
                    await editor.execute("tutor.joinCourse", {"code": wrong})
            await editor.execute("tutor.chooseCourse", {"folder": tmp_path.as_uri(), "course": "two"})
            chosen = await editor.execute("tutor.courses", {"uri": document})
            await editor.execute("tutor.leaveCourse", {"course": "one"})
            with pytest.raises(ErrorReply, match="You are in no course one"):
                await editor.execute("tutor.leaveCourse", {"course": "one"})
            left = await editor.execute("tutor.courses")

    assert [each["slug"] for each in alone["courses"]] == ["default"]
    assert [each["slug"] for each in joined] == ["one", "two"]
    assert chosen == {"courses": [course("one", 9), course("two", 9)], "chosen": "two"}
    assert left == {"courses": [course("two", 9)]}
    assert workspace_place(document) == WorkspacePlace(course="two")


async def test_the_choice_goes_where_it_counts(editor: Editor, tmp_path: Path) -> None:
    """If a folder within names its module already, the course is written there, since that file counts."""
    inner = tmp_path / "week3"
    inner.mkdir()
    (inner / ".tutor.toml").write_text('module = "loops"\n')
    argument = {"folder": tmp_path.as_uri(), "course": "two"}

    await editor.execute("tutor.chooseCourse", argument | {"uri": (inner / "task.py").as_uri()})
    await editor.execute("tutor.chooseCourse", argument | {"course": "one", "uri": (tmp_path / "other.py").as_uri()})

    assert workspace_place((inner / "task.py").as_uri()) == WorkspacePlace(module="loops", course="two")
    assert workspace_place((tmp_path / "other.py").as_uri()) == WorkspacePlace(course="one")


async def test_asks_need_a_course_and_the_status_names_it(
    start_service: StartService, sign_up: SignUp, tmp_path: Path
) -> None:
    """In several courses an ask is refused until one is chosen. The status names it, also if it is the only one."""
    document = (tmp_path / "task.py").as_uri()
    async with start_service(**ADMIN) as service:
        codes = await add_courses(service, "one", "two")
        student = await sign_up(service)
        await join_courses(student, service, *codes)
        async with editing(tmp_path, service, student) as editor:
            await editor.open(CODE, document)
            refused = (await editor.answer(await editor.ask(document, 1))).ended
            await editor.execute("tutor.chooseCourse", {"folder": tmp_path.as_uri(), "course": "two"})
            answered = (await editor.answer(await editor.ask(document, 1))).ended
            in_two = await editor.execute("tutor.status")
            await editor.execute("tutor.leaveCourse", {"course": "two"})
            (tmp_path / ".tutor.toml").unlink()
            only = (await editor.answer(await editor.ask(document, 1))).ended
            in_one = await editor.hear("tutor/status/didChange", course="one")

    assert (refused["reason"], refused["code"]) == ("refused", "COURSE_NEEDED")
    assert (answered["reason"], only["reason"]) == ("completed", "completed")
    assert (in_two["course"], in_one["course"]) == ("two", "one")
