"""Redact the edit that was found with the tests."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_protocol.found_edit import MAX_EDIT_CHARACTERS

if TYPE_CHECKING:
    from tutor_protocol import Ask, FoundEdit


def redacted_edit(ask: Ask, code: str, text: str) -> FoundEdit | None:
    """Return the found edit of an ask as it is sent, given its code and the edit's text after redaction.

    The text is left out if the edit touches a line with a private value, since such a value may be found only in its
    place in the program.
    """
    found = ask.found_edit
    if found is None or found.new_text is None:
        return found
    before, after = ask.code.split("\n"), code.split("\n")
    start, end = max(found.first_line - 1 - ask.first_line, 0), found.last_line - ask.first_line
    is_open = before[start:end] == after[start:end] and len(text) <= MAX_EDIT_CHARACTERS
    return replace(found, new_text=text if is_open else None)
