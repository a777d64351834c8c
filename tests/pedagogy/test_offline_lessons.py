"""The lessons' texts: for every rule, level and audience of suitable length, in plain English, without solutions."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from operator import attrgetter
from typing import TYPE_CHECKING

from testing.each_case import each_case
from testing.lesson_cases import RULES as FOLDER
from testing.lesson_texts import FACT, PROGRAM, RULES, parts
from testing.reading_grade import reading_grade
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline.engine.finding import Code, Finding
from tutor_pedagogy.offline.engine.writing import write

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.rule import Rule

BY_MATHS = [rule for rule in RULES if rule.lesson.maths_picture and rule.lesson.maths_precise]
NAME = attrgetter("name")
PARTS = 4
VOICES = [StudentLevels(programming=programming, maths=3) for programming in (1, 3, 5)]


@cache
def text(rule: Rule, level: HintLevel, student: StudentLevels) -> str:
    """Return a rule's text with the shortest possible code for every placeholder."""
    slots = {name: Code("zz") for part in parts(rule) for name in FACT.findall(part)}
    for name in ("line", "expression"):
        slots.pop(name, None)
    finding = Finding(rule=rule.name, error_type=rule.error_type, lines=(1,), expression="zz", slots=slots)
    return write(finding, rule.lesson, PROGRAM, level, student)


def test_rule_names_are_stable_and_unique() -> None:
    """Every rule's name consists of its family and lower-case words, and is unique."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"(syntax|runtime|logic|numerical)\.[a-z]+(-[a-z]+)*", name) for name in names)


@each_case(RULES, named=NAME, parts=PARTS)
def test_every_text_has_40_to_160_words(rule: Rule) -> None:
    """Every text has 40 to 160 words, however short the student's code is that replaces the placeholders."""
    for level, student in product(HintLevel, VOICES):
        words = len(re.sub(r"```\w*", "", text(rule, level, student)).split())
        assert 40 <= words <= 160, (level, student)


@each_case(RULES, named=NAME, parts=PARTS)
def test_every_text_is_plain_english(rule: Rule) -> None:
    """Every text has reading grade 9 or below, plus half a grade for the rough count of syllables."""
    for level, student in product(HintLevel, VOICES):
        assert reading_grade(text(rule, level, student)) <= 9.5, (level, student)


@each_case(RULES, named=NAME, parts=PARTS)
def test_every_voice_has_its_own_words(rule: Rule) -> None:
    """Beginners, intermediate and advanced students get three different texts at each level."""
    for level in HintLevel:
        assert len({text(rule, level, student) for student in VOICES}) == 3


@each_case(RULES, named=NAME, parts=PARTS)
def test_first_levels_hold_no_code_but_single_words(rule: Rule) -> None:
    """The code spans of questions, concepts and plans are single names or operators, not expressions."""
    lesson = rule.lesson
    low = [lesson.question, lesson.concept, lesson.picture, lesson.precise, lesson.maths_picture, lesson.maths_precise]
    for span in re.findall(r"`([^`]*)`", "\n".join(low)):
        assert re.fullmatch(r"\w+|[^\w\s]{1,3}", span)
    for span in re.findall(r"`([^`]*)`", "\n".join([lesson.place, *lesson.plan])):
        assert re.fullmatch(r"[\w.]+|[^\w\s]{1,3}", span)


@each_case(RULES, named=NAME, parts=PARTS)
def test_no_fact_is_left_unfilled(rule: Rule) -> None:
    """Every placeholder of a lesson has a value."""
    for level, student in product(HintLevel, VOICES):
        assert "$" not in text(rule, level, student)


@each_case(RULES, named=NAME, parts=PARTS)
def test_every_example_can_be_typed_in(rule: Rule) -> None:
    """The examples of level 4 are complete programs."""
    for example in rule.lesson.examples:
        compile(example.code, rule.name, "exec")


@each_case(BY_MATHS, named=NAME, parts=PARTS)
def test_words_follow_the_maths_level(rule: Rule) -> None:
    """A lesson with a variant for each level of maths explains its concept in different words at each level."""
    students = [StudentLevels(programming=3, maths=maths) for maths in (1, 3, 5)]

    assert len({text(rule, HintLevel.CONCEPT, student) for student in students}) == len(students)


def test_an_alternative_of_a_lesson_depends_on_a_slot() -> None:
    """If no slot stands in the first of several alternatives, the others would never be said."""
    for path in FOLDER.rglob("*.md"):
        texts = path.read_text(encoding="utf-8").partition("## Cases")[0]
        for first in re.findall(r"\[\[([^\[\]|]*)\|\|", texts):
            assert "$" in first, path.name
