"""Claims about the keys of a dictionary and the spelling of a word."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.meaning import names_in
from tutor_pedagogy.offline.engine.writing import code_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question
    from tutor_pedagogy.dialogue.values import Values
from tutor_pedagogy.dialogue.claim_words import MOST_SHOWN, opened

_LETTERS = re.compile(
    r"\b(?:capital\w*|upper ?-?case|lower ?-?case|case[- ]sensitive|gro(?:ß|ss)\w*|kleinbuchst\w*|kleingeschr\w*"
    r"|may[uú]scul\w*|min[uú]scul\w*|majuscul\w*|minuscul\w*|mai[uú]scul\w*)\b",
    re.IGNORECASE,
)


_MEMBER = re.compile(
    r"\b(?:exist|exists|in the|in my|inside|contains?|part of|a key|there|gibt es|existe|hay)\b"
    r"|\best dans\b|\best[aá] (?:en|no)\b",
    re.IGNORECASE,
)


def claim_letters(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether two words differ only by capital letters: a key that is missing, or a name that is not known."""
    if not _LETTERS.search(asked.text):
        return
    crash = values.crash
    word = ""
    others: list[str] = []
    if crash is not None and crash.exception == "KeyError":
        word = crash.message
        others = [repr(key) for key in values.known_keys() if isinstance(key, str)]
    elif crash is not None and crash.exception in ("NameError", "UnboundLocalError", "AttributeError"):
        quoted = re.findall(r"'([^'\n]{1,60})'", crash.message)
        word = quoted[-1] if quoted else ""
        others = [*asked.diagnosis.program.words, *values.known_names()]
    same = next((each for each in others if each != word and each.lower() == word.lower()), None)
    if not word or same is None:
        pairs = _alike(asked)
        word, same = pairs[0] if len(pairs) == 1 else (word, same)
    if word and same is not None:
        yield opened(asked, "yes", asked.say("claim", "letters_yes", word=code_span(word), other=code_span(same)))
    elif word and others:
        yield opened(asked, "no", asked.say("claim", "letters_no", word=code_span(word)))


def _alike(asked: Question) -> list[tuple[str, str]]:
    """Return the pairs of methods and functions of a program whose names differ only by capital letters."""
    defined: list[ast.FunctionDef] = asked.diagnosis.program.each(ast.FunctionDef)
    names = sorted({node.name for node in defined})
    return [(one, other) for one in names for other in names if one < other and one.lower() == other.lower()]


def claim_member(asked: Question, values: Values) -> Iterator[str]:
    """Answer whether a word is a key or an item of the collection in which Python did not find one."""
    keys = values.known_keys()
    if not keys or not _MEMBER.search(asked.text):
        return
    own = set(names_in(asked.diagnosis.program, asked.text))
    words = [word for word in re.findall(r"[\w-]+", asked.text) if word not in own]
    listed = ", ".join(code_span(repr(key)) for key in list(keys)[:MOST_SHOWN])
    for word in words:
        same = next((key for key in keys if str(key) == word), None)
        if same is not None:
            yield opened(asked, "yes", asked.say("claim", "member_yes", word=code_span(repr(same)), keys=listed))
            return
    crash = values.crash
    if crash is not None and any(word == crash.message.strip("'\"") for word in words):
        yield opened(asked, "no", asked.say("claim", "member_no", word=code_span(crash.message), keys=listed))


_KEY = re.compile(
    r"\b(?:the|my|that) key\b|\bthere\b|exist|\bder schl[uü]ssel|\bla clave|\bla cl[eé]\b|\ba chave|spell|typo",
    re.IGNORECASE,
)


def claim_near_key(asked: Question, values: Values) -> Iterator[str]:
    """Answer with the key that is nearly the one that Python did not find."""
    crash = values.crash
    if crash is None or crash.exception != "KeyError" or not _KEY.search(asked.text):
        return
    wanted = crash.message.strip("'\"")
    for key in values.known_keys():
        if isinstance(key, str) and key != wanted and key.strip().lower() == wanted.strip().lower():
            yield asked.say("claim", "key_near", word=code_span(crash.message), other=code_span(repr(key)))
            return
