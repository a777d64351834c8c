"""The tutor's own diagnostics: when they appear and disappear, and when other checkers' take precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from testing.editor_side.editor import TUTOR_CLIENT, diagnostic, place, span
from tutor_lsp.capture.diagnostics import MAX_COMPILED_CHARACTERS
from tutor_lsp.server import AskTutorServer

if TYPE_CHECKING:
    from pathlib import Path

    from testing.editor_side.editor import Conversation, Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings

PUBLISH, DID_CHANGE = "textDocument/publishDiagnostics", "tutor/diagnostics/didChange"
CODE = 'day = input()\nif day == "Sat" or "Sun":\n    print("free: " + 1)\n'
ALWAYS = {"range": span(1, 3, 24), "severity": 2, "source": "Ask Tutor"}
CONCATENATED = diagnostic(
    2, 10, 22, 'TypeError: can only concatenate str (not "int") to str', severity=2, source="Ask Tutor"
)
UNCLOSED = diagnostic(0, 5, 6, "'(' was never closed", source="Ask Tutor")
WHERE = span(2, 10, 22)


@pytest.fixture
async def server(settings: Settings, tutor: ScriptedTutor) -> AskTutorServer:
    """Return a language server that analyses documents without a delay."""
    return AskTutorServer(settings, "0", lambda _settings, _access, _on_status: tutor, pause=0)


async def shown(editor: Editor, uri: str, *lines: int) -> list[Json]:
    """Wait until the document has diagnostics on exactly these lines; return the diagnostics."""

    def found() -> list[Json] | None:
        published = [params["diagnostics"] for params in editor.all_heard(PUBLISH) if params["uri"] == uri]
        last = published[-1] if published else None
        return last if last is not None and [item["range"]["start"]["line"] for item in last] == list(lines) else None

    if lines:
        diagnostics: list[Json] = await editor.until(found)
        return diagnostics
    await editor.until(lambda: found() is not None)
    return []


async def test_certain_findings_are_published(editor: Editor) -> None:
    """Without another checker, certain findings are marked: exceptions in Python's words, logic errors as questions."""
    uri = await editor.open(CODE)
    always, concatenated = await shown(editor, uri, 1, 2)
    assert always.items() >= ALWAYS.items()
    assert always["message"].endswith("true or false?")
    assert concatenated == CONCATENATED


async def test_a_syntax_error_is_published_and_goes_with_its_line(editor: Editor) -> None:
    """A syntax error is marked; an edit above moves the mark, and an edit of the line removes it at once."""
    uri = await editor.open("print(\n")
    assert await shown(editor, uri, 0) == [UNCLOSED]
    await editor.change(uri, "\n\n", span(0, 0, 0))
    await shown(editor, uri, 2)
    await editor.change(uri, ")", span(2, 6, 6))
    await shown(editor, uri)


async def test_places_are_in_the_clients_units(conversation: Conversation) -> None:
    """Columns are in the client's units, even after an emoji."""
    editor = conversation.editor
    await editor.initialize({**TUTOR_CLIENT, "general": {"positionEncodings": ["utf-16"]}})
    uri = await editor.open("\ufeffx = '🚶'; y = )\n")
    (one,) = await shown(editor, uri, 0)
    assert one["range"] == span(0, 15, 16)


async def test_a_line_that_another_reports_is_left_to_it(editor: Editor) -> None:
    """Our diagnostic disappears when another checker reports the same line, and returns when that report is gone."""
    uri = await editor.open(CODE)
    await shown(editor, uri, 1, 2)
    theirs = diagnostic(2, 10, 11, "No overload", source="Pyright")
    await editor.notify(DID_CHANGE, {"uri": uri, "diagnostics": [theirs, CONCATENATED]})
    await shown(editor, uri, 1)
    await editor.change(uri, "\n", span(0, 0, 0))
    await editor.notify(DID_CHANGE, {"uri": uri, "diagnostics": []})
    await shown(editor, uri, 2, 3)


async def test_a_remark_on_style_takes_nothing_away(editor: Editor) -> None:
    """A diagnostic of another checker with severity information or hint does not replace our diagnostic on the line."""
    uri = await editor.open(CODE)
    style = diagnostic(2, 0, 5, "Line could be shorter", source="style") | {"severity": 3}
    await editor.notify(DID_CHANGE, {"uri": uri, "diagnostics": [style, CONCATENATED]})
    await shown(editor, uri, 1, 2)


async def test_what_a_code_action_request_tells_counts_too(editor: Editor) -> None:
    """A diagnostic that is known only from a code action request replaces ours on the same line, too."""
    uri = await editor.open(CODE)
    await shown(editor, uri, 1, 2)
    await editor.code_actions(uri, WHERE, diagnostics=[diagnostic(2, 10, 11, "No overload", source="Pyright")])
    await shown(editor, uri, 1)


async def test_the_action_is_offered_on_our_own(editor: Editor, tutor: ScriptedTutor) -> None:
    """The code action is offered at our own diagnostic, which is sent with the ask."""
    uri = await editor.open(CODE)
    await shown(editor, uri, 1, 2)
    (action,) = await editor.code_actions(uri, span(2, 0, 0), diagnostics=[CONCATENATED], automatic=True)
    result = await editor.request("workspace/executeCommand", action["command"])
    await editor.answer(result["askId"])
    assert action["diagnostics"] == [CONCATENATED]
    (sent,) = tutor.asks[0].diagnostics
    assert (sent.line, sent.character, sent.source) == (2, 10, "Ask Tutor")


