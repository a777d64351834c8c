"""The reading grade of a text for students."""

from __future__ import annotations

import re


def reading_grade(prose: str) -> float:
    """Return the Flesch-Kincaid grade of a text without its code (Kincaid et al. 1975)."""
    prose = re.sub(r"`[^`]*`", "it", re.sub(r"```.*?```", "", prose, flags=re.DOTALL))
    prose = re.sub(r"\*\*|^\d+\. ", "", prose, flags=re.MULTILINE)
    sentences = [part for part in re.split(r"[.!?:](?:\s|$)|\n\n|;", prose) if re.search("[a-zA-Z]", part)]
    words = re.findall(r"[A-Za-z']+", prose)
    syllables = sum(max(len(re.findall("[aeiouy]+", re.sub("(?<!l)e$", "", word.lower()))), 1) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59
