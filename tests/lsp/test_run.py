"""Running the student's file from the editor: the command's result, and the diagnostic of a failed line."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing.editor_side.editor import ErrorReply, diagnostic, place, span
from testing.editor_side.runs import FAILING, PUBLISH, opened, published, run
from testing.student_programs import ENDLESS, needs_posix, needs_proc, running_in
from testing.waiting import until
from tutor_lsp.capture.crashes import line_now
from tutor_lsp.lsp.text_document import split_lines
from tutor_lsp.server import AskTutorServer

if TYPE_CHECKING:
    import asyncio
    from pathlib import Path

    from testing.editor_side.editor import Conversation, Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings

INDEX_ERROR = "IndexError: list index out of range"
RAISED = f"{INDEX_ERROR}\n# values on line 5: values = [1, 2, 3]"
"""The last lines of the traceback, which include the values of the failed line's variables."""
CRASH = diagnostic(4, 11, 20, f"{INDEX_ERROR}\nValues on this line: values = [1, 2, 3]", source="Ask Tutor")
"""The expected diagnostic. An ask carries only the first line of its message, because the traceback has the values."""
LINE = {"start": place(4, 0), "end": place(4, 0)}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with which only the diagnostics of runs are published."""
    return replace(settings, diagnostics=False)


async def test_the_command_is_offered(conversation: Conversation) -> None:
    """The reply to `initialize` lists `tutor.run` among the commands."""
    result = await conversation.editor.initialize()
    assert "tutor.run" in result["capabilities"]["executeCommandProvider"]["commands"]


async def test_a_failing_run_tells_what_failed_and_where(editor: Editor, tmp_path: Path) -> None:
    """After a failed run, the result has traceback, place, output and a sentence, and a diagnostic marks the place."""
    uri = await opened(editor, tmp_path / "main.py")

    ended = await run(editor, uri)

    traceback = ended.pop("traceback")
    assert ended == {
        "reason": "failed",
        "message": f"main.py failed at line 5: {INDEX_ERROR}",
        "exitStatus": 1,
        "range": span(4, 11, 20),
        "output": "begin\n",
    }
    assert traceback.startswith("Traceback (most recent call last):\n")
    assert traceback.endswith(RAISED)
    assert editor.all_heard(PUBLISH) == [{"uri": uri, "diagnostics": [CRASH]}]


@pytest.mark.parametrize(
    ("code", "ended"),
    [
        ("print('done')\n", {"message": "main.py ran to its end.", "exitStatus": 0, "output": "done\n"}),
        ("raise SystemExit(3)\n", {"message": "main.py ended with exit status 3.", "exitStatus": 3}),
    ],
)
async def test_a_run_that_ends_by_itself_leaves_nothing(
    editor: Editor, tmp_path: Path, code: str, ended: dict[str, Any]
) -> None:
    """A program that ends without an exception has no traceback and no diagnostic."""
    assert await run(editor, await opened(editor, tmp_path / "main.py", code)) == {"reason": "completed", **ended}
    assert editor.all_heard(PUBLISH) == []


async def test_a_program_that_wants_input_has_not_failed(editor: Editor, tmp_path: Path) -> None:
    """If a program reads stdin, the run does not count as failed, and the message says what to do instead."""
    ended = await run(editor, await opened(editor, tmp_path / "main.py", "name = input()\n"))
    assert ended["reason"] == "needsInput"
    assert ended["message"].startswith("main.py waits for input")
    assert "range" not in ended
    assert editor.all_heard(PUBLISH) == []


async def test_output_is_bounded(editor: Editor, tmp_path: Path) -> None:
    """Of long output, only the end is returned, without colours."""
    code = "for n in range(5000):\n    print(n)\nprint('\\x1b[31mred\\x1b[0m')\n"
    ended = await run(editor, await opened(editor, tmp_path / "main.py", code))
    assert ended["output"].endswith("4999\nred\n")
    assert len(ended["output"]) <= 4096


async def test_an_exception_in_the_library_is_shown_where_the_file_led_to_it(editor: Editor, tmp_path: Path) -> None:
    """If a library raises, the line of this file that called the library is marked."""
    ended = await run(editor, await opened(editor, tmp_path / "main.py", "import json\n\njson.loads('me')\n"))
    raised = "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)"
    assert ended["range"] == span(2, 0, 16)
    assert published(editor) == [[diagnostic(2, 0, 16, raised, source="Ask Tutor")]]


async def test_a_syntax_error_has_its_place(editor: Editor, tmp_path: Path) -> None:
    """A syntax error is marked where CPython marks it, or if that is past the line's end, on the whole line."""
    past_the_end = await run(editor, await opened(editor, tmp_path / "main.py", "x = 1\nif x\n    pass\n"))
    within = await run(editor, await opened(editor, tmp_path / "other.py", "x = 1\ny = 1)\n"))
    assert (past_the_end["reason"], past_the_end["range"]) == ("failed", span(1, 0, 4))
    assert (within["reason"], within["range"]) == ("failed", span(1, 5, 6))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
