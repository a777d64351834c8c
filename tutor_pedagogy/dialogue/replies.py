"""Answers to a student's questions about an earlier hint, at the depth of that hint."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import (
    Question,
    at_level,
    hinted_line_says,
    ideas_at_level,
    named_meanings,
    with_questions,
)
from tutor_pedagogy.dialogue.choosing import counted, fresh
from tutor_pedagogy.dialogue.depth import until_too_deep
from tutor_pedagogy.dialogue.judging import judge_guess, judge_line, judge_program
from tutor_pedagogy.dialogue.kinds import kind_of
from tutor_pedagogy.dialogue.meaning import meanings, names_in, word_says
from tutor_pedagogy.dialogue.names import own_names
from tutor_pedagogy.dialogue.tables import filled, sentence, table, words
from tutor_pedagogy.dialogue.wordings import code_line, ideas, other_examples, place_of, plan_of, questions, wordings
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline.engine.diagnosis import examine, explanation_of
from tutor_pedagogy.offline.engine.writing import code_span, fenced
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.purposes import note_on_language
from tutor_pedagogy.offline.purposes.line_facts import known_value
from tutor_pedagogy.offline.purposes.own_values import all_shown, seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.offline import Explanation
    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_protocol import Submission

_MAX_VALUE = 60
_MOST_READS, _MOST_VALUES = 4, 4
"""The maximum number of characters of a value that is shown."""
_STEM = 5


def reply(submission: Submission, level: HintLevel, student: StudentLevels, talk: Talk) -> Explanation:
    """Return the answer to a question about an earlier answer. It says no more than a hint of this level may."""
    told = talk.follow_up_to
    question = (submission.question or "").strip()
    diagnosis = examine(replace(submission, question=told.question if told is not None else None))
    kind = kind_of(question) if question else "confused"
    if kind == "confused" and told is not None:
        level = HintLevel(min(level, told.hint_level))
    asked = Question(question, diagnosis, level, student)
    texts = chain(until_too_deep(_REPLIES[kind](asked) if kind is not None else ()), until_too_deep(_unknown(asked)))
    text = fresh(texts, talk.said, diagnosis.program, level, is_first_tested=False) or counted(asked.line, talk.said)
    note = note_on_language(question)
    return explanation_of(diagnosis, f"{note}\n\n{text}" if note else text)


def _thanks(asked: Question) -> Iterator[str]:
    for text in table("texts")["reply"]["thanks"]:
        yield filled(text, line=asked.line)


def _solution(asked: Question) -> Iterator[str]:
    name = "solution_here" if asked.level is HintLevel.SOLUTION else "solution_early"
    for other in at_level(asked):
        yield sentence("reply", name, level=int(asked.level), words=other)


def _example(asked: Question) -> Iterator[str]:
    if asked.level < HintLevel.EXAMPLE:
        for question in questions(asked.diagnosis):
            yield sentence("reply", "example_early", line=asked.line, question=question)
        return
    link = sentence("again", "example_link", line=asked.line)
    for example in other_examples(asked.diagnosis):
        yield f"{example.before}\n\n{fenced(example.code)}\n\n{example.after} {link}"


def _where(asked: Question) -> Iterator[str]:
    where = sentence("reply", "where", place=place_of(asked.diagnosis))
    yield where
    for question in questions(asked.diagnosis):
        yield f"{where} {question}"


def _confused(asked: Question) -> Iterator[str]:
    """Yield the hint in other words, for beginners."""
    yield from _named_in_hint(asked)
    if asked.level is HintLevel.QUESTION and (said := hinted_line_says(asked.diagnosis)):
        yield f"{said} {next(questions(asked.diagnosis))}"
    simpler = wordings(asked.diagnosis, asked.level, StudentLevels(1, 1))
    for other in chain(ideas(asked.diagnosis) if asked.level >= HintLevel.CONCEPT else (), simpler):
        yield sentence("reply", "confused", line=asked.line, words=other)


def _named_in_hint(asked: Question) -> Iterator[str]:
    """Yield the meanings of what the words ask about after “mean” or in quotation marks."""
    if re.search(r"\bmean(?:s|t)? (?:by|with)\b|[`\"\u201c]", asked.text):
        yield from with_questions(asked, meanings(asked.diagnosis.program, asked.text, code_line(asked.diagnosis)))


def _next(asked: Question) -> Iterator[str]:
    for other in at_level(asked):
        yield sentence("reply", "next", line=asked.line, words=other)


def _how(asked: Question) -> Iterator[str]:
    if asked.level >= HintLevel.STRUCTURE and (steps := plan_of(asked.diagnosis)):
        numbered = "\n".join(f"{number}. {step}" for number, step in enumerate(steps, 1))
        yield f"{sentence('reply', 'how_plan', line=asked.line)}\n\n{numbered}"
        yield from _step(asked, steps)
    own = names_in(asked.diagnosis.program, asked.text)
    for gist in () if own else named_meanings(asked):
        yield sentence("reply", "how_known", gist=gist, line=asked.line)
    for idea in ideas_at_level(asked):
        yield sentence("reply", "how_concept", idea=idea)


def _step(asked: Question, steps: Sequence[str]) -> Iterator[str]:
    """Yield the steps of the plan, those with most words of the question first, and what Python's names in them mean.

    Of two steps with as many, the one that names something of Python comes first.
    """
    asked_for = _stems(asked.text)
    told = [(step, _meaning_in(step, asked.diagnosis)) for step in steps]
    order = sorted(
        range(len(told)),
        key=lambda at: (-len(asked_for & _stems(told[at][0])) - 2 * bool(told[at][1]), not told[at][1]),
    )
    for at in order:
        step, meaning = told[at]
        text = sentence("reply", "step", number=at + 1, step=step, meaning=meaning, line=asked.line)
        yield text.replace("  ", " ")


def _stems(text: str) -> set[str]:
    """Return the beginnings of the words of a text, so that “convert” and “converting” count as the same word."""
    return {word[:_STEM] for word in re.findall(r"\w{3,}", text.lower()) if word not in words("small")}


def _meaning_in(step: str, diagnosis: Diagnosis) -> str:
    """Return what the first name of Python in a step means, or ""."""
    own = own_names(diagnosis.program)
    names = (name for name in re.findall(r"`([a-z_.]+)`", step) if name not in own)
    return next(filter(None, (word_says(diagnosis.program, name, 0) for name in names)), "")


def _try(asked: Question) -> Iterator[str]:
    tried = sentence("reply", "try_it", line=asked.line)
    for gist in named_meanings(asked):
        yield f"{gist} {tried}"
    yield tried


def _why(asked: Question) -> Iterator[str]:
    for idea in ideas_at_level(asked):
        yield sentence("reply", "why", idea=idea)
    yield from at_level(asked)


def _meaning(asked: Question) -> Iterator[str]:
    program = asked.diagnosis.program
    value = _value_of_name(asked)
    for said in meanings(program, asked.text, code_line(asked.diagnosis)):
        yield f"{said} {value}" if value else said
        yield from with_questions(asked, iter((said,)))
    if (named := _quoted_name(asked.text)) and not word_says(program, named, code_line(asked.diagnosis)):
        for other in at_level(asked):
            yield sentence("reply", "unknown_name", name=named, line=asked.line, words=other)
    if re.search(r"\b(?:this|that|the) line\b|\bit do\b|\bhere\b", asked.text, re.IGNORECASE):
        yield hinted_line_says(asked.diagnosis) or place_of(asked.diagnosis)


def _quoted_name(words: str) -> str:
    match = re.search(r"[`\"]([A-Za-z_]\w{0,40})[`\"]", words)
    return match[1] if match else ""


def _value_of_name(asked: Question) -> str:
    """Return the sentence about the value that a name has on the hint's line, for a question about its value."""
    program, line = asked.diagnosis.program, code_line(asked.diagnosis)
    if not re.search(r"\b(?:value|hold|holds|contain|contains|equal|equals)\b|\bwhat is\b", asked.text, re.IGNORECASE):
        return ""
    for name in names_in(program, asked.text):
        if name in program.functions:
            continue
        uses = [node for node in program.uses.get(name, ()) if node.lineno == line]
        value = known_value(program, uses[0]) if uses and asked.level >= HintLevel.STRUCTURE else UNKNOWN
        if value is not UNKNOWN and len(repr(value)) <= _MAX_VALUE:
            return sentence("reply", "value_known", name=code_span(name), value=code_span(repr(value)))
        if told := _values_in_order(program, name, line):
            return told
        where = "below" if any(isinstance(node.ctx, ast.Store) for node in uses) else "above"
        return sentence("reply", "value_try", name=code_span(name), line=asked.line, where=where)
    return ""


