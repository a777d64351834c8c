"""Make an answer inert: an editor that shows it fetches, runs, hides and reorders nothing.

Characters are cleaned as they arrive, and Markdown when a unit is released. The student's editor decides what is code,
not this module. So markup is disabled wherever any editor may read it as markup outside code.
"""

from __future__ import annotations

import re

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)|[ -/]{1,8}[0-~]|[0-Z\\^-~])?"
)
"""Escape sequences of a terminal (ECMA-48), or an ESC character outside of one."""
_PARTIAL_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[\]PX^_][^\x07\x1b\n]{0,512}\x1b?|[ -/]{1,8})?\Z|\r\Z")

_UNSEEN_CHARACTERS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # These are the C0 and C1 control characters.
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # These are bidirectional controls (UAX #9).
    "\U000e0000-\U000e0fff\U0001d173-\U0001d17a"  # These are tags, variation selectors and musical controls.
)
_UNSEEN = re.compile(f"[{_UNSEEN_CHARACTERS}]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNCLEAN = re.compile(f"[{_UNSEEN_CHARACTERS}\r\x0b\x0c\x85\u2028\u2029\ud800-\udfff]")
"""Every character that cleaning removes or replaces. An escape sequence begins with one of them."""

_LINK = re.compile(r"\](?=\()(?!\(https?://[^\s()<>\\\"'&]+(?: \"[^\"\\&\n]*\")?\))")
_DEFINITION = re.compile(r"\](?=:)(?!:[ \t]*https?://[^\s<>&\\\]]+\s*$)", re.MULTILINE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://[^\s<>]+>)")
# linear: for each number of backticks, only a line's last run has no closing run and is read to the line's end
_CODE = re.compile(r"\\[^\n]|(?<!`)(?P<mark>`{1,16})(?!`)[^\n]*?(?<!`)(?P=mark)(?!`)")
"""A backslash with the character that it escapes, or a code span (CommonMark 0.31 §6.1)."""
_STRICT_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})")
_SCHEME_IN_CODE = re.compile(r"\](?=\(\s*+<?\s*+[A-Za-z][A-Za-z0-9+.\-]*+\s*+(?::|&|%|\\))")


class Cleaner:
    """Removes escape sequences and control, bidirectional and invisible characters from a stream of text.

    Line ends become LF, and lone surrogates become U+FFFD. Text that may begin an escape sequence is held back until
    the text after it shows whether it does.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Take the next text and return the part that can be cleaned now."""
        if not self._held and (_is_plain(text) or _UNCLEAN.search(text) is None):
            return text
        text = self._held + text
        partial = _PARTIAL_SEQUENCE.search(text) if "\x1b" in text or text.endswith("\r") else None
        cut = partial.start() if partial else len(text)
        self._held = text[cut:]
        return _clean(text[:cut])

    def finish(self) -> str:
        """Return the text that was held back, cleaned."""
        text, self._held = self._held, ""
        return _clean(text)


def _is_plain(text: str) -> bool:
    """Return whether a text holds only visible ASCII characters, as most tokens of a model do."""
    return text.isascii() and text.isprintable()


def _clean(text: str) -> str:
    text = _SEQUENCE.sub("", text)
    text = _LINE_ENDS.sub("\n", text)
    return _SURROGATES.sub("\ufffd", _UNSEEN.sub("", text))


def inert_block(text: str) -> str:
    """Return a fenced block: unchanged if every Markdown renderer recognises it, else made inert like other text."""
    return text if _STRICT_FENCE.match(text) and "\n>" not in text else inert_text(text, stray_mark=True)


def inert_text(text: str, *, stray_mark: bool) -> str:
    """Return a text unit without images and HTML tags, in which links lead to web addresses only.

    Code spans stay unchanged, except for images and for links with a URL scheme. A `stray_mark` is an unpaired backtick
    before this unit: then nothing counts as a code span.
    """
    if "<" not in text and "[" not in text and "]" not in text:
        return text
    parts: list[str] = []
    position = 0
    for code in () if stray_mark else _CODE.finditer(text):
        if code["mark"]:
            parts += (_inert(text[position : code.start()]), _SCHEME_IN_CODE.sub("] ", code[0]).replace("![", "! ["))
            position = code.end()
    parts.append(_inert(text[position:]))
    return "".join(parts)


def _inert(text: str) -> str:
    text = text.replace("![", "! [")
    text = _LINK.sub(r"]\\", text)
    text = _DEFINITION.sub(r"]\\", text)
    return _TAG.sub("&lt;", text)


def has_stray_mark(text: str) -> bool:
    """Return whether a text has a backtick that opens a code span and is not closed."""
    return "`" in text and "`" in _CODE.sub("", text)
