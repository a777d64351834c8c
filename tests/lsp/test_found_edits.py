"""The edit that was found with the tests goes with the next ask, and no private value leaves with it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from testing.editor_side.redacted import REDACTOR
from testing.editor_side.redacted import ask as ask_about
from testing.editor_side.runs import opened
from testing.known_cases import found_edit
from testing.student_programs import needs_posix
from tutor_lsp.capture.test_reports import KnownReports
from tutor_lsp.features import found_edits
from tutor_lsp.features.found_edits import EditSearches, is_harmless
from tutor_lsp.lsp.background_tasks import BackgroundTasks
from tutor_lsp.runner.results import RunOfTests
from tutor_protocol import encode

if TYPE_CHECKING:
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings

UP_TO = "def up_to(n):\n    total = 0\n    for i in range(1, n):\n        total += i\n    return total\n"
TESTS = """\
import unittest
from program import up_to

class T(unittest.TestCase):
    def test_one(self):
        self.assertEqual(up_to(1), 1)

    def test_four(self):
        self.assertEqual(up_to(4), 10)

    def test_nothing(self):
        self.assertEqual(up_to(0), 0)
"""
FOUND = found_edit("one-step-off", 2, "b = 3", passed=3)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with a search that is long enough for a busy machine."""
    return replace(settings, diagnostics=False, edit_search_seconds=20)


def program_text(folder: Path) -> str:
    """Return the text of the program in a folder that holds nothing but the program and its tests."""
    assert {path.name for path in folder.iterdir()} - {"data"} == {"program.py", "test_program.py"}
    return (folder / "program.py").read_text()


@needs_posix
async def test_the_found_edit_goes_with_the_next_ask(editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
    """An ask after the search has ended carries the edit; the student's folder is as it was."""
    await asyncio.to_thread((tmp_path / "test_program.py").write_text, TESTS)
    uri = await opened(editor, tmp_path / "program.py", UP_TO)
    ended = await editor.execute("tutor.test", {"uri": uri})
    asked = None
    async with asyncio.timeout(60):
        while asked is None or asked.found_edit is None:
            await editor.answer(await editor.ask(uri, ended["position"]["line"]))
            asked = tutor.asks[-1]

    assert asked.found_edit.line == 3
    assert asked.found_edit.new_text == "    for i in range(1, n + 1):"
    assert asked.found_edit.passed == 3
    assert await asyncio.to_thread(program_text, tmp_path) == UP_TO


async def test_a_first_ask_waits_only_shortly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`soon` returns after its bound although the search goes on, and `stop` ends the search."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless(*_: object) -> tuple[None, None]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return None, None

    monkeypatch.setattr(found_edits, "find_edit", endless)
    searches = EditSearches(KnownReports(), BackgroundTasks(), lambda: 5.0)
    unused: Any = None  # The search is replaced.
    searches.start("file:///a.py", unused, unused, "first", "x = 1\n")
    await begun.wait()

    async with asyncio.timeout(10):
        await searches.soon("file:///a.py")
    assert not ended.is_set()
    searches.stop("file:///a.py")
    await ended.wait()


def test_an_unconfined_program_that_reaches_out_is_not_searched() -> None:
    """Where nothing confines the tests, a program that names files or networks does not run again and again."""
    confined, free = (RunOfTests(cases=(), means=means) for means in (("landlock",), ("limits",)))

    texts = ("import socket\n", "x = os.sep\n", "x = open('a')\n", "x = 1\n")

    assert [is_harmless(confined, text) for text in texts] == [True, True, True, True]
    assert [is_harmless(free, text) for text in texts] == [False, False, False, True]


def test_t6_a_private_value_does_not_leave_with_an_edit() -> None:
    """The text of an edit is redacted as code is; it stays here if it replaces a line with a private value."""
    code = 'password = "hunter2secret"\nb = 2\n'
    beside = replace(ask_about(code), found_edit=replace(FOUND, new_text='b = 3 if "hunter2secret" else 4'))
    within = replace(ask_about(code), found_edit=replace(FOUND, line=1, first_line=1, new_text="a = 1\nb = 3"))

    redacted = [REDACTOR.redact(each)[0] for each in (beside, within)]

    assert redacted[0].found_edit is not None
    assert redacted[0].found_edit.new_text is not None
    assert redacted[1].found_edit is not None
    assert redacted[1].found_edit.new_text is None
    assert all("hunter2" not in encode(each) for each in redacted)
    plain = replace(ask_about("a = 1\nb = 2\n"), found_edit=FOUND)
    assert REDACTOR.redact(plain)[0].found_edit == FOUND
