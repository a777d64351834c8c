"""The kinds of task that the words of a name, a text or a question suggest."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from tutor_pedagogy.offline.purposes.questions import language_of_question
from tutor_pedagogy.offline.purposes.tables import table

_MOST_KINDS = 3
_POLITE = re.compile(
    r"\b(?:can|could|would|will) (?:you|i|we|someone|anyone|u)\b|\bplease\b"
    r"|\b(?:what|where|this|it|that|there|here) is\b|\bis (?:it|this|that|there|my|the)\b"
    r"|\bif (?:you|it|that|possible)\b|\bat all\b|\beven (?=start|begin|know)"
    r"|\bcheck (?:my|this|it)\b"
)
"""Words of a question that say nothing of the task, such as `can you help me`."""
_STOPS = re.compile(
    r"\b(?:until|till|as long as|stop word)\b|hasta que|\bbis\b|solange|jusqu|at[eé] (?:que|o |a )|直到", re.IGNORECASE
)
_READS = re.compile(
    r"\b(?:input|enters?|types?|typed|user)\b|\bl[eê]\b|\bler\b|digit\w{1,3}\b|usu[aá]rio|usuario|escrib|introdu|ingres|lee\b"
    r"|eingib|eingeb|eingab|tippt|benutzer|saisi|\btape|utilisateur|\blit\b|\blies|\blese|\bleer\b|\blire\b|\breads?\b|输入|用户",
    re.IGNORECASE,
)


_MANY = re.compile(
    r"\b(?:numbers|values|names|words|grades|scores|prices|items|integers)\b|n[uú]meros|zahlen|nombres|notas|valores|werte|数",
    re.IGNORECASE,
)
_PARTS = {"tally": ("count", "dictionary"), "read_until": ("until", "ask"), "average_until": ("average", "until")}
_WHOLE = ("most_common", "twice", "caesar", "account", "own_sort", "password", "leap_year", "tic_tac_toe")
"""Kinds of tasks that contain others, such as a search in counted items."""


def kinds_of(words: str) -> list[str]:
    """Return the kinds of task that the words suggest, the specific ones if there are any; `other` if none fits.

    A kind counts more if its word stands earlier: the name of a function comes first, then what is said about it.
    """
    words = _POLITE.sub(" ", words)
    found = {kind: place for kind in table("tasks") if (place := _place_of(kind, words)) is not None}
    places = _combined(sorted(found, key=lambda kind: found[kind]), words)
    general = {"each", "decide", "ask", "until", "thing"}
    known = {kind for kind in places if kind not in _WEAK or _is_strong(kind, words)}
    places = [kind for kind in places if kind in known]
    telling = [kind for kind in places if kind not in general] or places
    if "second" in telling:
        telling = ["second", *(kind for kind in telling if kind not in ("second", "largest", "smallest", "count"))]
    return telling[:_MOST_KINDS] or ["other"]


_WEAK = frozenset(("thing", "each", "decide"))
_WEAK_WORDS = re.compile(
    r"(?:queue|list|all|print|every|each|is|has|can|if|compare|student|person|player|book|car|string|numbers?|words?|items?)"
)


def _is_strong(kind: str, words: str) -> bool:
    """Return whether a general kind is told by the first words, such as a function's name, or by a telling word."""
    found = found_word(kind, words)
    return found is None or not found.start() or _WEAK_WORDS.fullmatch(found[0].strip()) is None


def _combined(kinds: list[str], words: str) -> list[str]:
    """Return the kinds with those replaced that together are another task, such as counters in a dictionary."""
    if "count" in kinds and "dictionary" in kinds:
        kinds = ["tally", *(kind for kind in kinds if kind not in ("count", "dictionary", "unique", "vowels"))]
    if "palindrome" in kinds:
        kinds = [kind for kind in kinds if kind != "reverse"]
    if "divisors" in kinds:
        kinds = ["divisors", *(kind for kind in kinds if kind not in ("divisors", "sum", "count"))]
    if _STOPS.search(words) and _READS.search(words) and _MANY.search(words) and "guess" not in kinds:
        kinds = ["read_until", *(kind for kind in kinds if kind not in ("until", "ask"))]
    if _STOPS.search(words) and _READS.search(words) and "average" in kinds:
        return ["average_until"]
    games = ("hangman", "rock_paper_scissors", "menu", "new_entry", "lcm", *_WHOLE)
    return [kind for kind in kinds if kind in games] or kinds


def _place_of(kind: str, words: str) -> int | None:
    """Return the index of the first word of a kind of task in a text, or None."""
    found = found_word(kind, words)
    return found.start() if found is not None else None


def found_word(kind: str, words: str) -> re.Match[str] | None:
    """Return the first word in a text that suggests a kind of task, or None."""
    own = _patterns()[kind]
    other = table("task_words").get(kind)
    needs = table("tasks")[kind].get("needs")
    if needs and not re.search(needs, words):
        return None
    found = own.finditer(words) if own is not None else iter(())
    match = next((each for each in found if each[0].strip() not in _function_words(words)), None)
    return match or (re.search(other, words) if other else None)


@lru_cache(maxsize=64)
def _function_words(words: str) -> frozenset[str]:
    """Return the common words of a text's language, such as a German article, which name no task if it is English."""
    language = language_of_question(words)
    common: str = table("questions")["common_words"][language] if language not in (None, "en", "zh") else ""
    return frozenset(common.split())


@cache
def _patterns() -> dict[str, re.Pattern[str] | None]:
    """Return a pattern for the words of each kind of task, with their plural."""
    return {
        kind: re.compile(rf"(?<![a-z])(?:{'|'.join(map(_phrase, entry['words']))})(?![a-z])")
        if entry["words"]
        else None
        for kind, entry in table("tasks").items()
    }


def _phrase(word: str) -> str:
    if word == "number of":
        return r"(?<!largest )(?<!smallest )(?<!highest )(?<!lowest )(?<!biggest )number of(?! (?:a|the) (?:list|row))"
    return rf"{word}(?:e?s)?"


def word_of(kind: str, words: str) -> str:
    """Return the first word in a text that suggests a kind of task, or ""."""
    found = [match for part in _PARTS.get(kind, (kind,)) if (match := found_word(part, words)) is not None]
    return found[0][0].strip() if found else ""
