"""Undo what can hide code from a reader of characters: encodings, look-alike characters, escapes and markup."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata

_SIGNS = str.maketrans(
    {
        "\N{LESS-THAN OR EQUAL TO}": "<=",
        "\N{GREATER-THAN OR EQUAL TO}": ">=",
        "\N{NOT EQUAL TO}": "!=",
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{DIVISION SIGN}": "/",
        "\N{FRACTION SLASH}": "/",
        "\N{HEAVY PLUS SIGN}": "+",
        "\N{HEAVY MINUS SIGN}": "-",
        "\N{HEAVY MULTIPLICATION X}": "*",
        "\N{HEAVY DIVISION SIGN}": "/",
        "\N{HEAVY EQUALS SIGN}": "=",
        "\N{LEFTWARDS ARROW}": " = ",
        "\N{OPEN BOX}": " ",
        "\N{ACUTE ACCENT}": "`",
        "\N{LEFT CORNER BRACKET}": '"',
        "\N{RIGHT CORNER BRACKET}": '"',
        "\N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}": '"',
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{DOUBLE LOW-9 QUOTATION MARK}": '"',
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}": "<",
        "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}": ">",
        "\N{NO-BREAK SPACE}": " ",
    }
    | {chr(0x1F1E6 + number): chr(ord("a") + number) for number in range(26)}
)
_LOOK_ALIKE = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u0261\u03bf\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425",
    "aeopcyxijshdgoABEKMHOPCTX",
) | str.maketrans(
    "\u03b1\u03b5\u03b9\u03ba\u03bd\u03c1\u03c4\u03c5\u03c7\u03b7\u1d00\u0299\u1d04\u1d05\u1d07\ua730\u0262\u029c\u026a\u1d0a\u1d0b\u029f\u1d0d\u0274\u1d0f"
    "\u1d18\u0280\ua731\u1d1b\u1d1c\u1d20\u1d21\u028f\u1d22",
    "aeiknptuxnabcdefghijklmnoprstuvwyz",
)
"""Letters of other alphabets that look like Latin ones (Unicode Technical Standard #39, confusables)."""
_FORMULA = re.compile(r"(?<![\\$\w])\${1,2}([^$\n]{1,200})\${1,2}(?![$\w])")
_FILLED_GAP = re.compile(r"(\b__\w+?__\b)|(?<=[-+*/%=<>()])_+|(?<!_)_++(?=[-+*/%=<>)])")
_MATHS = re.compile(r"\\(leq?|geq?|neq?|cdot|times|div|lt|gt)\b")
_MATHS_SIGNS = {
    "le": "<=", "leq": "<=", "lt": "<", "ge": ">=", "geq": ">=", "gt": ">", "ne": "!=", "neq": "!=",
    "cdot": "*", "times": "*", "div": "/",
}  # fmt: skip
_TYPEWRITER = re.compile(r"\\(?:texttt|mathtt|text|verb)\{([^{}]*)\}")
_CODE_TAG = re.compile(r"</?(?:code|pre|kbd|tt|samp|var)\b[^<>]{0,200}>", re.IGNORECASE)
_BREAK_TAG = re.compile(r"</?(?:div|p|br|td|tr|th|table|li|ul|ol)\b([^<>]{0,200})>", re.IGNORECASE)
_OTHER_TAG = re.compile(r"</?([A-Za-z][\w-]*+)([^<>]{0,400})>")
_CLOSED = re.compile(r"</([A-Za-z][\w-]*)")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SCRIPTS = re.compile(r"(?<=[\u3040-\u9fff\uac00-\ud7af])(?=[!-~])|(?<=[!-~])(?=[\u3040-\u9fff\uac00-\ud7af])")
"""Where writing without spaces goes over into code."""
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?)\{([^{}\n]*)\}")
_NAMED = re.compile(r"\\N\{([A-Z0-9 -]{2,60})\}")
_CONTINUED = re.compile(r"(?:(?<![ \t])[ \t]++)?+\\\n[ \t]*+")
_COMMENT = re.compile(r"<!--(.{0,2000}?)(?:-->|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([ !\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_STRONG = re.compile(r"(?<![\w*])(\*\*|__|~~)(?=[^\s*_~])([^\n]{1,300}?)(?<=[^\s*_~])\1(?![\w*])")

# linear: four words always match, up to the last that may end it
_BASE64 = re.compile(
    r"(?<![\w+/=-])(?:[\w+/-]{11,}+={0,2}|(?:[\w+/-]{4,76}+[ \n]++){3,}[\w+/-]{2,76}+={0,2})(?![\w+/=-])", re.ASCII
)
# linear: eight pairs always match, up to the last that may end them
_HEX = re.compile(
    r"(?<!\w)(?:0x)?(?:[0-9a-fA-F]{2}[ :,]?){8,}(?!\w)|(?:\\x[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}){4,}"
)
_SIGN_OF_HEX = re.compile(r"[0-9a-fA-F :,]{16}")
# linear: eight numbers always match, up to the last that may end them
_NUMBERS = re.compile(r"(?<![\w.])(?:\d{2,3}[,;]?\s+|\d{2,3},){7,}\d{2,3}(?![\w.])")
_SIGN_OF_NUMBERS = re.compile(r"\d\d")
# linear: eight characters always match, up to the last that may end them
_SPACED = re.compile(r"(?<!\S)(?:\S ){7,}\S(?!\S)")
_SIGN_OF_SPACED = re.compile(r" \S \S \S ")
_OF_ADDRESSES = str.maketrans("-_", "+/")
"""Base64 as it is written in addresses (RFC 4648 §5)."""
_READABLE = re.compile(r"[\t\n\r -~]{8,}")
_HEX_PAIR = re.compile(r"[0-9a-fA-F]{2}")
CODE_SIGNS = re.compile(r"[=()<>\[\]+*/%:]|\b(?:return|def|for|if|while|import|print|else|lambda)\b")


def undisguised(text: str) -> str:
    """Give a text as a reader sees it: references, escapes and look-alikes as the characters they stand for."""
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = _SCRIPTS.sub(" ", _FLAG.sub(" ", _KEYCAP.sub(" ", text)))
        text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
        text = _NOT_ASCII.sub(_seen, text.translate(_LOOK_ALIKE))
    if "<" in text:
        text = _BREAK_TAG.sub(r"\n\1\n", _CODE_TAG.sub("`", text))
        tags = {"br", "img", "hr", "a", *_CLOSED.findall(text)}
        text = _OTHER_TAG.sub(lambda tag: f" {tag[2]} " if tag[1] in tags else tag[0], text)
        text = _COMMENT.sub(r"\1", text)
    if "\\" in text:
        text = _NAMED.sub(_character, text)
        text = _TYPEWRITER.sub(r"`\1`", text)
        text = _MATHS.sub(lambda sign: _MATHS_SIGNS[sign[1]], text)
        text = _COMMAND.sub(r" \1 ", _CONTINUED.sub(" ", text))
    if "$" in text:
        text = _FORMULA.sub(r"`\1`", text)
    if "_" in text:
        text = _FILLED_GAP.sub(lambda gap: gap[1] or " ", text)
    return text


def _character(named: re.Match[str]) -> str:
    try:
        return unicodedata.lookup(named[1])
    except KeyError:
        return named[0]


def _seen(found: re.Match[str]) -> str:
    """Give a character as it is, a blank for a picture, nothing for what cannot be seen; none of these is ASCII."""
    category = unicodedata.category(found[0])
    return "" if category in {"Cf", "Mn", "Co"} else " " if category == "So" else found[0]


def without_emphasis(prose: str) -> str:
    """Take emphasis and backslash escapes out of text that is not between code marks."""
    if "\\" in prose:
        prose = _ESCAPE.sub(r"\1", prose)
    return _STRONG.sub(r"\2", prose) if "**" in prose or "__" in prose or "~~" in prose else prose


def decoded(text: str) -> list[str]:
    """Give what is written in an encoding in a text: base64, hexadecimal, character codes, letters set apart."""
    found = [_of_base64(run[0]) for run in _BASE64.finditer(text)]
    if "%" in text or "\\x" in text or "\\u00" in text or _SIGN_OF_HEX.search(text):
        found += [
            _of_numbers([int(pair, 16) for pair in _HEX_PAIR.findall(run[0].replace("\\u00", "\\x"))])
            for run in _HEX.finditer(text)
        ]
    if _SIGN_OF_NUMBERS.search(text):
        runs = _NUMBERS.finditer(text)
        found += [_of_numbers([int(number) for number in re.findall(r"\d+", run[0])]) for run in runs]
    if _SIGN_OF_SPACED.search(text):
        found += [run[0].replace(" ", "") for run in _SPACED.finditer(text) if not run[0].isdigit()]
    return [content for content in found if content is not None and CODE_SIGNS.search(content)]


def _of_base64(run: str) -> str | None:
    packed = "".join(run.split()).rstrip("=").translate(_OF_ADDRESSES)
    for way in (packed, packed[::-1]):
        try:
            packed_bytes = base64.b64decode(way[: len(way) // 4 * 4] + _padded(way[len(way) // 4 * 4 :]))
        except (binascii.Error, ValueError):
            continue
        content = packed_bytes.decode("latin-1")
        if _READABLE.fullmatch(content):
            return content
    return None


def _padded(rest: str) -> str:
    return rest + "=" * (4 - len(rest)) if len(rest) > 1 else ""


def _of_numbers(codes: list[int]) -> str | None:
    content = "".join(map(chr, codes))
    return content if _READABLE.fullmatch(content) else None
