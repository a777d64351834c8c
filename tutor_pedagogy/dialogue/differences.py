"""How two things of Python differ, for a question that names both."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.claim_words import types_in
from tutor_pedagogy.dialogue.native_texts import native, without_code
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.values import of_type, values_of
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.writing import fenced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_MAX_QUESTION = 300
_COMPARES = re.compile(
    r"\bdiff\w*|\bunterschied\w*|\bdiferen\w*|\bsame (?:as|thing)\b|\bvs\.?\b|\bversus\b|\bcompared\b"
    r"|\b(?:lo|la|el) mism[oa]\b|\bm[eê]me chose\b|\bo mesmo\b|\bdasselbe\b|\bwhen (?:do|should) i use\b"
    r"|\bbetter than\b",
    re.IGNORECASE,
)
_SAME = re.compile(r"^(?:so |but |and )?(?:is|are|isn.?t|aren.?t|ist|sind|es|son|est|sont|[eé])\b", re.IGNORECASE)
_ALSO = re.compile(
    r"\b(?:also|too|as well|auch|tambi[eé]n|aussi|tamb[eé]m|same (?:with|for))\b|\bwhat about\b", re.IGNORECASE
)
_CHANGEABLE = re.compile(
    r"\b(?:can(?:not|.?t)?|could|may) (?:not )?(?:be |you |i |we )?(?:change|changed|modified|modify|altered)\b"
    r"|\b(?:im)?mutable\b|\bver[aä]nderbar|\bse puede[n]? (?:cambiar|modificar)|\bpeut (?:pas )?(?:changer|modifier)"
    r"|\bpode[m]? (?:mudar|ser mudad)",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\bcan.?not\b|n.?t\b|\bnot\b|\bimmutable\b|\bnicht\b|\bno\b|\bpas\b|\bn[aã]o\b", re.IGNORECASE)
_INSTEAD = re.compile(r"\b(?:instead|rather than|in place)\b", re.IGNORECASE)
_WHY = re.compile(r"\b(?:why|warum|wieso|weshalb|por ?qu[eê]|pourquoi)\b", re.IGNORECASE)


class Pair(NamedTuple):
    """Two things that differ: patterns of their names, a pattern that the question needs, their types, the texts."""

    one: re.Pattern[str]
    other: re.Pattern[str]
    needs: re.Pattern[str] | None
    types: frozenset[type]
    texts: dict[str, Any]


def difference_replies(asked: Question) -> Iterator[Said]:
    """Yield how the two things differ that a question compares, or by whose types it asks for a reason."""
    text = asked.text[:_MAX_QUESTION].replace("\u2019", "'")
    pair = _named(text) if _COMPARES.search(text) else None
    if pair is None and _WHY.search(text):
        kinds = types_in(text)
        named = _named(text) if kinds else None
        pair = named if named is not None and named.types == kinds else None
    pair = pair or _of_other_type(asked, text)
    if pair is None:
        return
    is_guess = _SAME.search(text) is not None and not re.search(r"\bdiffer|\bdiferen", text, re.IGNORECASE)
    opening = asked.say("verdict", "no") if is_guess else ""
    told = pair.texts.get(asked.language, "")
    english = pair.texts["says"] if asked.language == "en" else ""
    example = f"\n\n{fenced(pair.texts['example'])}"
    said = f"{opening} {told or english}".strip()
    if not told and not english:
        said, example = opening, f"{pair.texts['says']}{example}"
        if asked.level >= HintLevel.EXAMPLE:
            yield Said(said, example)
        yield from (Said(said, text) for text in (pair.texts["says"], without_code(pair.texts["says"])))
        return
    if asked.level >= HintLevel.EXAMPLE:
        yield Said(f"{said}{example}")
    yield from map(Said, (said, without_code(said)))


def mutability_replies(asked: Question) -> Iterator[Said]:
    """Yield whether the values of a type can be changed, for a question that says it or asks for it."""
    kinds = types_in(asked.text) - {type(None)}
    if not _CHANGEABLE.search(asked.text) or _WHY.search(asked.text) or not kinds:
        return
    are_fixed = {kind not in (list, dict, set) for kind in kinds}
    if len(are_fixed) != 1:
        return
    is_fixed = are_fixed.pop()
    is_denied = _DENIED.search(asked.text) is not None
    word = asked.say("verdict", "yes" if is_fixed == is_denied else "no")
    shown = ", ".join(sorted(f"`{kind.__name__}`" for kind in kinds))
    yield Said(f"{word} {native(asked.language, 'fixed_type' if is_fixed else 'changing_type', type=shown)}")


def _of_other_type(asked: Question, text: str) -> Pair | None:
    """Return how a type that the question names differs from that of the hint's line, for “also with …?”."""
    named = types_in(text) if _ALSO.search(text) else set()
    if len(named) != 1:
        return None
    values = values_of(asked.diagnosis, asked.text)
    for name in values.names_on_line():
        kinds = values.types_of(name) | named
        found = next((each for each in _pairs() if each.types == kinds), None)
        if found is not None:
            return found
    return None


def difference_of(asked: Question) -> str:
    """Return how the two things differ that a proposal names, in English; "" if they are not known or not English."""
    pair = _named(asked.text[:_MAX_QUESTION]) if asked.language == "en" and _INSTEAD.search(asked.text) else None
    return str(pair.texts["says"]) if pair is not None else ""


def _named(text: str) -> Pair | None:
    """Return the pair whose two things the text names, the one with the longest names if there are several."""
    found = []
    for pair in _pairs():
        one, other = pair.one.search(text), None
        if one is None or (pair.needs is not None and not pair.needs.search(text)):
            continue
        rest = f"{text[: one.start()]}\0{text[one.end() :]}"
        other = pair.other.search(rest)
        if other is not None:
            found.append((len(one[0]) + len(other[0]), pair))
    return max(found, key=lambda each: each[0])[1] if found else None


def _whole(pattern: str) -> re.Pattern[str]:
    """Return a pattern that finds whole words and whole signs only."""
    return re.compile(rf"(?<![\w=<>!+*/%-])(?:{pattern})(?![\w=<>+*/%])", re.IGNORECASE)


@cache
def _pairs() -> tuple[Pair, ...]:
    return tuple(
        Pair(
            _whole(each["one"]),
            _whole(each["other"]),
            re.compile(each["needs"], re.IGNORECASE) if "needs" in each else None,
            frozenset(of_type(each["types"])) if "types" in each else frozenset(),
            each,
        )
        for each in table("differences")["pair"]
    )
