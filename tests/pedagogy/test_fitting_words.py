"""The lesson of an edit is true of what the edit changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from testing.known_cases import found_edit, submission
from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.repair.candidates import edits_of
from tutor_pedagogy.trace_table import WIDEST, cut
from tutor_protocol import Position, Submission
from tutor_protocol.run_trace import Rounds, RunTrace

MIDDLE = StudentLevels(programming=3, maths=3)

DAYS = """\
def has_day(day, dates):
    for date in dates:
        if date[0] == day:
            return True
    return False
"""
PUT_IN = """\
def put_in(items, new):
    for at in range(len(items)):
        if items[at] > new:
            items.insert(at + 1, new)
            return items
    return items + [new]
"""
SOME = """\
def some(items, other):
    known = []
    for item in other:
        known.append(item)
    for at in range(len(items)):
        if items[at] in known:
            return True
        else:
            return False
"""
PAIRS = """\
def in_order(pairs):
    pairs.sort()
    return pairs
"""
MERGED = """\
def merged(one, other):
    found = dict(one)
    for key in other:
        found[key] = other[key]
    return found
"""
FITTING = [
    (
        DAYS,
        ("has_day(3, [('May', 3)])", "True", "False"),
        ("one-step-off", 3, "        if date[1] == day:"),
        "part-to-change",
    ),
    (
        PUT_IN,
        ("put_in([1, 3], 2)", "[1, 2, 3]", "[1, 3, 2]"),
        ("wrong-number", 4, "            items.insert(at, new)"),
        "one-step-off",
    ),
    (
        SOME,
        ("some([1, 2], [2])", "True", "False"),
        ("line-in-the-wrong-block", 9, "    return False"),
        "answer-in-first-round",
    ),
    (
        PAIRS,
        ("in_order([('a', 2), ('b', 1)])", "[('b', 1), ('a', 2)]", "[('a', 2), ('b', 1)]"),
        ("part-to-change", 2, "    pairs.sort(key=lambda item: item[1])"),
        "compared-by-first-part",
    ),
    (
        MERGED,
        ("merged({'a': 1}, {'a': 1})", "{'a': 2}", "{'a': 1}"),
        ("one-step-off", 4, "        found[key] = other[key] + 1"),
        "part-to-change",
    ),
]


@pytest.mark.parametrize(("code", "failing", "told", "rule"), FITTING, ids=[each[2][2].strip() for each in FITTING])
def test_the_lesson_fits_the_edit(
    code: str, failing: tuple[str, str, str], told: tuple[str, int, str], rule: str
) -> None:
    """An index of a part is no counting, a step back is; a moved `return` ends its loop; a key is a part to compare."""
    name, line, text = told
    found = found_edit(name, line, text, first=line - 1 if name == "line-in-the-wrong-block" else None)
    asked = replace(submission(code, failing), found_edit=found)

    answer = explain(asked, HintLevel.STRUCTURE, MIDDLE)

    assert (answer.rule, answer.lines) == (f"logic.{rule}", (line,))


EDITS = [
    ("def f(a, b):\n    return a - b / 2 - 1\n", "    return (a - b) / (2 - 1)"),
    ("def f(a, b):\n    return a + b / 2\n", "    return (a + b) / 2"),
    (
        "def f(n):\n    for k in range(n):\n        if k:\n            return True\n",
        "    if n < 2:\n        return False\n",
    ),
    ("def f(ns):\n    low = 0\n    for n in ns:\n        if n < low:\n            low = n\n", '    low = float("inf")'),
    ("def f(a, b):\n    for k in b:\n        a[k] = b[k]\n", "        a[k] += b[k]"),
    ("def f(a):\n    b = a[0]\n    for x in a:\n        if x > a[0]:\n            b = x\n", "        if x > b:"),
    ("def f(a, k):\n    return a[k + 1]\n", "    return a[k]"),
]


@pytest.mark.parametrize(("code", "text"), EDITS)
def test_the_edit_is_among_those_that_are_tried(code: str, text: str) -> None:
    """Groups, small values, starts beyond all items, entries that add up, and the best one so far are tried."""
    edits = edits_of(Program(Submission(code=code, cursor=Position(0, 0))))

    assert any(text in edit.text for edit in edits)


def test_no_edit_adds_nothing() -> None:
    """One is taken back as a whole; no edit leaves `+ 0`, and no answer of yes or no becomes a number."""
    code = "def f(n):\n    for k in range(n + 1):\n        if k:\n            return True\n    return False\n"
    texts = [edit.text for edit in edits_of(Program(Submission(code=code, cursor=Position(0, 0))))]

    assert not [text for text in texts if "+ 0" in text or "return 0" in text]


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("[1, 2, 3]", "[1, 2, 3]"),
        (str([("M", 35), ("F", 18), ("M", 23), ("F", 19)]), "[('M', 35), …, ('F', 19)]"),
        (str({"apples": 3, "pears": 12, "plums": 7}), "{'apples': 3, …, 'plums': 7}"),
        (str(["a, b", "c]", "d", "e" * 9, "f"]), "['a, b', 'c]', 'd', …, 'f']"),
        ("'" + "x" * 40 + "'", "'xxxxxxxxxxxxxx…xxxxxxxxxxxxxx'"),
        (str(["y" * 30, "z" * 30, "w"]), "['yyyyyyyyyyyyy…zzzzzzzz', 'w']"),
    ],
)
def test_a_long_value_of_a_table_keeps_whole_items(value: str, told: str) -> None:
    """A list that is too wide shows its first items and its last one, and a string its two ends."""
    assert (cut(value), len(told) <= WIDEST) == (told, True)


LOOPS = """\
def total(pairs):
    found = []
    for pair in pairs:
        found.append(pair)
    for at in range(len(found)):
        if found[at] == found[0]:
            return True
        else:
            return False
"""


def test_the_table_is_that_of_the_causes_own_loop() -> None:
    """The rounds of another loop are not shown beside a cause that stands in a loop."""
    rounds = Rounds(line=3, names=("pair",), rows=(("1",), ("2",)), first=1)
    found = found_edit("line-in-the-wrong-block", 9, "    return False", first=8)
    asked = replace(submission(LOOPS, ("total([1, 2])", "False", "True")), found_edit=found)
    texts = {
        line: explain(replace(asked, trace=RunTrace(steps=9, rounds=replace(rounds, line=line))), level, MIDDLE).text
        for line in (3, 5)
        for level in (HintLevel.STRUCTURE,)
    }

    assert ("The rounds of the loop" in texts[3], "of the loop on line 5" in texts[5]) == (False, True)


def test_a_cut_table_passes_the_guard() -> None:
    """The guard knows a table of the recorded run with its values cut, also as it reads it without marks."""
    rows = tuple((str([("M", 35), ("F", 18), ("M", number), ("F", 19)]),) for number in (1, 2))
    trace = RunTrace(steps=9, rounds=Rounds(line=2, names=("pairs",), rows=rows, first=1))
    code = "def f(pairs):\n    for pair in pairs:\n        pairs.append(pair)\n    return pairs\n"
    asked = replace(submission(code, ("f([])", "[1]", "[]")), trace=trace)
    text = explain(asked, HintLevel.STRUCTURE, MIDDLE).text
    guard = Guard(HintLevel.STRUCTURE, asked)
    guard.feed(text)
    guard.finish()

    assert "…" in text
    assert guard.verdict is None
