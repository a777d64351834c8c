"""Decode code that is spelled out: operators as words, tokens separated by commas, or quoted pieces."""

from __future__ import annotations

import re

from tutor_pedagogy.guard.vocabulary import phrase, table_of

_BLANKS = {":": ": ", ",": ", ", ".": "."}
"""The replacements for signs that must not get a space on both sides, unlike the other signs."""
_SPOKEN = [(re.compile(said, re.IGNORECASE), _BLANKS.get(sign, f" {sign} ")) for sign, said in table_of("spoken_signs")]
_TOLD_VALUE = phrase("TOLD_VALUE")
_SPELLED = phrase("SPELLED")
# linear: three strings are enough for a match, so a failure at a later string causes no backtracking
_QUOTED = re.compile(r"""(?:(?:"[^"\n]*"|'[^'\n]*')[ \t]*[+,.&]?[ \t]*){3,}""")
_PIECE = re.compile(r""""([^"\n]*)"|'([^'\n]*)'""")
_COMMAS = re.compile(r"(?<=[\w)\]+=\-*/<>%([:]), ?(?=[\w)\]+=\-*/<>%([:])")
_LISTED_SIGN = re.compile(r"[,;]\s*[-+*/=<>%()\[\]:]{1,2}\s*[,;]")


def reading(text: str) -> str | None:
    """Return a text with named operators as symbols, or with listed or quoted pieces joined; None for other text."""
    if says_signs(text):
        for pattern, sign in _SPOKEN:
            text = pattern.sub(sign, text)
        return text
    if "," in text and _LISTED_SIGN.search(text):
        return _COMMAS.sub(" ", text)
    if '"' in text or "'" in text:
        runs = _QUOTED.findall(text)
        if runs:
            return "\n".join(" ".join(one or other for one, other in _PIECE.findall(run)) for run in runs)
    return None


def says_signs(text: str) -> bool:
    """Return whether a text names an operator or bracket, or describes a calculation in words."""
    lowered = text.lower()
    may_name = "equal" in lowered or "colon" in lowered or "brac" in lowered or "paren" in lowered
    return (may_name and bool(_SPELLED.search(text))) or tells_a_value(text)


def tells_a_value(text: str) -> bool:
    """Return whether a text describes both an assignment and a calculation in words."""
    may_calculate = "plus" in text or "minus" in text or "times" in text or "divided by" in text or "modulo" in text
    return may_calculate and bool(_TOLD_VALUE.search(text))
