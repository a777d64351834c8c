"""What a failing case shows of a program: each claim beside a program that looks alike and does not bear it out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from testing.known_cases import Told, submission
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_protocol import Position, Submission, TestReport

MIDDLE = StudentLevels(programming=3, maths=3)

INNER = """\
def place(x, items):
    def look(at):
        if at >= len(items) or x <= items[at]:
            return at
        return look(at + 1)
"""
OWN_CALL = """\
def tops(items, k):
    found = []
    if k < 1:
        return found
    best = max(items)
    items.remove(best)
    found.append(best)
    tops(items, k - 1)
    return found
"""
SORTED = """\
def once(items):
    items.sort()
    kept = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept
"""
REMOVED = """\
def once(items):
    for item in list(items):
        while items.count(item) > 1:
            items.remove(item)
    return items
"""
NO_ROUND = """\
def tops(items, k):
    found = []
    while len(items) < k:
        best = max(items)
        items.remove(best)
        bag.append(best)
    return found
"""
FIXED = """\
def tops(items, k):
    found = []
    while len(found) < k:
        best = items[0]
        for item in items:
            if item < items[0]:
                best = item
        items.remove(best)
        found.append(best)
    return found
"""
AFTER = """\
def falling(pairs):
    found = []
    while pairs:
        most = pairs[0][1]
        for pair in pairs:
            if pair[1] > most:
                most = pair[1]
        pairs.remove(pair)
        found.append(pair)
    return found
"""
SHIFTED = """\
def once(items):
    for at in range(len(items) - 1):
        if items[at] in items[at + 1:]:
            items.pop(at)
    return items
"""
IN_PLACE = """\
def tops(items, k):
    found = []
    for _ in range(k):
        found.append(items.remove(max(items)))
    return found
"""
NAMED = """\
def falling(items):
    found = []
    while items:
        least = min(items)
        items.remove(least)
        found.append(least)
        found.reverse
    return found
"""
TOPS: tuple[Told, ...] = (("tops([4, 9, 7], 2)", "[9, 7]", ""), ("tops([1], 0)", "[]", None))


def told(got: str) -> tuple[Told, ...]:
    """Return the cases of `tops`, of which the first one gives a wrong result."""
    return ((*TOPS[0][:2], got), TOPS[1])


SKIPPED = (("once([1, 1, 1, 2, 3])", "[1, 2, 3]", "[1, 1, 2, 3]"), ("once([5, 1, 2, 1])", "[5, 1, 2]", "[5, 2, 1]"))
SHOWN = [
    ("inner-function-never-called", INNER, (("place(4, [1, 3])", "2", "None"),), 2, "certain"),
    ("answer-of-inner-call-lost", OWN_CALL, told("[9]"), 8, "start_here"),
    ("order-lost-by-sorting", SORTED, (("once([3, 1, 3, 2])", "[3, 1, 2]", "[1, 2, 3]"),), 2, "start_here"),
    ("first-equal-one-removed", REMOVED, (("once([1, 5, 1, 3])", "[1, 5, 3]", "[5, 1, 3]"),), 4, "start_here"),
    ("loop-without-a-round", NO_ROUND, told("[]"), 3, "start_here"),
    (
        "compared-with-one-fixed-item",
        FIXED,
        (("tops([2, 9, 7], 2)", "[9, 7]", "[2, 7]"), ("tops([8, 5], 1)", "[8]", "[5]")),
        6,
        "start_here",
    ),
    (
        "loop-variable-after-the-loop",
        AFTER,
        (
            (
                "falling([('a', 3), ('b', 9), ('c', 4)])",
                "[('b', 9), ('c', 4), ('a', 3)]",
                "[('c', 4), ('b', 9), ('a', 3)]",
            ),
        ),
        8,
        "start_here",
    ),
    ("index-skips-after-removal", SHIFTED, SKIPPED, 4, "start_here"),
    ("answer-of-method-in-place", IN_PLACE, told("[None, None]"), 4, "certain"),
    ("method-named-not-called", NAMED, (("falling([1, 5, 3])", "[5, 3, 1]", "[1, 3, 5]"),), 7, "start_here"),
]


@pytest.mark.parametrize(("rule", "code", "cases", "line", "certainty"), SHOWN, ids=[each[0] for each in SHOWN])
def test_the_case_shows_the_place(rule: str, code: str, cases: tuple[Told, ...], line: int, certainty: str) -> None:
    """The finding is what the failing case shows, and no more certain than the cases make it."""
    found = explain(submission(code, *cases), HintLevel.QUESTION, MIDDLE)

    assert (found.rule, found.lines, found.certainty) == (f"logic.{rule}", (line,), certainty)


ALIKE = [
    (
        "inner-function-never-called",
        INNER + "    look(0)\n",
        (("place(4, [1, 3])", "2", "None"),),
    ),
    ("answer-of-inner-call-lost", OWN_CALL.replace("    tops(", "    found += tops("), told("[9, 4]")),
    ("order-lost-by-sorting", SORTED, (("once([1, 2, 1, 3])", "[3, 2, 1]", "[1, 2, 3]"),)),
    ("first-equal-one-removed", REMOVED, (("once([1, 5, 1, 3])", "[1, 1, 5, 3]", "[5, 1, 3]"),)),
    ("loop-without-a-round", NO_ROUND.replace("items) < k", "found) < k - 1").replace("bag", "found"), told("[9]")),
    ("compared-with-one-fixed-item", FIXED.replace("< items[0]", "< best"), (("tops([2, 9], 1)", "[9]", "[2]"),)),
    (
        "loop-variable-after-the-loop",
        AFTER.replace("most = pair[1]\n        pairs", "most = pair[1]\n                break\n        pairs"),
        (("falling([('a', 3), ('b', 9)])", "[('a', 3), ('b', 9)]", "[('b', 9), ('a', 3)]"),),
    ),
    (
        "index-skips-after-removal",
        SHIFTED.replace("items.pop(at)", "items.append(items[at])\n            items.pop(at)"),
        (("once([1, 1, 1, 2])", "[1, 2]", "[1, 2, 1, 1]"),),
    ),
    (
        "never-changed",
        "def tops(items, k):\n    found = []\n    while k > 9:\n        k = k - 1\n    return found\n",
        told("[]"),
    ),
]


@pytest.mark.parametrize(("rule", "code", "cases"), ALIKE, ids=[each[0] for each in ALIKE])
def test_a_program_that_looks_alike_is_not_told_so(rule: str, code: str, cases: tuple[Told, ...]) -> None:
    """A claim is not made where the run or the result does not bear it out."""
    assert explain(submission(code, *cases), HintLevel.QUESTION, MIDDLE).rule != f"logic.{rule}"


def test_a_smaller_case_is_named_only_if_it_is_wrong_in_the_same_way() -> None:
    """A case that gives None, beside one that gives a number, may have another cause: it is not offered."""
    code = """\