async def test_e3_the_place_is_in_the_clients_units(conversation: Conversation, tmp_path: Path, encoding: str) -> None:
    """E3: the columns of the marked place are in the client's units, even beside wide characters."""
    editor = conversation.editor
    await editor.initialize({"experimental": {"tutor": True}, "general": {"positionEncodings": [encoding]}})
    code = "if True:\r\n    s = '😀' + 1\r\n"
    ended = await run(editor, await opened(editor, tmp_path / "main.py", code))
    assert ended["range"] == span(1, 4, 16 if encoding == "utf-16" else 15)


class TestWhatCanBeRun:
    """Only documents that are saved as the editor shows them are run, and only on request."""

    async def refusal(self, editor: Editor, uri: str) -> str:
        """Return the message with which a run is refused."""
        with pytest.raises(ErrorReply) as refused:
            await run(editor, uri)
        assert refused.value.code == -32602
        return str(refused.value)

    async def test_an_edited_file_is_to_be_saved_first(self, editor: Editor, tmp_path: Path) -> None:
        """A document with unsaved edits is not run; once saved, it is."""
        path = tmp_path / "main.py"
        uri = await opened(editor, path, "open('ran', 'w')\n")
        await editor.change(uri, "print(1)\n")
        assert (await self.refusal(editor, uri)).startswith("Save main.py first")
        assert not (tmp_path / "ran").exists()

        path.write_text("print(1)\n")
        assert (await run(editor, uri))["output"] == "1\n"

    @pytest.mark.parametrize("content", [b"print(2)\n", b"#" * 10_000, None])
    async def test_another_file_in_its_place_is_not_run(
        self, editor: Editor, tmp_path: Path, content: bytes | None
    ) -> None:
        """A file is not run if another program has changed or removed it on disk."""
        path = tmp_path / "main.py"
        uri = await opened(editor, path, "print(1)\n")
        if content is None:
            path.unlink()
        else:
            path.write_bytes(content)
        assert (await self.refusal(editor, uri)).startswith("Save main.py first")

    @pytest.mark.parametrize(
        ("saved", "shown"),
        [
            (b"print(1)\r\nprint(2)\r\n", "print(1)\nprint(2)\n"),
            (b"print(1)\nprint(2)", "print(1)\nprint(2)\n"),
            (b"\xef\xbb\xbfprint(1)\n", "print(1)\n"),
            (b"# coding: latin-1\nprint(1)  # \xe9\n", "# coding: latin-1\nprint(1)  # é\n"),
        ],
    )
    async def test_what_editors_hide_does_not_count(
        self, editor: Editor, tmp_path: Path, saved: bytes, shown: str
    ) -> None:
        """Differences in line ends, byte order mark, declared encoding and the final line end do not prevent a run."""
        path = tmp_path / "main.py"
        path.write_bytes(saved)
        assert (await run(editor, await editor.open(shown, path.as_uri())))["output"].startswith("1\n")

    async def test_e4_a_document_never_opened_is_not_run(self, editor: Editor, tmp_path: Path) -> None:
        """E4: a file that the editor has not opened is neither read nor run."""
        path = tmp_path / "main.py"
        path.write_text("open('ran', 'w')\n")
        assert await self.refusal(editor, path.as_uri()) == "Open the file in the editor first, then run it."
        assert not (tmp_path / "ran").exists()

    @pytest.mark.parametrize("uri", ["untitled:Untitled-1", "vscode-notebook-cell:/work/nb.ipynb#1", "http://x/y.py"])
    async def test_what_is_no_file_is_not_run(self, editor: Editor, uri: str) -> None:
        """A new document and a notebook cell, which have no file on disk, are not run."""
        await editor.open("print(1)\n", uri)
        assert (await self.refusal(editor, uri)).startswith("Save it as a file first")

    async def test_only_python_is_run(self, editor: Editor, tmp_path: Path) -> None:
        """A file of another language is refused."""
        path = tmp_path / "main.sh"
        path.write_text("exit\n")
        uri = await editor.open("exit\n", path.as_uri(), language="shellscript")
        assert await self.refusal(editor, uri) == "Only Python files can be run from here."

    async def test_text_that_python_cannot_read_is_told(self, editor: Editor, tmp_path: Path) -> None:
        """A file whose encoding Python cannot read is refused."""
        path = tmp_path / "main.py"
        path.write_bytes(b"x = '\xe9'\n")
        uri = await editor.open("x = 'é'\n", path.as_uri())
        assert await self.refusal(editor, uri) == "main.py is not Python text: save it in UTF-8."

    async def test_nothing_runs_by_itself(self, editor: Editor, tmp_path: Path) -> None:
        """Opening, editing and saving a file, code actions and asks do not run it."""
        uri = await opened(editor, tmp_path / "main.py", "open('ran', 'w')\n")
        await editor.change(uri, "#\n", span(0, 0, 0))
        await editor.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
        await editor.code_actions(uri, span(0, 0, 0), automatic=True)
        await editor.answer(await editor.ask(uri))
        assert not (tmp_path / "ran").exists()


