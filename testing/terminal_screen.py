"""A minimal terminal emulator: it carries out the few control sequences that `tutor` prints."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\x1b\[(?P<argument>\??[\d;]*)(?P<command>[A-Za-z])|(?P<character>.)", re.DOTALL)


def screen(output: str) -> list[str]:
    """Return the final lines of a screen of unlimited height, without colours and trailing blanks."""
    lines: list[list[str]] = [[]]
    row = column = 0
    for token in _TOKEN.finditer(output):
        command, character = token["command"], token["character"]
        if command == "K":  # The sequence erases the line.
            lines[row] = []
        elif command == "A":  # The sequence moves the cursor up.
            row -= int(token["argument"] or 1)
            assert row >= 0, "the cursor left the screen"
        elif command:  # Ignore colours, and showing or hiding the cursor.
            assert command in "mhl", f"an unexpected control sequence: {token[0]!r}"
        elif character == "\r":
            column = 0
        elif character == "\n":
            row, column = row + 1, 0
            if row == len(lines):
                lines.append([])
        else:
            lines[row].extend(" " * (column - len(lines[row])))
            lines[row][column : column + 1] = [character]
            column += 1
    shown = ["".join(line).rstrip() for line in lines]
    while shown and not shown[-1]:
        shown.pop()
    return shown
