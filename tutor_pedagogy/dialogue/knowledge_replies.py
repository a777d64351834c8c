"""Answers from the knowledge base to a question about a hint, with the values that the program has."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said, named_meanings
from tutor_pedagogy.dialogue.expressions import expression_answers, plain_names, values_say
from tutor_pedagogy.dialogue.kinds import is_guessing, is_tried
from tutor_pedagogy.dialogue.meaning import terms_of_message
from tutor_pedagogy.dialogue.native_texts import without_code
from tutor_pedagogy.dialogue.values import values_of
from tutor_pedagogy.dialogue.wordings import code_line, questions
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.writing import fenced
from tutor_pedagogy.offline.knowledge import Known, filled, here, known, origin_of, says_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+(?=[A-Z`“«¿])")
_NAME = re.compile(r"[A-Za-z_]\w+")
_MAX_QUESTION = 300
_LINE = re.compile(r"\b(?:lines?|linha|l[ií]nea|zeile|ligne)\s?\d{1,5}\b", re.IGNORECASE)
_LITERAL = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]\d)|[\"'][^\"'\n]{1,20}[\"']")
_CLAIM = re.compile(
    r"(?:but|i|it.?s|no|so|is|isn.?t|does|ist|liegt|es|est|aber|ich|pero|mais|mas|je|why|how come"
    r"|warum|wieso|por ?qu[eé]|pourquoi)\b",
    re.IGNORECASE,
)
_STATES = re.compile(r"(?:but|i|no|so|is|isn.?t|ist|liegt|es|est|aber|ich|pero|mais|mas|je)\b", re.IGNORECASE)
"""The beginning of a claim, which is held against the program first."""
_WHY = re.compile(r"(?:why|how come|warum|wieso|por ?qu[eé]|pourquoi)\b", re.IGNORECASE)
_AMOUNT = re.compile(
    r"\bhow (?:many|much|often|far)\b|\bwie (?:viele?|oft)\b|\bcu[aá]nt[oa]s?\b|\bcombien\b|\bquant[oa]s?\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"\w ?(?:[-+*/]?=(?!=)|[-+*/<>]) ?\w|\w[\[(]\S")
"""A piece of code in a question, which is best tried or evaluated."""
_COMPARES = re.compile(
    r"\binstead\b|\bdiffer|\bor (?:is|are|can|do)\b|\bunterschied|\bdiferen|\bdiff[eé]ren", re.IGNORECASE
)
_ORIGIN = re.compile(
    r"\bwhere (?:does|do|is|did)\b[^?]{0,40}\bcome|\bcomes? from\b|\bwhy (?:is|do|does|did|was|am)\b[^?]{0,40}\d"
    r"|\bwoher\b|\bwarum (?:ist|kommt|gibt|zeigt)\b[^?]{0,40}\d|\bde d[oó]nde (?:sale|viene)"
    r"|\bpor ?qu[eé] (?:da|sale|es)\b[^?]{0,30}\d"
    r"|\bd'o[uù] (?:vient|sort)|\bpourquoi\b[^?]{0,40}\d|\bde onde (?:vem|sai)"
    r"|\bpor ?qu[eê] (?:d[aá]|sai|[eé])\b[^?]{0,30}\d",
    re.IGNORECASE,
)
"""Words of a question for the origin of a value."""


_OF_PYTHON = re.compile(
    r"\bwhat(?:.?s| is| are| does| do)?\b|\bmeans?\b|\bdiffer|\bdiff\b|\binstead\b|\bor (?:is|are|can|do)\b"
    r"|\bbedeut|\bhei(?:ss|\u00df)t\b|\bwas ist\b|\bunterschied|\bsignif|\bqu[e\u00e9] es\b"
    r"|\bdiferen|\bc'est quoi|\bqu'est|\bdiff[e\u00e9]ren|\bo que [e\u00e9]\b"
    r"|\bquiere decir|\bveut dire|\bquer dizer",
    re.IGNORECASE,
)
"""Words of a question for a meaning, a difference or another way, whose answer is not in the run of the program."""


def general_replies(asked: Question) -> Iterator[Said]:
    """Yield what is known about the thing whose meaning, or whose use in place of another, the question asks for."""
    found = _found(asked)
    if found is None or not found.is_clear:
        return
    is_of_message = bool(found.entry.needs) and all(need.startswith("message:") for need in found.entry.needs)
    is_meant = is_of_message and not _CLAIM.match(asked.text)
    if is_meant or (_OF_PYTHON.search(asked.text) and not _is_proposal(asked.text)):
        yield from _replies(asked, found)


def origin_replies(asked: Question) -> Iterator[Said]:
    """Yield which expression of the program gives the value whose origin the question asks for."""
    text = asked.text[:_MAX_QUESTION]
    if not _ORIGIN.search(text):
        return
    literals = [each.strip("\"'") for each in _LITERAL.findall(_LINE.sub(" ", text))]
    program = asked.diagnosis.program
    found = origin_of(program, literals[:1])
    if found is not None and (told := says_value(program, found, asked.language)):
        yield Said(told, next(questions(asked.diagnosis)) if asked.language == "en" else "")
        yield Said(told)


def clear_replies(asked: Question) -> Iterator[Said]:
    """Yield what is known about the thing that the question surely asks about."""
    found = _found(asked)
    if found is None or not found.is_clear or _is_proposal(asked.text) or is_tried(asked.text):
        return
    if _STATES.match(asked.text) or _is_reason(asked, found):
        return
    if found.entry.key == "indentation" or not _AMOUNT.search(asked.text):
        yield from _replies(asked, found)


def possible_replies(asked: Question) -> Iterator[Said]:
    """Yield what is known about the thing that the question probably asks about."""
    found = _found(asked)
    if found is not None and not _is_reason(asked, found):
        yield from _replies(asked, found)


def _is_reason(asked: Question, found: Known) -> bool:
    """Return whether a question asks why a name of the program is None, which the program itself tells."""
    return found.entry.key == "nonetype" and bool(_WHY.match(asked.text)) and bool(plain_names(asked))


def _is_proposal(text: str) -> bool:
    """Return whether a question proposes something that may be tried, and compares no two forms."""
    has_code = _CODE.search(text) is not None
    if _COMPARES.search(text) and not has_code:
        return False
    return is_guessing(text) or (has_code and re.match(r"so\b|and\b|then\b", text, re.IGNORECASE) is not None)


def _found(asked: Question) -> Known | None:
    return known(asked.diagnosis.program, asked.text, code_line(asked.diagnosis))


def _replies(asked: Question, found: Known) -> Iterator[Said]:
    program, entry = asked.diagnosis.program, found.entry
    place = here(program, found, asked.language)
    if found.node is None and asked.diagnosis.ladder is None:
        place = values_say(asked, values_of(asked.diagnosis, asked.text))
    english = _allowed(asked, filled(program, found, entry.says))
    if found.other is not None:
        english = f"{english} {_allowed(asked, found.other.says)}".strip()
    told = _allowed(asked, entry.native.get(asked.language, "")) or _native_term(asked)
    lead = _lead(asked)
    if found.other is not None:
        told = f"{told} {_allowed(asked, found.other.native.get(asked.language, ''))}".strip()
    if asked.language == "en":
        said, more = f"{lead} {english} {place}".strip(), entry.question
    elif told:
        said, more = f"{lead} {told} {place}".strip(), ""
    else:
        said, more = f"{lead} {place}".strip(), english
    if not english and not told:
        return
    if asked.level >= HintLevel.EXAMPLE and entry.example:
        yield Said(said, f"{more}\n\n{fenced(entry.example)}".strip())
    yield Said(said, more)
    yield Said(said)
    yield Said(without_code(said), without_code(more))


def _lead(asked: Question) -> str:
    """Return what the piece of code is that the question quotes, or what the words of Python's message in it mean."""
    if (piece := next(expression_answers(asked), None)) is not None and _CODE.search(asked.text):
        return piece[0]
    phrase = terms_of_message(asked.text, asked.language)
    return phrase.direct if phrase is not None else ""


def _native_term(asked: Question) -> str:
    """Return what a word of the question means in its language, for an entry without a text in it."""
    return next(named_meanings(asked), Said("")).direct if asked.language != "en" else ""


def _allowed(asked: Question, text: str) -> str:
    """Return the sentences of a text that name nothing which the edit of a later hint adds."""
    edit = asked.diagnosis.finding.edit
    if edit is None or asked.level >= HintLevel.STRUCTURE:
        return text
    before = f"{edit.before} {asked.text} {asked.diagnosis.program.code}"
    added = set(_NAME.findall(edit.after)) - set(_NAME.findall(before))
    sentences = _SENTENCE_END.split(text)
    if added & set(_NAME.findall(sentences[0])):
        return ""
    return " ".join(each for each in sentences if not added & set(_NAME.findall(each)))
