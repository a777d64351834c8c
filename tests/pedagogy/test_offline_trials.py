"""Logic errors with a known right result: the tutor names a change only if every expectation holds with it."""

from __future__ import annotations

import ast

import pytest

from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import Explanation, explain
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.rules.logic import trials
from tutor_pedagogy.offline.rules.logic.symptom import Symptom
from tutor_pedagogy.offline.rules.logic.trials.stage import STEPS, Stage
from tutor_protocol import Position, Submission

STUDENT = StudentLevels(programming=3, maths=3)
TOTAL = "def total(numbers):\n    result = 0\n    for n in numbers:\n        result -= n\n    return result\n"
PICK = "def pick(n):\n    if n > 3:\n        return 'big'\n    return 'small'\n"


def ask(code: str, text: str | None = None, question: str | None = None) -> Submission:
    """Return a submission with the cursor on the first line."""
    return Submission(code=code, cursor=Position(0, 0), traceback=text, question=question)


def explained(code: str, text: str | None = None, question: str | None = None) -> Explanation:
    """Return the explanation at the level that shows an edit."""
    return explain(ask(code, text, question), HintLevel.SOLUTION, STUDENT)


def failed(call: str, expected: str, got: str) -> str:
    """Return the report of a failing test."""
    return f"Test failed: {call}\n  expected: {expected}\n  got:      {got}\n"


@pytest.mark.parametrize(
    ("code", "text", "question"),
    [
        (TOTAL, failed("total([1, 2])", "3", "-3"), None),
        (TOTAL, "E       assert -3 == 3\nE        +  where -3 = total([1, 2])\n", None),
        (f"{TOTAL}\nassert total([1, 2]) == 3\n", None, None),
        (TOTAL.replace(":\n", ':\n    """Add.\n\n    >>> total([1, 2])\n    3\n    """\n', 1), None, None),
        (f"{TOTAL}\nprint(total([1, 2]))  # 3\n", None, None),
        (f"{TOTAL}\nprint(total([1, 2]))  # should print 3\n", None, None),
        (f"{TOTAL}\nprint(total([1, 2]))  # -> 3\n", None, None),
        (f"{TOTAL}\nprint(total([1, 2]))\n# expected: 3\n", None, None),
        (f"{TOTAL}\nprint(total([1, 2]))\n", None, "It prints -3 but it should be 3. Why?"),
        (TOTAL, None, "Why does total([1, 2]) give -3 instead of 3?"),
        ("result = 0\nfor n in [1, 2]:\n    result -= n\nprint(result)  # 3\n", None, None),
        ("result = 0\nfor n in [1, 2]:\n    result -= n\nprint('sum', result)\n", None, "I get -3 instead of 3"),
    ],
)
def test_a_right_result_is_read_from_every_form(code: str, text: str | None, question: str | None) -> None:
    """The right result comes from a failing test, an assert, a doctest, a comment or the question."""
    found = explained(code, text, question)

    assert found.rule == "logic.wrong-operator"
    assert found.edit is not None
    assert found.edit.after.strip() == "result += n"


def test_one_expectation_is_a_place_to_start_and_two_make_a_finding_certain() -> None:
    """A finding is certain only if at least two expectations hold with the edit; of one alone no cause is told."""
    unknown_name = TOTAL.replace("total", "tally")
    one = f"{unknown_name}\nassert tally([1, 2]) == 3\n"
    two = f"{one}assert tally([5]) == 5\n"

    assert [explained(code).certainty for code in (one, two)] == ["start_here", "certain"]


def test_an_expectation_that_holds_must_go_on_holding() -> None:
    """A change that mends the failing result and breaks another one is no finding."""
    code = f"{PICK}\nassert pick(3) == 'big'\nassert pick(2) == 'small'\nassert pick(9) == 'big'\n"
    found = explained(code)

    assert (found.rule, found.lines, found.certainty) == ("logic.border-on-wrong-side", (2,), "certain")
    assert found.edit is not None
    assert found.edit.after == "    if n >= 3:"


def test_a_reported_result_that_does_not_come_about_is_not_explained() -> None:
    """If the evaluator gets another wrong result than the test, the report is about another program."""
    program = Program(ask(TOTAL))

    assert trials.diagnose(program, Symptom(("value",), "total([1, 2])", "3", "77")) is None


def test_places_that_are_as_likely_are_told_without_an_edit() -> None:
    """If changes on several lines give the right result, the lines are named, and none is changed."""
    code = (
        "def seats(rows, columns):\n    across = columns - 1\n    along = rows - 1\n    return across * along\n\n\n"
        "print(seats(3, 3))  # 6\n"
    )
    found = explained(code)

    assert (found.rule, found.certainty, found.edit) == ("logic.one-of-several-places", "start_here", None)
    assert "line 2, line 3 and line 4" in found.text


