"""What cannot be answered, and what can be: the answer to a request for something else, and to an unclear question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said, at_level
from tutor_pedagogy.dialogue.native_texts import native
from tutor_pedagogy.dialogue.values import values_of
from tutor_pedagogy.dialogue.wordings import code_line
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine.writing import code_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_ELSEWHERE = re.compile(
    r"\b(?:exercise|task|assignment|homework|aufgabe|hausaufgabe\w*|[ü]bung|ejercicio|tarea|deberes"
    r"|exerc[i]ce|devoirs?|exerc[ií]cio|li[cç][aã]o)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:other|another|next|second|two|rest of|else|too|also|andere[nrs]?|n[aä]chste[nrs]?|auch|otr[oa]s?|siguiente"
    r"|tambi[eé]n|autres?|prochain\w*|aussi|outr[oa]s?|pr[oó]xim[oa]|tamb[eé]m)\b|\b(?:exercise|task|aufgabe|ejercicio"
    r"|exerc[i]ce|exerc[ií]cio) \d",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:can|could|will|would|do|check|help|solve|make|write|kannst|machst|hilf\w*|puedes|haz|ayud\w*|peux|fais|aide\w*"
    r"|pode|faz|ajud\w*)\b",
    re.IGNORECASE,
)
_SIGN_ASKED = re.compile(
    r"\b(?:which|what) (?:sign|symbol|character|punctuation|word|letter)\b.{0,40}"
    r"\b(?:type|write|put|missing|need|add|use)"
    r"|\bwhat (?:do|should|must) i (?:type|write|put)\b.{0,20}\b(?:there|here|at the end)\b"
    r"|\bwelches Zeichen\b|\bqu[eé] signo\b|\bquel signe\b|\bqual sin[a]l\b",
    re.IGNORECASE,
)
_MOST_NAMES = 2


def elsewhere_replies(asked: Question) -> Iterator[Said]:
    """Yield the answer to a request for another task."""
    text = asked.text
    if _ELSEWHERE.search(text) and _OTHER.search(text) and _WISH.search(text):
        yield Said(native(asked.language, "elsewhere", line=asked.line))


def sign_replies(asked: Question) -> Iterator[Said]:
    """Yield the answer to a question which sign belongs somewhere, before the level that shows it."""
    if (
        asked.level < HintLevel.SOLUTION
        and asked.diagnosis.program.fault is not None
        and _SIGN_ASKED.search(asked.text)
    ):
        said = native(asked.language, "sign_later", line=asked.line)
        for other in at_level(asked):
            yield Said(said, other if asked.language == "en" else "")
        yield Said(said)


def offers(asked: Question) -> str:
    """Return the sentence with what can be asked about this program."""
    program = asked.diagnosis.program
    language = asked.language
    found = [native(language, "offer_line", line=asked.line)]
    own = program.bound_names - set(program.functions) if program.tree is not None else frozenset()
    words = re.findall(r"[A-Za-z_]\w*", program.line(code_line(asked.diagnosis)))
    names = [name for name in dict.fromkeys(words) if name in own]
    found += [native(language, "offer_name", name=code_span(name)) for name in names[:_MOST_NAMES]]
    crash = values_of(asked.diagnosis, asked.text).crash
    if crash is not None:
        found.append(native(language, "offer_message", exception=crash.exception))
    found.append(native(language, "offer_change"))
    return native(language, "offer", offers=", ".join(found))


def not_understood(asked: Question) -> str:
    """Return the sentence that a question is not understood, with what can be asked about this program."""
    return f"{native(asked.language, 'not_understood')} {offers(asked)}"
