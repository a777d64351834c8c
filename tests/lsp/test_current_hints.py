"""The hover on a line that was asked about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from testing.editor_side.editor import place, span
from testing.editor_side.scripted_tutor import accepted, delta, done

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from testing.editor_side.editor import Conversation, Editor
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_protocol import Ask, FromService

CODE = "def fact(n)\n    return n * fact(n - 1)\n\n\nfact(3)\n"


async def hover(editor: Editor, uri: str, line: int) -> Any:
    """Return the contents of the hover on a line, or None."""
    shown = await editor.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": place(line, 2)})
    return None if shown is None else shown["contents"]


async def test_the_line_has_its_hint(editor: Editor) -> None:
    """After an answer its line, and no other, has the hint as Markdown."""
    uri = await editor.open(CODE)
    before = await hover(editor, uri, 0)
    await editor.answer(await editor.ask(uri, 0, 4))

    assert before is None
    assert await hover(editor, uri, 0) == {"kind": "markdown", "value": "**Hint 1 · question**\n\nLook at line 1."}
    assert await hover(editor, uri, 1) is None


async def test_the_hint_moves_with_its_line(editor: Editor) -> None:
    """Lines that are inserted above move the hover; a document that is opened anew has none."""
    uri = await editor.open(CODE)
    await editor.answer(await editor.ask(uri, 0, 4))
    await editor.change(uri, "import math\n\n", span(0, 0, 0))

    shown = [await hover(editor, uri, line) is not None for line in range(4)]
    await editor.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    await editor.open(CODE, uri)

    assert shown == [False, False, True, False]
    assert await hover(editor, uri, 2) is None


async def test_the_latest_hint_counts(editor: Editor, tutor: ScriptedTutor) -> None:
    """The hover has the latest hint, marked if it is a model's; an answer without text does not replace it."""

    async def second(ask: Ask) -> AsyncGenerator[FromService, None]:
        yield replace(accepted(ask, 1), change="same")
        yield delta(ask, 0, "A name.")
        yield replace(done(ask, 2), ai=True)

    async def nothing(ask: Ask) -> AsyncGenerator[FromService, None]:
        yield accepted(ask, 3)

    uri = await editor.open(CODE)
    await editor.answer(await editor.ask(uri, 0, 4))
    tutor.script = second
    await editor.answer(await editor.ask(uri, 0, 4))
    tutor.script = nothing
    await editor.answer(await editor.ask(uri, 0, 4))

    title = "Hint 1 · question · same level: you changed the code · AI-generated, can be wrong"
    assert (await hover(editor, uri, 0))["value"] == f"**{title}**\n\nA name."


@pytest.mark.parametrize(
    ("formats", "kind"), [(["markdown", "plaintext"], "markdown"), (["plaintext"], "plaintext"), ([], "markdown")]
)
async def test_the_editor_names_the_format(conversation: Conversation, formats: list[str], kind: str) -> None:
    """An editor that shows plain text only is told that the hint is plain text."""
    editor = conversation.editor
    await editor.initialize({"textDocument": {"hover": {"contentFormat": formats}}})
    uri = await editor.open(CODE)
    await editor.ask(uri, 0, 4)
    await editor.hear("window/showMessage")

    assert (await hover(editor, uri, 0))["kind"] == kind


async def test_a_message_says_where_to_read_the_hint(conversation: Conversation) -> None:
    """An editor with hovers that opens no documents is told in the first words of the message where the hint is."""
    editor = conversation.editor
    await editor.initialize({"textDocument": {"hover": {}}})
    await editor.ask(await editor.open(CODE), 0, 4)

    message = (await editor.hear("window/showMessage"))["message"]
    assert message.startswith("Hint 1 · question (hover over line 1 to read it):\n\n")


async def test_the_capability_is_announced(conversation: Conversation) -> None:
    """The server offers hovers in its reply to `initialize`."""
    reply = await conversation.editor.initialize({})

    assert reply["capabilities"]["hoverProvider"] is True
