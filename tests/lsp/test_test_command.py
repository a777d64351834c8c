"""The command `tutor.test`, the code action "Test and ask tutor", and asks that carry the report of a test run."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from testing.editor_side.editor import Conversation, ErrorReply, place, span
from testing.editor_side.runs import opened
from testing.waiting import until
from tutor_lsp.capture.redaction.private_patterns import PrivatePatterns
from tutor_lsp.capture.redaction.redaction import Redactor
from tutor_lsp.features.tests import Tests
from tutor_lsp.runner.tests import TimeLimits
from tutor_lsp.server import AskTutorServer
from tutor_protocol import Ask, FirstFailure, KnownCase, Position, TestReport, encode

if TYPE_CHECKING:
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings

ROTATE = "def other():\n    pass\n\n\ndef rotate(values, k):\n    return values[k:] + values[:k]\n"
TESTS = """\
import unittest
from rotate import rotate

class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(rotate([1, 2], 0), [1, 2])

    def test_b(self):
        self.assertEqual(rotate([1, 2, 3], 1), [3, 1, 2])
"""
MESSAGE = "Test failed: rotate([1, 2, 3], 1)\nExpected: [3, 1, 2]\nGot: [2, 3, 1]"
CASES = (
    KnownCase(given="rotate([1, 2], 0)", expected="[1, 2]", outcome="passed"),
    KnownCase(given="rotate([1, 2, 3], 1)", expected="[3, 1, 2]", got="[2, 3, 1]", outcome="failed"),
)
REPORT = TestReport(
    passed=1, failed=1, errors=0, first_failure=FirstFailure(name="T.test_b", message=MESSAGE), cases=CASES
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings without the language server's own diagnostics."""
    return replace(settings, diagnostics=False)


async def prepared(editor: Editor, folder: Path, program: str = ROTATE) -> str:
    """Save the tests and the program, open the program and return its URI."""
    await asyncio.to_thread((folder / "test_rotate.py").write_text, TESTS)
    return await opened(editor, folder / "rotate.py", program)


async def ask(editor: Editor, uri: str, line: int) -> None:
    """Ask at a line, and wait for the end of the answer."""
    await editor.answer(await editor.ask(uri, line))


async def test_the_tests_are_listed_with_what_became_of_them(editor: Editor, tmp_path: Path) -> None:
    """The result lists each test, says in a sentence what became of them, and names the place to ask at."""
    uri = await prepared(editor, tmp_path)

    ended = await editor.execute("tutor.test", {"uri": uri})

    assert ended == {
        "reason": "failed",
        "message": "1 of 2 tests fails.",
        "uri": uri,
        "tests": [
            {"name": "T.test_a", "outcome": "passed"},
            {"name": "T.test_b", "outcome": "failed", "message": MESSAGE},
        ],
        "position": place(4, 0),
        "trace": {
            "heading": "rotate([1, 2, 3], 1)",
            "rows": [],
            "steps": ["line 6 rotate: values = [1, 2, 3], k = 1", "end rotate: returns [2, 3, 1]"],
        },
    }


async def test_an_ask_about_the_tested_code_carries_the_report(
    editor: Editor, tutor: ScriptedTutor, tmp_path: Path
) -> None:
    """Asks in the function that the failing test calls carry the report with the run's id, until it is edited."""
    uri = await prepared(editor, tmp_path)
    await editor.execute("tutor.test", {"uri": uri})

    for line in (5, 0, 5):
        await ask(editor, uri, line)
    await editor.change(uri, ROTATE.replace("[k:]", "[-k:]"))
    await ask(editor, uri, 5)
    await editor.execute("tutor.test", {"uri": await prepared(editor, tmp_path)})
    await ask(editor, uri, 5)

    first, elsewhere, again, edited, tested_again = tutor.asks
    assert [asked.test_report for asked in tutor.asks] == [
        *(REPORT, None, REPORT),
        *(None, REPORT),
    ]
    assert isinstance(first.run_id, UUID)
    assert first.run_id == again.run_id != tested_again.run_id
    assert (elsewhere.run_id, edited.run_id) == (None, None)


