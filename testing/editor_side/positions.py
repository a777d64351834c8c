"""The position encodings of LSP 3.17, and lines on which they disagree about positions."""

from __future__ import annotations

CODECS = {"utf-8": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le"}
WIDTHS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}
NASTY = [
    "\ufeffimport math",
    "s = '😀😀' + str(a",
    "page = 'a\x0cb\u2028c\x85d\x1ce'",
    "t = 'e\u0301 é א' * 2",
    "print(s",
]
