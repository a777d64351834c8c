"""Questions that tell the right result only, and suggested cases in which a slip would show."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Explanation, diagnose, explain
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.purposes.check import cases
from tutor_pedagogy.offline.rules.logic.half_told import completed
from tutor_protocol import Position, Submission

GRADE = "def grade(points):\n    if points > 90:\n        return 'A'\n    return 'B'\n\n\nprint(grade(90))\n"
MEAN = "temps = [20, 21, 23, 25]\nmean = sum(temps) // len(temps)\nprint('mean:', mean)\n"
GAMES = "games = [(1, 2), (1, 3), (1, 1)]\nprint(len(games), 'games')\n"
FIND = (
    "def find(sorted_items, wanted):\n    low, high = 0, len(sorted_items) - 1\n    while low < high:\n"
    "        middle = (low + high) // 2\n        if sorted_items[middle] == wanted:\n            return middle\n"
    "        if sorted_items[middle] < wanted:\n            low = middle + 1\n        else:\n"
    "            high = middle - 1\n    return -1\n\n\nprint(find([1, 4, 6, 9], 4))\n"
)
SORTED = (
    "def best(times):\n    '''Return the best time; the list keeps its order.'''\n    ordered = times\n"
    "    ordered.sort()\n    return ordered[0]\n\n\nlaps = [71, 69, 70]\nprint(best(laps))\nprint(laps)\n"
)


def asked(code: str, question: str | None = None) -> Submission:
    """Return an ask about a program, with the cursor at its start."""
    return Submission(code=code, cursor=Position(0, 0), question=question)


def structure(code: str, level: HintLevel = HintLevel.STRUCTURE) -> Explanation:
    """Return the explanation of a program without a question."""
    return explain(asked(code), level, StudentLevels(programming=3, maths=3))


@pytest.mark.parametrize(
    ("code", "question", "expected", "got"),
    [
        pytest.param(GRADE, "grade(90) should be A", "'A'", "'B'", id="call-and-bare-string"),
        pytest.param(GRADE, "why? grade(90) must give 'A'", "'A'", "'B'", id="call"),
        pytest.param(MEAN, "the mean should be 22.25", "22.25", "22", id="variable"),
        pytest.param(MEAN, "should be 22.25", "22.25", "22", id="only-output"),
        pytest.param(GAMES, "there should be 2 games", "2", "3", id="count"),
    ],
)
def test_the_wrong_result_is_what_the_program_gives(code: str, question: str, expected: str, got: str) -> None:
    """A right result in a question gets the wrong one that the evaluator gives beside it."""
    symptom = completed(Program(asked(code)), None, question)

    assert symptom is not None
    assert (symptom.expected, symptom.got) == (expected, got)


@pytest.mark.parametrize(
    ("code", "question"),
    [
        pytest.param(GRADE, "grade(90) should be B", id="it-is-so"),
        pytest.param(GRADE, "grade(90) should be better", id="no-value"),
        pytest.param(GRADE, "grade(x) should be A", id="unknown-argument"),
        pytest.param(MEAN, "the mean should be rounded", id="no-number"),
        pytest.param(MEAN, "the mean should be 22.0", id="the-same-number"),
        pytest.param(GAMES, "there should be 3 games", id="right-count"),
    ],
)
def test_nothing_is_read_where_no_result_is_wrong(code: str, question: str) -> None:
    """A sentence with "should" is no symptom if the program fulfils it, or if it names no value to compare with."""
    assert completed(Program(asked(code)), None, question) is None


def test_a_half_told_result_leads_to_the_edit() -> None:
    """With the right result alone, the comparison on the wrong side is found."""
    found = diagnose(asked(GRADE, "grade(90) should be A"))

    assert (found.rule, found.lines) == ("logic.border-on-wrong-side", (2,))
    assert found.edit is not None
    assert found.edit.after.strip() == "if points >= 90:"


def test_the_first_case_is_one_in_which_a_slip_shows() -> None:
    """A search that leaves out the last item gets a case that shows it, with the line that decides and both results."""
    text = structure(FIND).text
    solution = structure(FIND, HintLevel.SOLUTION).text

    assert "where line 3 decides" in text
    assert "while low <= high:" not in text
    assert "with `while low <= high:` on line 3" in solution


def test_a_case_in_which_a_slip_shows_gives_another_result_with_it() -> None:
    """The two results that a case tells differ."""
    _, suggested = cases.tested(Program(asked(FIND)))
    told = [case.other for case in suggested if case.other]

    assert told
    assert all(" gives `-1` now" in each and "`-1` with" not in each for each in told)


def test_a_list_that_should_keep_its_order_is_named() -> None:
    """A second name for the list of the caller is the cause if words say that it stays, and the run shows that not."""
    found = structure(SORTED)

    assert (found.rule, found.lines, found.certainty) == ("logic.second-name-for-a-copy", (3,), "likely")


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(SORTED.replace("the list keeps its order", "the list gets sorted"), id="no-words"),
        pytest.param(SORTED.replace("ordered = times", "ordered = list(times)"), id="a-copy"),
        pytest.param(SORTED.replace("[71, 69, 70]", "[69, 70, 71]"), id="nothing-changes"),
        pytest.param(SORTED.replace("print(laps)\n", ""), id="never-read-again"),
    ],
)
def test_a_second_name_that_harms_nothing_is_no_claim(code: str) -> None:
    """Without the words, the change or a later use of the list nothing is claimed."""
    assert structure(code).rule == "purpose.check"
