"""The kind of help that a question asks for, and the language that it is written in, judged by its words."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from tutor_pedagogy.offline.purposes.tables import table

QuestionKind = Literal["find", "explain", "start", "check", "improve", "help"]
"""The purpose that a question states, or `help` if it only asks for help, so that the code decides the purpose."""

_MAX_CHARACTERS = 1_000
"""The maximum number of characters of a question that are read. A pasted program may follow the question."""


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
_OF_FRENCH = re.compile(r"\b(?:c'est|qu'|n'est|j'ai|d'un|d'une|l'erreur|est-ce)", re.IGNORECASE)
_FEWEST_CHARACTERS, _FEWEST_WORDS = 2, 2


def language_of_question(question: str) -> str | None:
    """Return the code of the language of a question, or None if its words do not decide between languages."""
    text = question[:_MAX_CHARACTERS].replace("\u2019", "'")
    if len(_CJK.findall(text)) >= _FEWEST_CHARACTERS:
        return "zh"
    if "¿" in text or "¡" in text:
        return "es"
    if _OF_FRENCH.search(text):
        return "fr"
    words = [word.lower() for word in _WORD.findall(text)]
    counts = sorted(
        ((sum(word in known for word in words), name) for name, known in _common_words().items()), reverse=True
    )
    (most, language), (second, _) = counts[:2]
    return language if most >= _FEWEST_WORDS and most > second else None


def note_on_language(question: str | None) -> str:
    """Return the sentence, in the language of the question, that the answer is in English; "" for English."""
    language = language_of_question(question) if question else None
    note: str = table("questions")["in_english"].get(language, "")
    return note


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
