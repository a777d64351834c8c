"""Reports of failing tests: the call, the right and the actual result are read from every form of them."""

from __future__ import annotations

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import diagnose, explain
from tutor_pedagogy.offline.rules.logic.symptom import read_symptom
from tutor_protocol import Position, Submission

STARS = "*" * 70
RULER = "=" * 70
DASHES = "-" * 70
TRACE = 'Traceback (most recent call last):\n  File "/tmp/t.py", line 9, in <module>\n'
REPORTS: dict[str, tuple[str, tuple[str | None, str | None, str | None]]] = {
    "pytest shows the line, the values and where they come from": (
        (
            "____ test_area ____\n\n    def test_area():\n>       assert area(2, 3) == 6\nE       assert 5 == 6\n"
            "E        +  where 5 = area(2, 3)\n\ntest_shapes.py:4: AssertionError\n"
        ),
        ("area(2, 3)", "6", "5"),
    ),
    "pytest with a message puts the values behind it": (
        (
            '>       assert area(2, 3) == 6, "a times b == area"\nE       AssertionError: a times b == area\n'
            "E       assert 5 == 6\nE        +  where 5 = area(2, 3)\n"
        ),
        ("area(2, 3)", "6", "5"),
    ),
    "the first of several failures of pytest": (
        (
            "______ test_one ______\n\n>       assert half(4) == 2\nE       assert 8 == 2\n"
            "E        +  where 8 = half(4)\n\n"
            "t.py:3: AssertionError\n______ test_two ______\n\n>       assert half(10) == 5\nE       assert 20 == 5\n"
            "E        +  where 20 = half(10)\n\nt.py:7: AssertionError\n======= short test summary info =======\n"
            "FAILED t.py::test_one - assert 8 == 2\nFAILED t.py::test_two - assert 20 == 5\n"
        ),
        ("half(4)", "2", "8"),
    ),
    "pytest with a wanted value in approx": (
        (
            ">       assert mean([1, 2]) == pytest.approx(1.5)\nE       assert 3.0 == 1.5 ± 1.5e-06\n"
            "E         comparison failed\nE         Obtained: 3.0\nE         Expected: 1.5 ± 1.5e-06\n"
        ),
        ("mean([1, 2])", "1.5", "3.0"),
    ),
    "pytest with sets": (
        (
            ">       assert vowels('tea') == {'a', 'e'}\nE       AssertionError: assert {'t'} == {'a', 'e'}\n"
            "E         \nE         Extra items in the left set:\nE         't'\n"
        ),
        ("vowels('tea')", "{'a', 'e'}", "{'t'}"),
    ),
    "pytest with dictionaries": (
        (
            ">       assert tally('aab') == {'a': 2, 'b': 1}\n"
            "E       AssertionError: assert {'a': 1, 'b': 1} == {'a': 2, 'b': 1}\n"
            "E         \nE         Omitting 1 identical items, use -vv to show\n"
        ),
        ("tally('aab')", "{'a': 2, 'b': 1}", "{'a': 1, 'b': 1}"),
    ),
    "pytest cuts a long actual list": (
        ">       assert upto(3) == [0, 1, 2]\nE       assert [0, 1, 2, 3, 4, 5, ...] == [0, 1, 2]\n",
        ("upto(3)", "[0, 1, 2]", None),
    ),
    "pytest with a truth value": (
        ">       assert is_even(4)\nE       assert False\nE        +  where False = is_even(4)\n",
        ("is_even(4)", "True", "False"),
    ),
    "pytest with not": (
        ">       assert not is_even(3)\nE       assert not True\nE        +  where True = is_even(3)\n",
        ("is_even(3)", "False", "True"),
    ),
    "pytest with None": (
        ">       assert find([1], 2) is None\nE       assert -1 is None\n",
        ("find([1], 2)", "None", "-1"),
    ),
    "pytest with strings and their diff": (
        (
            ">       assert shout('hi') == 'HI!'\nE       AssertionError: assert 'HI' == 'HI!'\nE         \n"
            "E         - HI!\n"
            "E         ?   -\nE         + HI\n"
        ),
        ("shout('hi')", "'HI!'", "'HI'"),
    ),
    "the wanted value comes first": (
        ">       assert 6 == area(2, 3)\nE       assert 6 == 5\nE        +  where 5 = area(2, 3)\n",
        ("area(2, 3)", "6", "5"),
    ),
    "an assertion over several lines": (
        ">       assert area(\n            2,\n            3,\n        ) == 6\nE       assert 5 == 6\n",
        ("area(2, 3)", "6", "5"),
    ),
    "a plain assert without a message": (
        TRACE + "    assert area(2, 3) == 6\n           ^^^^^^^^^^^^^^^\nAssertionError\n",
        ("area(2, 3)", "6", None),
    ),
    "a plain assert with a message is no part of the value": (
        TRACE + '    assert area(2, 3) == 6, "two by three, or 6"\n           ^^^^^^^^^^^^^^^\n'
        "AssertionError: two by three, or 6\n",
        ("area(2, 3)", "6", None),
    ),
    "a message that tells both values": (
        TRACE + '    assert area(2, 3) == 6, f"area(2, 3): expected 6, got {area(2, 3)}"\n'
        "AssertionError: area(2, 3): expected 6, got 5\n",
        ("area(2, 3)", "6", "5"),
    ),
    "an assert on a stored result whose message names the call": (
        TRACE + '    assert abs(got - 2.5) < 0.001, f"mean([2, 3]) returned {got} instead of 2.5"\n'
        "AssertionError: mean([2, 3]) returned 5.0 instead of 2.5\n",
        ("mean([2, 3])", "2.5", "5.0"),
    ),
    "assertEqual": (
        (
            f"F.\n{RULER}\nFAIL: test_a (t.T.test_a)\n{DASHES}\n{TRACE}    self.assertEqual(area(2, 3), 6)\n"
            f"AssertionError: 5 != 6\n\n{DASHES}\nRan 2 tests in 0.001s\n\nFAILED (failures=1)\n"
        ),
        ("area(2, 3)", "6", "5"),
    ),
    "assertEqual with a message": (
        TRACE + '    self.assertEqual(area(2, 3), 6, msg="sides: 2 and 3")\nAssertionError: 5 != 6 : sides: 2 and 3\n',
        ("area(2, 3)", "6", "5"),
    ),
    "the first of several failures of unittest": (
        (
            f"FF\n{RULER}\nFAIL: test_a (t.T.test_a)\n{DASHES}\n{TRACE}    self.assertEqual(half(4), 2)\n"
            f"AssertionError: 8 != 2\n\n{RULER}\nFAIL: test_b (t.T.test_b)\n{DASHES}\n{TRACE}"
            f"    self.assertEqual(half(10), 5)\nAssertionError: 20 != 5\n\n{DASHES}\nRan 2 tests in 0.001s\n"
        ),
        ("half(4)", "2", "8"),
    ),
    "assertEqual with the diff of two lists": (
        TRACE + "    self.assertEqual(evens([1, 2, 4]), [2, 4])\nAssertionError: Lists differ: [1] != [2, 4]\n\n"
        "First differing element 0:\n1\n2\n\n- [1]\n+ [2, 4]\n",
        ("evens([1, 2, 4])", "[2, 4]", "[1]"),
    ),
    "assertAlmostEqual": (
        TRACE + "    self.assertAlmostEqual(mean([2, 3]), 2.5)\n"
        "AssertionError: 5.0 != 2.5 within 7 places (2.5 difference)\n",
        ("mean([2, 3])", "2.5", "5.0"),
    ),
    "assertTrue": (
        TRACE + "    self.assertTrue(is_even(4))\nAssertionError: None is not true\n",
        ("is_even(4)", "True", "None"),
    ),
    "assertFalse with a message": (
        TRACE + '    self.assertFalse(is_even(3), "3 is odd")\nAssertionError: True is not false : 3 is odd\n',
        ("is_even(3)", "False", "True"),
    ),
    "the first of several examples of doctest": (
        (
            f'{STARS}\nFile "p.py", line 4, in p.half\nFailed example:\n    half(4)\n'
            f"Expected:\n    2\nGot:\n    8\n{STARS}\n"
            f'File "p.py", line 6, in p.half\nFailed example:\n    half(10)\nExpected:\n    5\nGot:\n    20\n{STARS}\n'
            "1 items had failures:\n   2 of   2 in p.half\n***Test Failed*** 2 failures.\n"
        ),
        ("half(4)", "2", "8"),
    ),
    "doctest without a result": (
        (
            f'{STARS}\nFile "p.py", line 4, in p.half\nFailed example:\n    half(4)\n'
            f"Expected:\n    2\nGot nothing\n{STARS}\n"
        ),
        ("half(4)", "2", "None"),
    ),
    "doctest with several lines": (
        (
            f"{STARS}\nFailed example:\n    rows(2)\nExpected:\n"
            f"    *\n    **\nGot:\n    **\n    *\n{STARS}\n1 items had failures:\n"
        ),
        ("rows(2)", "*\n**", "**\n*"),
    ),
}


