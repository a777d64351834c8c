"""Show a text as a reader sees it: decode HTML references, look-alike characters, escapes and markup."""

from __future__ import annotations

import html
import re
import unicodedata

from tutor_pedagogy.guard.vocabulary import table_of

_SIGNS = str.maketrans(
    {unicodedata.lookup(name): sign.replace("_", " ") for sign, name in table_of("sign_alikes")}
    | {chr(0x1F1E6 + number): chr(ord("a") + number) for number in range(26)}
)
_LOOK_ALIKE = str.maketrans({other: letter for letter, others in table_of("letter_alikes") for other in others.split()})
_FORMULA = re.compile(r"(?<![\\$\w])\${1,2}([^$\n]{1,200})\${1,2}(?![$\w])")
_FILLED_GAP = re.compile(r"(\b__\w+?__\b)|(?<=[-+*/%=<>()])_+|(?<!_)_++(?=[-+*/%=<>)])")
_MATHS = re.compile(r"\\(leq?|geq?|neq?|cdot|times|div|lt|gt)\b")
_MATHS_SIGNS = dict(table_of("maths_signs"))
_TYPEWRITER = re.compile(r"\\(?:texttt|mathtt|text|verb)\{([^{}]*)\}")
_CODE_TAG = re.compile(r"</?(?:code|pre|kbd|tt|samp|var)\b[^<>]{0,200}>", re.IGNORECASE)
_BREAK_TAG = re.compile(r"</?(?:div|p|br|td|tr|th|table|li|ul|ol)\b([^<>]{0,200})>", re.IGNORECASE)
_OTHER_TAG = re.compile(r"</?([A-Za-z][\w-]*+)([^<>]{0,400})>")
_CLOSED = re.compile(r"</([A-Za-z][\w-]*)")
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_SCRIPTS = re.compile(r"(?<=[\u3040-\u9fff\uac00-\ud7af])(?=[!-~])|(?<=[!-~])(?=[\u3040-\u9fff\uac00-\ud7af])")
"""The boundaries between ASCII text, such as code, and a script that is written without spaces, such as Chinese."""
_KEYCAP = re.compile("[0-9#*]\ufe0f?\u20e3")
_COMMAND = re.compile(r"\\(?:[A-Za-z]+\*?)\{([^{}\n]*)\}")
_NAMED = re.compile(r"\\N\{([A-Z0-9 -]{2,60})\}")
_CONTINUED = re.compile(r"(?:(?<![ \t])[ \t]++)?+\\\n[ \t]*+")
_COMMENT = re.compile(r"<!--(.{0,2000}?)(?:-->|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\([ !\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
_STRONG = re.compile(r"(?<![\w*])(\*\*|__|~~)(?=[^\s*_~])([^\n]{1,300}?)(?<=[^\s*_~])\1(?![\w*])")


def undisguised(text: str) -> str:
    """Return a text as a reader sees it: references, escapes and look-alikes become the characters that they show."""
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
    """Return how a non-ASCII character is read: a space for a symbol such as an emoji, "" if it is invisible."""
    category = unicodedata.category(found[0])
    return "" if category in {"Cf", "Mn", "Co"} else " " if category == "So" else found[0]


def without_emphasis(prose: str) -> str:
    """Return prose without Markdown emphasis and backslash escapes. Placeholders stand for its code spans."""
    if "\\" in prose:
        prose = _ESCAPE.sub(r"\1", prose)
    return _STRONG.sub(r"\2", prose) if "**" in prose or "__" in prose or "~~" in prose else prose


def folded(word: str) -> str:
    """Return a word in lower case, without accents."""
    if word.isascii():
        return word.casefold()
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)).casefold()
