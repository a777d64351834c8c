"""The five texts about a thing of Python that the knowledge base knows and that a question asks about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.knowledge import Known, filled, here, known, value_here
from tutor_pedagogy.offline.purposes.explanation_texts import SPARE, without
from tutor_pedagogy.offline.purposes.line_facts import from_where
from tutor_pedagogy.offline.purposes.reading import Reader
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, numbered, quoted_line, sentence, within

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z`“])")
_MOST_PLAN_WORDS = 90
_MAX_QUESTION = 300
_ADDRESS = re.compile(r"\bobject at 0x|<__main__")
"""The text of an object that shows no value, which another part of the tutor explains."""


def known_subject(program: Program) -> Known | None:
    """Return what the question of an ask is about, or None if the knowledge base has nothing on it."""
    question = program.submission.question or ""
    if program.tree is None or not program.code.strip() or _ADDRESS.search(question[:_MAX_QUESTION]):
        return None
    return known(program, question[:_MAX_QUESTION])


def known_ladder(program: Program, found: Known) -> Ladder:
    """Return the five texts about an entry of the knowledge base, with the values of the program."""
    entry, line = found.entry, max(found.line, 1)
    says = filled(program, found, entry.says)
    other = f" By contrast: {found.other.says}" if found.other is not None else ""
    place = value_here(program, found)
    first = _SENTENCE_END.split(says)
    gist = " ".join(first[:2])
    ask = entry.question
    examples = [entry.example, *([found.other.example] if found.other is not None else [])]
    steps = _steps(program, line)
    read = f"\n\nPython works through line {program.shown(line)} in this order:\n\n{steps}" if steps else ""
    opening = f"This is about {quoted_line(program, line)}."
    return Ladder(
        line=line,
        expression=program.line(line).strip() or None,
        question=f"{opening} {says}{other} {place} {ask}".replace("  ", " "),
        concept=f"{says}{other} {place}".strip(),
        structure=f"{says if not steps else gist}{'' if steps else other} {place}{read}\n\n{ask}".strip(),
        examples=examples_of(
            filter(None, examples), "The same thing in a small program:", "The comments show what it prints."
        ),
        without=without("one value", program.shown(line)),
        spare=SPARE,
        plain=f"{opening} {gist} Read the line from the inside out, and write down what each part gives.",
        solution=f"{says}{other}\n\n{place} {_origin(program, line)}".strip(),
        topic=entry.key,
        native=tuple((name, f"{text} {here(program, found, name)}".strip()) for name, text in entry.native.items()),
    )


def _steps(program: Program, line: int) -> str:
    node = program.statement_at(line)
    if node is None:
        return ""
    reader = Reader(program)
    reader.read(node)
    parts = [sentence(f"{part.subject} {part.says}.") for part in dict.fromkeys(reader.parts)]
    return numbered(within(parts[-4:], _MOST_PLAN_WORDS)) if parts else ""


def _origin(program: Program, line: int) -> str:
    node = program.statement_at(line)
    return from_where(program, node, line) if node is not None else ""
