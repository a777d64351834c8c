"""The contents of an ask: code window, diagnostics, notebook cells with their output, and traceback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from testing.editor_side.editor import TUTOR_CLIENT, diagnostic, place, span
from tutor_lsp.capture.diagnostics import MAX_DIAGNOSTICS, compile_error, to_wire
from tutor_lsp.capture.document import window
from tutor_lsp.capture.notebook import MAX_CELLS_BYTES, FileCell, file_cells, output_of
from tutor_lsp.capture.wire_text import MAX_TRACEBACK_CHARACTERS, traceback_text
from tutor_lsp.lsp.text_document import EditedDocument, LineCodec, split_lines
from tutor_protocol import Cell, Position

if TYPE_CHECKING:
    from testing.editor_side.editor import Conversation, Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor

ERROR_MIME = "application/vnd.code.notebook.error"


def document(text: str, encoding: str = "utf-16") -> EditedDocument:
    """Return an open document."""
    return EditedDocument("file:///x.py", text, 1, "python", LineCodec(types.PositionEncodingKind(encoding)))


class TestWindow:
    """The window of a document: the part around the cursor that is sent with an ask."""

    def test_a_document_that_fits_goes_whole(self) -> None:
        """A short document is sent as a whole; LF, CRLF and a lone CR each count as one line end."""
        shown = window(split_lines("a\r\nb\rc\n"), Position(1, 1))

        assert (shown.code, shown.first_line, shown.line_count) == ("a\nb\nc\n", 0, 4)

    def test_a_byte_order_mark_stays_behind(self) -> None:
        """A byte order mark is not sent, and the columns of the first line do not count it."""
        shown = window(split_lines("\ufeffx = 1\ny\n"), Position(0, 3))

        assert shown.code == "x = 1\ny\n"
        assert [shown.place(0, 3), shown.place(0, 0), shown.place(1, 1)] == [
            Position(0, 2),
            Position(0, 0),
            Position(1, 1),
        ]

    def test_what_is_too_long_is_cut_between_top_level_statements(self) -> None:
        """The window around the cursor begins and ends between top-level statements, so that it can be parsed."""
        lines = split_lines("".join(f"def f{n}():\n    x = {n}\n    return x\n\n" for n in range(100)))

        shown = window(lines, Position(201, 0), budget=1000)

        assert 500 < len(shown.code) <= 1000
        assert shown.code.startswith("def ")
        assert shown.code.split("\n")[201 - shown.first_line] == "    x = 50"
        compile(shown.code, "window", "exec")

    def test_at_the_end_of_the_document_all_budget_goes_above(self) -> None:
        """At the end of a document, the whole budget of the window is used above the cursor, and vice versa."""
        lines = split_lines("x = 1\n" * 1000)

        at_end, at_start = (window(lines, Position(line, 0), budget=600) for line in (999, 0))

        assert (at_end.first_line, at_end.line_count, at_end.code[-6:]) == (901, 100, "x = 1\n")
        assert (at_start.first_line, at_start.line_count) == (0, 100)

    def test_of_a_line_that_is_too_long_the_part_round_the_cursor_goes(self) -> None:
        """Of an overlong line only the part around the cursor is sent, and columns count from its start."""
        line = "0123456789" * 1000

        shown = window([line], Position(0, 5000), budget=400)

        assert shown.code == line[4950:5050]
        assert shown.place(0, 5003) == Position(0, 53)

    @given(
        lines=st.lists(st.text(st.characters(exclude_categories=()), max_size=30), min_size=1, max_size=40),
        cursor=st.tuples(st.integers(0, 50), st.integers(0, 40)),
        budget=st.integers(8, 300),
    )
    @settings(max_examples=500, deadline=None)
    def test_it_keeps_its_budget_and_the_cursor(self, lines: list[str], cursor: tuple[int, int], budget: int) -> None:
        """For any text and cursor, the window is valid Unicode within its budget, and contains the cursor."""
        split = split_lines("\n".join(lines))
        line = min(cursor[0], len(split) - 1)
        content = split[line].rstrip("\r\n")
        character = min(cursor[1], len(content))

        shown = window(split, Position(line, character), budget=budget)

        assert len(shown.code.encode()) <= budget
        at = shown.place(line, character)
        before = shown.code.split("\n")[at.line][: at.character]
        valid_content = content[:character].removeprefix("\ufeff" if line == 0 else "")
        assert valid_content.encode("utf-8", "replace").decode().endswith(before.replace("\ufffd", "?"))


class TestDiagnostics:
    """The editor's diagnostics as they are sent with an ask."""

    def test_positions_are_code_points_within_the_code(self) -> None:
        """A diagnostic's UTF-16 columns become code points, and its lines are counted from the window's start."""
        opened = document("a = 1\n" * 300 + "s = '😀' + x\n" + "b = 2\n" * 300)
        shown = window(opened.lines, Position(300, 0), budget=200)
        raw = types.Diagnostic(
            types.Range(types.Position(300, 11), types.Position(300, 12)),
            "Undefined name `x`",
            types.DiagnosticSeverity.Warning,
            code=821,
        )

        (sent,) = to_wire([raw], opened, shown, 300)

        line = shown.code.split("\n")[sent.line]
        assert (line, line[sent.character : sent.end_character]) == ("s = '😀' + x", "x")
        assert (sent.severity, sent.code, sent.source) == (2, "821", "")

    def test_those_outside_the_window_stay_behind(self) -> None:
        """A diagnostic outside of the window is not sent, and one that overlaps the window is clipped."""
        opened = document("x = 1\n" * 1000)
        shown = window(opened.lines, Position(500, 0), budget=60)
        far, into = (
            types.Diagnostic(types.Range(types.Position(0, 0), types.Position(end, 3)), "m") for end in (1, 500)
        )

        sent = to_wire([far, into], opened, shown, 500)

        assert [(item.line, item.character, item.end_line) for item in sent] == [(0, 0, 500 - shown.first_line)]

    def test_the_nearest_and_gravest_come_first_and_not_too_many(self) -> None:
        """The error at the cursor is sent even if there are more style warnings than can be sent."""
        opened = document("x = 1\n" * 200)
        shown = window(opened.lines, Position(0, 0))
        warnings = [
            types.Diagnostic(
                types.Range(types.Position(n, 0), types.Position(n, 1)), "style", types.DiagnosticSeverity.Hint
            )
            for n in range(200)
        ]
        error = types.Diagnostic(types.Range(types.Position(0, 0), types.Position(0, 1)), "error")

        sent = to_wire([*warnings, error], opened, shown, 0)

        assert (len(sent), sent[0].message) == (MAX_DIAGNOSTICS, "error")

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("x = 1\n", None),
            ("x = '\\d'\n", None),
            ("\ufeffx = 1\n", None),
            ("x = (\n", "'(' was never closed"),
            ("x = '\ud800'\n", None),
            ("x = (\n" + "#" * 70_000, None),
        ],
    )
    def test_compiling_gives_the_syntax_error_or_nothing(self, text: str, found: str | None) -> None:
        """Compiling returns the syntax error, or None for valid or overlong code, and shows no warning."""
        error = compile_error(document(text))

        assert (error and error.message) == found

    @pytest.mark.parametrize("text", ["x = \0\n", "(" * 5000, "-" * 60_000 + "1", "\n" + "\t" * 200 + "x"])
    def test_compiling_never_fails(self, text: str) -> None:
        """Code that exceeds CPython's own limits gives a syntax error or None, but raises nothing."""
        error = compile_error(document(text))

        assert error is None or error.source == "Ask Tutor"

    def test_a_syntax_error_stands_where_the_editor_shows_it(self) -> None:
        """The columns of a syntax error are converted to the client's units."""
        error = compile_error(document("s = '😀'; x = (\n"))

        assert error is not None
        assert error.range.start == types.Position(0, 14)


