"""An edit that was not shown to mend is not offered, and no text says more of the values than is known."""

from __future__ import annotations

import pytest

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


def crash(code: str, last: str, line: int) -> str:
    """Return the traceback of a function that another file calls, which the evaluator cannot repeat."""
    source = code.split("\n")[line - 1].strip()
    caller = '  File "test_it.py", line 4, in test_it\n    check()\n'
    frame = f'  File "it.py", line {line}, in run\n    {source}\n'
    return f"Traceback (most recent call last):\n{caller}{frame}{last}\n"


def offered(code: str, report: str | None, line: int = 0) -> str | None:
    """Return the program after the edit that the tutor offers, or None."""
    edit = explained(code, HintLevel.SOLUTION, report, line=line).edit
    return edit.apply(code) if edit is not None else None


JOIN = "def row(sizes):\n    return '-'.join({})\n"
NOT_TEXT = "TypeError: sequence item 0: expected str instance, {} found"
DOCSTRING = '"""A game."""\n\nfrom __future__ import annotations\n\n'
THROW = "# Throws once.\ndef throw():\n    return random.randint(1, 6)\n"
DAY = "def day():\n    return datetime.now().day\n"
TWO_CHOICES = "def ask():\n    choice = input()\n    return 1\n\n\ndef tell():\n    print(choice)\n"
LETTERS = "def loud(words):\n    return string.upper()\n"
CLUB = (
    "class Club:\n    def __init__(self):\n        self.members = []\n\n    def greet(self):\n"
    "        for member in {}:\n            print(member)\n"
)
NUMERALS = (
    "PARTS = [(5, 'V'), (1, 'I')]\n\n\ndef write(n):\n{}    for size, sign in PARTS:\n        if n > size:\n"
    "            text += sign\n    return text\n"
)
ROWS = "def flat(rows):\n{}    for row in rows:\n        items += [row]\n    return items\n"
AREA = "def area(sides):\n    for side in sides:\n        result *= side\n    return result\n"
WALK = "def walk(goal):\n    while path[-1] != goal:\n        path.append(path[-1] + 1)\n    return path\n"
LATER = "def later(clock, hours):\n    return clock.strip() + {}\n"
UNBOUND = "UnboundLocalError: cannot access local variable '{}' where it is not associated with a value"
UNDEFINED = "NameError: name '{}' is not defined"
ADDED = 'TypeError: can only concatenate str (not "int") to str'


@pytest.mark.parametrize(
    ("code", "message", "line", "mended"),
    [
        pytest.param(
            JOIN.format("size * 2 for size in sizes"),
            NOT_TEXT.format("int"),
            2,
            JOIN.format("str(size * 2) for size in sizes"),
            id="each item of a generator in join becomes a string",
        ),
        pytest.param(JOIN.format("sizes"), NOT_TEXT.format("NoneType"), 2, None, id="None is not made a string"),
        pytest.param(
            DOCSTRING + THROW,
            UNDEFINED.format("random"),
            7,
            f"{DOCSTRING}import random\n{THROW}",
            id="an import goes below the docstring and above a comment",
        ),
        pytest.param(
            DAY,
            UNDEFINED.format("datetime"),
            2,
            f"from datetime import datetime\n{DAY}",
            id="a method of a class in the module needs the class",
        ),
        pytest.param(TWO_CHOICES, UNDEFINED.format("choice"), 7, None, id="a name that is bound is not imported"),
        pytest.param(LETTERS, UNDEFINED.format("string"), 2, None, id="the module has no such attribute"),
        pytest.param(
            CLUB.format("members"),
            UNDEFINED.format("members"),
            6,
            CLUB.format("self.members"),
            id="an attribute of the same name comes before a similar name",
        ),
        pytest.param(
            NUMERALS.format(""),
            UNBOUND.format("text"),
            7,
            NUMERALS.format('    text = ""\n'),
            id="letters from the rows of a table are added to a string",
        ),
        pytest.param(
            ROWS.format(""),
            UNBOUND.format("items"),
            3,
            ROWS.format("    items = []\n"),
            id="a list is added to a list",
        ),
        pytest.param(AREA, UNBOUND.format("result"), 3, None, id="a product does not begin with 0"),
        pytest.param(WALK, UNDEFINED.format("path"), 2, None, id="an empty list has no last item"),
        pytest.param(LATER.format("int(hours)"), ADDED, 2, None, id="a number made on purpose stays a number"),
    ],
)
def test_an_edit_fits_what_the_program_shows(code: str, message: str, line: int, mended: str | None) -> None:
    """The evaluator cannot repeat these crashes, so the code alone must show that an edit is safe."""
    assert offered(code, crash(code, message, line)) == mended