async def test_other_diagnostics_make_the_whole_line_known(editor: Editor) -> None:
    """For another checker's diagnostic, the code action is offered at every column of its line."""
    uri = await editor.open("x = 1\nprint(y)\n")
    theirs = diagnostic(1, 6, 7, "Undefined name `y`", source="Ruff")
    await editor.notify(DID_CHANGE, {"uri": uri, "diagnostics": [theirs]})
    (action,) = await editor.code_actions(uri, span(1, 0, 0), automatic=True)
    assert action["diagnostics"] == [theirs]


async def test_closing_takes_them_away(editor: Editor) -> None:
    """Closing a document removes its diagnostics, and later messages about the document are ignored."""
    uri = await editor.open(CODE)
    await shown(editor, uri, 1, 2)
    await editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await editor.notify(DID_CHANGE, {"uri": uri, "diagnostics": []})
    await shown(editor, uri)


@pytest.mark.parametrize("text", ["x = (\n" + "#" * MAX_COMPILED_CHARACTERS, "x = 1\n"])
async def test_long_or_right_code_is_left_alone(editor: Editor, text: str) -> None:
    """For overlong or correct code no diagnostics are published, not even an empty list."""
    uri = await editor.open(text)
    other = await editor.open("print(\n", "file:///work/other.py")
    await shown(editor, other, 0)
    assert [params for params in editor.all_heard(PUBLISH) if params["uri"] == uri] == []


async def test_another_language_is_left_alone(editor: Editor) -> None:
    """A document that is not Python is never analysed."""
    uri = await editor.open("print(\n", "file:///work/notes.txt", language="plaintext")
    await shown(editor, await editor.open("print(\n"), 0)
    assert [params for params in editor.all_heard(PUBLISH) if params["uri"] == uri] == []


async def test_cells_of_a_notebook_have_their_own(editor: Editor) -> None:
    """In a notebook cell, IPython magics and names from other cells are not reported."""
    cells = {"a": "%matplotlib inline\nawait job(x)\n", "b": "print(\n"}
    documents = [
        {"uri": f"cell:{name}", "languageId": "python", "version": 1, "text": text} for name, text in cells.items()
    ]
    notebook = {
        "uri": "file:///work/a.ipynb",
        "notebookType": "jupyter-notebook",
        "version": 1,
        "cells": [{"kind": 2, "document": document["uri"]} for document in documents],
    }
    await editor.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": documents})
    assert await shown(editor, "cell:b", 0) == [UNCLOSED]
    change = {"document": {"uri": "cell:b", "version": 2}, "changes": [{"text": ")", "range": span(0, 6, 6)}]}
    await editor.notify(
        "notebookDocument/didChange",
        {
            "notebookDocument": {"uri": notebook["uri"], "version": 2},
            "change": {"cells": {"textContent": [change]}},
        },
    )
    await shown(editor, "cell:b")
    assert [params for params in editor.all_heard(PUBLISH) if params["uri"] == "cell:a"] == []


class TestSetting:
    """The setting `tutor.diagnostics`."""

    async def test_off_nothing_is_published(self, conversation: Conversation, tmp_path: Path) -> None:
        """With the setting off, only the diagnostic of a failed run is published."""
        editor = conversation.editor
        await editor.initialize(initializationOptions={"diagnostics": False})
        path = tmp_path / "main.py"
        path.write_text("x = [1]\nprint(x[1] + 'a' - 1)\n")
        uri = await editor.open(path.read_text(), path.as_uri())
        await editor.execute("tutor.run", {"uri": uri})
        (crash,) = await shown(editor, uri, 1)
        assert crash["message"] == "IndexError: list index out of range\nValues on this line: x = [1]"
        assert len(editor.all_heard(PUBLISH)) == 1

    async def test_it_can_change_at_any_time(self, conversation: Conversation) -> None:
        """The diagnostics disappear when the setting is turned off, and return when it is turned on."""
        editor = conversation.editor
        section: dict[str, Any] = {"diagnostics": True}
        editor.replies["workspace/configuration"] = lambda _: [section]
        await editor.initialize({**TUTOR_CLIENT, "workspace": {"configuration": True}})
        uri = await editor.open(CODE)
        for is_on in (True, False, True):
            section["diagnostics"] = is_on
            await editor.notify("workspace/didChangeConfiguration", {"settings": None})
            await shown(editor, uri, *((1, 2) if is_on else ()))


async def test_a_run_that_failed_stands_for_the_line(editor: Editor, tmp_path: Path) -> None:
    """After a failed run, the line's predicted error is replaced by the actual one."""
    path = tmp_path / "main.py"
    path.write_text("age = 7\nprint('next: ' + age)\n")
    uri = await editor.open(path.read_text(), path.as_uri())
    (foreseen,) = await shown(editor, uri, 1)
    await editor.execute("tutor.run", {"uri": uri})
    await editor.until(lambda: editor.all_heard(PUBLISH)[-1]["diagnostics"][0]["severity"] == 1)
    (crash,) = await shown(editor, uri, 1)
    assert (foreseen["severity"], crash["severity"]) == (2, 1)
    assert crash["message"] == f"{foreseen['message']}\nValues on this line: age = 7"


async def test_place_of_the_action_in_a_selection(editor: Editor) -> None:
    """If a selection contains our diagnostic, the code action is about the diagnostic."""
    uri = await editor.open(CODE)
    await shown(editor, uri, 1, 2)
    (action,) = await editor.code_actions(uri, {"start": place(0, 0), "end": place(1, 0)}, automatic=True)
    assert action["command"]["arguments"][0]["position"] == place(1, 3)