@pytest.mark.parametrize(("text", "parts"), REPORTS.values(), ids=REPORTS)
def test_parts_of_a_report_are_read(text: str, parts: tuple[str | None, str | None, str | None]) -> None:
    """The first failure gives the call, the right and the actual result; a part that is not told is None."""
    symptom = read_symptom(text)

    assert symptom is not None
    assert (symptom.call, symptom.expected, symptom.got) == parts


@pytest.mark.parametrize(
    "text",
    [
        ">       assert area(2, 3) in (6, 7)\nE       assert 5 in (6, 7)\nE        +  where 5 = area(2, 3)\n",
        ">       with pytest.raises(ValueError):\nE       Failed: DID NOT RAISE <class 'ValueError'>\n",
        "    self.assertRaises(ValueError, area, -1, 2)\nAssertionError: ValueError not raised by area\n",
        "    self.assertIn(5, divisors(10))\nAssertionError: 5 not found in [1, 2]\n",
    ],
)
def test_other_assertions_tell_no_right_value(text: str) -> None:
    """An assertion that is satisfied by several values gives no right result."""
    symptom = read_symptom(text)

    assert symptom is None or symptom.expected is None


def test_full_stop_of_a_sentence_is_no_part_of_a_value() -> None:
    """The full stop behind a value in a question belongs to the sentence."""
    symptom = read_symptom(None, "I get 12. It is wrong, it prints 12 but should be 15.")

    assert symptom is not None
    assert (symptom.expected, symptom.got) == ("15", "12")


