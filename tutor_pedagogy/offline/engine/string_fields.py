"""The replacement fields of f-strings, such as `{price:.2f}`: the code in them, with its place in the string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS

if TYPE_CHECKING:
    from collections.abc import Iterator


def fields_of(string: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the code of each field of a string token, if the token is an f-string."""
    quote = next((at for at, sign in enumerate(string) if sign in "\"'"), 0)
    if "f" in string[:quote].lower():
        yield from _fields(string, quote, len(string))


def _fields(string: str, start: int, end: int) -> Iterator[tuple[int, int, str]]:
    at = start
    while at < end:
        if string.startswith(("{{", "}}"), at):
            at += 2
        elif string[at] == "{":
            code_end, field_end = _ends(string, at + 1, end)
            yield at + 1, code_end, string[at + 1 : code_end]
            yield from _fields(string, code_end, field_end)  # The format after `:` can have fields of its own.
            at = field_end + 1
        else:
            at += 1


def _ends(string: str, start: int, end: int) -> tuple[int, int]:
    """Return where the code of a field ends, and where its closing brace is."""
    depth, code_end, quote = 0, 0, ""
    for at in range(start, end):
        sign = string[at]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and not code_end:
            quote = sign
        elif sign in OPENERS:
            depth += 1
        elif sign == "}" and not depth:
            return code_end or at, at
        elif sign in CLOSERS:
            depth -= 1
        elif not depth and not code_end and _ends_code(string, at):
            code_end = at
    return code_end or end, end


def _ends_code(string: str, at: int) -> bool:
    """Return whether the code ends here: before `:`, `!r` or the `=` of a field that shows its own code."""
    if string[at] == "!":
        return string[at + 1 : at + 2] != "="
    if string[at] == "=":
        return string[at + 1 : at + 2] in ("}", ":", "!") and string[at - 1] not in "=!<>"
    return string[at] == ":"
