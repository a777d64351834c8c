"""The kind of help that a question asks for, and the language that it is written in, judged by its words."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal

from tutor_pedagogy.offline.purposes.tables import table

QuestionKind = Literal["find", "explain", "start", "check", "improve", "help", "why"]
"""The purpose that a question states, or `help` if it only asks for help, so that the code decides the purpose.

`why` is a question for a reason that names no fault: it is `explain` unless a rule finds a mistake.
"""

_MAX_CHARACTERS = 1_000
"""The maximum number of characters of a question that are read. A pasted program may follow the question."""


_QUOTED = re.compile(
    r"`[^`\n]{1,80}`|(?<!\w)'[^'\n]{2,80}'(?!\w)|[\"\u201c\u201e][^\"\u201c\u201d\n]{2,80}[\"\u201c\u201d]"
)
"""Words that a question quotes, often those of Python's message, which are English in every language."""


@cache
def _patterns(language: str) -> tuple[tuple[QuestionKind, re.Pattern[str]], ...]:
    """Return the patterns for questions in a language, each with its kind of help. Chinese has no spaces."""
    around = "(?:{})" if language == "zh" else r"\b(?:{})(?:\b|(?<=\W))"
    return tuple(
        (entry["kind"], re.compile(around.format("|".join(entry["phrases"])), re.IGNORECASE))
        for entry in table("questions")[language]
    )


@cache
def _common_words() -> dict[str, frozenset[str]]:
    return {language: frozenset(words.split()) for language, words in table("questions")["common_words"].items()}


_CJK = re.compile("[\u4e00-\u9fff]")

_WORD = re.compile(r"[^\W\d_]+")
_LANGUAGES = ("es", "de", "fr", "pt", "zh")
_OF_PORTUGUESE = re.compile(r"\b(?:por que|o que|do que|no (?:c[oó]digo|programa))\b|[cç][aã]o\b", re.IGNORECASE)
_OF_FRENCH = re.compile(r"\b(?:c|qu|n|j|d|l|m|s)'(?=[^\W\d_]{2})(?!s\b|re\b)|\bs'il\b|est-ce|-t-|\bça\b", re.IGNORECASE)
_FEWEST_CHARACTERS, _FEWEST_WORDS = 2, 2


@cache
def _letters() -> dict[str, re.Pattern[str]]:
    return {
        language: re.compile(f"[{letters}]", re.IGNORECASE)
        for language, letters in table("questions")["letters"].items()
    }


def language_of_question(question: str) -> str | None:
    """Return the code of the language of a question, or None if its words do not decide between languages."""
    text = question[:_MAX_CHARACTERS].replace("\u2019", "'")
    if len(_CJK.findall(text)) >= _FEWEST_CHARACTERS:
        return "zh"
    if "¿" in text or "¡" in text:
        return "es"
    words = [word.lower() for word in _WORD.findall(_QUOTED.sub(" ", text))]
    if not words:
        words = [word.lower() for word in _WORD.findall(text)]
    counts = {name: sum(word in known for word in words) for name, known in _common_words().items()}
    for name, pattern in _letters().items():
        counts[name] += 2 * len(pattern.findall(text))
    counts["pt"] += bool(_OF_PORTUGUESE.search(text))
    counts["fr"] += 2 * len(_OF_FRENCH.findall(text))
    (most, language), (second, _) = sorted(((count, name) for name, count in counts.items()), reverse=True)[:2]
    return language if most >= min(_FEWEST_WORDS, len(words)) and most > second else None


def note_on_language(question: str | None) -> str:
    """Return the sentence, in the language of the question, that the answer is in English; "" for English."""
    language = language_of_question(question) if question else None
    note: str = table("questions")["in_english"].get(language, "")
    return note


@lru_cache(maxsize=8)
def kind_of_question(question: str | None) -> QuestionKind | None:
    """Return the kind of help that a question asks for, or None if there is no question or its words do not show it."""
    text = (question or "")[:_MAX_CHARACTERS].replace("\u2019", "'").strip()
    if not text:
        return None
    language = language_of_question(text)
    if language not in (None, "en"):
        found = _first(language, text)
        if found is not None:
            return found
    others = (_first(each, text) for each in _LANGUAGES)
    if language is None and not any(word.lower() in _common_words()["en"] for word in _WORD.findall(text)):
        return next(filter(None, others), None) or _first("en", text)
    return _first("en", text) or (next(filter(None, others), None) if language is None else None)


def _first(language: str, text: str) -> QuestionKind | None:
    return next((kind for kind, pattern in _patterns(language) if pattern.search(text)), None)