def test_line_of_a_test_is_not_taken_for_one_of_the_program() -> None:
    """An `assert` in a file of tests is never said to stand in the program."""
    code = "def double(n):\n    return n + 3\n\n\nprint(double(3))\n"
    text = (
        'Traceback (most recent call last):\n  File "/tmp/test_double.py", line 5, in <module>\n'
        "    assert 7 <= double(4) <= 9\nAssertionError\n"
    )
    finding = diagnose(Submission(code=code, cursor=Position(4, 0), traceback=text))

    assert finding.rule != "runtime.claim-not-true"


def test_right_condition_on_another_path_is_not_blamed() -> None:
    """A wrong truth value leads to the only `return` that the failing call reached."""
    code = (
        "def rises(heights):\n    last = 0\n    for height in heights:\n        if height < last:\n"
        "            return False\n"
        "        last = height\n    return True\n"
    )
    text = "    self.assertFalse(rises([3, 3]))\nAssertionError: True is not false\n"
    finding = diagnose(Submission(code=code, cursor=Position(0, 0), traceback=text))

    assert finding.lines[0] in (4, 7)
    assert finding.rule != "logic.wrong-branch-taken"


def test_open_place_is_not_told_as_a_fact() -> None:
    """If the place is open, the tutor says the call and its two values, and does not say to change a certain line."""
    code = (
        "def shelves(books):\n    return arranged(books)[::-1]\n\n\ndef arranged(books):\n"
        "    return sorted([b for b in books if b.strip().endswith(('a', 'o'))])\n"
    )
    text = (
        "    self.assertEqual(shelves(['Emma', 'It', 'Momo']), ['Momo', 'It', 'Emma'])\n"
        "AssertionError: Lists differ: ['Momo', 'Emma'] != ['Momo', 'It', 'Emma']\n"
    )
    submission = Submission(code=code, cursor=Position(0, 0), traceback=text)
    finding = diagnose(submission)

    assert (finding.rule, finding.lines) == ("logic.result-too-long-or-short", (6,))
    assert explain(submission, HintLevel.SOLUTION, StudentLevels()).certainty == "start_here"
    assert "Change line" not in explain(submission, HintLevel.SOLUTION, StudentLevels()).text


def test_call_of_a_test_helper_names_no_function_of_the_program() -> None:
    """If the failing call is one of a helper of the test, no function of the program is said to be its start."""
    code = "def first(items):\n    return items[1]\n\n\nprint(first([1, 2]))\n"
    text = ">       assert played([4, 7]) == 4\nE       assert 7 == 4\nE        +  where 7 = played([4, 7])\n"
    submission = Submission(code=code, cursor=Position(4, 0), traceback=text)

    assert diagnose(submission).slots["function"] == ""
    assert "`played([4, 7])`" in explain(submission, HintLevel.QUESTION, StudentLevels()).text


def test_state_in_an_assert_is_taken_where_the_assert_stands() -> None:
    """An `assert` about a variable counts after all statements above it have run, so a right program has no finding."""
    code = (
        "stock = {'pen': 2}\n\n\ndef sell(item):\n    stock[item] -= 1\n\n\nsell('pen')\n"
        "assert stock['pen'] == 1\nsell('pen')\nassert stock['pen'] == 0\n"
    )
    finding = diagnose(Submission(code=code, cursor=Position(0, 0)))

    assert finding.rule == "purpose.check"


def test_failing_test_and_name_together_make_a_finding_certain() -> None:
    """If a failing test and the promise of a function's name lead to the same finding, it is certain."""
    code = (
        "def has_digit(plate):\n    for sign in plate:\n        if sign.isdigit():\n            return True\n"
        "        else:\n            return False\n\n\n"
        "def is_plate(text):\n    return len(text) > 3 and has_digit(text)\n"
    )
    text = ">       assert is_plate('AB12')\nE       assert False\nE        +  where False = is_plate('AB12')\n"
    submission = Submission(code=code, cursor=Position(0, 0), traceback=text)
    answer = explain(submission, HintLevel.STRUCTURE, StudentLevels())

    assert (answer.rule, answer.lines, answer.certainty) == ("logic.answer-in-first-round", (6,), "certain")
