"""The benchmark judges the tutor's edits by applying them and running the program."""

from __future__ import annotations

import pytest

from benchmarks.teaching.mending import effect, judge_edit
from benchmarks.teaching.rows import Row, row
from tutor_pedagogy.offline import Edit
from tutor_protocol import Position

AVERAGE = "def mean(xs):\n    total = 0\n    for x in xs:\n        total = x\n    return total / len(xs)\n"
FIXED_AVERAGE = AVERAGE.replace("total = x", "total += x")
SUM = 'age = "3"\nprint(age + 1)\nprint("done")\n'


def logic_row(**more: str) -> Row:
    """Return a row of the data set whose program has a wrong result, with more fields such as the fixed program."""
    return row({"id": "mean", "family": "logic", "code": AVERAGE, "traceback": "expected: 2\ngot: 1", **more})


def crash_row(**more: str) -> Row:
    """Return a row of the data set whose program ends with an exception, with more fields such as the fixed program."""
    told = 'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\nTypeError: can only concatenate str'
    return row({"id": "sum", "family": "runtime", "code": SUM, "traceback": told, **more})


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("        total += x", "mends"),
        ("        total = total + x", "mends"),
        ("        total -= x", "another result"),
        ("        total.append(x)", "another error"),
        ("        total + x =", "does not compile"),
        ("        total = x  # the same", "another result"),
        pytest.param("        while True: pass", "another error", marks=pytest.mark.real_time),
    ],
)
def test_edit_is_judged_by_what_the_program_does(line: str, expected: str) -> None:
    """A wrong edit is detected by its result, by another exception, by a syntax error or by the time limit."""
    for known in ({"fixed": FIXED_AVERAGE, "driver": "mean([1, 2, 3])"}, {"check": "assert mean([1, 2, 3]) == 2"}):
        mistaken = logic_row(**known)

        assert effect(mistaken, AVERAGE.replace("        total = x", line)) == expected


def test_edit_elsewhere_leaves_the_error() -> None:
    """If an edit changes another line, or changes the failing line without effect, the reported exception remains."""
    mistaken = crash_row()

    assert effect(mistaken, SUM.replace('"done"', '"end"')) == "error stays"
    assert effect(mistaken, SUM.replace("age + 1", "(age + 1)")) == "error stays"
    assert effect(mistaken, f"\n{SUM}") == "error stays"


def test_edit_that_causes_the_next_error_does_not_mend() -> None:
    """An edit after which the program ends with another exception does not count as mending the program."""
    mistaken = crash_row()

    assert effect(mistaken, SUM.replace("age + 1", "years + 1")) == "another error"
    assert effect(mistaken, SUM.replace("age + 1", "int(age) + 1")) == "mends"


def test_error_of_the_same_words_at_another_line_is_another() -> None:
    """If an edit mends a line, and the next line fails with the same exception, the result is another error."""
    twice = crash_row(code='print("3" + 1)\nprint("4" + 2)\n')

    assert effect(twice, 'print(int("3") + 1)\nprint("4" + 2)\n') == "another error"


def test_deleting_the_failing_line_mends_nothing() -> None:
    """If an edit deletes the failing statement, the result differs from that of the fixed program or is undecided."""
    shorter = SUM.replace("print(age + 1)\n", "")

    assert effect(crash_row(), shorter) == "undecided"
    assert effect(crash_row(fixed=SUM.replace("age + 1", "int(age) + 1")), shorter) == "another result"


def test_check_that_proves_nothing_is_left_out() -> None:
    """A check is ignored if it passes before the edit, or fails for the fixed program."""
    for check in ("assert mean([4]) == 4", "assert mean([1, 2, 3]) == 7"):
        known = logic_row(check=check, fixed=FIXED_AVERAGE, driver="mean([1, 2, 3])")

        assert effect(known, AVERAGE) == "another result"
    assert effect(logic_row(check="assert mean([4]) == 4"), AVERAGE) == "undecided"


def test_result_may_be_false() -> None:
    """The value of a driver expression may be False, but a check that is an expression fails if its value is false."""
    code = "def has(xs, x):\n    for y in xs:\n        return y == x\n"
    fixed = code.replace("        return y == x", "        if y == x:\n            return True\n    return False")
    mistaken = row({"id": "has", "kind": "logic", "code": code, "fixed": fixed, "driver": "has([], 1)"})
    checked = row({"id": "has", "family": "logic", "code": code, "fixed": fixed, "check": "has([1, 2], 2)"})

    assert [effect(one, fixed) for one in (mistaken, checked)] == ["mends", "mends"]
    assert [effect(one, code + "    return 0\n") for one in (mistaken, checked)] == ["another result"] * 2


def test_wrong_result_without_a_known_right_one_is_undecided() -> None:
    """If the right result is not known, a program that runs to its end leaves the edit undecided."""
    assert effect(logic_row(), FIXED_AVERAGE) == "undecided"


def test_missing_library_is_undecided() -> None:
    """If a program needs a library that is not installed, the edit is undecided."""
    assert effect(crash_row(needs="no_such_library_here"), SUM) == "undecided"


def test_program_that_reads_input_is_run_with_several() -> None:
    """If a row contains no input, a different result for any of the benchmark's own inputs counts as another result."""
    code = "n = int(input())\nif n > 5\n    print('big')\nelse:\n    print('small')\n"
    mistaken = row({"id": "n", "family": "syntax", "code": code, "fixed": code.replace("> 5", "> 5:")})

    assert effect(mistaken, code.replace("> 5", "> 5 :")) == "mends"
    assert effect(mistaken, code.replace("> 5", "> 8:")) == "another result"


def test_edit_is_compared_with_the_fix_line_by_line() -> None:
    """An edit equals the fix if every line that it changes or adds is a line of the fixed program."""
    known = logic_row(fixed=FIXED_AVERAGE, driver="mean([1, 2, 3])")
    right = Edit(line=4, before="        total = x", after="        total += x")
    longer = Edit(line=4, before="        total = x", after="        total += x\n        print(total)")

    assert judge_edit(known, right).equals_fix
    assert not judge_edit(known, longer).equals_fix


def test_both_forms_of_a_row_are_read() -> None:
    """The older and the newer format of a row are read as the same data."""
    code = "def f(x):\n    return x\n"
    old = row({"id": "1", "kind": "logic", "code": code, "error": "got 1", "fixed": "f", "driver": "f(2)"})
    new = row({"id": "1", "family": "logic", "code": code, "traceback": "got 1", "fixed": "f", "cursor": 1})

    assert (old.family, old.code, old.reported, old.fixed) == (new.family, new.code, new.reported, new.fixed)
    assert (old.ending, new.ending) == ("print(repr(f(2)))", "")
    assert (old.cursor, new.cursor) == (Position(0, 0), Position(1, 0))
    with pytest.raises(ValueError, match="the family"):
        row({"id": "1", "family": "other", "code": ""})