async def test_the_hint_does_not_wait_for_a_slow_trace(
    settings: Settings, tutor: ScriptedTutor, tmp_path: Path
) -> None:
    """A trace that is not there in time is left out of the result, and goes with a later ask about the same run."""
    server = AskTutorServer(
        settings, "0", lambda _settings, _access, _on_status: tutor, test_limits=TimeLimits(trace=0)
    )
    async with Conversation(server.language_server) as conversation:
        editor = conversation.editor
        await editor.initialize()
        uri = await prepared(editor, tmp_path)
        ended = await editor.execute("tutor.test", {"uri": uri, "ask": True})
        await editor.answer(ended["askId"])
        async with asyncio.timeout(60):
            while tutor.asks[-1].trace is None:
                await ask(editor, uri, 5)
        await server.close()

    assert "trace" not in ended
    assert tutor.asks[0].trace is None
    assert {asked.run_id for asked in tutor.asks} == {tutor.asks[0].run_id}


async def test_an_exception_comes_with_its_traceback(editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
    """If the program raises an exception in a test, the place is its line, and the ask carries the traceback."""
    uri = await prepared(editor, tmp_path, ROTATE.replace("return values", "k = k % 0\n    return values"))
    ended = await editor.execute("tutor.test", {"uri": uri})
    await ask(editor, uri, ended["position"]["line"])

    assert ended["position"] == place(5, 4)
    (asked,) = tutor.asks
    assert asked.test_report is not None
    assert asked.test_report.first_failure is not None
    assert (asked.test_report.errors, asked.test_report.first_failure.line) == (2, 6)
    assert asked.traceback is not None
    assert "ZeroDivisionError" in asked.traceback
    assert asked.traceback.endswith("# values on line 6: k = 0")
    assert str(tmp_path / "rotate.py") in asked.traceback


async def test_green_tests_lead_to_an_ask_only_if_the_tutor_has_spoken(
    editor: Editor, tutor: ScriptedTutor, tmp_path: Path
) -> None:
    """If all tests pass, there is a place to ask at only after an answer, and the ask says that all pass."""
    right = (
        ROTATE.replace("[k:]", "[-k:]").replace("[:k]", "[:-k]").replace("return", "k = k or len(values)\n    return")
    )
    uri = await prepared(editor, tmp_path, right)
    before = await editor.execute("tutor.test", {"uri": uri})
    await ask(editor, uri, 4)
    after = await editor.execute("tutor.test", {"uri": uri, "ask": True})

    assert (before["reason"], before["message"], "position" in before) == ("passed", "All 2 tests pass.", False)
    assert (after["position"], UUID(after["askId"]).version) == (place(4, 0), 4)
    assert [asked.test_report for asked in tutor.asks] == [
        None,
        TestReport(passed=2, failed=0, errors=0),
    ]


async def test_tests_of_a_file_of_tests_are_about_its_program(editor: Editor, tmp_path: Path) -> None:
    """The command works in the file of tests, too; the place is in the program."""
    uri = await prepared(editor, tmp_path)
    tests = await editor.open(TESTS, (tmp_path / "test_rotate.py").as_uri())
    ended = await editor.execute("tutor.test", {"uri": tests})
    assert (ended["uri"], ended["position"]) == (uri, place(4, 0))


LOOP = """\
def rotate(values, k):
    password = "hunter2secret"
    out = []
    for value in values:
        out.append(password)
    return out
"""
LOOP_TESTS = """\
import unittest
from rotate import rotate

class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(rotate(["a", "b"], 99), ["a"])
"""


async def test_an_ask_carries_what_the_traced_run_shows(editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
    """The rounds of the loop and the turn go with the ask, redacted for a service; the steps do not."""
    uri = await prepared(editor, tmp_path, LOOP)
    await asyncio.to_thread((tmp_path / "test_rotate.py").write_text, LOOP_TESTS)
    ended = await editor.execute("tutor.test", {"uri": uri})
    await ask(editor, uri, 4)
    (asked,) = tutor.asks
    redacted, _ = Redactor(PrivatePatterns(), b"key").redact(asked)

    assert ended["trace"]["header"].split() == ["round", "value", "out"]
    assert len(ended["trace"]["rows"]) == 2
    assert any("hunter2secret" in step for step in ended["trace"]["steps"])
    assert asked.trace is not None
    assert asked.trace.rounds is not None
    assert asked.trace.rounds.rows[0] == ("'a'", "['hunter2secret']")
    assert asked.trace.turn is not None
    assert (asked.trace.turn.kind, asked.trace.turn.line, asked.trace.turn.round) == ("parted", 5, 1)
    assert redacted.trace is not None
    assert redacted.trace.ran == asked.trace.ran
    assert "hunter2" not in encode(replace(redacted, code=""))


class TestRefusals:
    """What cannot be tested is refused with a sentence."""

    async def test_without_tests_it_says_where_they_can_be(self, editor: Editor, tmp_path: Path) -> None:
        """A file without tests is refused, and the sentence names the places that are looked at."""
        uri = await opened(editor, tmp_path / "alone.py", "print(1)\n")
        with pytest.raises(ErrorReply, match=r"alone.py has no tests. They can be in test_alone.py or alone_test.py"):
            await editor.execute("tutor.test", {"uri": uri})

    async def test_an_edited_file_is_to_be_saved_first(self, editor: Editor, tmp_path: Path) -> None:
        """A document with unsaved edits is not tested."""
        uri = await prepared(editor, tmp_path)
        await editor.change(uri, "x = 1\n")
        with pytest.raises(ErrorReply, match=r"Save rotate\.py first"):
            await editor.execute("tutor.test", {"uri": uri})

    async def test_ask_is_a_boolean(self, editor: Editor, tmp_path: Path) -> None:
        """Another type of `ask` is refused."""
        uri = await prepared(editor, tmp_path)
        with pytest.raises(ErrorReply, match="ask is true or false"):
            await editor.execute("tutor.test", {"uri": uri, "ask": 1})


async def test_the_code_action_is_offered_where_there_are_tests(editor: Editor, tmp_path: Path) -> None:
    """On request, "Test and ask tutor" is offered in a file that has tests; never by itself."""
    uri = await prepared(editor, tmp_path)
    alone = await opened(editor, tmp_path / "alone.py", "print(1)\n")
    _, action = await editor.code_actions(uri, span(4, 0, 0))

    assert action["title"] == "Test and ask tutor"
    assert (action["command"]["command"], action["command"]["arguments"]) == ("tutor.test", [{"uri": uri, "ask": True}])
    assert [found["title"] for found in await editor.code_actions(alone, span(0, 0, 0))] == ["Ask tutor"]
    assert await editor.code_actions(uri, span(4, 0, 0), automatic=True) == []


async def test_tests_can_be_stopped(server: AskTutorServer, editor: Editor, tmp_path: Path) -> None:
    """A second run of the same program stops the first, which then ends as cancelled."""
    await asyncio.to_thread((tmp_path / "test_rotate.py").write_text, "import unittest\nwhile True: pass\n")
    uri = await opened(editor, tmp_path / "rotate.py", ROTATE)
    first = asyncio.create_task(editor.execute("tutor.test", {"uri": uri}))
    feature = next(one for one in server._features if isinstance(one, Tests))
    await until(lambda: bool(feature._running))
    await asyncio.to_thread((tmp_path / "test_rotate.py").write_text, TESTS)
    second = await editor.execute("tutor.test", {"uri": uri})
    assert ((await first)["reason"], second["reason"]) == ("cancelled", "failed")


async def test_other_editors_get_the_result_as_a_message(conversation: Conversation, tmp_path: Path) -> None:
    """An editor without the tutor's messages is shown the summary and the first failure."""
    editor = conversation.editor
    await editor.initialize({})
    uri = await prepared(editor, tmp_path)
    await editor.execute("tutor.test", {"uri": uri})
    (shown,) = editor.all_heard("window/showMessage")
    assert shown["message"] == f"1 of 2 tests fails.\n\n{MESSAGE}"


def test_t6_private_values_in_a_report_are_redacted() -> None:
    """T6: names, messages and values of a test report leave the computer without private values."""
    redactor = Redactor(PrivatePatterns(), b"k" * 32)
    private = "ada@uni.example"
    failure = FirstFailure(name=f"test[{private}]", message=f"Got: {private}", values=(f"who = {private!r}",))
    cases = (KnownCase(given=f"greet({private!r})", expected=repr(private), got=repr(private), outcome="failed"),)
    ask = Ask(
        request_id=UUID(int=1),
        code=f"who = {private!r}\n",
        cursor=Position(0, 0),
        test_report=TestReport(passed=0, failed=1, errors=0, first_failure=failure, cases=cases),
    )
    redacted, _ = redactor.redact(ask)

    assert redacted.test_report is not None
    assert "ada" not in str(redacted)
    found = redacted.test_report.first_failure
    assert found is not None
    assert found.values[0] == redacted.code.strip()
