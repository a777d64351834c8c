"""Summarises earlier answers on a problem by fixed rules: the same answers always give the same summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.storage.background import EarlierAnswer

GIST_CHARACTERS = 240
"""The maximum number of characters that a summary quotes from one answer."""

# linear: a fence without an end ends with the text, so the search for its end always matches
_FENCED = re.compile(
    r"^[ \t>]*(?P<fence>`{3,}|~{3,}).*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL
)
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=\S)")
_LIST_MARK = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+", re.MULTILINE)


def summarise(answers: Sequence[EarlierAnswer]) -> str:
    """Return one line for each answer, oldest first, without repeated lines."""
    lines = [f"- hint {answer.hint_level}: {gist(answer.content)}" for answer in answers]
    return "\n".join(dict.fromkeys(lines))


def gist(content: str) -> str:
    """Return the first sentence of an answer, its questions, and as many other sentences as fit, without code.

    Sentences are kept whole and in their order, unless the first one alone is too long.
    """
    text = _LIST_MARK.sub("", _FENCED.sub("(code was shown.)", content))
    sentences = _SENTENCE_END.split(" ".join(text.split()))
    by_weight = sorted(range(len(sentences)), key=lambda number: (number > 0, not _matters(sentences[number]), number))
    left, chosen = GIST_CHARACTERS, set()
    for number in by_weight:
        left -= len(sentences[number]) + 1
        if left < 0:
            break
        chosen.add(number)
    if not chosen:
        return sentences[0][:GIST_CHARACTERS].rsplit(" ", 1)[0] + " …"
    gaps = " … " if len(chosen) < len(sentences) else " "
    return gaps.join(_runs(sentences, chosen)) + (" …" if max(chosen) < len(sentences) - 1 else "")


def _matters(sentence: str) -> bool:
    return sentence.endswith("?") or "(code was shown.)" in sentence


def _runs(sentences: Sequence[str], chosen: set[int]) -> list[str]:
    """Join the chosen sentences that are adjacent."""
    runs: list[str] = []
    for number in sorted(chosen):
        if number - 1 in chosen:
            runs[-1] += " " + sentences[number]
        else:
            runs.append(sentences[number])
    return runs
