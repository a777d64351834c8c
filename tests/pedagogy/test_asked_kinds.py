"""Asks of kinds that are easily taken for others: a check, a plan, what to add, which of two, another subject."""

from __future__ import annotations

import pytest

from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_protocol import Position, Submission

STUDENT = StudentLevels(programming=3, maths=3)
PRIME = (
    "def is_prime(number):\n    for d in range(2, number // 2):\n        if number % d == 0:\n"
    "            return False\n"
    "    return True\n\nprint(is_prime(11), is_prime(15))\n"
)
HALF = "def half(n):\n    return n / 2\n\nprint(half(8))\n"
TAX = "def with_tax(p):\n    return p * 2\n\nprint(with_tax(8))  # 16\n"
QUEUE = (
    'class Line:\n    """People in a shop, the first one is served first."""\n\n'
    '    def join(self, person):\n        """put a person at the end"""\n        pass\n'
)
LENGTHS = 'def average_of_words(sentence):\n    """the average length of the words"""\n    pass\n'
MIRROR = 'def check(word):\n    """True if word is the same backwards"""\n    pass\n'
DOUBLED = (
    "def twice_a(items):\n    out = []\n    for item in items:\n        out.append(item * 2)\n    return out\n\n"
    "def twice_b(items):\n    return [item * 2 for item in items]\n\nprint(twice_a([1, 2]))\nprint(twice_b([1, 2]))\n"
)
GAME = "answer = ''\nwhile answer != 'stop':\n    answer = input('Word: ')\n    print(answer[::-1])\n"


def told(code: str, question: str, level: HintLevel = HintLevel.QUESTION) -> str:
    """Return the text of an ask, which the guard of its level must let pass."""
    submission = Submission(code=code, cursor=Position(0, 0), question=question)
    text = explain(submission, level, STUDENT).text
    if level < HintLevel.SOLUTION:
        guard = Guard(level, submission)
        guard.feed(text)
        guard.finish()
        assert guard.verdict is None
    return text


def test_a_value_at_the_edge_refutes_a_program_that_is_right_for_its_own_calls() -> None:
    """A value at the edge refutes a program that is right for its own calls."""
    text = told(PRIME, "can you check it? 11 and 15 are right")
    assert text.startswith("No, not yet: `is_prime(4)` gives `True`")
    mended = told(PRIME.replace("// 2)", "// 2 + 1)"), "is this right?")
    assert mended.startswith("Yes, as far as I have checked")


@pytest.mark.parametrize("code", [HALF, TAX])
def test_few_calls_give_no_plain_yes(code: str) -> None:
    """Few calls give no plain yes."""
    text = told(code, "is this right?")
    assert text.startswith("On these calls")
    assert "I can not tell about other calls" in text


def test_a_plan_does_not_follow_a_word_of_the_question() -> None:
    """A plan does not follow a word of the question."""
    text = told(QUEUE, "i only have the docstrings, where do i start", HintLevel.CONCEPT)
    assert "“only”" not in text
    text = told(MIRROR, "need the answer in 5 min", HintLevel.STRUCTURE)
    assert "smallest item" not in told(MIRROR, "need the answer in 5 min", HintLevel.CONCEPT)
    assert "Compare the word with its reverse" in text
    assert "new result" not in text


def test_a_task_that_only_the_question_names_is_planned() -> None:
    """A task that only the question names is planned."""
    stub = "def f(values):\n    pass\n"
    assert "average" in told(stub, "how do i start? the task is the average", HintLevel.CONCEPT)


def test_the_items_of_a_text_are_its_words_if_name_and_description_say_so() -> None:
    """The items of a text are its words if name and description say so."""
    text = told(LENGTHS, "how do i start", HintLevel.SOLUTION)
    assert "for word in words:" in text
    assert "for word in" not in told(LENGTHS.replace("the words", "all"), "how do i start", HintLevel.SOLUTION)


def test_a_written_function_is_not_called_unwritten() -> None:
    """A written function is not called unwritten."""
    text = told(HALF, "where do i begin with the next exercise")
    assert "still to be written" not in text


@pytest.mark.parametrize("question", ["its finished, what can i add next", "finished! any ideas for more?"])
def test_ideas_come_from_what_the_program_has(question: str) -> None:
    """Ideas come from what the program has."""
    text = told(GAME, question)
    assert "ask again if line 3 gets something that makes no sense there" in text
    assert "mistake" not in text


def test_two_functions_are_compared() -> None:
    """Two functions are compared."""
    text = told(DOUBLED, "which one is better?")
    assert "`twice_a` and `twice_b` both give `[2, 4]` for `[1, 2]`" in text
    assert "`twice_b` is shorter than `twice_a`" in text


def test_functions_that_differ_are_not_said_to_be_the_same() -> None:
    """Functions that differ are not said to be the same."""
    text = told(DOUBLED.replace("twice_b([1, 2])", "twice_b([3])"), "which one is better?")
    assert "does not show that" in text


def test_the_work_of_another_subject_is_declined() -> None:
    """The work of another subject is declined."""
    text = told(HALF, "can you do my history homework for tomorrow")
    assert text.startswith("Your question has nothing to do with this program")


def test_a_format_is_read_and_not_planned() -> None:
    """A format is read and not planned."""
    text = told(
        "price = 2.5\nprint(f'{price:>6.1f}')\n", "the :>6.1f in line 2, how do i read this", HintLevel.STRUCTURE
    )
    assert "at least 6 characters wide" in text
