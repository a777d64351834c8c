"""Answers to a student's questions about an earlier hint, at the depth of that hint."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import (
    Question,
    Said,
)
from tutor_pedagogy.dialogue.assertions import assertion_replies
from tutor_pedagogy.dialogue.choosing import counted, fresh
from tutor_pedagogy.dialogue.depth import until_too_deep
from tutor_pedagogy.dialogue.differences import difference_replies, mutability_replies
from tutor_pedagogy.dialogue.established import established
from tutor_pedagogy.dialogue.judging import (
    judge_change,
    judge_claims,
    judge_line,
    judge_place,
    judge_program,
)
from tutor_pedagogy.dialogue.judging_concepts import judge_concept, judge_part
from tutor_pedagogy.dialogue.judging_findings import judge_finding
from tutor_pedagogy.dialogue.judging_forms import judge_either, judge_function, judge_tried, judge_twice
from tutor_pedagogy.dialogue.kinds import is_guessing, kind_of, without_opening
from tutor_pedagogy.dialogue.knowledge_replies import (
    clear_replies,
    general_replies,
    origin_replies,
    possible_replies,
)
from tutor_pedagogy.dialogue.offers import elsewhere_replies, sign_replies
from tutor_pedagogy.dialogue.reasons import reasons
from tutor_pedagogy.dialogue.recipes import recipe_replies
from tutor_pedagogy.dialogue.reported_changes import reported_replies
from tutor_pedagogy.dialogue.tables import LANGUAGES
from tutor_pedagogy.dialogue.testing_replies import testing_replies
from tutor_pedagogy.dialogue.what_if import what_if_value
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline.engine.diagnosis import examine, explanation_of
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.purposes.questions import language_of_question, note_on_language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.offline import Explanation
    from tutor_protocol import Submission
from tutor_pedagogy.dialogue.content_replies import (
    expression_replies,
    guess_reply,
    meaning_reply,
    reason_replies,
    try_reply,
    unknown_reply,
    value_replies,
    why_reply,
)
from tutor_pedagogy.dialogue.hint_replies import (
    confused_reply,
    example_reply,
    how_reply,
    next_reply,
    solution_reply,
    thanks_reply,
    where_reply,
)


def reply(submission: Submission, level: HintLevel, student: StudentLevels, talk: Talk) -> Explanation:
    """Return the answer to a question about an earlier answer. It says no more than a hint of this level may."""
    told = talk.follow_up_to
    question = (submission.question or "").strip()
    diagnosis = examine(replace(submission, question=told.question if told is not None else None))
    core = without_opening(question)
    kind = kind_of(core) if question else "confused"
    if kind == "confused" and told is not None:
        level = HintLevel(min(level, told.hint_level))
    language = language_of_question(question)
    asked = Question(core, diagnosis, level, student, language if language in LANGUAGES else "en")
    texts = chain(_direct(asked, kind), _REPLIES[kind](asked) if kind is not None else (), unknown_reply(asked))
    whole = (asked.whole(said) for said in until_too_deep(texts))
    text = fresh(whole, talk.said, Program(submission), level, is_first_tested=False)
    text = text or counted(asked.line, talk.said)
    note = note_on_language(question) if language not in (None, "en", *LANGUAGES) else ""
    return explanation_of(diagnosis, f"{note}\n\n{text}" if note else text)


_GUESSES = frozenset(("line", "try", "guess", "why", "how", "meaning", "where", "next", None))


_REASON = re.compile(r"(?:so |but )?(?:why|how come|warum|wieso|por ?qu[eé]|pourquoi)\b", re.IGNORECASE)
"""The beginning of a question for a reason, which proposes nothing even if it says “can I”."""
_AMOUNT = re.compile(
    r"\bhow (?:many|much|often|far|long)\b|\bwie (?:viele?|oft|weit)\b|\bcu[aá]nt[oa]s?\b|\bcombien\b|\bquant[oa]s?\b",
    re.IGNORECASE,
)
"""A question for an amount, which a yes or no does not answer."""
_WHICH_LINE = re.compile(
    r"(?:so |and |but )?(?:which|what) line (?:do|did) you mean|welche zeile meinst"
    r"|(?:a )?qu[eé] l[ií]nea (?:te refieres|dices)"
    r"|de quelle ligne (?:tu )?parles|quelle ligne (?:tu veux|veux-tu) dire"
    r"|(?:de )?que linha (?:voc[eê] )?(?:fala|quer)",
    re.IGNORECASE,
)


def _meant_line(asked: Question) -> Iterator[Said]:
    """Yield the line that the hint means, for a question which line that is."""
    if _WHICH_LINE.match(asked.text):
        yield from where_reply(asked)


_FIRST = (
    _meant_line,
    judge_finding,
    testing_replies,
    elsewhere_replies,
    sign_replies,
    difference_replies,
    reported_replies,
    value_replies,
    what_if_value,
    mutability_replies,
    recipe_replies,
    general_replies,
    assertion_replies,
    established,
    reasons,
    clear_replies,
    origin_replies,
)
"""The answers that a question of almost any kind can have, the most definite first."""


_JUDGES = (judge_function, judge_place, judge_tried, judge_twice, judge_change, judge_part)


def _direct(asked: Question, kind: str | None) -> Iterator[Said]:
    """Yield what can be checked of a question: a change that it proposes, a claim, the value of a piece of code."""
    if kind in ("thanks", "solution", "example"):
        yield from difference_replies(asked) if kind != "thanks" else ()
        return
    yield from chain.from_iterable(answers(asked) for answers in _FIRST)
    if kind not in _GUESSES:
        return
    is_guess = is_guessing(asked.text) and not _REASON.match(asked.text) and not _AMOUNT.search(asked.text)
    yield from judge_either(asked)
    if is_guess or (kind in ("try", "guess", None) and not _AMOUNT.search(asked.text)):
        yield from chain.from_iterable(judge(asked) for judge in _JUDGES)
    if kind == "line" and is_guess:
        yield from judge_claims(asked, is_guess=True)
        return
    is_claim = is_guess or kind in ("guess", None)
    if kind in ("meaning", "why") and not is_claim:
        yield from reason_replies(asked) if kind == "why" else ()
        yield from expression_replies(asked)
    if kind not in ("try", "why") or is_guess:
        yield from judge_claims(asked, is_guess=is_claim)
    if kind in ("guess", None) or is_guess:
        yield from judge_concept(asked)
    if kind in ("try", "guess", None) or is_claim:
        yield from expression_replies(asked)
    yield from possible_replies(asked)


_REPLIES: Mapping[str, Callable[[Question], Iterator[Said]]] = {
    "thanks": thanks_reply,
    "solution": solution_reply,
    "example": example_reply,
    "where": where_reply,
    "line": judge_line,
    "confused": confused_reply,
    "next": next_reply,
    "checked": judge_program,
    "how": how_reply,
    "try": try_reply,
    "why": why_reply,
    "meaning": meaning_reply,
    "guess": guess_reply,
}
