"""What the offline tutor says after a test run fits every case that the report tells."""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from typing import TYPE_CHECKING

import pytest

from testing.each_case import each_case
from testing.known_cases import case, ladder, submission
from testing.lesson_texts import RULES, parts
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.offline.rules.logic.case_values import cut_between_items, difference
from tutor_protocol.run_trace import RunTrace, Untaken

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.rule import Rule

UNIQUE = """\
def unique(day, days):
    count = 0
    for each in days:
        if each == day:
            count += 1
        if count == 2:
            return False
    return True
"""
LARGEST = """\
def largest(items):
    best = items[0]
    for item in items:
        if item < best:
            best = item
    return best
"""


def test_x7_an_edit_that_breaks_a_case_is_not_the_cause() -> None:
    """X7: the comparison turned round gives the failing case, and not one that passes."""
    failing = ("unique(3, [1, 2])", "False", "True")
    passing = ("unique(1, [1, 2])", "True", None)
    few, all_ = (
        ladder(UNIQUE, failing, passing, *others)[-1] for others in ((), (("unique(1, [1, 1])", "False", None),))
    )

    assert (few.rule, few.edit is None) == ("logic.comparison-turned-round", False)
    assert (all_.rule, all_.certainty, all_.edit) == ("logic.same-answer-for-two-cases", "start_here", None)


def test_an_edit_that_fits_every_case_is_the_cause() -> None:
    """An edit with which each failing and each passing case is right is said and shown."""
    last = ladder(
        LARGEST, ("largest([1, 3, 2])", "3", "1"), ("largest([4])", "4", None), ("largest([0, 9])", "9", "0")
    )[-1]

    assert last.edit is not None
    assert "item > best" in last.edit.after
    assert last.certainty in ("certain", "likely")


@pytest.mark.parametrize("body", ["pass", "...", '"""Return the sum."""', "return None", '"""Sum."""\n    pass'])
def test_x7_a_stub_is_told_as_what_it_is(body: str) -> None:
    """X7: the ladder begins with the smallest case, and says of no value that it is worked out."""
    told = ladder(f"def total(ns):\n    {body}\n", ("total([1, 2, 3])", "6", "None"), ("total([])", "0", "None"))

    assert {each.rule for each in told} == {"logic.nothing-written-yet"}
    assert "`total([])` should give `0`" in told[0].text
    assert not any("work" in each.text and "out a result" in each.text for each in told)


def test_the_same_answer_for_two_cases() -> None:
    """An answer that is right in one case and wrong in another is told with the line that only the one runs."""
    told = ladder(
        *(UNIQUE, ("unique(3, [1, 2])", "False", "True")),
        *(("unique(1, [1, 2])", "True", None), ("unique(1, [1, 1])", "False", None)),
    )

    assert (told[0].rule, told[0].lines, told[0].certainty) == (
        *("logic.same-answer-for-two-cases", (8,)),
        "start_here",
    )
    assert "Compare line 5 in both." in told[0].text


def test_without_a_cause_the_ladder_tells_what_the_cases_show() -> None:
    """Level 1 names the nearest case that passes, level 2 the difference, level 3 the line that only one runs."""
    code = (
        "def scores(ns):\n    out = []\n    if len(ns) > 2:\n        ns = ns[1:]\n"
        "    for n in ns:\n        out.append(n)\n    return out\n"
    )
    told = ladder(code, ("scores([5, 6, 7])", "[7, 6, 5]", "[6, 7]"), ("scores([4, 4])", "[4, 4]", None))

    assert "It works for `scores([4, 4])` and not for `scores([5, 6, 7])`." in told[0].text
    assert "`5` is missing." in told[1].text
    assert "Line 4 is run in `scores([5, 6, 7])`, and in none of the cases that pass" in told[2].text


@pytest.mark.parametrize(
    ("expected", "got", "told"),
    [
        ("[1, 2, 3]", "[3, 2, 1]", "in reverse order"),
        ("[1, 2, 3]", "[2, 1, 3]", "order is not: it differs first at index 0"),
        ("[1, 2]", "[1, 2, 2]", "`2` is too much"),
        ("[1, 2]", "[1, 5]", "at index 1 stands `5`, and `2` is right"),
        ("[1]", "(1,)", "a tuple, and a list is right"),
        ("3", "None", "`None`, and an integer is right"),
        ("3", "4", "too big by `1`"),
        ("3", "-3", "its sign"),
        ("'Ab'", "'ab'", "capital and small letters"),
        ("'a b'", "'ab'", "spaces"),
        ("'abc'", "'cba'", "turned round"),
        ("True", "False", "the opposite"),
        ("[1]", "<built-in method pop of list object>", "without the parentheses"),
    ],
)
def test_how_results_differ(expected: str, got: str, told: str) -> None:
    """The kind of difference is said in words."""
    assert told in difference(expected, got)


