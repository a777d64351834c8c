"""The code action "Ask tutor": where it is offered, and the arguments of its command."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from testing.editor_side.editor import diagnostic, place, span
from tutor_protocol import MAX_CODE_BYTES

if TYPE_CHECKING:
    from testing.editor_side.editor import Conversation, Editor, Json
    from testing.editor_side.scripted_tutor import ScriptedTutor

CODE = "total = 0\nfor n in range(3):\n    total += m\nprint(total)\n"
UNDEFINED = diagnostic(2, 13, 14, "Undefined name `m`", source="Ruff", code="F821")


async def test_it_has_the_contracts_shape(editor: Editor) -> None:
    """The action has the contract's title, kind and command, and the command's argument contains the place."""
    uri = await editor.open(CODE)

    actions = await editor.code_actions(uri, span(2, 13, 13), diagnostics=[UNDEFINED])

    argument = {"uri": uri, "position": place(2, 13), "diagnostics": [UNDEFINED]}
    assert actions == [
        {
            "title": "Ask tutor",
            "kind": "quickfix",
            "diagnostics": [UNDEFINED],
            "command": {"title": "Ask tutor", "command": "tutor.ask", "arguments": [argument]},
        }
    ]


async def test_what_it_carries_can_be_executed(editor: Editor, tutor: ScriptedTutor) -> None:
    """The action's command starts an ask about the action's place; diagnostics have columns in code points."""
    uri = await editor.open(CODE)
    (action,) = await editor.code_actions(uri, span(2, 13, 13), diagnostics=[UNDEFINED])

    result = await editor.request("workspace/executeCommand", action["command"])
    answer = await editor.answer(result["askId"])

    (ask,) = tutor.asks
    (sent,) = ask.diagnostics
    assert answer.ended["reason"] == "completed"
    assert (ask.cursor.line, ask.cursor.character) == (2, 13)
    assert (sent.line, sent.character, sent.end_character, sent.source, sent.code) == (2, 13, 14, "Ruff", "F821")


async def test_a_light_bulb_needs_something_wrong_on_the_line(editor: Editor) -> None:
    """An automatic request gets the action only if a diagnostic overlaps a line of the requested range."""
    uri = await editor.open(CODE)

    elsewhere = await editor.code_actions(uri, span(0, 0, 0), diagnostics=[UNDEFINED], automatic=True)
    nothing_known = await editor.code_actions(uri, span(3, 0, 0), automatic=True)
    on_the_line = await editor.code_actions(uri, span(2, 0, 0), diagnostics=[UNDEFINED], automatic=True)

    assert [len(actions) for actions in (elsewhere, nothing_known, on_the_line)] == [0, 0, 1]


async def test_off_the_squiggle_the_line_still_counts(editor: Editor) -> None:
    """Once a code action request has named a diagnostic, its whole line gets the action, until the text is edited."""
    uri = await editor.open(CODE)
    await editor.code_actions(uri, span(2, 13, 14), diagnostics=[UNDEFINED], automatic=True)

    (off_the_squiggle,) = await editor.code_actions(uri, span(2, 0, 0), automatic=True)
    await editor.change(uri, "n", span(2, 13, 14))
    after_the_edit = await editor.code_actions(uri, span(2, 0, 0), automatic=True)

    assert off_the_squiggle["command"]["arguments"][0]["diagnostics"] == [UNDEFINED]
    assert off_the_squiggle["command"]["arguments"][0]["position"] == place(2, 0)
    assert after_the_edit == []


async def test_a_syntax_error_is_known_without_any_checker(editor: Editor) -> None:
    """The action is offered for a line that does not compile, even without any diagnostic of the editor."""
    uri = await editor.open("x = 1\nif x > 0\n    print(x)\n")

    (action,) = await editor.code_actions(uri, span(1, 0, 0), automatic=True)
    fine = await editor.code_actions(uri, span(0, 0, 0), automatic=True)

    (known,) = action["diagnostics"]
    assert (known["range"]["start"], known["message"], known["source"]) == (place(1, 8), "expected ':'", "Ask Tutor")
    assert fine == []


async def test_the_setting_diagnostics_turns_that_off(conversation: Conversation) -> None:
    """With the setting `diagnostics` off, the document is not compiled."""
    editor = conversation.editor
    await editor.initialize(initializationOptions={"diagnostics": False})
    uri = await editor.open("if x > 0\n    print(x)\n")

    assert await editor.code_actions(uri, span(0, 0, 0), automatic=True) == []


async def test_asked_for_it_is_there_anywhere_in_python(editor: Editor) -> None:
    """An explicit request gets the action on any line of a Python file, and in no other file."""
    python = await editor.open(CODE)
    unnamed = await editor.open(CODE, "file:///work/other.py", language="")
    markdown = await editor.open("# Notes\n", "file:///work/notes.md", language="markdown")

    found = [await editor.code_actions(uri, span(0, 0, 0)) for uri in (python, unnamed, markdown)]

    assert [len(actions) for actions in found] == [1, 1, 0]
    assert "diagnostics" not in found[0][0]


@pytest.mark.parametrize(
    ("only", "count"), [(["quickfix"], 1), ([""], 1), (["refactor"], 0), (["quickfix.other"], 0), ([], 0)]
)
async def test_only_the_kinds_asked_for(editor: Editor, only: list[str], count: int) -> None:
    """The action is offered only if `only` includes its kind or a parent of its kind."""
    uri = await editor.open(CODE)

    assert len(await editor.code_actions(uri, span(0, 0, 0), only=only)) == count


async def test_a_selection_points_at_its_first_error(editor: Editor) -> None:
    """If several lines are selected, the action is about the error within the selection."""
    uri = await editor.open(CODE)
    where = {"start": place(0, 0), "end": place(3, 0)}

    (action,) = await editor.code_actions(uri, where, diagnostics=[UNDEFINED], automatic=True)

    assert action["command"]["arguments"][0]["position"] == place(2, 13)


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ({"start": place(10**6, 10**6), "end": place(10**6, 10**6)}, 4),
        ({"start": place(3, 5), "end": place(1, 0)}, 1),
        ({"start": place(0, 10**9), "end": place(0, 10**9)}, 0),
    ],
)
async def test_e4_odd_ranges_get_a_clean_answer(editor: Editor, tutor: ScriptedTutor, where: Json, line: int) -> None:
    """E4: if a range is reversed or beyond the end, the action is about the nearest existing place."""
    uri = await editor.open(CODE)

    (action,) = await editor.code_actions(uri, where)
    await editor.answer((await editor.request("workspace/executeCommand", action["command"]))["askId"])

    assert tutor.asks[0].cursor.line == line


async def test_e4_a_document_never_opened_is_not_read(editor: Editor, tmp_path: Any) -> None:
    """E4: a file that the editor has not opened gets no action, and is not read from disk."""
    (tmp_path / "secret.py").write_text("x = (\n")
    uri = (tmp_path / "secret.py").as_uri()

    actions = await editor.code_actions(uri, span(0, 0, 0), automatic=True)
    await editor.change(uri, "y", span(0, 0, 1))
    await editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    assert actions == []
    assert await editor.code_actions(uri, span(0, 0, 0)) == []


async def test_e4_a_stale_version_is_taken_as_it_comes(editor: Editor, tutor: ScriptedTutor) -> None:
    """E4: an edit with an old version number is applied, too, since only the order of messages counts."""
    uri = await editor.open(CODE)

    await editor.change(uri, "1", span(0, 8, 9), version=-7)
    await editor.answer(await editor.ask(uri))

    assert tutor.asks[0].code.startswith("total = 1\n")


@pytest.mark.real_time
async def test_e7_a_huge_file_that_is_being_edited(editor: Editor, tutor: ScriptedTutor) -> None:
    """E7: in a 10 MB file, after 1000 edits, a code action takes under 200 ms, and an ask stays within its budget."""
    function = "def f{0}(x):\n    '''Füge {0} hinzu.'''\n    return x + {0}\n\n\n"
    text = "".join(function.format(number) for number in range(160_000))
    assert len(text) > 10_000_000
    uri = await editor.open(text)
    await editor.execute("tutor.status")
    for number in range(1000):
        await editor.change(uri, f"# {number}\n", span(400_000, 0, 0), version=number)
    await editor.execute("tutor.status")

    began = time.monotonic()
    (action,) = await editor.code_actions(uri, span(400_000, 2, 2), diagnostics=[diagnostic(400_000, 0, 1, "Odd.")])
    took = time.monotonic() - began
    await editor.answer((await editor.request("workspace/executeCommand", action["command"]))["askId"])

    (ask,) = tutor.asks
    assert took < 0.2
    assert MAX_CODE_BYTES // 2 < len(ask.code.encode()) <= MAX_CODE_BYTES
    assert ask.code.split("\n")[ask.cursor.line] == "# 999"
    assert ask.first_line + ask.cursor.line == 400_000
    assert ask.diagnostics[0].line == ask.cursor.line
    compile(ask.code, "window", "exec")
