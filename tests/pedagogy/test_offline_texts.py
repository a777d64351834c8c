"""The sentences of hints: filled placeholders, closing sentences, the reported line, and the stated certainty."""

from __future__ import annotations

import re
from itertools import product
from operator import attrgetter
from typing import TYPE_CHECKING

import pytest

from testing.each_case import each_case
from testing.lesson_texts import FACT, PROGRAM, RULES, parts
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.offline.engine.closings import with_closing
from tutor_pedagogy.offline.engine.finding import Code, Finding
from tutor_pedagogy.offline.engine.missing_values import with_values
from tutor_pedagogy.offline.engine.writing import write
from tutor_protocol import Position, Submission

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.rule import Rule

ALTERNATIVES = re.compile(r"\[\[(.*?)\]\]")
STUDENTS = [StudentLevels(programming=level, maths=level) for level in (1, 3, 5)]
LOOP = "numbers = [3, 5]\nfor i in range(len(numbers) + 1):\n    print(numbers[i])\n"
CRASH = (
    'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    print(numbers[i])\n'
    "          ~~~~~~~^^^\nIndexError: list index out of range\n"
)


def prose(text: str) -> str:
    """Return a text without its blocks of code."""
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


@each_case(RULES, named=attrgetter("name"))
def test_a_lesson_without_any_value_has_no_placeholder(rule: Rule) -> None:
    """If a detector provides no value at all, no text has a remaining placeholder or marker."""
    finding = Finding(rule=rule.name, error_type=rule.error_type, lines=(1,), expression="zz", slots={})

    for level, student in product(HintLevel, STUDENTS):
        text = prose(write(finding, rule.lesson, PROGRAM, level, student))
        assert "$" not in text
        assert "[[" not in text


@each_case([rule for rule in RULES if any("[[" in part for part in parts(rule))], named=attrgetter("name"))
def test_alternatives_are_as_long_as_the_texts_that_they_replace(rule: Rule) -> None:
    """A lesson with alternatives for a missing value has at least 40 words at every level without that value."""
    optional = {
        name
        for part in parts(rule)
        for found in re.findall(r"\[\[(.*?)\]\]", part)
        for name in FACT.findall(found.rpartition("||")[0])
    }
    slots = {name: Code("zz") for part in parts(rule) for name in FACT.findall(part)}
    required = {
        name
        for part in parts(rule)
        for name in FACT.findall(ALTERNATIVES.sub(lambda found: found[1].rpartition("||")[2], part))
    }
    known = {name: slot for name, slot in slots.items() if name not in optional or name in required}
    finding = Finding(rule=rule.name, error_type=rule.error_type, lines=(1,), expression="zz", slots=known)

    for level, student in product(HintLevel, STUDENTS):
        assert len(re.sub(r"```\w*", "", write(finding, rule.lesson, PROGRAM, level, student)).split()) >= 40


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        pytest.param({"call", "got"}, "`f` gives 3. Count.", id="all values"),
        pytest.param({"got"}, "You get 3. Count.", id="one value"),
        pytest.param(set(), "Look at the result. Count.", id="none"),
    ],
)
def test_the_first_sentence_whose_slots_have_values_is_taken(known: set[str], expected: str) -> None:
    """Of several alternatives, the first whose values are all known is used. Sentences without a value are dropped."""
    part = "[[$call gives $got.||You get $got.||Look at the result.]] Count. See $other."
    filled = with_values(part, known).replace("$call", "`f`").replace("$got", "3")

    assert expected == filled


@pytest.mark.parametrize(("words", "expected"), [(28, 2), (35, 1), (39, 1), (40, 0), (80, 0)], ids=str)
def test_closings_fill_short_texts_only(words: int, expected: int) -> None:
    """A text with fewer than 40 words gets closing sentences, and a longer text gets none."""
    text = " ".join(["word"] * words)

    assert with_closing(text, ("One two three four five six.", "Seven.")).count(".") == expected


@pytest.mark.parametrize(
    ("submission", "opening"),
    [
        pytest.param(
            Submission(code=LOOP, cursor=Position(0, 0), traceback=CRASH),
            "Python stopped at line 3, but look first at line 2, `for i in range(len(numbers) + 1):`.",
            id="a traceback that ends at another line",
        ),
        pytest.param(
            Submission(code="total = (1 +\nprint(total)\n", cursor=Position(0, 0)),
            "Have a look at line 1, `total = (1 +`.",
            id="a syntax error at the line that Python reports",
        ),
        pytest.param(
            Submission(code="word = 'a'\nword.upper()\nprint(word)\n\n\nprint('end')\n", cursor=Position(5, 0)),
            "You asked about line 6; the place to look is line 2, `word.upper()`.",
            id="a cursor on another line",
        ),
        pytest.param(
            Submission(code="word = 'a'\nword.upper()\nprint(word)\n", cursor=Position(0, 0)),
            "Have a look at line 2, `word.upper()`.",
            id="a cursor that nobody has moved",
        ),
        pytest.param(
            Submission(code=LOOP, cursor=Position(2, 0), traceback=CRASH, first_line=10),
            "Python stopped at line 13, but look first at line 12, `for i in range(len(numbers) + 1):`.",
            id="a part of a file, by the editor's numbers",
        ),
    ],
)
def test_first_sentence_names_the_line_that_python_or_the_student_points_at(
    submission: Submission, opening: str
) -> None:
    """If the finding is on another line than the report or the question, the first sentence says so."""
    text = explain(submission, HintLevel.QUESTION, STUDENTS[1]).text

    assert opening == text[: len(opening)]


FAILED = "Test failed: double(5)\n  expected: 10\n  got: 8\n"
"""A report that the program below does not confirm: it returns 7, so no change to it is tried."""


@pytest.mark.parametrize(
    ("code", "said", "opening"),
    [
        pytest.param("print(totl)\n", None, "The cause is", id="certain"),
        pytest.param("n = 3\nif n is 3:\n    print(n)\n", None, "A likely cause is", id="likely"),
        pytest.param("def double(n):\n    return n + 2\n", FAILED, "Start at", id="start_here"),
    ],
)
def test_tone_follows_the_certainty(code: str, said: str | None, opening: str) -> None:
    """Level 3 states the cause as a fact only if it is certain. For a likely cause it says how to check it."""
    submission = Submission(code=code, cursor=Position(0, 0), traceback=said)
    plan = explain(submission, HintLevel.STRUCTURE, STUDENTS[1]).text

    assert opening == plan[: len(opening)]
    assert ("likely" in opening) == ("\n\nTo check this, " in plan)
    remedy = explain(submission, HintLevel.SOLUTION, STUDENTS[1]).text
    assert ("likely" in opening) == remedy.startswith("If that is the cause, change line 2")
