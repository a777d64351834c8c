"""Show the recorded run of a failing test: at a terminal, each round of a loop once the student has predicted it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tutor_lsp.terminal.answer_view import inert
from tutor_lsp.terminal.output import is_interactive, say

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTHING = "There is no recorded run: nothing of the program ran in a failing test."
_PREDICT = "What comes next? Write it down, then press Enter. "


def show_run(table: Mapping[str, Any] | None) -> None:
    """Write a recorded run, given as `RunTable`: its rounds, then its steps."""
    if table is None:
        say(NOTHING)
        return
    say("", table["heading"])
    if table.get("note"):
        say(table["note"])
    rows = list(table.get("rows", ()))
    if table.get("header"):
        say(table["header"])
    for number, row in enumerate(rows):
        if number and is_interactive() and not _predicted():
            return
        say(row)
    if table.get("steps"):
        say("", "The last steps, with the values that are new:", *table["steps"])


def _predicted() -> bool:
    """Wait until the student has predicted the next row. Return whether to go on."""
    sys.stderr.write(inert(_PREDICT))
    sys.stderr.flush()
    return bool(sys.stdin.readline())