def place(x, items):
    for at in range(len(items)):
        if x < items[at]:
            continue
        return at
"""
    first = ("place(42, [1, 3, 5])", "3", "0")
    for smaller, is_named in ((("place(9, [])", "0", "None"), False), (("place(9, [4])", "1", "0"), True)):
        text = explain(submission(code, first, smaller), HintLevel.QUESTION, MIDDLE).text
        assert ("The smallest case that fails" in text) is is_named


def test_a_change_that_is_not_enough_is_said_to_be_none() -> None:
    """Where the plainest change leaves a case failing, the last level says that there is more to mend."""
    code = """\
def falling(items):
    found = [items[0]]
    for item in items:
        for at in range(len(found)):
            if item > found[at]:
                found.insert(at, item)
            return found
    return found
"""
    asked = submission(code, ("falling([2, 5, 3])", "[5, 3, 2]", "[2]"))
    found = explain(asked, HintLevel.SOLUTION, MIDDLE)

    assert (found.rule, found.edit) == ("logic.result-before-all-items", None)
    assert "do not all pass yet" in found.text


def test_a_nested_list_is_told() -> None:
    """A list inside of the result is named where the right result has none."""
    code = "def tail(items):\n    return [items[0], items[1:]]\n"
    text = explain(submission(code, ("tail([1, 2])", "[1, 2]", "[1, [2]]")), HintLevel.CONCEPT, MIDDLE).text

    assert "An item of the result is a list itself" in text


def test_a_passing_suite_outweighs_a_likely_pattern() -> None:
    """A pattern that is often a mistake is not told where every test passes, unless somebody complains."""
    code = """\
def tops(items):
    smallest = items[0]
    for item in items:
        if item > smallest:
            smallest = item
    return smallest
"""
    asked = Submission(code=code, cursor=Position(0, 0))
    passing = replace(asked, test_report=TestReport(passed=4, failed=0, errors=0))
    complained = replace(passing, question="Why is the result wrong?")

    told = [explain(each, HintLevel.QUESTION, MIDDLE).rule for each in (asked, passing, complained)]

    pattern = "logic.largest-and-smallest-mixed-up"
    assert (told[0], told[1] == pattern, told[2]) == (pattern, False, pattern)