def test_an_item_that_is_none_is_followed_and_not_converted() -> None:
    """The plan says where to look, and the concept names what was found."""
    code = JOIN.format("sizes")
    report = crash(code, NOT_TEXT.format("NoneType"), 2)
    assert "one item of `sizes` is `None`" in explained(code, HintLevel.CONCEPT, report).text
    plan = explained(code, HintLevel.STRUCTURE, report).text
    assert "Find the line that makes the item `None`" in plan
    assert "`map`" not in plan


def test_a_name_error_in_a_raise_is_not_explained_by_the_exception_before() -> None:
    """`raise ValueErrorr(…)` fails by its own misspelling."""
    code = (
        "def last(parts):\n    try:\n        return parts.pop()\n    except IndexError:\n"
        "        raise ValueErrorr('none')\n"
    )
    second = crash(code, UNDEFINED.format("ValueErrorr"), 5)
    first = crash(code, "IndexError: pop from empty list", 3)
    report = f"{first}\nDuring handling of the above exception, another exception occurred:\n\n{second}"
    assert offered(code, report) == code.replace("ValueErrorr", "ValueError")


def test_a_loop_is_blamed_for_an_index_only_if_its_condition_names_it() -> None:
    """The condition `low <= high` says nothing of `middle`."""
    rule = "runtime.neighbour-past-the-end"
    search = (
        "def find(items, value):\n    low, high = 0, len(items) - 1\n    while low <= high:\n"
        "        middle = (low + high) // 2\n        if items[middle + 1] < value:\n            low = middle + 1\n"
        "        else:\n            high = middle - 1\n"
    )
    pairs = "def steps(items):\n    at = 0\n    while at < len(items):\n        print(items[at + 1])\n        at += 1\n"
    last = "IndexError: list index out of range"
    assert explained(search, HintLevel.QUESTION, crash(search, last, 5)).rule != rule
    assert explained(pairs, HintLevel.QUESTION, crash(pairs, last, 4)).rule == rule


def test_arguments_in_both_orders_are_no_mistake() -> None:
    """A comparison both ways calls a function once in each order."""
    rest = "\n\n\ndef inside(small, big):\n    return all(part in big for part in small)\n"
    crossed = "def compare(small, big):\n    if inside(big, small):\n        return 3\n"
    question = "compare([1, 2], [1, 2, 3]) returns 1 but 2 is expected"
    both = f"{crossed}    if inside(small, big):\n        return 2\n    return 1{rest}"
    only = f"{crossed}    return 1{rest}"
    assert explained(both, HintLevel.QUESTION, question=question).rule != "logic.arguments-crossed"
    assert explained(only, HintLevel.QUESTION, question=question).rule == "logic.arguments-crossed"


def test_a_missing_bracket_is_not_removed_if_that_makes_a_new_name() -> None:
    """`prices[1` is not `prices1`."""
    code = "prices = [3, 4]\nprices[0] = prices[1 = 0\nprint(prices)\n"
    assert "prices1" not in (offered(code, None, 1) or "")


def test_a_line_that_slipped_out_of_its_block_is_put_back() -> None:
    """The line below is deeper and has no header, so this line cannot stand where it does."""
    code = "class Box:\n    def put(self, item):\n        if item:\nself.items.append(item)\n        self.count += 1\n"
    assert offered(code, None, 3) == code.replace("\nself.items", "\n            self.items")


def test_how_to_check_a_name_without_a_value() -> None:
    """It has no value that could be printed."""
    code = "def tell():\n    print(random.random())\n"
    text = explained(code, HintLevel.STRUCTURE, crash(code, "NameError: name 'random' is not defined", 2)).text
    assert "search the program for each place" in text
    assert "print the values" not in text
