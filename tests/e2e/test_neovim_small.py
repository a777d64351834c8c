"""Neovim in a terminal of 80 by 24, a common default: nothing is cut, and the code's line stays visible (tmux)."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

import pytest

from testing.neovim import NEWER, PLUGIN
from testing.tmux import Terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from testing.service import StartService
    from tests.conftest import RequireProgram

    Start = Callable[..., Terminal]

COLUMNS, ROWS = 80, 24
BEFORE = "".join(f"# above {number}\n" for number in range(8))
AFTER = "".join(f"# below {number}\n" for number in range(30))
AGE = "age = 7\nprint('next year: ' + age)\n"
LINE = "print('next year: ' + age)"
BAD_LINE = 10
"""The line of the question, counted from 1; in the middle of the screen, the float has the least room."""
GAP = r"[\s│]+"
"""A regular expression for the gap between two words of the float, which may be a line break."""
LAST_WORDS = [
    GAP.join(map(re.escape, words.split()))
    for words in (
        "a longer string or a sum?",
        "it asks you to decide.",
        "the values needs no str.",
        "plays the same role?",
        "convert the other side instead.",
    )
]
"""Regular expressions for the last words of each of the five hints."""
FOOTER = r"Enter (?:next hint|ask again) · q close ╯"

pytestmark = pytest.mark.real_time

both = pytest.mark.parametrize("program", ["nvim", str(NEWER)], ids=["Debian's", "0.11"])


@pytest.fixture
def start(require_program: RequireProgram, tmp_path: Path, program: str) -> Iterator[Start]:
    """Return a function that starts Neovim on a student's program, with `options` in Lua and start-up `commands`."""
    tmux, neovim = require_program("tmux"), require_program(program)
    running: list[Terminal] = []

    def begin(
        code: str, line: int, options: str = "", *commands: str, rows: int = ROWS, **environment: str
    ) -> Terminal:
        setup = (
            f'vim.g.loaded_python3_provider = 0 vim.opt.runtimepath:prepend("{PLUGIN}") require("tutor").setup({{}})'
        )
        (tmp_path / "init.lua").write_text(f"{setup}\n{options}\n", encoding="utf-8")
        (tmp_path / "age.py").write_text(code, encoding="utf-8")
        extra = [part for command in commands for part in ("-c", command)]
        command = (neovim, "--clean", "-u", "init.lua", f"+{line}", "age.py", *extra)
        terminal = Terminal(tmux, tmp_path, *command, columns=COLUMNS, rows=rows, environment=environment)
        running.append(terminal)
        return terminal.__enter__()

    yield begin
    for terminal in running:
        terminal.__exit__()


def ask(terminal: Terminal, last_words: str = LAST_WORDS[0]) -> list[str]:
    """Ask once the tutor is ready; return the screen with the first hint."""
    terminal.until(r"age")
    terminal.press(":TutorAsk", "Enter")
    return terminal.until(rf"Hint 1 · question(?s:.)*{last_words}(?s:.)*{FOOTER}")


def float_of(screen: list[str]) -> tuple[int, int]:
    """Return the numbers of the first and the last row of the float, counted from 0."""
    rows = [number for number, line in enumerate(screen) if re.search("[╭╰]", line)]
    return rows[0], rows[-1]


@both
def test_five_hints_are_whole_beside_their_line(start: Start) -> None:
    """Each hint is shown from heading to last word, next to the line; the code scrolls if necessary."""
    terminal = start(BEFORE + AGE + AFTER, BAD_LINE)
    ask(terminal)
    for level, last_words in enumerate(LAST_WORDS, 1):
        if level > 1:
            terminal.press("Enter")
        heading = rf"── Hint {level} · \w+ ──" if level > 1 else rf"Hint {level} · \w+ ─"
        wanted = rf"{heading}(?s:.)*{last_words}(?s:.)*(?<!scroll · ){FOOTER}"
        screen = terminal.until(wanted)
        first, last = float_of(screen)
        assert LINE in screen[first - 1] or LINE in screen[last + 1]
        assert not re.search("@@|<<<|…", "\n".join(screen[first:last]))


