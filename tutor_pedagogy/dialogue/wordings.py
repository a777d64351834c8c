"""The same hint in other words: other voices, other examples, single parts of a lesson, other questions."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.dialogue.solved import general_sentences
from tutor_pedagogy.dialogue.tables import amid, filled, sentence, table
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline.engine.diagnosis import text_of
from tutor_pedagogy.offline.engine.examples import general_examples
from tutor_pedagogy.offline.engine.lesson import Example
from tutor_pedagogy.offline.engine.renaming import renamed
from tutor_pedagogy.offline.engine.writing import fenced, lesson_filler, shown_edit
from tutor_pedagogy.offline.purposes.explain.forms import form_of
from tutor_pedagogy.offline.purposes.explain.reading import Reader
from tutor_pedagogy.offline.purposes.tables import table as purpose_table
from tutor_pedagogy.offline.purposes.texts import examples_of, quoted_line
from tutor_pedagogy.offline.purposes.texts import sentence as capitalized
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tutor_pedagogy.offline.engine.diagnosis import Diagnosis

_OTHER_LEVELS = (1, 3, 5)
_MOST_PARTS = 5
_FEWEST_WORDS = 4
_FENCE = re.compile(r"(?m)^```[^\n]*$")
_SENTENCE_END = re.compile(r"(?<=[.?!:])\s+|\n+")


def wordings(diagnosis: Diagnosis, level: HintLevel, student: StudentLevels) -> Iterator[str]:
    """Yield the texts of a hint, the usual one first. All of them keep to the depth of the level."""
    yield text_of(diagnosis, level, student)
    by_level = {
        HintLevel.QUESTION: questions,
        HintLevel.CONCEPT: concepts,
        HintLevel.STRUCTURE: _structures,
        HintLevel.EXAMPLE: _examples,
        HintLevel.SOLUTION: _solutions,
    }
    yield from by_level[level](diagnosis)
    yield from (text_of(diagnosis, level, other) for other in _other_students(student))
    if level is HintLevel.SOLUTION:
        return
    for lower in range(level - 1, 0, -1):
        yield from by_level[HintLevel(lower)](diagnosis)


def _other_students(student: StudentLevels) -> Iterator[StudentLevels]:
    for other in _OTHER_LEVELS:
        if other != student.programming:
            yield StudentLevels(other, other)


def questions(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield other questions about the place, which say no more than a hint of level 1."""
    place = place_of(diagnosis)
    asked = table("texts")["questions"]
    of_type = diagnosis.finding.error_type if diagnosis.ladder is None else "none"
    texts = asked[of_type] if _reads_names(diagnosis) else [text for text in asked[of_type] if "name" not in text]
    for text in texts:
        yield filled(text, place=place, amid=amid(place))


def _reads_names(diagnosis: Diagnosis) -> bool:
    """Return whether the hint's line reads a variable, so that a question can ask for its value there."""
    node = _statement(diagnosis)
    if node is None or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    own = diagnosis.program.bound_names - set(diagnosis.program.functions)
    return any(isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id in own for part in walk(node))