@pytest.mark.parametrize("given", ["f([1, 2], 3)", "f(", "f(x)", "f(*a)", "1 +", "f([[[]]])", "f('`')"])
def test_odd_cases_raise_nothing(given: str) -> None:
    """Cases come from another process, and may be anything."""
    code = "def f(a, b=0):\n    return a\n"
    assert all(each.text for each in ladder(code, (given, "[2]", "[1]"), ("f(", "]", None)))


@each_case(RULES, named=attrgetter("name"))
def test_no_part_of_a_lesson_holds_its_cases(rule: Rule) -> None:
    """A heading or a block of code in a part would be the cases of the lesson, which no student should see."""
    assert not any(line.startswith(("#", "```")) for part in parts(rule) for line in part.split("\n"))
    assert not any("###" in part or "```" in part for part in parts(rule))


def test_a_stub_is_begun_with_a_case_of_its_own() -> None:
    """A shorter case of another function is not the one to begin with."""
    code = "def is_odd(n):\n    return n % 2\n\n\ndef total(ns):\n    return\n"
    told = ladder(code, ("total([1, 2, 3])", "6", "None"), ("total([4])", "4", "None"), ("is_odd(1)", "1", None))

    assert "`total([4])` should give `4`" in told[0].text
    assert not any("is_odd" in each.text for each in told)


def test_a_smaller_case_that_crashes_is_not_the_one_to_try() -> None:
    """A crash has another cause than the wrong result."""
    code = "def tops(ns):\n    out = [max(ns)]\n    if len(ns) > 9:\n        out = ns\n    return out\n"
    told = ladder(code, ("tops([5, 6, 7])", "[7, 6, 5]", "[7]"), ("tops([])", "[]", None))
    crashed = replace(case("tops([])", "[]", None), outcome="error")
    asked = submission(code, ("tops([5, 6, 7])", "[7, 6, 5]", "[7]"))
    assert asked.test_report is not None
    report = replace(asked.test_report, cases=(*asked.test_report.cases, crashed))
    hint = explain(replace(asked, test_report=report), HintLevel.QUESTION, StudentLevels())

    assert "It works for" in told[0].text
    assert "smallest case" not in hint.text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("f([('M', 35), ('F', 18), ('M', 23), ('F', 19), ('M', 30), ('M', 17)])", "('F', 19), ('M', 30)"),
        ("f('a, b', [10000000000, 20000000000, 30000000000, 40000000000, 50000000])", "20000000000, 30000000000"),
        ("'a long text with, commas and so on and on and on and on and on and on'", "and on and on"),
    ],
)
def test_a_long_value_is_cut_between_items(text: str, cut: str) -> None:
    """A value that is too long ends with a whole item."""
    assert cut_between_items(text, 60).endswith(cut)


def test_a_value_that_is_cut_is_told_as_cut() -> None:
    """An ellipsis stands after it, and the guard would let it pass."""
    given = "tops([('M', 35), ('F', 18), ('M', 23), ('F', 19), ('M', 30), ('M', 17)])"
    code = "def tops(ns):\n    return [n for n in ns if n[1] > 24]\n"
    asked = submission(code, (given, "[('F', 19), ('M', 35), ('M', 17)]", "[('M', 35), ('M', 30)]"))
    text = explain(asked, HintLevel.QUESTION, StudentLevels()).text
    guard = Guard(HintLevel.QUESTION, asked)
    guard.feed(text)
    guard.finish()

    assert "('M', 30)` … gives" in text
    assert guard.verdict is None


def test_a_branch_that_no_passing_case_runs_is_not_asked_about() -> None:
    """An untaken branch is asked about where a case that passes runs it, and not where those leave it out, too."""
    code = (
        "def tops(ns):\n    out = []\n    if len(ns) > 2:\n        out.append(1)\n    out.append(9)\n    return out\n"
    )
    failing = ("tops([5, 6])", "[6, 5, 4, 7]", "[9]")
    trace = RunTrace(steps=4, untaken=(Untaken(line=3, first_line=4),))
    for passing, is_asked in ((("tops([1, 2, 3])", "[1, 9]", None), True), (("tops([3])", "[9]", None), False)):
        asked = replace(submission(code, failing, passing), trace=trace)
        text = explain(asked, HintLevel.CONCEPT, StudentLevels()).text

        assert ("Each known case that passes runs it." in text) is is_asked
        assert ("was never run" in text) is is_asked
