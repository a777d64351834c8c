"""Guesses that name a sign, a word or the kind of the mistake, held against the finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.asked import Said
from tutor_pedagogy.dialogue.judging import told
from tutor_pedagogy.dialogue.tables import table
from tutor_pedagogy.dialogue.wordings import questions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.dialogue.asked import Question

_OF_GUESSES = frozenset(("is", "it", "a", "the", "not", "in", "and", "or", "if", "for", "i", "do", "as", "with"))


def judge_part(asked: Question) -> Iterator[Said]:
    """Yield a yes to a guess that names a sign or word that the known edit of a syntax error takes away or adds."""
    diagnosis = asked.diagnosis
    edit = diagnosis.finding.edit
    if edit is None or diagnosis.cause.certainty != "certain" or diagnosis.program.fault is None:
        return
    before, after = (set(re.findall(r"[A-Za-z_]\w*|\\", text)) for text in (edit.before, edit.after))
    named = set(re.findall(r"[A-Za-z_]\w*", asked.text)) - _OF_GUESSES
    if re.search(r"back-?slash|contrabarra|barra invertida|antislash", asked.text, re.IGNORECASE):
        named.add("\\")
    if named & (before ^ after):
        said = told(asked, "yes", "concept_yes")
        for question in questions(diagnosis):
            yield Said(said, question)


def judge_concept(asked: Question) -> Iterator[Said]:
    """Yield the answer to a guess that names the kind of mistake, such as the indentation or an index."""
    diagnosis = asked.diagnosis
    if diagnosis.ladder is not None:
        return
    lesson = diagnosis.cause.rule.lesson
    known = f"{diagnosis.finding.rule} {lesson.concept} {lesson.place}".lower()
    for entry in table("signs")["concept"]:
        if re.search(rf"\b(?:{entry['words']})", asked.text, re.IGNORECASE):
            is_it = bool(re.search(entry["rules"], known))
            if is_it:
                said = f"{asked.say('verdict', 'yes')} {asked.say('verdict', 'concept_yes')}"
                for question in questions(diagnosis):
                    yield Said(said, question)
            elif diagnosis.cause.certainty == "certain":
                said = f"{asked.say('verdict', 'no')} {asked.say('verdict', 'concept_no')}"
                yield Said(f"{said} {asked.say('reply', 'where', place=asked.place)}", next(questions(diagnosis)))
            return
