"""Texts that a TOML file holds in every language of questions."""

from __future__ import annotations

import re

from tutor_pedagogy.dialogue.tables import filled, table

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")
_CODE = re.compile(r"`([^`\n]*)`")
_OF_CODE = frozenset("=([{: ")


def native(language: str, name: str, /, **slots: object) -> str:
    """Return a text of `reasons.toml` in a language with its placeholders filled in."""
    return filled(table("reasons")[name][language], **slots)


def without_code(text: str) -> str:
    """Return the sentences of a text that quote single words of Python only, for the first levels."""
    return " ".join(each for each in _SENTENCE_END.split(text) if not _OF_CODE & set("".join(_CODE.findall(each))))