def _values_in_order(program: Program, name: str, line: int) -> str:
    """Return the sentence with the first values that a name has when the program runs; "" if they are not known."""
    read = [node for node in program.uses.get(name, ()) if isinstance(node.ctx, ast.Load)]
    read.sort(key=lambda node: (node.lineno != line, node.lineno < line, node.lineno))
    found = seen(program, *read[:_MOST_READS])
    for node in read[:_MOST_READS]:
        spans = all_shown(list(found.get(node, ()))[:_MOST_VALUES])
        if len(spans) > 1:
            values = ", then ".join(spans)
            return sentence(
                "reply", "value_order", name=code_span(name), values=values, line=program.shown(node.lineno)
            )
    return ""


def _unknown(asked: Question) -> Iterator[str]:
    yield from named_meanings(asked)
    for other in at_level(asked):
        yield sentence("reply", "unknown", line=asked.line, words=other)


_REPLIES: Mapping[str, Callable[[Question], Iterator[str]]] = {
    "thanks": _thanks,
    "solution": _solution,
    "example": _example,
    "where": _where,
    "line": judge_line,
    "confused": _confused,
    "next": _next,
    "checked": judge_program,
    "how": _how,
    "try": _try,
    "why": _why,
    "meaning": _meaning,
    "guess": judge_guess,
}
