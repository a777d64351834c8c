"""A run that fails in another of the student's files: the command's result, and the file that an ask is about."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from testing.editor_side.editor import diagnostic, place, span
from testing.editor_side.runs import opened, published, run
from tutor_protocol import MAX_CODE_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from testing.editor_side.editor import Conversation, Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings

MAIN = "import shapes\n\nprint(shapes.area([4]))\n"
SHAPES = '"""Shapes."""\n\n\ndef area(sides):\n    return sides[0] * sides[1]\n'
INDEX_ERROR = "IndexError: list index out of range"
CRASH = diagnostic(4, 22, 30, f"{INDEX_ERROR}\nValues on this line: sides = [4]", source="Ask Tutor")
"""The expected diagnostic in the other file."""
CALL = diagnostic(2, 6, 22, INDEX_ERROR, source="Ask Tutor")
"""The expected diagnostic at the calling line of the program."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Return settings with which only the diagnostics of runs are published."""
    return replace(settings, diagnostics=False)


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    """Return the student's other file, which the editor has not opened."""
    path = tmp_path / "shapes.py"
    path.write_text(SHAPES)
    return path


async def opened_main(editor: Editor, tmp_path: Path, text: str = MAIN) -> str:
    """Save the program, and open it in the editor."""
    return await opened(editor, tmp_path / "main.py", text)


async def ask(editor: Editor, uri: str, line: int, **more: Any) -> Json:
    """Send an ask at a line; return the parameters of `didStart`."""
    answer = await editor.answer(await editor.ask(uri, line, 0, **more))
    assert answer.started is not None
    return answer.started


async def test_the_command_names_the_other_file(editor: Editor, tmp_path: Path, shapes: Path) -> None:
    """The result has both places: the program's calling line, and the line that raised the exception."""
    ended = await run(editor, await opened_main(editor, tmp_path))
    assert ended["message"] == f"main.py failed in shapes.py at line 5: {INDEX_ERROR}"
    assert ended["range"] == span(2, 6, 22)
    assert ended["origin"] == {"uri": shapes.as_uri(), "range": span(4, 22, 30)}
    assert ended["traceback"].endswith(f"{INDEX_ERROR}\n# values on line 5: sides = [4]")
    assert published(editor) == [[CALL]]


async def test_an_ask_at_the_calling_line_is_about_the_other_file(
    editor: Editor, tutor: ScriptedTutor, tmp_path: Path, shapes: Path
) -> None:
    """An ask at the calling line is about the other file and carries its text, even if the file was never opened."""
    uri = await opened_main(editor, tmp_path)
    ended = await run(editor, uri)
    (action,) = await editor.code_actions(uri, {"start": place(2, 0), "end": place(2, 0)}, automatic=True)
    answer = await editor.answer((await editor.request("workspace/executeCommand", action["command"]))["askId"])

    assert answer.started is not None
    assert (answer.started["uri"], answer.started["range"]) == (shapes.as_uri(), span(4, 22, 30))
    (sent,) = tutor.asks
    assert (sent.code, sent.cursor.line) == (SHAPES, 4)
    assert (sent.traceback or "") == ended["traceback"]
    assert [(said.line, said.message) for said in sent.diagnostics] == [(4, INDEX_ERROR)]


async def test_a_client_that_passes_the_traceback_is_led_there_too(
    editor: Editor, tutor: ScriptedTutor, tmp_path: Path, shapes: Path
) -> None:
    """An ask that carries the run's traceback as an argument is about the other file, too."""
    uri = await opened_main(editor, tmp_path)
    ended = await run(editor, uri)
    started = await ask(editor, uri, 2, traceback=ended["traceback"], diagnostics=[CALL])
    assert started["uri"] == shapes.as_uri()
    assert [said.line for said in tutor.asks[0].diagnostics] == [4]


