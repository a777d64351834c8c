"""Make text valid for the wire contract: no lone surrogates, LF line ends, no terminal colours, a maximum length."""

from __future__ import annotations

import re

MAX_MESSAGE_CHARACTERS = 1000
"""The maximum number of characters of a diagnostic's message."""

MAX_TRACEBACK_CHARACTERS = 16 * 1024
"""The maximum number of characters of a traceback. Only endless recursion exceeds it, with repeated frames."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_CUT = "\n[…]\n"


def valid(text: str) -> str:
    """Return the text with each lone surrogate, which UTF-8 cannot encode, replaced by U+FFFD."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def byte_length(text: str) -> int:
    """Return the number of bytes of `valid(text)` in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def printed(text: str, limit: int) -> str:
    """Return a program's output with LF line ends and without colours. Beyond `limit` characters, the middle is cut."""
    clean = valid(_ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) <= limit:
        return clean
    head = limit // 4
    return clean[:head] + _CUT + clean[len(clean) - (limit - head - len(_CUT)) :]


def traceback_text(raw: str | None) -> str | None:
    """Return a traceback in the form that the wire contract requires, or None if it is empty."""
    text = printed(raw or "", MAX_TRACEBACK_CHARACTERS).strip("\n")
    return text or None
