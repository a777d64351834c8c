"""Claims that need more evidence than a program gives: the tutor says the weaker thing that is true."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Explanation, explain
from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_protocol import Position, Submission

STUDENT = StudentLevels(programming=3, maths=3)
SUMS = (
    "def pairs(values):\n    found = []\n    for at in range(len(values)):\n"
    "        found.append(sum(values[at:at + 2]))\n    return found\n\n\nprint(pairs([1, 2, 3]))\n"
)
EVEN = "def is_even_length(word):\n    size = len(word)\n    rest = size % 3\n    return rest == 0\n"
SHELF = (
    "class Shelf:\n    def __init__(self):\n        self.books = []\n\n    def drop(self, book):\n"
    "        self.last = book\n        return book\n\n    def titles(self):\n        found = []\n"
    "        for book in self.books:\n            found.append(book)\n        return found\n"
)
SHOW = "def show(n):\n    print('n is', n)\n\n\nshow(1)\nresult = show(2)\nprint(result)\n"


def explained(
    code: str, level: HintLevel, text: str | None = None, question: str | None = None, line: int = 0
) -> Explanation:
    """Return the explanation of a program at a level, with the cursor on a line."""
    return explain(Submission(code=code, cursor=Position(line, 0), traceback=text, question=question), level, STUDENT)


def test_a_start_does_not_lead_away_from_the_line_asked_about() -> None:
    """An answer that only says where to begin leaves the line that the student asked about in play."""
    found = explained(SUMS, HintLevel.QUESTION, question="pairs gives 3 numbers, there should be only 2", line=2)

    assert found.certainty == "start_here"
    assert "the place to look is" not in found.text
    assert found.text.startswith("You asked about line 3. A value can be followed from")


def test_two_results_that_are_equal_are_no_symptom() -> None:
    """A question in which the right and the wrong value seem to be the same tells neither of them."""
    symptom = read_symptom(None, "Only 3.50 should be True. But I get True for 1250, expected False.")

    assert symptom is None or symptom.got != symptom.expected or symptom.got is None


def test_one_truth_value_is_no_evidence_for_a_number() -> None:
    """A single wrong yes or no does not show that a fixed number is the mistake: too many numbers turn it."""
    report = "    assert is_even_length('ab')\nE   assert False\nE    +  where False = is_even_length('ab')\n"

    assert explained(EVEN, HintLevel.QUESTION, report).rule != "logic.wrong-number"


def test_a_call_that_only_shows_the_object_does_not_lead_away_from_the_method() -> None:
    """If a test compares what a method without arguments shows, the student's own line in another method counts."""
    report = "    assert shelf.titles() == ['b']\nE   AssertionError: assert ['a', 'b'] == ['b']\n"
    found = explained(SHELF, HintLevel.STRUCTURE, report, line=5)

    assert found.lines == (6,)


def test_a_procedure_whose_result_is_shown_on_purpose_is_no_mistake() -> None:
    """A function that prints and is called as a statement, too, may be called for its `None`."""
    assert explained(SHOW, HintLevel.QUESTION).rule != "logic.nothing-given-back"


@pytest.mark.parametrize("wanted", ["[]", "0", "''"])
def test_the_result_of_an_empty_input_is_no_evidence_for_a_return(wanted: str) -> None:
    """A `return` at the end gives the result of an empty input by chance, if the function has its `return`."""
    start = {"[]": "[]", "0": "0", "''": "''"}[wanted]
    code = (
        f"def best(items):\n    found = {start}\n    for item in items:\n        found = item\n        return found\n"
    )
    report = f"Test failed: best([])\n  expected: {wanted}\n  got:      None\n"

    assert explained(code, HintLevel.SOLUTION, report).rule != "logic.return-forgotten"


def test_a_wrong_string_is_made_where_it_is_formed() -> None:
    """If the only `return` calls a function, a wrong string leads to that function."""
    code = (
        "def label(size):\n    return f'{size} cm'\n\n\ndef longest(sizes):\n    best = 0\n    for size in sizes:\n"
        "        best += size - best\n    return label(best)\n"
    )
    report = "Test failed: longest([3, 7])\n  expected: '07 cm'\n  got:      '7 cm'\n"

    assert explained(code, HintLevel.STRUCTURE, report).lines == (2,)


@pytest.mark.parametrize(
    ("code", "line", "shown", "hidden"),
    [
        ("def key(pair):\n    return pair[1]\n\n\nprint(sorted([(1, 2)], key=key))\n", 1, "", "key([])"),
        (
            (
                "def shift(text, by):\n    out = ''\n    for ch in text.lower():\n        out += chr(ord(ch) + by)\n"
                "    return out\n\n\nprint(shift('abc', 1))\n"
            ),
            2,
            "shift('xyz'",
            "'fig'",
        ),
        (
            "import random\n\n\ndef roll():\n    return random.randint(1, 7)\n\n\nprint(roll())\n",
            4,
            "smallest",
            "by zero",
        ),
        (
            "def high(speed, gain):\n    return speed + gain / 2\n\n\nfor a in (1, 2):\n    print(high(20, a))\n",
            1,
            "is zero",
            "one more than the largest",
        ),
    ],
)
def test_cases_fit_the_function(code: str, line: int, shown: str, hidden: str) -> None:
    """The test cases of a check suit what the function is for, and the program's own values."""
    found = explained(code, HintLevel.STRUCTURE, line=line)

    assert found.rule == "purpose.check"
    assert shown in found.text
    assert hidden not in found.text