@pytest.mark.usefixtures("shapes")
async def test_a_question_of_the_students_own_stays_where_it_was_asked(editor: Editor, tmp_path: Path) -> None:
    """An ask with a question, or at any other line, is about the line where the student asked."""
    uri = await opened_main(editor, tmp_path)
    await run(editor, uri)
    assert (await ask(editor, uri, 2, question="What does this call do?"))["uri"] == uri
    assert (await ask(editor, uri, 0))["uri"] == uri


async def test_a_file_that_is_open_shows_where_it_failed(
    editor: Editor, tutor: ScriptedTutor, tmp_path: Path, shapes: Path
) -> None:
    """If the other file is open, its diagnostic is published under the client's URI, and moves with edits."""
    other = await opened(editor, shapes, SHAPES)
    uri = await opened_main(editor, tmp_path)
    ended = await run(editor, uri)
    assert {params["uri"]: params["diagnostics"] for params in editor.all_heard("textDocument/publishDiagnostics")} == {
        other: [CRASH],
        uri: [CALL],
    }
    assert ended["origin"] == {"uri": other, "range": span(4, 22, 30)}

    await editor.change(other, "#\n", span(0, 0, 0))
    started = await ask(editor, uri, 2)
    assert (started["uri"], started["range"]) == (other, span(5, 22, 30))
    assert tutor.asks[0].code == f"#\n{SHAPES}"


async def test_a_file_opened_after_the_run_shows_where_it_failed(
    editor: Editor, tutor: ScriptedTutor, tmp_path: Path, shapes: Path
) -> None:
    """When the other file is opened later, it gets the diagnostic, and asks there carry the traceback."""
    await run(editor, await opened_main(editor, tmp_path))
    other = await editor.open(SHAPES, shapes.as_uri())
    started = await ask(editor, other, 4)
    assert published(editor) == [[CALL], [CRASH]]
    assert (started["uri"], started["range"]) == (other, span(4, 22, 30))
    assert tutor.asks[0].traceback is not None


async def test_a_file_opened_with_another_text_shows_nothing(editor: Editor, tmp_path: Path, shapes: Path) -> None:
    """If the opened text differs from the text that ran, it gets no diagnostic; asks are about the calling line."""
    uri = await opened_main(editor, tmp_path)
    await run(editor, uri)
    await editor.open(SHAPES.replace("sides[1]", "sides[-1]"), shapes.as_uri())
    assert (await ask(editor, uri, 2))["uri"] == uri
    assert published(editor) == [[CALL]]


async def test_e4_an_ask_reads_nothing_from_disk(
    editor: Editor, tutor: ScriptedTutor, tmp_path: Path, shapes: Path
) -> None:
    """E4: an ask carries the other file's text as it was run, even if the file has changed on disk since."""
    uri = await opened_main(editor, tmp_path)
    await run(editor, uri)
    await asyncio.to_thread(shapes.write_text, "SECRET = 1\n")
    await ask(editor, uri, 2)
    assert tutor.asks[0].code == SHAPES


async def test_an_edit_of_the_line_ends_it(editor: Editor, tmp_path: Path, shapes: Path) -> None:
    """After the failed line was edited, asks at the calling line are about the calling line again."""
    other = await opened(editor, shapes, SHAPES)
    uri = await opened_main(editor, tmp_path)
    await run(editor, uri)
    await editor.change(other, "0", span(4, 28, 29))
    assert (await ask(editor, uri, 2))["uri"] == uri


async def test_the_next_run_decides_for_both_files(editor: Editor, tmp_path: Path, shapes: Path) -> None:
    """A successful run removes both diagnostics, even if the calling line was edited."""
    other = await opened(editor, shapes, SHAPES)
    uri = await opened_main(editor, tmp_path)
    await run(editor, uri)
    good = MAIN.replace("[4]", "[4, 5]")
    await editor.change(uri, good)
    await asyncio.to_thread((tmp_path / "main.py").write_text, good)
    assert (await run(editor, uri))["reason"] == "completed"
    shown = editor.all_heard("textDocument/publishDiagnostics")
    assert [params["diagnostics"] for params in shown if params["uri"] == other] == [[CRASH], []]


