"""Make an answer inert in the editor: nothing in it is fetched, run, hidden or reordered when it is shown.

Characters are cleaned as they arrive, Markdown when a unit is released. The student's editor decides what is code, not
this module. So markup is taken apart wherever any editor may read it as markup outside code.
"""

from __future__ import annotations

import re

_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}[@-~]|[\]PX^_][^\x07\x1b\n]{0,512}(?:\x07|\x1b\\)|[ -/]{1,8}[0-~]|[0-Z\\^-~])?"
)
"""Escape sequences of a terminal (ECMA-48), or an ESC that begins none."""
_PARTIAL_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]{0,64}[ -/]{0,8}|[\]PX^_][^\x07\x1b\n]{0,512}\x1b?|[ -/]{1,8})?\Z|\r\Z")

_UNSEEN_CHARACTERS = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 controls
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2064\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls (UAX #9)
    "\U000e0000-\U000e0fff\U0001d173-\U0001d17a"  # tags, variation selectors supplement, musical controls
)
_UNSEEN = re.compile(f"[{_UNSEEN_CHARACTERS}]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_UNCLEAN = re.compile(f"[{_UNSEEN_CHARACTERS}\r\x0b\x0c\x85\u2028\u2029\ud800-\udfff]")
"""Every character that cleaning removes or changes; an escape sequence begins with one."""

_LINK = re.compile(r"\](?=\()(?!\(https?://[^\s()<>\\\"'&]+(?: \"[^\"\\&\n]*\")?\))")
_DEFINITION = re.compile(r"\](?=:)(?!:[ \t]*https?://[^\s<>&\\\]]+\s*$)", re.MULTILINE)
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://[^\s<>]+>)")
# linear: of each length of a mark, only the last mark of a line is read to its end in vain
_CODE = re.compile(r"\\[^\n]|(?<!`)(?P<mark>`{1,16})(?!`)[^\n]*?(?<!`)(?P=mark)(?!`)")
"""A backslash with what it escapes, or code between backticks (CommonMark 0.31 §6.1)."""
_STRICT_FENCE = re.compile(r" {0,3}(?:`{3,}|~{3,})")
_SCHEME_IN_CODE = re.compile(r"\](?=\(\s*+<?\s*+[A-Za-z][A-Za-z0-9+.\-]*+\s*+(?::|&|%|\\))")


class Cleaner:
    """Takes terminal sequences, controls, bidirectional and invisible characters out of a stream.

    Line ends become LF and lone surrogates U+FFFD. Text that may begin a sequence is held until that is decided.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Take in the next text and return what can be cleaned by now."""
        if not self._held and (_is_plain(text) or _UNCLEAN.search(text) is None):
            return text
        text = self._held + text
        partial = _PARTIAL_SEQUENCE.search(text) if "\x1b" in text or text.endswith("\r") else None
        cut = partial.start() if partial else len(text)
        self._held = text[cut:]
        return _clean(text[:cut])

    def finish(self) -> str:
        """Return the clean rest."""
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
    """Return a fenced block: unchanged if every Markdown reader takes it for a block, else treated as text."""
    return text if _STRICT_FENCE.match(text) and "\n>" not in text else inert_text(text, stray_mark=True)


def inert_text(text: str, *, stray_mark: bool) -> str:
    """Return a text unit without images, tags, and links that lead anywhere but to the web.

    Code between backticks stays as it is, unless a `stray_mark` before it may make the code the outside.
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
    """Return whether a backtick of this text opens code that it does not close."""
    return "`" in text and "`" in _CODE.sub("", text)