def concepts(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield the idea behind a hint in other words, each introduced as such."""
    for idea in ideas(diagnosis):
        yield sentence("again", "concept", line=shown_line(diagnosis), idea=idea)


def ideas(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield other parts of the lesson on the idea behind a hint, and what Python does on the line."""
    if diagnosis.ladder is None:
        fill, lesson = lesson_filler(diagnosis.finding, diagnosis.program), diagnosis.cause.rule.lesson
        parts = (lesson.picture, lesson.precise, lesson.maths_picture, lesson.maths_precise)
        yield from filter(None, map(fill, parts))
        yield from general_sentences(lesson)
    if diagnosis.finding.error_type != "runtime" and (parts_of_line := _line_parts(diagnosis)):
        yield " ".join(parts_of_line[-_MOST_PARTS:])
    if idea := _idea_of_line(diagnosis):
        yield idea


def _structures(diagnosis: Diagnosis) -> Iterator[str]:
    if diagnosis.ladder is not None:
        return
    place = place_of(diagnosis)
    steps = plan_of(diagnosis)
    line = shown_line(diagnosis)
    for number, step in enumerate(steps):
        name = "last_step" if number and number == len(steps) - 1 else "step"
        yield sentence("again", name, place=place, line=line, step=step)
    if steps:
        yield sentence("again", "plan", line=line, steps=" ".join(steps))


def _examples(diagnosis: Diagnosis) -> Iterator[str]:
    link = sentence("again", "example_link", line=shown_line(diagnosis))
    for example in other_examples(diagnosis):
        yield f"{example.before}\n\n{fenced(example.code)}\n\n{example.after} {link}".replace("\n\n ", "\n\n")


def other_examples(diagnosis: Diagnosis) -> Iterator[Example]:
    """Yield the examples of the lesson, of the form of the line and general ones, under names that are not taken.

    After them the same programs follow under other names.
    """
    program = diagnosis.program
    of_lesson: Iterable[Example]
    if diagnosis.ladder is None:
        fill, lesson = lesson_filler(diagnosis.finding, program), diagnosis.cause.rule.lesson
        of_lesson = (Example(fill(each.before), each.code, fill(each.after)) for each in lesson.examples)
    else:
        of_lesson = diagnosis.ladder.examples
    every = [*of_lesson, *examples_of_form(diagnosis), *general_examples(diagnosis.finding.error_type)]
    usual = [renamed(each, program.words) for each in every]
    yield from usual
    opening = sentence("again", "example_renamed", line=shown_line(diagnosis))
    for each in usual:
        anew = renamed(each, program.words | _names(each.code))
        if anew.code != each.code:
            yield Example(opening, anew.code, "")


def _names(code: str) -> frozenset[str]:
    try:
        return frozenset(node.id for node in ast.walk(syntax_tree(code)) if isinstance(node, ast.Name))
    except SyntaxError:
        return frozenset()


def examples_of_form(diagnosis: Diagnosis) -> tuple[Example, ...]:
    """Return small programs with the form of the hint's line and of the function that it calls."""
    node = _statement(diagnosis)
    if node is None:
        return ()
    entry, says = form_of(diagnosis.program, node)
    codes = [
        *([purpose_table("glossary")[says]["example"]] if says else []),
        *purpose_table("constructs")[entry]["examples"],
    ]
    return examples_of(codes, "The same form in another program:", "The comments show what it prints.")


def _solutions(diagnosis: Diagnosis) -> Iterator[str]:
    """Yield the solution with another reason, once: a second repeat points back."""
    if diagnosis.ladder is not None:
        return
    finding, lesson = diagnosis.finding, diagnosis.cause.rule.lesson
    fill = lesson_filler(finding, diagnosis.program)
    edit = finding.edit or finding.first_step
    change = shown_edit(edit, diagnosis.program) if edit is not None else fill(lesson.remedy)
    for idea in [*general_sentences(lesson), fill(lesson.reason)]:
        opening = sentence("again", "solution", line=shown_line(diagnosis), idea=idea)
        yield f"{opening}\n\n{change}"


def plan_of(diagnosis: Diagnosis) -> list[str]:
    """Return the steps of the plan, or an empty list for another purpose than to find a mistake."""
    if diagnosis.ladder is not None:
        return []
    fill = lesson_filler(diagnosis.finding, diagnosis.program)
    return [step for step in map(fill, diagnosis.cause.rule.lesson.plan) if step]


def shown_line(diagnosis: Diagnosis) -> int:
    """Return the line that a hint is about, as the editor numbers it."""
    return diagnosis.program.shown(code_line(diagnosis))


def code_line(diagnosis: Diagnosis) -> int:
    """Return the line that a hint is about, counted from 1 in the code."""
    if diagnosis.ladder is not None:
        return diagnosis.ladder.line
    return diagnosis.finding.lines[0] - diagnosis.program.first_line


def place_of(diagnosis: Diagnosis) -> str:
    """Return the line that a hint is about, with its code if that can be quoted."""
    return quoted_line(diagnosis.program, code_line(diagnosis))


def _statement(diagnosis: Diagnosis) -> ast.stmt | None:
    program = diagnosis.program
    return program.statement_at(code_line(diagnosis)) if program.tree is not None else None


def _line_parts(diagnosis: Diagnosis) -> list[str]:
    node = _statement(diagnosis)
    if node is None:
        return []
    reader = Reader(diagnosis.program)
    reader.read(node)
    return [capitalized(f"{part.subject} {part.says}.") for part in dict.fromkeys(reader.parts)]


def _idea_of_line(diagnosis: Diagnosis) -> str:
    node = _statement(diagnosis)
    if node is None:
        return ""
    idea: str = purpose_table("constructs")[form_of(diagnosis.program, node)[0]]["concept"]
    return idea


def gists(diagnosis: Diagnosis, level: HintLevel, student: StudentLevels) -> Iterator[str]:
    """Yield short parts of the usual hint, for pointing back to it."""
    if level is HintLevel.STRUCTURE and (steps := plan_of(diagnosis)):
        yield from steps
        return
    prose = "".join(_FENCE.split(text_of(diagnosis, level, student))[::2])
    for each in _SENTENCE_END.split(prose):
        if len(each.split()) >= _FEWEST_WORDS:
            yield each if each.endswith("?") else f"{each.rstrip('.:')}."
