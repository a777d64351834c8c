"""What is stored of a text where the operator stores no code: the same text with its code blotted out."""

from __future__ import annotations

import re

_CODE = re.compile(
    r"(?P<fence>^[ ]{0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^[ ]{0,3}\2[`~]*[ \t]*$|\Z))"  # CommonMark 0.31 §4.5
    r"|(?P<span>(?<!`)(`+)(?!`).+?(?<!`)\4(?!`))"  # §6.1
    r"|(?P<indented>^(?: {4}|\t)[^\n]*$)",  # §4.4, also where it continues a list
    re.DOTALL | re.MULTILINE,
)
_BLOT = re.compile(r"[^\s`~]")


def without_code(text: str) -> str:
    """Replace every character of code in a Markdown text by a dot; length, lines and fences stay.

    So a replay of the answer still ends each delta where it ended. Code in plain words, outside fences, spans and
    indented blocks, is not seen.
    """
    return _CODE.sub(lambda code: _BLOT.sub("·", code[0]), text)