class TestDiagnostic:
    """The diagnostic of a failed run, which stays until its line is changed."""

    async def test_the_tutor_is_offered_there_and_gets_the_traceback(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """The code action is offered at any column of the failed line, and its ask carries the traceback."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)

        (action,) = await editor.code_actions(uri, LINE, diagnostics=[CRASH], automatic=True)
        elsewhere = await editor.code_actions(uri, span(3, 0, 0), automatic=True)
        answer = await editor.answer((await editor.request("workspace/executeCommand", action["command"]))["askId"])

        (ask,) = tutor.asks
        assert action["diagnostics"] == [CRASH]
        assert elsewhere == []
        assert ask.traceback is not None
        assert ask.traceback.endswith(RAISED)
        assert [(sent.line, sent.message) for sent in ask.diagnostics] == [(4, INDEX_ERROR)]
        assert answer.started is not None
        assert answer.started["range"] == CRASH["range"]

    async def test_an_ask_without_the_action_has_it_too(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """An ask at the failed line carries the traceback even without the code action; other asks do not."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)
        await editor.answer(await editor.ask(uri, 4, 2))
        await editor.answer(await editor.ask(uri, 0, 0))

        assert [(ask.traceback or "").endswith(RAISED) for ask in tutor.asks] == [True, False]
        assert [len(ask.diagnostics) for ask in tutor.asks] == [1, 0]

    async def test_each_run_has_its_id(self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
        """Asks after one run carry the same run id, and asks after another run carry another one."""
        uri = await opened(editor, tmp_path / "main.py")
        for _ in range(2):
            await run(editor, uri)
            await editor.answer(await editor.ask(uri, 4, 2))
            await editor.answer(await editor.ask(uri, 4, 2))
        await editor.answer(await editor.ask(uri, 0, 0))

        first, again, second, later, without = (ask.run_id for ask in tutor.asks)
        assert (first, second, without) == (again, later, None)
        assert first != second

    async def test_the_traceback_of_the_argument_goes_first(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """A traceback in the command's argument takes precedence over the run's."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)
        await editor.answer(await editor.ask(uri, 4, 2, traceback="NameError: x"))
        assert tutor.asks[0].traceback == "NameError: x"

    async def test_it_goes_with_its_line(self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path) -> None:
        """Inserted lines above move the diagnostic, which is published again; other edits do not."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)
        await editor.change(uri, "#\n#\n", span(0, 0, 0))
        await editor.change(uri, " ", span(9, 4, 4))
        await editor.answer(await editor.ask(uri, 6, 2))

        moved = {**CRASH, "range": span(6, 11, 20)}
        assert published(editor) == [[CRASH], [moved]]
        assert tutor.asks[0].traceback is not None

    async def test_an_edit_of_the_line_takes_it_away(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """An edit of the line removes its diagnostic and code action, even if the edit is undone."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)
        await editor.change(uri, "2", span(4, 18, 19))
        bulb = await editor.code_actions(uri, LINE, diagnostics=[CRASH], automatic=True)
        await editor.change(uri, "3", span(4, 18, 19))
        await editor.answer(await editor.ask(uri, 4, 2))

        assert bulb == []
        assert published(editor) == [[CRASH], []]
        assert (tutor.asks[0].traceback, tutor.asks[0].diagnostics) == (None, ())

    async def test_deleting_the_line_takes_it_away(self, editor: Editor, tmp_path: Path) -> None:
        """Deleting the line removes its diagnostic."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)
        await editor.change(uri, "", {"start": place(4, 0), "end": place(5, 0)})
        await editor.execute("tutor.status")
        assert published(editor) == [[CRASH], []]

    async def test_the_next_run_decides(self, editor: Editor, tmp_path: Path) -> None:
        """A successful run removes the diagnostic, even if the editor still names it in later requests."""
        (tmp_path / "data").write_text("0")
        uri = await opened(editor, tmp_path / "main.py", "x = 1 / int(open('data').read())\n")
        await run(editor, uri)
        ((crash,),) = published(editor)
        (tmp_path / "data").write_text("1")
        ended = await run(editor, uri)

        assert ended["reason"] == "completed"
        assert published(editor) == [[crash], []]
        assert await editor.code_actions(uri, span(0, 0, 0), diagnostics=[crash], automatic=True) == []

    async def test_closing_the_document_takes_it_away(self, editor: Editor, tmp_path: Path) -> None:
        """Closing the document removes its diagnostic."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)
        await editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        await editor.open(FAILING, uri)
        assert await editor.code_actions(uri, LINE, automatic=True) == []
        assert published(editor) == [[CRASH], []]

    async def test_other_checkers_go_on_being_heard(self, editor: Editor, tmp_path: Path) -> None:
        """If another checker reports the same line, the ask carries both diagnostics, ours first."""
        uri = await opened(editor, tmp_path / "main.py")
        await run(editor, uri)
        other = diagnostic(4, 18, 19, "Magic number", source="Ruff", severity=2)
        (action,) = await editor.code_actions(uri, LINE, diagnostics=[CRASH, other], automatic=True)
        assert action["diagnostics"] == [CRASH, other]


lines = st.lists(st.sampled_from(["a\n", "b\n", "\n"]), max_size=6)


@given(above=lines, below=lines, more_above=lines, more_below=lines)
def test_a_line_is_found_after_edits_on_one_side(
    above: list[str], below: list[str], more_above: list[str], more_below: list[str]
) -> None:
    """A line is found again after lines were added above or below it, but not after it was changed."""
    then = [*above, "the line\n", *below]
    number = len(above)
    assert line_now(then, [*more_above, *then], number) == len(more_above) + number
    assert line_now(then, [*then, *more_below], number) == number
    assert line_now(then, [*above, "another\n", *below], number) is None
    assert line_now(then, then, len(then)) is None


class TestUnderWay:
    """A run that has not ended."""

    @pytest.fixture
    async def server(self, settings: Settings, tutor: ScriptedTutor) -> AskTutorServer:
        """Return a server whose runs have a very long time limit."""
        return AskTutorServer(settings, "0", lambda _settings, _access, _on_status: tutor, run_seconds=60)

    async def begin(self, editor: Editor, tmp_path: Path, text: str = ENDLESS) -> tuple[int, asyncio.Future[Any], str]:
        """Start an endless program; return the request's id, a future of its result, and the file's URI."""
        uri = await opened(editor, tmp_path / "main.py", text)
        params = {"command": "tutor.run", "arguments": [{"uri": uri}]}
        number, result = await editor.begin("workspace/executeCommand", params)
        await until((tmp_path / "begun").exists)
        return number, result, uri

    @needs_proc
    async def test_the_request_can_be_cancelled(self, editor: Editor, tmp_path: Path) -> None:
        """`$/cancelRequest` ends the program, and the reply is the error for a cancelled request."""
        number, result, _ = await self.begin(editor, tmp_path)
        await editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(ErrorReply) as cancelled:
            await result
        assert cancelled.value.code == -32800
        await until(lambda: not running_in(tmp_path))

    @needs_proc
    async def test_progress_can_be_cancelled(self, conversation: Conversation, tmp_path: Path) -> None:
        """A run that takes longer than a moment reports progress; cancelling it ends the run."""
        editor = conversation.editor
        editor.replies["window/workDoneProgress/create"] = lambda _: None
        await editor.initialize({"experimental": {"tutor": True}, "window": {"workDoneProgress": True}})
        _, result, _ = await self.begin(editor, tmp_path)
        begun = await editor.hear("$/progress")
        await editor.notify("window/workDoneProgress/cancel", {"token": begun["token"]})

        assert begun["value"] == {"kind": "begin", "title": "Running main.py", "cancellable": True}
        assert await result == {"reason": "cancelled", "message": "Stopped."}
        assert editor.all_heard("$/progress")[-1]["value"] == {"kind": "end"}
        assert not running_in(tmp_path)

    @needs_proc
    async def test_running_it_again_stops_the_first(self, editor: Editor, tmp_path: Path) -> None:
        """A second run of the same file stops the first."""
        _, first, uri = await self.begin(editor, tmp_path)
        (tmp_path / "begun").unlink()
        params = {"command": "tutor.run", "arguments": [{"uri": uri}]}
        number, second = await editor.begin("workspace/executeCommand", params)
        await until((tmp_path / "begun").exists)

        assert (await first)["reason"] == "cancelled"
        assert len(running_in(tmp_path)) == 2
        await editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(ErrorReply):
            await second

    async def test_nothing_waits_for_it(self, editor: Editor, tmp_path: Path) -> None:
        """Code actions and answers are as fast as usual during a run."""
        number, result, uri = await self.begin(editor, tmp_path)
        began = time.monotonic()
        for _ in range(20):
            assert await editor.code_actions(uri, span(0, 0, 0))
        answer = await editor.answer(await editor.ask(uri))
        took = time.monotonic() - began
        await editor.notify("$/cancelRequest", {"id": number})
        with pytest.raises(ErrorReply):
            await result

        assert answer.ended["reason"] == "completed"
        assert took < 2

    @needs_proc
    @pytest.mark.parametrize("how", ["shutdown", "hang up"])
    async def test_e11_it_ends_with_the_conversation(
        self, conversation: Conversation, editor: Editor, tmp_path: Path, how: str
    ) -> None:
        """E11: the program ends when the editor sends `shutdown` or closes its end of the pipe."""
        _, result, _ = await self.begin(editor, tmp_path)
        if how == "shutdown":
            await editor.request("shutdown")
            with pytest.raises(ErrorReply):
                await result
        else:
            conversation.hang_up()
            assert await conversation.serving == 1
            result.cancel()

    async def test_an_edit_meanwhile_moves_the_diagnostic(self, editor: Editor, tmp_path: Path) -> None:
        """If lines are inserted above during the run, the diagnostic moves; the message has the line as it was run."""
        code = "import os, time\nopen('begun', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\n1 / 0\n"
        _, result, uri = await self.begin(editor, tmp_path, code)
        await editor.change(uri, "#\n", span(0, 0, 0))
        await editor.execute("tutor.status")
        (tmp_path / "go").touch()
        ended = await result

        assert ended["message"] == "main.py failed at line 4: ZeroDivisionError: division by zero"
        assert ended["range"] == span(4, 0, 5)
        assert published(editor) == [[diagnostic(4, 0, 5, "ZeroDivisionError: division by zero", source="Ask Tutor")]]

    async def test_a_line_edited_meanwhile_gets_none(self, editor: Editor, tmp_path: Path) -> None:
        """If the failed line was edited during the run, it gets no diagnostic, but the traceback is returned."""
        code = "import os, time\nopen('begun', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\n1 / 0\n"
        _, result, uri = await self.begin(editor, tmp_path, code)
        await editor.change(uri, "1", span(3, 4, 5))
        await editor.execute("tutor.status")
        (tmp_path / "go").touch()
        ended = await result

        assert (ended["reason"], "range" in ended, "traceback" in ended) == ("failed", False, True)
        assert published(editor) == []

    async def test_a_document_closed_meanwhile_gets_none(self, editor: Editor, tmp_path: Path) -> None:
        """If the document was closed during the run, no diagnostic is published."""
        code = "import os, time\nopen('begun', 'w').close()\nwhile not os.path.exists('go'): time.sleep(0.01)\n1 / 0\n"
        _, result, uri = await self.begin(editor, tmp_path, code)
        await editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        await editor.execute("tutor.status")
        (tmp_path / "go").touch()

        assert (await result)["reason"] == "failed"
        assert published(editor) == []


class TestTimeLimit:
    """A program that exceeds the time limit."""

    @pytest.fixture
    async def server(self, settings: Settings, tutor: ScriptedTutor) -> AskTutorServer:
        """Return a server with a time limit of half a second for a run."""
        return AskTutorServer(settings, "0", lambda _settings, _access, _on_status: tutor, run_seconds=0.5)

    @needs_posix
    async def test_it_is_stopped_and_shown_where_it_was(
        self, editor: Editor, tutor: ScriptedTutor, tmp_path: Path
    ) -> None:
        """The line that was interrupted is marked with a warning, and an ask there carries the traceback."""
        uri = await opened(editor, tmp_path / "main.py", "n = 3\nwhile n > 0: n = n + 1\n")
        ended = await run(editor, uri)
        ((warning,),) = published(editor)
        await editor.answer(await editor.ask(uri, 1, 0))

        assert ended["reason"] == "timedOut"
        assert warning["message"].startswith(f"{ended['message']}\nValues on this line: n = ")
        assert ended["message"].endswith("seconds, and was stopped at line 2.")
        assert (warning["range"]["start"]["line"], warning["severity"]) == (1, 2)
        assert "\nKeyboardInterrupt\n# values on line 2: n = " in (tutor.asks[0].traceback or "")


class TestStranger:
    """An editor that neither supports the tutor's messages nor shows the results of commands."""

    @pytest.fixture
    async def stranger(self, conversation: Conversation) -> Editor:
        """Return such an editor, initialized."""
        await conversation.editor.initialize({})
        return conversation.editor

    @pytest.mark.parametrize(
        ("code", "shown"),
        [
            ("print(1)\n", {"type": 3, "message": "main.py ran to its end."}),
            ("raise SystemExit(1)\n", {"type": 2, "message": "main.py ended with exit status 1."}),
            ("1 / 0\n", {"type": 2, "message": "main.py failed at line 1: ZeroDivisionError: division by zero"}),
        ],
    )
    async def test_is_told_by_a_message(self, stranger: Editor, tmp_path: Path, code: str, shown: Json) -> None:
        """The end of a run is shown as a single message."""
        await run(stranger, await opened(stranger, tmp_path / "main.py", code))
        assert stranger.all_heard("window/showMessage") == [shown]


def test_lines_are_counted_as_python_counts_them(tmp_path: Path) -> None:
    """E3: despite a form feed, U+2028 and a lone CR, Python's line number is that of the editor."""
    text = "s = 'a\x0cb\u2028c\x85d'\rt = 1\r\n\x0c\n1 / 0\n"
    assert split_lines(text).index("1 / 0\n") == 3
    with pytest.raises(ZeroDivisionError) as raised:
        exec(compile(text, "main.py", "exec"), {})  # noqa: S102 - the executed code is the test's own
    assert raised.traceback[-1].lineno == 3
