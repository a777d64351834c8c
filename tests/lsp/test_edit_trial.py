"""Edits of level 5 are tried on a copy before they are shown: with the tests, or with the run that failed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from testing.editor_side.runs import opened
from testing.editor_side.scripted_tutor import accepted, delta, done, error
from testing.student_tests import contents
from tutor_lsp.features.held_edit import FAILED, NOT_RUN, PASSED, HeldEdit
from tutor_lsp.runner import trials
from tutor_lsp.runner.trials import keeps_subject
from tutor_protocol import ErrorCode, Position, Range, ReportedEdit, ReportedFinding

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from testing.editor_side.editor import Editor, Ending
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings
    from tutor_protocol import Ask, FromService

TWICE = "def twice(n):\n    return n + 2\n"
TESTS = """\
import unittest
from twice import twice

class T(unittest.TestCase):
    def test_two(self):
        self.assertEqual(twice(2), 4)

    def test_three(self):
        self.assertEqual(twice(3), 6)
"""
CRASHING = "def last(values):\n    return values[3]\n\n\nprint(last([1, 2, 3]))\n"
RIGHT, WRONG = "    return n * 2\n", "    return n * 3\n"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings without the language server's own diagnostics."""
    return replace(settings, diagnostics=False)


@pytest.fixture(autouse=True)
def time_for_trials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow trials more time than a busy machine takes."""
    monkeypatch.setattr(trials, "TRIAL_SECONDS", 60.0)
    monkeypatch.setattr(trials, "RUN_SECONDS", 50.0)


def script(tutor: ScriptedTutor, new_text: str | None, *, level: int = 5, line: int = 1) -> None:
    """Let the tutor show an edit that replaces one line of the code."""

    async def answer(ask: Ask) -> AsyncGenerator[FromService, None]:
        yield accepted(ask, level)
        yield delta(ask, 0, "This is the last hint.\n\nChange line 2 ")
        yield delta(ask, 1, "to this:\n\n``")
        yield delta(ask, 2, f"`python\n{new_text}```\n\nThe reason: numbers.\n")
        edit = None
        if new_text is not None:
            place = Range(start=Position(line, 0), end=Position(line + 1, 0))
            edit = ReportedEdit(range=place, new_text=new_text)
        yield replace(done(ask, level), edit=edit, finding=ReportedFinding("logic.wrong-operator", 2, "likely"))

    tutor.script = answer


async def prepared(editor: Editor, folder: Path) -> str:
    """Save and open a program with failing tests, run them, and return its URI."""
    await asyncio.to_thread((folder / "test_twice.py").write_text, TESTS)
    uri = await opened(editor, folder / "twice.py", TWICE)
    await editor.execute("tutor.test", {"uri": uri})
    return uri


async def asked(editor: Editor, uri: str, line: int = 1) -> Ending:
    """Ask at a line, and return the whole answer."""
    return await editor.answer(await editor.ask(uri, line))


class TestWithTests:
    """The tests that failed are run on a copy with the edit."""

    async def test_an_edit_that_passes(self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
        """It is shown as tried; nothing of the student's is changed."""
        uri = await prepared(editor, tmp_path)
        before = contents(tmp_path)
        script(tutor, RIGHT)
        answer = await asked(editor, uri)

        assert answer.text.startswith(
            "This is the last hint.\n\nChange line 2 to this:\n\n```python\n    return n * 2\n```"
        )
        assert answer.text.endswith(PASSED[True])
        assert answer.seqs == list(range(len(answer.seqs)))
        assert answer.ended["tried"] == "passed"
        assert answer.ended["edit"] == {
            "range": {"start": {"line": 1, "character": 0}, "end": {"line": 2, "character": 0}},
            "newText": RIGHT,
        }
        assert {name: text for name, text in contents(tmp_path).items() if not name.startswith("data")} == {
            name: text for name, text in before.items() if not name.startswith("data")
        }

    async def test_an_edit_that_fails_is_not_shown(self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
        """If one test fails with it, the tutor says that it has no tried edit; the paragraphs before it are shown."""
        uri = await prepared(editor, tmp_path)
        script(tutor, WRONG)
        answer = await asked(editor, uri)

        assert answer.text.startswith(f"This is the last hint.\n\n{FAILED[True]}")
        assert "n * 3" not in answer.text
        assert "line 2" in answer.text.lower()
        assert answer.ended["tried"] == "failed"
        assert "edit" not in answer.ended

    async def test_x3_an_edit_that_takes_away_what_is_tested(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """An edit that skips the tests, or leaves Python before they have failed, is not offered."""
        uri = await prepared(editor, tmp_path)
        for text in ("    import os; os._exit(0)\n", "    import unittest; raise unittest.SkipTest\n"):
            script(tutor, text)
            answer = await asked(editor, uri)

            assert (answer.ended["tried"], "```" in answer.text) == ("failed", False)

    async def test_past_the_bound(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An edit whose trial takes too long is shown, and said not to be tried."""
        uri = await prepared(editor, tmp_path)
        monkeypatch.setattr(trials, "TRIAL_SECONDS", 0.0)
        script(tutor, RIGHT)
        answer = await asked(editor, uri)

        assert answer.text.endswith(NOT_RUN)
        assert (answer.ended["tried"], "```python" in answer.text) == ("not_run", True)

    async def test_a_block_without_a_known_place(self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
        """A block of code that is no edit of a known place is shown, and said not to be tried."""
        uri = await prepared(editor, tmp_path)
        script(tutor, None)

        assert (await asked(editor, uri)).ended["tried"] == "not_run"

    async def test_lower_levels_are_not_held(self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
        """The example of level 4 is no edit: it is shown as it comes, and nothing runs."""
        uri = await prepared(editor, tmp_path)
        script(tutor, WRONG, level=4)
        answer = await asked(editor, uri)

        assert "n * 3" in answer.text
        assert "tried" not in answer.ended

    async def test_without_a_test_run_nothing_is_tried(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """Tests that the student has not run are not run for an edit."""
        await asyncio.to_thread((tmp_path / "test_twice.py").write_text, TESTS)
        uri = await opened(editor, tmp_path / "twice.py", TWICE)
        script(tutor, WRONG)
        answer = await asked(editor, uri)

        assert "n * 3" in answer.text
        assert ("tried" in answer.ended, answer.ended["edit"]["newText"]) == (False, WRONG)

    async def test_an_answer_that_fails_shows_what_was_held(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """If the connection breaks after some text, that text is shown."""
        uri = await prepared(editor, tmp_path)

        async def broken(ask: Ask) -> AsyncGenerator[FromService, None]:
            yield accepted(ask, 5)
            yield delta(ask, 0, "Half a sentence")
            yield error(ask, ErrorCode.ANSWER_INTERRUPTED)

        tutor.script = broken

        assert (await asked(editor, uri)).text == "Half a sentence"


class TestWithARun:
    """A program that failed in a run is run again on a copy, with the edit."""

    async def crashed(self, editor: Editor, folder: Path, text: str = CRASHING) -> str:
        """Save, open and run a program that fails, and return its URI."""
        uri = await opened(editor, folder / "last.py", text)
        await editor.execute("tutor.run", {"uri": uri})
        return uri

    async def test_an_edit_that_passes_and_one_that_fails(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """If the program runs to its end, the edit is shown as tried; if it still fails, it is not shown."""
        uri = await self.crashed(editor, tmp_path)
        script(tutor, "    return values[-1]\n")
        good = await asked(editor, uri)
        script(tutor, "    return values[4]\n")
        bad = await asked(editor, uri)

        assert (good.ended["tried"], good.text.endswith(PASSED[False])) == ("passed", True)
        assert (bad.ended["tried"], FAILED[False] in bad.text, "values[4]" in bad.text) == ("failed", True, False)

    async def test_x3_an_edit_that_deletes_what_fails(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """A program from which the failing line was taken is not mended."""
        uri = await self.crashed(editor, tmp_path, CRASHING.replace("    return", "    values.sort()\n    return"))
        script(tutor, "", line=2)

        assert (await asked(editor, uri, 2)).ended["tried"] == "failed"

    async def test_a_program_that_asks_is_not_tried(self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
        """A copy cannot answer `input()`, so the edit was not tried."""
        uri = await self.crashed(editor, tmp_path)
        script(tutor, "    return values[int(input())]\n")

        assert (await asked(editor, uri)).ended["tried"] == "not_run"


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_text_is_held_from_the_paragraph_before_the_block(size: int) -> None:
    """However the text is split, whole paragraphs before that one are shown at once."""
    text = "One.\n\nTwo.\n\nChange line 3:\n\n```python\nx = 1\n```\n\nWhy.\n"
    held = HeldEdit()
    shown = "".join(held.feed(text[start : start + size]) for start in range(0, len(text), size))

    assert (shown, held.has_block) == ("One.\n\nTwo.\n\n", True)
    assert held.release() == text.removeprefix("One.\n\nTwo.\n\n")


F = "def f(n):\n    return 1 / n\n\n\nf(0)\n"


@pytest.mark.parametrize(
    ("before", "after", "is_tested", "keeps"),
    [
        (F, F.replace("1 / n", "n and 1 / n"), False, True),
        (F, F.replace("\n\n\nf(0)", ""), False, False),
        (F, F.replace("f(0)", "try:\n    f(0)\nexcept ZeroDivisionError:\n    pass"), False, False),
        (F, F.replace("f(0)", "try:\n    f(0)\nexcept ZeroDivisionError:\n    print('no')"), False, True),
        (F, F.replace("f(0)", "exit()"), False, False),
        (F, "f = print\nf(0)\n", True, False),
        (F, "def f(n:\n", True, False),
        ("def f(n):\n    return n +\n", "def f(n):\n    return n\n", True, True),
        (
            'def f(n):\n    """F.\n\n    >>> f(1)\n    2\n    """\n    return n\n',
            "def f(n):\n    return n\n",
            True,
            False,
        ),
        ("def f(n):\n    assert n\n    return n\n", "def f(n):\n    return n\n", True, False),
        ("def f(n):\n    n += 1\n    n += 1\n    return n\n", "def f(n):\n    n += 1\n    return n\n", True, True),
    ],
)
def test_what_an_edit_must_keep(before: str, after: str, *, is_tested: bool, keeps: bool) -> None:
    """Functions, examples, assertions and, without tests, statements stay; nothing leaves early or ignores errors."""
    assert keeps_subject(before, after, is_tested=is_tested) is keeps