async def test_a_syntax_error_in_a_module_has_its_place(editor: Editor, tmp_path: Path, shapes: Path) -> None:
    """If an imported module does not compile, the failed line is in the module, not at the import."""
    await asyncio.to_thread(shapes.write_text, "x = 1\ny = 1)\n")
    ended = await run(editor, await opened_main(editor, tmp_path))
    assert ended["origin"] == {"uri": shapes.as_uri(), "range": span(1, 5, 6)}
    assert ended["range"] == span(0, 0, 13)


@pytest.mark.parametrize("folder", ["site-packages", ".venv/lib", "env/lib/python3.11", "Python311/Lib"])
async def test_what_is_installed_is_not_the_students(editor: Editor, tmp_path: Path, folder: str) -> None:
    """A library that is installed in the student's own folder is not the student's: the calling line is marked."""
    library = tmp_path / folder
    library.mkdir(parents=True)
    (library / "shapes.py").write_text(SHAPES)
    code = f"import sys\nsys.path.insert(0, {str(library)!r})\n{MAIN}"
    ended = await run(editor, await opened_main(editor, tmp_path, code))
    assert ended["message"] == f"main.py failed at line 5: {INDEX_ERROR}"
    assert "origin" not in ended


async def test_a_package_below_the_program_is_the_students(editor: Editor, tmp_path: Path) -> None:
    """Modules in subfolders of the program's folder count as the student's."""
    package = tmp_path / "geometry" / "shapes.py"
    package.parent.mkdir()
    package.write_text(SHAPES)
    ended = await run(editor, await opened_main(editor, tmp_path, MAIN.replace("import", "from geometry import")))
    assert ended["origin"]["uri"] == package.as_uri()


async def test_a_file_elsewhere_on_the_computer_is_not_read(
    editor: Editor, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A file outside the program's folder is not read, and no ask is about it."""
    other = tmp_path_factory.mktemp("elsewhere")
    (other / "shapes.py").write_text(SHAPES)
    code = f"import sys\nsys.path.insert(0, {str(other)!r})\n{MAIN}"
    assert "origin" not in await run(editor, await opened_main(editor, tmp_path, code))


async def test_a_file_that_no_ask_can_carry_is_left_alone(editor: Editor, tmp_path: Path, shapes: Path) -> None:
    """If the other file is too large for an ask, only the calling line is marked."""
    await asyncio.to_thread(shapes.write_text, SHAPES + "#" * MAX_CODE_BYTES)
    ended = await run(editor, await opened_main(editor, tmp_path))
    assert (ended["range"], "origin" in ended) == (span(2, 6, 22), False)


class TestOtherClients:
    """Clients with other position encodings, or without support for the tutor's messages."""

    async def test_e3_the_place_is_in_the_clients_units(
        self, conversation: Conversation, tmp_path: Path, shapes: Path
    ) -> None:
        """E3: columns in a file that the editor has not opened are in the client's units, too."""
        await asyncio.to_thread(shapes.write_text, "def area(sides):\n    return '😀' + sides[1]\n")
        await conversation.editor.initialize({"general": {"positionEncodings": ["utf-16"]}})
        ended = await run(conversation.editor, await opened_main(conversation.editor, tmp_path))
        assert ended["origin"]["range"] == span(1, 4, 26)

    @pytest.mark.usefixtures("shapes")
    async def test_an_answer_as_a_document_says_which_file_it_is_about(
        self, conversation: Conversation, tmp_path: Path
    ) -> None:
        """If the answer is shown as a document, its heading names the file."""
        editor = conversation.editor
        await editor.initialize({})
        uri = await opened_main(editor, tmp_path)
        await run(editor, uri)
        await editor.ask(uri, 2)
        message = await editor.until(
            lambda: next((p for p in editor.all_heard("window/showMessage") if "Hint" in p["message"]), None)
        )
        assert message["message"].startswith("Hint 1 · question · shapes.py\n\n")