WINDOWS = {
    "wrap": ("", ()),
    "no wrap": ("vim.o.wrap = false", ()),
    "no wrap, scrolled aside": ("vim.o.wrap = false", ("normal $",)),
    "sign column and numbers": ("vim.o.signcolumn = 'yes:3' vim.o.number = true", ()),
    "no command line": ("vim.o.cmdheight = 0", ()),
    "one status line, bars above": ("vim.o.laststatus = 3 vim.o.winbar = '%f' vim.o.showtabline = 2", ()),
    "lower window": ("", ("split", "wincmd j")),
    "right window": ("", ("vsplit", "wincmd l")),
}
LONG = f"age = 7\n{LINE[:-1]}{' + 1' * 60})\n"


@both
@pytest.mark.parametrize("window", WINDOWS)
def test_a_long_line_is_not_covered(start: Start, window: str) -> None:
    """All rows of a long line stay visible, whether it is wrapped or scrolled."""
    options, commands = WINDOWS[window]
    screen = ask(start(BEFORE + LONG + AFTER, BAD_LINE, options, *commands))
    first, last = float_of(screen)
    beside = [*reversed(screen[:first])] if not re.search(r"\+ 1|next year", screen[last + 1]) else screen[last + 1 :]
    rows = list(takewhile(lambda line: re.search(r"\+ 1|next year", line), beside))
    is_wrapped = "vim.o.wrap" not in options
    assert len(rows) >= (4 if is_wrapped else 1)
    if is_wrapped:
        assert any(LINE[:12] in row for row in rows)


@both
def test_a_line_longer_than_the_screen_leaves_room(start: Start) -> None:
    """Of a line that is longer than the screen the beginning is visible, with the whole hint."""
    # The tutor does not read an expression that is nested so deeply, so its hint is another one.
    screen = ask(start(f"age = 7\n{LINE[:-1]}{' + 1' * 600})\n", 2), GAP.join(("you", "change", r"anything\.")))
    first, _ = float_of(screen)
    assert LINE[:-1] in screen[first - 3]


@both
def test_in_a_very_low_terminal_the_rest_can_be_scrolled_to(start: Start) -> None:
    """If a hint does not fit, the footer says how to scroll, and the line stays visible."""
    terminal = start(BEFORE + AGE + AFTER, BAD_LINE, rows=9)
    terminal.until("age")
    terminal.press(":TutorAsk", "Enter")
    terminal.until(r"Hint 1 · question(?s:.)*q close ╯")
    terminal.press("Enter")
    screen = terminal.until(r"Hint 2 · concept(?s:.)*j k scroll · Enter next hint · q close ╯")
    assert LINE in "\n".join(screen)
    terminal.press("G")
    terminal.until(LAST_WORDS[1])


@both
def test_edits_above_do_not_push_the_line_under_the_float(start: Start) -> None:
    """The float follows its line during edits above it."""
    terminal = start(BEFORE + AGE + AFTER, BAD_LINE)
    ask(terminal)
    terminal.press("C-w", "w")
    terminal.press("1G", "O", "# new", "Escape")
    screen = terminal.until("# new")
    screen = terminal.until(rf"{re.escape(LINE)}.*\n╭")
    assert "# new" in screen[0]


@both
async def test_the_page_to_sign_in_at_is_whole(start: Start, start_service: StartService) -> None:
    """URL and code are shown in full, with a waiting question or in a window of their own."""
    async with start_service() as service:
        address = re.escape(f"{service.url}/device")
        terminal = start(
            BEFORE + AGE,
            BAD_LINE,
            TUTOR_SERVER_URL=service.url,
            PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring",
        )
        terminal.until("age")
        terminal.press(":TutorAsk", "Enter")
        terminal.until(r"Enter ask again · s sign in · l answer on this computer · q close ╯")
        terminal.press("s")
        screen = terminal.until(rf"open {address} in a(?s:.)*code [A-Z]{{4}}-[A-Z]{{4}}\.")
        assert "Press ENTER" not in "\n".join(screen)
        terminal.press("q")
        terminal.press(":TutorSignIn", "Enter")
        screen = terminal.until(rf"Ask Tutor ─(?s:.)*open {address} in a(?s:.)*code [A-Z]{{4}}-[A-Z]{{4}}\.")
        assert "Press ENTER" not in "\n".join(screen)
