"""The five texts about a thing of Python that the knowledge base knows and that a question asks about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.knowledge import Known, filled, here, known, value_here
from tutor_pedagogy.offline.purposes.explanation_texts import SPARE, without
from tutor_pedagogy.offline.purposes.texts import Ladder, count_words, examples_of, quoted_line

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z`“])")
_MAX_QUESTION, _MOST_READ_WORDS = 300, 110
_ADDRESS = re.compile(r"\bobject at 0x|<__main__")
"""The text of an object that shows no value, which another part of the tutor explains."""


def known_subject(program: Program) -> Known | None:
    """Return what the question of an ask is about, or None if the knowledge base has nothing on it."""
    question = program.submission.question or ""
    if program.tree is None or not program.code.strip() or _ADDRESS.search(question[:_MAX_QUESTION]):
        return None
    return known(program, question[:_MAX_QUESTION])


def known_ladder(program: Program, found: Known, read: Ladder | None = None) -> Ladder:
    """Return the five texts about an entry of the knowledge base, with the values of the program.

    `read` are the texts that read the line of its place; levels 3 and 5 are theirs.
    """
    entry, line = found.entry, max(found.line, 1)
    says = filled(program, found, entry.says)
    other = f" By contrast: {found.other.says}" if found.other is not None else ""
    place = value_here(program, found)
    first = _SENTENCE_END.split(says)
    gist = " ".join(first[:2])
    ask = entry.question
    examples = [entry.example, *([found.other.example] if found.other is not None else [])]
    opening = f"This is about {quoted_line(program, line)}."
    return Ladder(
        line=line,
        expression=program.line(line).strip() or None,
        question=f"{opening} {says}{other} {place} {ask}".replace("  ", " "),
        concept=f"{says}{other} {place}".strip(),
        structure=read.structure
        if read is not None and count_words(read.structure) <= _MOST_READ_WORDS
        else f"{says}{other} {place}\n\n{ask}".strip(),
        examples=examples_of(
            filter(None, examples), "The same thing in a small program:", "The comments show what it prints."
        ),
        without=without("one value", program.shown(line)),
        spare=SPARE,
        plain=f"{opening} {gist} Read the line from the inside out, and write down what each part gives.",
        solution=read.solution if read is not None else f"{says}{other}\n\n{place}".strip(),
        plain_steps=read.plain_steps if read is not None else "",
        outcome=read.outcome if read is not None else "",
        topic=entry.key,
        native=tuple((name, f"{text} {here(program, found, name)}".strip()) for name, text in entry.native.items()),
    )
