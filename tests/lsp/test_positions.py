"""Tests of lines, positions and edits in every encoding (E3): the document stays in sync with the editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types
from pygls.workspace import ServerTextPosition

from testing.editor_side.editor import TUTOR_CLIENT, place
from testing.editor_side.positions import CODECS, NASTY, WIDTHS
from tutor_lsp.lsp.text_document import EditedDocument, LineCodec, split_lines, without_line_end

if TYPE_CHECKING:
    from testing.editor_side.editor import Conversation
    from testing.editor_side.scripted_tutor import ScriptedTutor

ENCODINGS = ("utf-8", "utf-16", "utf-32")

ODD = [
    "\n",
    "\r",
    "\r\n",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x85",
    "\u2028",
    "\u2029",
    "\ufeff",
    "😀",
    "é",
    "e\u0301",
    "א",
    "\t",
    "x",
]
texts = st.lists(st.sampled_from(ODD), max_size=12).map("".join)
Session = list[tuple[tuple[int, int], tuple[int, int], str]]

places = st.tuples(st.integers(0, 8), st.integers(0, 12))
edits = st.lists(st.tuples(places, places, texts), max_size=8)


class Model:
    """A simple model of the editor's text: a list of code units, edited as LSP 3.17 prescribes."""

    def __init__(self, text: str, encoding: str) -> None:
        self.encoding = encoding
        self.units = self.encode(text)

    def encode(self, text: str) -> list[bytes]:
        """Split a text into code units."""
        data = text.encode(CODECS[self.encoding], "surrogatepass")
        width = WIDTHS[self.encoding]
        return [data[i : i + width] for i in range(0, len(data), width)]

    def text(self) -> str:
        """Return the model's text."""
        return b"".join(self.units).decode(CODECS[self.encoding], "surrogatepass")

    def offset(self, line: int, character: int) -> int:
        """Return the index of the unit at a position."""
        cr, lf = self.encode("\r")[0], self.encode("\n")[0]
        at = 0
        for _ in range(line):
            while at < len(self.units) and self.units[at] not in {cr, lf}:
                at += 1
            if at == len(self.units):
                return at
            at += 2 if self.units[at : at + 2] == [cr, lf] else 1
        end = at
        while end < len(self.units) and self.units[end] not in {cr, lf}:
            end += 1
        at = min(at + character, end)
        while self.encoding == "utf-8" and at < len(self.units) and self.units[at][0] & 0xC0 == 0x80:
            at -= 1
        return at

    def replace(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        """Apply an edit to the model."""
        first, last = sorted((self.offset(*start), self.offset(*end)))
        self.units[first:last] = self.encode(text)


def document(text: str, encoding: str) -> EditedDocument:
    """Open a document."""
    return EditedDocument("file:///x.py", text, 1, "python", LineCodec(types.PositionEncodingKind(encoding)))


def change(start: tuple[int, int], end: tuple[int, int], text: str) -> types.TextDocumentContentChangePartial:
    """Return an edit in the protocol's format."""
    return types.TextDocumentContentChangePartial(types.Range(types.Position(*start), types.Position(*end)), text)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts, session=edits)
@settings(max_examples=500, deadline=None)
def test_e3_no_edit_session_goes_out_of_step(encoding: str, text: str, session: Session) -> None:
    """E3: after any edits, in any encoding, the document's text, lines and length equal the editor's."""
    model, edited = Model(text, encoding), document(text, encoding)

    for start, end, inserted in session:
        model.replace(start, end, inserted)
        edited.apply_change(change(start, end, inserted))

        expected = model.text()
        assert edited.source == expected
        assert list(edited.lines) == split_lines(expected)
        assert edited.length == len(expected)


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(text=texts, where=places)
@settings(max_examples=300, deadline=None)
def test_e3_positions_become_code_points(encoding: str, text: str, where: tuple[int, int]) -> None:
    """E3: a position in the client's units is converted to code points and back without loss."""
    model, opened = Model(text, encoding), document(text, encoding)

    found = opened.position_from_client_units(types.Position(*where))

    before = b"".join(model.units[: model.offset(*where)]).decode(CODECS[encoding], "surrogatepass")
    whole_characters = before[:-1] if before[-1:] and "\ud800" <= before[-1] <= "\udbff" else before
    assert opened.offset_at_server_position(found) == len(whole_characters)
    assert opened.position_from_client_units(opened.position_to_client_units(found)) == found
    assert opened.server_position_at_offset(len(whole_characters)) == found


