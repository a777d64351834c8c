"""The two views of an answer in a terminal: live and plain."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing.terminal_screen import screen
from tutor_lsp.terminal.answer_view import LiveView, PlainView, finished, inert, open_view

ANSWER = "First *look*.\n\n1. one\n\n   more of one\n2. two\n\n```python\na = 1\n\nb = 2\n```\n\nLast."


class Terminal(io.StringIO):
    """A text stream that claims to be a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_stream_decides_the_view() -> None:
    """A terminal gets the live view, which is redrawn while the answer grows; any other stream gets the plain view."""
    assert isinstance(open_view(Terminal()), LiveView)
    assert isinstance(open_view(io.StringIO()), PlainView)


def test_plain_view_writes_the_markdown_at_once() -> None:
    """The plain view writes each delta as soon as it arrives, and ends the output with one newline."""
    stream = io.StringIO()
    with PlainView(stream) as view:
        view.start("Hint 1 · question")
        view.add("Look at ")
        assert stream.getvalue() == "Hint 1 · question\n\nLook at "
        view.add("line 3.")
    assert stream.getvalue() == "Hint 1 · question\n\nLook at line 3.\n"


def test_plain_view_keeps_remarks_apart() -> None:
    """The plain view prints a status message on separate lines."""
    stream = io.StringIO()
    with PlainView(stream) as view:
        view.add("Look at")
        view.note("Connection lost. Reconnecting…")
        view.add(" line 3.")
    assert stream.getvalue() == "Look at\n\nConnection lost. Reconnecting…\n line 3.\n"


def test_plain_view_writes_no_place() -> None:
    """A place in the queue, which is soon out of date, is not written to a pipe or a file."""
    stream = io.StringIO()
    with PlainView(stream) as view:
        view.wait("Waiting: 3rd in line")
        view.add("Look at line 3.")
    assert stream.getvalue() == "Look at line 3.\n"


def test_live_view_shows_the_place_until_there_is_text() -> None:
    """In a terminal the place in the queue stands below the heading, and is gone once the wait is over."""
    stream = Terminal()
    with LiveView(stream) as view:
        view.start("Hint 1 · question")
        view.wait("Waiting: 3rd in line")
        waiting = screen(stream.getvalue())
        view.wait("Waiting: next in line")
        view.wait("")
        view.add("Look at line 3.")
    assert waiting[0] == "Hint 1 · question"
    assert waiting[-1].endswith("Waiting: 3rd in line")
    assert screen(stream.getvalue()) == ["Hint 1 · question", "", "Look at line 3."]


def test_nothing_in_gives_nothing_out() -> None:
    """If no text is added to a view, it writes nothing to its stream."""
    stream = io.StringIO()
    with PlainView(stream):
        pass
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    "active", ["\x1b[2J", "\x07", "\x9b31m", "\u202edrow", "\u2066x", "\x1b]8;;http://x\x1b\\", "\x7f"]
)
def test_terminal_is_never_given_orders(active: str) -> None:
    """T5: both views remove control characters and bidirectional overrides from an answer."""
    for stream in (io.StringIO(), Terminal()):
        with open_view(stream) as view:
            view.start("Hint 1 · question")
            before = len(stream.getvalue())
            view.add(f"a{active}b")
            view.note(f"c{active}d")
        shown = stream.getvalue()[before:]
        assert active not in shown
    assert inert("hidden\rshown") == "hiddenshown"
    assert inert("tab\tand\nnewline · é 😀") == "tab\tand\nnewline · é 😀"


def test_live_view_draws_every_block_once() -> None:
    """At the end, the terminal shows each block of the answer exactly once."""
    stream = Terminal()
    with LiveView(stream) as view:
        view.start("Hint 3 · structure")
        for character in ANSWER:
            view.add(character)
    shown = screen(stream.getvalue())
    assert shown == [
        "Hint 3 · structure",
        "",
        "First look.",
        "",
        " 1 one",
        "   more of one",
        " 2 two",
        "",
        " a = 1",
        "",
        " b = 2",
        "",
        "Last.",
    ]


def test_links_show_where_they_lead() -> None:
    """T5: an answer cannot hide a link's URL, and the terminal gets no escape sequence for a link."""
    stream = Terminal()
    with LiveView(stream) as view:
        view.add("[the docs](http://elsewhere.example)")
    assert "http://elsewhere.example" in stream.getvalue()
    assert "\x1b]8" not in stream.getvalue()


def test_blocks_are_finished_at_blank_lines_outside_fences() -> None:
    """A paragraph is complete at the next blank line, but a code fence or a list item may continue after it."""
    assert finished("one") == 0
    assert finished("one\n\n") == 0
    assert finished("one\n\ntwo") == len("one\n\n")
    assert finished("1. one\n\n   more") == 0
    assert finished("```\na\n\nb") == 0
    assert finished("````\n```\n\nb") == 0
    assert finished("```\na\n```\n\nb") == len("```\na\n```\n\n")


@given(st.text(alphabet="ab `~\n\t1.", max_size=60))
def test_finished_blocks_only_grow(text: str) -> None:
    """More text never turns a complete block into an incomplete one."""
    ends = [finished(text[:length]) for length in range(len(text) + 1)]
    assert ends == sorted(ends)
