"""An edit that was not shown to mend is not offered, and no text says more of the values than is known."""

from __future__ import annotations

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Explanation, explain
from tutor_protocol import Position, Submission

KITES = (
    "def longest(kites):\n    best = 0\n    for kite in kites:\n        size = kite[1]\n        if size > best:\n"
    "            best = kite[0]\n    return best\n\n\nprint(longest([(3, 9), (8, 4)]))\n"
)


def explained(
    code: str, level: HintLevel, text: str | None = None, question: str | None = None, line: int = 0
) -> Explanation:
    """Return the explanation of a program at a level, with the cursor on a line."""
    submission = Submission(code=code, cursor=Position(line, 0), traceback=text, question=question)
    return explain(submission, level, StudentLevels(programming=3, maths=3))


def solution(code: str, report: str) -> str:
    """Return the text of the last level for a program with an error."""
    return explained(code, HintLevel.SOLUTION, report).text


def test_a_comment_after_a_backslash_is_no_division() -> None:
    """A statement that goes on below the comment is not divided."""
    code = "total = 3 + 4 \\  # tea\n    - 2\nprint(total)\n"
    assert "Change line" not in solution(code, "SyntaxError: unexpected character after line continuation character")


def test_lines_below_a_loop_without_a_block_are_not_chosen() -> None:
    """Which of several lines belong to a `while` loop decides whether it ends."""
    code = "left = 9\nwhile left > 2:\nprint(left)\nleft -= 3\nprint('done')\n"
    report = "  File \"a.py\", line 3\nIndentationError: expected an indented block after 'while' statement on line 2"
    assert "Change line" not in solution(code, report)


def test_an_argument_is_not_moved_onto_a_named_one() -> None:
    """The first parameter has its value by name already, so nothing else may go first."""
    code = "def pack(item, size):\n    return item, size\n\n\nprint(pack(item='cup', 4))\n"
    report = '  File "a.py", line 5\nSyntaxError: positional argument follows keyword argument'
    assert "pack(4, item='cup')" not in solution(code, report)


def test_two_values_of_one_type_are_not_called_different() -> None:
    """Two dictionaries have no order, although they are of the same type."""
    code = "a, b = {'x': 1}, {'x': 2}\nif a < b:\n    print('less')\n"
    report = (
        'Traceback (most recent call last):\n  File "a.py", line 2, in <module>\n    if a < b:\n'
        "TypeError: '<' not supported between instances of 'dict' and 'dict'"
    )
    texts = [explained(code, level, report).text for level in HintLevel]
    assert not any("different types" in text or "`float`" in text for text in texts)


def test_options_of_a_removed_method_stand_outside_the_list() -> None:
    """The call that takes the place of `append` keeps its keyword arguments."""
    code = (
        "import pandas as pd\nday = pd.DataFrame({'n': [1]})\nmore = pd.DataFrame({'n': [2]})\n"
        "day = day.append(more, ignore_index=True)\n"
    )
    report = (
        'Traceback (most recent call last):\n  File "a.py", line 4, in <module>\n'
        "    day = day.append(more, ignore_index=True)\n"
        "AttributeError: 'DataFrame' object has no attribute 'append'"
    )
    assert "pd.concat([day, more], ignore_index=True)" in solution(code, report)


def test_a_trace_begins_at_the_line_asked_about() -> None:
    """The line of the cursor computes a value, so no other line is put before it."""
    found = explained(KITES, HintLevel.STRUCTURE, question="longest is 3 and I expected the 9 of kites", line=5)
    assert found.lines[0] == 6


def test_an_attribute_that_is_only_misspelt_is_not_stored_twice() -> None:
    """A second attribute with `None` would only move the error to the next line."""
    code = (
        "class Boat:\n    def __init__(self):\n        self.depht = 2\n\n\ndef lift(boat):\n"
        "    boat.depth = boat.depth + 1\n\n\nlift(Boat())\n"
    )
    report = (
        'Traceback (most recent call last):\n  File "a.py", line 10, in <module>\n    lift(Boat())\n'
        '  File "a.py", line 7, in lift\n    boat.depth = boat.depth + 1\n'
        "AttributeError: 'Boat' object has no attribute 'depth'. Did you mean: 'depht'?"
    )
    assert "self.depth = None" not in solution(code, report)


def test_a_set_that_other_lines_need_stays_a_set() -> None:
    """Only the line that asks for an index makes a list of it."""
    code = (
        "def colours():\n    found = set()\n    found.add('red')\n    return found\n\n\nmine = colours()\n"
        "print(mine & {'red', 'blue'})\nprint(mine[0])\n"
    )
    report = (
        'Traceback (most recent call last):\n  File "a.py", line 9, in <module>\n    print(mine[0])\n'
        "TypeError: 'set' object is not subscriptable"
    )
    assert "print(sorted(mine)[0])" in solution(code, report)


def test_an_edit_after_which_a_loop_never_ends_is_not_offered() -> None:
    """The evaluator sees that the edited program goes round in its `while` loop."""
    code = "size = 1\nwhile size < 9:\n    print(sizes)\nprint('done')\n"
    report = (
        'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    print(sizes)\n'
        "NameError: name 'sizes' is not defined. Did you mean: 'size'?"
    )
    assert "Change line" not in solution(code, report)
    assert "Change line" in solution(code.replace("    print(sizes)", "    print(sizes)\n    size += 3"), report)