@given(text=texts, where=places, session=edits)
@settings(max_examples=300, deadline=None)
def test_an_anchor_stays_with_its_text(text: str, where: tuple[int, int], session: Session) -> None:
    """An anchor keeps its text when edits end at or before it."""
    opened = document(text.replace("\r", ""), "utf-32")
    anchor = opened.anchor(types.Position(*where))

    for start, end, inserted in session:
        offset = opened.offset_at_server_position(ServerTextPosition(anchor.line, anchor.character))
        model = Model(opened.source, "utf-32")
        last = max(model.offset(*start), model.offset(*end))
        behind = opened.source[offset:]
        opened.apply_change(change(start, end, inserted.replace("\r", "")))

        moved = opened.offset_at_server_position(ServerTextPosition(anchor.line, anchor.character))
        assert moved <= opened.length
        if last <= offset:
            assert opened.source[moved:] == behind


def test_replacing_the_whole_text_moves_anchors_along() -> None:
    """If an editor replaces the whole text, anchors move by the number of lines that were added above them."""
    opened = document("a\nb\nc\n", "utf-16")
    anchor = opened.anchor(types.Position(2, 1))

    opened.apply_change(types.TextDocumentContentChangeWholeDocument("new\nlines\na\nb\nc\n"))

    assert (anchor.line, anchor.character) == (4, 1)
    assert opened.lines[anchor.line] == "c\n"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ENCODINGS)
async def test_e3_the_right_line_reaches_the_service(
    conversation: Conversation, tutor: ScriptedTutor, encoding: str, line_end: str
) -> None:
    """E3: whatever characters precede the cursor, the service gets the student's line and column."""
    editor = conversation.editor
    initialized = await editor.initialize({**TUTOR_CLIENT, "general": {"positionEncodings": [encoding]}})
    uri = await editor.open(line_end.join(NASTY))

    for number, line in enumerate(NASTY):
        client_end = len(line.encode(CODECS[encoding])) // WIDTHS[encoding]
        await editor.answer(await editor.ask(uri, number, client_end))

    assert initialized["capabilities"]["positionEncoding"] == encoding
    expected = [line.removeprefix("\ufeff") for line in NASTY]
    assert [ask.code for ask in tutor.asks] == ["\n".join(expected)] * len(NASTY)
    assert [(ask.cursor.line, ask.cursor.character) for ask in tutor.asks] == [
        (number, len(line)) for number, line in enumerate(expected)
    ]


async def test_e3_a_pair_split_by_edits_is_whole_again(conversation: Conversation, tutor: ScriptedTutor) -> None:
    """E3: halves of a surrogate pair from two edits form one character; a single half is never sent."""
    editor = conversation.editor
    await editor.initialize({"experimental": {"tutor": True}})
    uri = await editor.open("x = ''")

    await editor.change(uri, "\ud83d", {"start": place(0, 5), "end": place(0, 5)})
    await editor.answer(await editor.ask(uri))
    await editor.change(uri, "\ude00", {"start": place(0, 6), "end": place(0, 6)})
    await editor.answer(await editor.ask(uri))
    await editor.change(uri, "", {"start": place(0, 5), "end": place(0, 6)})
    await editor.answer(await editor.ask(uri))

    assert [ask.code for ask in tutor.asks] == ["x = '\ufffd'", "x = '😀'", "x = '\ufffd'"]


def test_a_line_end_is_not_part_of_the_line() -> None:
    """Only LF, CRLF and CR end a line (LSP 3.17 "Text Documents")."""
    assert [without_line_end(line) for line in split_lines("a\r\nb\rc\x0cd\n\r")] == ["a", "b", "c\x0cd", "", ""]