class TestTraceback:
    """The traceback that is sent with an ask."""

    def test_it_is_cleaned(self) -> None:
        """Terminal colours and carriage returns are removed."""
        raw = "\x1b[0;31mTraceback\x1b[0m\r\n\x1b]8;;http://x\x07link\x1b]8;;\x07\r\nNameError: x\n\n"

        assert traceback_text(raw) == "Traceback\nlink\nNameError: x"

    @pytest.mark.parametrize("nothing", [None, "", "\n", "\x1b[0m\n"])
    def test_an_empty_one_is_none(self, nothing: str | None) -> None:
        """A traceback that is empty after removing colours is not sent."""
        assert traceback_text(nothing) is None

    def test_of_an_endless_one_both_ends_stay(self) -> None:
        """An overlong traceback keeps its beginning and its last line, which names the error."""
        text = "Traceback\n" + "  File\n" * 10_000 + "RecursionError: deep"

        shortened = traceback_text(text)

        assert shortened is not None
        assert len(shortened) == MAX_TRACEBACK_CHARACTERS
        assert shortened.startswith("Traceback\n")
        assert shortened.endswith("\nRecursionError: deep")


class TestFileCells:
    """Cells in plain Python files, which start at lines with `# %%`."""

    def test_lines_that_start_a_cell(self) -> None:
        """Each marker starts a cell, and so does text above the first marker; Markdown cells are not code."""
        text = "import x\n# %% [markdown]\n# # Title\n#%% load\ny = 1\n# %%\nz = 2"

        assert file_cells(split_lines(text)) == [
            FileCell(0, 1, is_code=True),
            FileCell(1, 3, is_code=False),
            FileCell(3, 5, is_code=True),
            FileCell(5, 7, is_code=True),
        ]

    @pytest.mark.parametrize("text", ["x = 1\n", "    # %% not at the margin\n", "x = 1  # %%\n", "#%\n", ""])
    def test_a_file_without_markers_has_none(self, text: str) -> None:
        """A file without markers has no cells."""
        assert file_cells(split_lines(text)) == []

    async def test_the_cell_under_the_cursor_is_asked_about(self, editor: Editor, tutor: ScriptedTutor) -> None:
        """The ask has the code of the cell at the cursor, the cell's line in the file, and the earlier code cells."""
        uri = await editor.open("import math\n# %%\nx = 1\n# %% [markdown]\n# Hello\n# %%\nprint(y)\n# %%\nz = 1\n")

        await editor.answer(await editor.ask(uri, 6, 6))

        (ask,) = tutor.asks
        assert (ask.kind, ask.first_line, ask.code) == ("cell", 5, "# %%\nprint(y)")
        assert (ask.cursor.line, ask.cursor.character) == (1, 6)
        assert ask.cells == (Cell(source="import math"), Cell(source="# %%\nx = 1"))


