"""The choice of the name that a misspelt name most likely stands for."""

from __future__ import annotations

import pytest

from tutor_pedagogy.offline import diagnose
from tutor_pedagogy.offline.engine.spelling import LONGEST_NAME, edit_distance
from tutor_protocol import Position, Submission

LOOP = """def total(distances):
    way = 0
    for distance in distances:
        way = way + distence
    return way


print(total([1, 2]))
"""
NAME_ERROR = """Traceback (most recent call last):
  File "way.py", line 8, in <module>
    print(total([1, 2]))
          ^^^^^^^^^^^^^
  File "way.py", line 4, in total
    way = way + distence
                ^^^^^^^^
NameError: name 'distence' is not defined. Did you mean: 'distance'?
"""


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [
        ("total", "total", 0),
        ("total", "totals", 1),
        ("distence", "distance", 1),
        ("lenght", "length", 1),
        ("ca", "abc", 3),
        ("", "abc", 3),
        ("x" * LONGEST_NAME + "y", "x", LONGEST_NAME + 1),
    ],
)
def test_distance_counts_slips(one: str, other: str, distance: int) -> None:
    """An inserted, missing, replaced or swapped letter counts as one edit, in both directions."""
    assert (edit_distance(one, other), edit_distance(other, one)) == (distance, distance)


@pytest.mark.parametrize("traceback", [None, NAME_ERROR])
def test_the_nearest_name_is_meant(traceback: str | None) -> None:
    """The closest name is suggested: the loop variable, one letter away, before the parameter."""
    edit = diagnose(Submission(code=LOOP, cursor=Position(3, 0), traceback=traceback)).edit
    assert edit is not None
    assert edit.after == "        way = way + distance"


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("cats = [1]\ncots = [2]\nfor cots in cats:\n    print(cuts)\n", "    print(cots)"),
        ("def f(words):\n    for wordy in words:\n        print(wordx)\n\n\nf(['a'])\n", "        print(wordy)"),
        ("cots = [2]\nprint([cuts for cats in cots])\n", "print([cats for cats in cots])"),
    ],
)
def test_of_equally_near_names_the_loops_own_is_meant(code: str, after: str) -> None:
    """Of equally close names, the variable of the surrounding loop is suggested first."""
    line = code[: code.index("print(")].count("\n")
    edit = diagnose(Submission(code=code, cursor=Position(line, 0))).edit
    assert edit is not None
    assert edit.after == after
