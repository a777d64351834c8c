"""Make text fit for the wire: valid Unicode, LF line ends, no terminal colours, bounded length."""

from __future__ import annotations

import re

MAX_MESSAGE_CHARACTERS = 1000
"""Of one diagnostic."""

MAX_TRACEBACK_CHARACTERS = 16 * 1024
"""A longer traceback is from endless recursion, and its middle says nothing new."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_CUT = "\n[…]\n"


def valid(text: str) -> str:
    """Return the text with lone surrogates replaced, which UTF-8 cannot encode, one character for one."""
    return text if text.isascii() else _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text)


def byte_length(text: str) -> int:
    """Return how many bytes `valid(text)` has in UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def printed(text: str, limit: int) -> str:
    """Return a program's output, cleaned. Beyond `limit` characters the middle is cut out, since the ends say most."""
    clean = valid(_ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))
    if len(clean) <= limit:
        return clean
    head = limit // 4
    return clean[:head] + _CUT + clean[len(clean) - (limit - head - len(_CUT)) :]


def traceback_text(raw: str | None) -> str | None:
    """Return a traceback fit for the wire, or None if it is empty."""
    text = printed(raw or "", MAX_TRACEBACK_CHARACTERS).strip("\n")
    return text or None