def test_one_wrong_truth_value_proves_no_turned_comparison() -> None:
    """With a single wrong truth value any change that turns it round passes, so no edit is offered."""
    code = "def same(a, b):\n    return set(a) == set(b)\n"
    found = explained(code, failed("same('aab', 'abb')", "False", "True"))

    assert (found.certainty, found.edit) == ("start_here", None)


@pytest.mark.parametrize(
    "code",
    [
        f"{PICK}\nassert pick(3) == 'small'\nassert pick(9) == 'big'\n",
        f"{PICK}\nprint(pick(9))  # big\n",
        f"{PICK}\nprint(pick(9))  # the size\n",
        f"{PICK}\nprint(pick(input()))  # big\n",
        "import random\n\nprint(random.randint(1, 6))  # 3\n",
        "x = [3, 1]\nprint(sorted(x))  # sorts the list\n",
    ],
)
def test_programs_whose_expectations_hold_have_no_finding(code: str) -> None:
    """Comments that expect nothing, results that are right and results that are not known lead to no claim."""
    assert trials.diagnose(Program(ask(code)), None) is None


def test_a_chance_hit_with_an_unusual_change_is_no_finding() -> None:
    """A change that nobody would have mistaken, such as a count that begins at 1, is not claimed."""
    code = (
        "def vowels(word):\n    count = 0\n    for letter in word:\n        if letter in 'aeio':\n"
        "            count += 1\n    return count\n"
    )
    found = explained(code, failed("vowels('bus')", "1", "0"))

    assert (found.rule, found.edit) == ("logic.result-too-big-or-small", None)


def test_the_tree_is_as_before_after_the_search() -> None:
    """Every change of the tree is undone."""
    program = Program(ask(f"{TOTAL}\nassert total([1, 2]) == 7\n"))
    assert program.tree is not None
    before = ast.dump(program.tree)

    trials.diagnose(program, None)

    assert ast.dump(program.tree) == before


def test_the_search_ends_with_its_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """All trials of an answer share one budget of steps."""
    spent = []
    outcome = Stage.outcome

    def counted(stage: Stage, *arguments: object, **named: object) -> object:
        before = stage.steps_left
        result = outcome(stage, *arguments, **named)  # type: ignore[arg-type] # passed on as they are
        spent.append(before - stage.steps_left)
        return result

    monkeypatch.setattr(Stage, "outcome", counted)
    body = "".join(f"    x = x + {number} * n - n // {number}\n" for number in range(2, 40))
    code = f"def f(n):\n    x = 0\n    for k in range(n):\n        x += k\n{body}    return x\n\n\nassert f(9) == 5\n"

    trials.diagnose(Program(ask(code)), None)

    assert STEPS // 2 < sum(spent) <= STEPS + 100


def test_an_edit_of_a_pattern_that_leaves_the_test_failing_is_not_offered() -> None:
    """The edit of a pattern rule is tried, too."""
    code = "def product(numbers):\n    result = 0\n    for n in numbers[2:]:\n        result *= n\n    return result\n"
    found = explained(code, failed("product([2, 3, 4])", "24", "0"))

    assert found.rule == "logic.product-with-zero"
    assert found.edit is None


@pytest.mark.parametrize(
    "code",
    [
        "n = 3\nwhile n > 0 and n < 9:\n    exec('n = 0')\n    break\nprint(n)\n",
        "x = 5\nwhile True:\n    if x == 5 and x == 6:\n        break\n    x = 7\n    break\nprint(x)\n",
    ],
)
def test_a_claim_that_the_run_does_not_contradict_stays(code: str) -> None:
    """Refutations only drop claims; a program that the evaluator cannot follow keeps its findings."""
    assert explained(code).text


def test_a_loop_that_ends_in_the_run_is_no_endless_loop() -> None:
    """A rule's claim that a loop never ends is dropped if the run shows its end."""
    code = (
        "class Lamp:\n    left = 3\n\n\nlamp = Lamp()\nother = lamp\nwhile lamp.left > 0:\n    other.left = 0\n"
        "print('dark')\n"
    )

    assert explained(code).rule != "logic.loop-never-ends"


def test_what_was_evaluated_is_said_at_the_first_level() -> None:
    """The question names the call, both results, and how often the line ran."""
    text = explain(ask(TOTAL, failed("total([1, 2])", "3", "-3")), HintLevel.QUESTION, STUDENT).text

    assert "For `total([1, 2])` the result is `-3`, and `3` is right. Here, line 4 runs twice." in text
