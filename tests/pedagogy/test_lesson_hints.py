"""The hints for every case of every lesson file: about the finding, without an early solution or an unfilled slot."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import re
import tokenize
from itertools import product
from pathlib import Path

from testing.each_case import each_case
from testing.lesson_cases import STUDENTS, LessonCase, finding_of, hints_for, lesson_cases
from tutor_analysis.work import known_edit
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline.engine import closings

CASES = lesson_cases()
PARTS = 8
EARLY = [level for level in HintLevel if level < HintLevel.SOLUTION]
CLOSINGS = re.findall(r'"([A-Z][^"]+\.)"', Path(closings.__file__).read_text(encoding="utf-8"))
EMPTY = re.compile(
    r"\$\w|\[\[|\|\||\]\]"
    r"|\b(?:the|a|an|each) (\w+) `(?:the|a|an|each) \1`|\b(the|a|an) (\w+) \2 \3\b"
    r"|`(?:the|each|one|its|your|no|some|another) (?:[a-z]+ )?[a-z]+`"
    r"|\b(\w+) \4\b(?! (?:in|on|of))"
)
"""A pattern for faults in a text: a remaining placeholder or marker, a repeated noun, or words marked as code."""


def prose(text: str) -> str:
    """Return a text without its blocks of code."""
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def names_of(code: str) -> set[str]:
    """Return the names in a piece of Python code, without keywords."""
    tokens = tokenize.generate_tokens(io.StringIO(code).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME and not keyword.iskeyword(token.string)}


@each_case(CASES, parts=PARTS)
def test_explanation_is_about_the_finding(case: LessonCase) -> None:
    """Rule and lines are the same at every level, and the texts except levels 2 and 5 name the first line."""
    finding = finding_of(case)
    for level in HintLevel:
        explanation = hints_for(case)[level, STUDENTS[1]]
        assert (explanation.rule, explanation.lines) == (finding.rule, finding.lines)
        if level not in (HintLevel.CONCEPT, HintLevel.SOLUTION):
            assert f"line {finding.lines[0]}" in explanation.text


@each_case(CASES, parts=PARTS)
def test_no_early_level_contains_the_edit(case: LessonCase) -> None:
    """No text before level 5 contains the edit's new code, unless the student wrote it."""
    edit = finding_of(case).edit
    if edit is None:
        return
    before = {line.strip() for line in edit.before.split("\n")}
    new = [line.strip() for line in edit.after.split("\n") if not any(line.strip() in old for old in before)]
    for level, student in ((level, student) for level in EARLY for student in STUDENTS):
        text = hints_for(case)[level, student].text
        assert not [line for line in new if len(line) > 3 and f"`{line}`" in text]
        assert not [line for line in new if len(line) > 3 and f"\n{line}\n" in text]


@each_case(CASES, parts=PARTS)
def test_guard_lets_every_early_text_pass(case: LessonCase) -> None:
    """The tutor's own texts pass the guard, also if the guard knows the edit."""
    submission = case.submission()
    edit = known_edit(submission)
    for level, student in ((level, student) for level in EARLY for student in STUDENTS):
        guard = Guard(level, submission, edit=edit)
        guard.feed(hints_for(case)[level, student].text)
        guard.finish()
        assert guard.verdict is None


@each_case(CASES, parts=PARTS)
def test_fenced_code_before_the_last_level_is_an_example_only(case: LessonCase) -> None:
    """Levels 1 to 3 have no code block, and level 4 has one with other names."""
    for level in (HintLevel.QUESTION, HintLevel.CONCEPT, HintLevel.STRUCTURE):
        assert "```" not in hints_for(case)[level, STUDENTS[0]].text
    blocks = re.findall(r"```python\n(.*?)\n```", hints_for(case)[HintLevel.EXAMPLE, STUDENTS[0]].text, re.DOTALL)
    assert len(blocks) == 1
    if finding_of(case).error_type != "syntax":
        own = {
            node.id
            for node in ast.walk(ast.parse(case.code))
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        assert not (names_of(blocks[0]) & own) - set(dir(builtins))


@each_case(CASES, parts=PARTS)
def test_every_slot_of_a_lesson_is_filled(case: LessonCase) -> None:
    """Every `$placeholder` of a lesson is replaced, so no text contains a dollar sign unless the code does."""
    texts = [hint.text for hint in hints_for(case).values()]

    if "$" not in case.code:
        assert [text for text in texts if "$" in text] == []


@each_case(CASES, parts=PARTS)
def test_no_slot_without_a_value_reaches_a_student(case: LessonCase) -> None:
    """No text contains a remaining placeholder, a repeated noun, or words in backticks that are no code."""
    texts = [hint.text for hint in hints_for(case).values()]

    found = [match.group() for text in texts for match in EMPTY.finditer(prose(text))]
    assert [each for each in found if each not in case.code] == []


def test_closings_are_a_small_part_of_all_words() -> None:
    """In the texts of every fifth case, sentences of `closings.py` are less than a tenth of the words."""
    closing = re.compile("|".join(re.escape(sentence) for sentence in CLOSINGS))
    texts = [
        prose(hints_for(case)[level, student].text) for case, level, student in product(CASES[::5], HintLevel, STUDENTS)
    ]
    added = sum(len(found.split()) for text in texts for found in closing.findall(text))

    assert added / sum(len(text.split()) for text in texts) < 0.1