def cell(uri: str, kind: int = 2, outputs: Any = None, **more: Any) -> Json:
    """Return a notebook cell in the protocol's format."""
    return {"kind": kind, "document": uri, **more} | (
        {} if outputs is None else {"metadata": {"tutor": {"outputs": outputs}}}
    )


def text_document(uri: str, text: str, language: str = "python") -> Json:
    """Return the text document of a cell."""
    return {"uri": uri, "languageId": language, "version": 1, "text": text}


class TestNotebook:
    """Notebook cells, which the editor keeps synchronized with the server."""

    NAME_ERROR = json.dumps(
        {"name": "NameError", "message": "name 'y' is not defined", "stack": "\x1b[31mNameError\x1b[0m: y"}
    )

    async def open(self, editor: Editor) -> list[str]:
        """Open a notebook of four cells, the last of which fails."""
        uris = [f"vscode-notebook-cell:/work/nb.ipynb#{n}" for n in range(4)]
        cells = [
            cell(uris[0], outputs=[{"mime": "application/vnd.code.notebook.stdout", "data": "1\n"}]),
            cell(uris[1], kind=1),
            cell(uris[2]),
            cell(uris[3], outputs=[{"mime": ERROR_MIME, "data": self.NAME_ERROR}]),
        ]
        notebook = {"uri": "file:///work/nb.ipynb", "notebookType": "jupyter-notebook", "version": 1, "cells": cells}
        texts = ["x = 1\nprint(x)", "# Title", "%matplotlib inline\nz = x", "print(y)"]
        documents = [text_document(uri, text) for uri, text in zip(uris, texts, strict=True)]
        documents[1]["languageId"] = "markdown"
        await editor.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": documents})
        return uris

    async def test_the_server_keeps_notebooks_in_step(self, conversation: Conversation) -> None:
        """If an editor supports notebooks, the server requests synchronization of their Python cells."""
        capabilities = {**TUTOR_CLIENT, "notebookDocument": {"synchronization": {}}}

        result = await conversation.editor.initialize(capabilities)

        assert result["capabilities"]["notebookDocumentSync"] == {
            "notebookSelector": [{"cells": [{"language": "python"}]}]
        }

    async def test_earlier_cells_go_along_with_their_output(self, editor: Editor, tutor: ScriptedTutor) -> None:
        """An ask carries the earlier code cells in order, their output, and the traceback of the cell itself."""
        uris = await self.open(editor)

        await editor.answer(await editor.ask(uris[3]))

        (ask,) = tutor.asks
        assert (ask.kind, ask.code, ask.first_line) == ("cell", "print(y)", 0)
        assert ask.cells == (
            Cell(source="x = 1\nprint(x)", output="1\n"),
            Cell(source="%matplotlib inline\nz = x"),
        )
        assert ask.traceback == "NameError: y"

    async def test_a_failing_cell_has_a_light_bulb(self, editor: Editor) -> None:
        """The code action is offered in a cell that failed, but not for an IPython magic, which does not compile."""
        uris = await self.open(editor)

        failing, fine, magic = [
            await editor.code_actions(uri, span(0, 0, 0), automatic=True) for uri in (uris[3], uris[0], uris[2])
        ]

        assert (len(failing), fine, magic) == (1, [], [])

    async def test_outputs_and_order_are_kept_in_step(self, editor: Editor, tutor: ScriptedTutor) -> None:
        """After cells were run again, edited or deleted, an ask has their current state."""
        uris = await self.open(editor)
        data = [cell(uris[0], executionSummary={"executionOrder": 2, "success": False})]
        change = {"document": {"uri": uris[0], "version": 2}, "changes": [{"range": span(0, 4, 5), "text": "2"}]}
        structure = {"array": {"start": 2, "deleteCount": 1}, "didClose": [{"uri": uris[2]}]}
        await editor.notify(
            "notebookDocument/didChange",
            {
                "notebookDocument": {"uri": "file:///work/nb.ipynb", "version": 2},
                "change": {"cells": {"data": data, "textContent": [change], "structure": structure}},
            },
        )

        bulbs = await editor.code_actions(uris[0], span(0, 0, 0), automatic=True)
        await editor.answer(await editor.ask(uris[3]))

        assert len(bulbs) == 1
        assert tutor.asks[0].cells == (Cell(source="x = 2\nprint(x)"),)

    async def test_only_the_newest_cells_within_the_budget_go(self, editor: Editor, tutor: ScriptedTutor) -> None:
        """If the earlier cells exceed the budget, only the last ones are sent."""
        uris = [f"cell:/{n}" for n in range(5)]
        notebook = {"uri": "file:///n.ipynb", "notebookType": "x", "version": 1, "cells": [cell(uri) for uri in uris]}
        half = "#" * (MAX_CELLS_BYTES // 2)
        documents = [text_document(uri, half) for uri in uris[:4]] + [text_document(uris[4], "x")]
        await editor.notify("notebookDocument/didOpen", {"notebookDocument": notebook, "cellTextDocuments": documents})

        await editor.answer(await editor.ask(uris[4]))

        assert [len(sent.source) for sent in tutor.asks[0].cells] == [len(half)] * 2

    @pytest.mark.parametrize(
        "metadata",
        [
            None,
            {},
            {"tutor": []},
            {"tutor": {"outputs": {}}},
            {"tutor": {"outputs": [1, {}, {"mime": ERROR_MIME, "data": 1}, {"mime": "image/png", "data": "x"}]}},
        ],
    )
    def test_outputs_of_another_shape_are_left_out(self, metadata: Any) -> None:
        """An output whose shape differs from that in the contract is ignored."""
        found = output_of(types.NotebookCell(types.NotebookCellKind.Code, "cell:/0", metadata))

        assert (found.text, found.error) == ("", None)

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            ('{"name": "NameError", "message": "y"}', "NameError: y"),
            ('{"stack": ""}', "Error: "),
            ("[1]", "[1]"),
            ("no json", "no json"),
        ],
    )
    def test_an_error_without_a_traceback_has_name_and_message(self, data: str, error: str) -> None:
        """A VS Code error output is converted to its stack if it has one, else to the error's name and message."""
        metadata: Any = {"tutor": {"outputs": [{"mime": ERROR_MIME, "data": data}]}}

        found = output_of(types.NotebookCell(types.NotebookCellKind.Code, "cell:/0", metadata))

        assert (found.text, found.error) == (error, error)


async def test_the_place_of_the_answer_is_the_gravest_diagnostic(editor: Editor) -> None:
    """An answer is shown at the error on the cursor's line, or else at the line's code."""
    uri = await editor.open("def f():\n    x = y\n")
    said = [diagnostic(1, 4, 5, "unused", severity=2), diagnostic(1, 8, 9, "undefined")]

    beside_error = await editor.answer(await editor.ask(uri, 1, 4, diagnostics=said))
    beside_line = await editor.answer(await editor.ask(uri, 1, 4))

    assert beside_error.started is not None
    assert beside_line.started is not None
    assert beside_error.started["range"] == span(1, 8, 9)
    assert beside_line.started["range"] == {"start": place(1, 4), "end": place(1, 9)}
