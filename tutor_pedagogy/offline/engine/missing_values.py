"""Sentences of a lesson for findings in which a slot has no value.

`[[$left is compared.||Two values are compared.]]` in a lesson gives the sentences with and without the slot: the first
alternative all of whose slots have a value. A sentence without such an alternative is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

_ALTERNATIVES = re.compile(r"\[\[([^\[\]]*+)\]\]")
_SLOT = re.compile(r"\$(\w+)")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


def with_values(part: str, known: Container[str]) -> str:
    """Return a part of a lesson without the sentences that mention a slot that is not known."""
    if "[[" in part:
        part = _ALTERNATIVES.sub(lambda found: _first_known(found[1].split("||"), known), part)
    if _has_all(part, known):
        return part
    paragraphs = (
        " ".join(sentence for sentence in _SENTENCE_END.split(paragraph) if _has_all(sentence, known))
        for paragraph in part.split("\n\n")
    )
    return "\n\n".join(filter(None, paragraphs))


def _first_known(alternatives: list[str], known: Container[str]) -> str:
    return next((each for each in alternatives if _has_all(each, known)), "")


def _has_all(text: str, known: Container[str]) -> bool:
    return all(name in known for name in _SLOT.findall(text))
