"""The knowledge base: its examples run, and the subject of a question is found from the program's places."""

from __future__ import annotations

import pytest

from testing.printed import printed_by
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_pedagogy.offline.engine.examples import is_released
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.knowledge import Entry, entries, here, known, known_abroad, origin_of
from tutor_pedagogy.offline.knowledge.places import is_reported, places
from tutor_protocol import Position, Submission

ENTRIES = entries()
KEYS = [entry.key for entry in ENTRIES]
INDEX_ERROR = (
    'Traceback (most recent call last):\n  File "p.py", line 2, in <module>\nIndexError: list index out of range\n'
)


def program(code: str, question: str = "", line: int = 1, traceback: str | None = None) -> Program:
    """Return a program with a question about a line, which counts from 1."""
    return Program(Submission(code=code, cursor=Position(line - 1, 0), question=question, traceback=traceback))


def test_every_entry_has_its_own_name() -> None:
    """No two entries have the same name."""
    assert sorted(set(KEYS)) == sorted(KEYS)


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.example], ids=lambda entry: entry.key)
def test_example_prints_what_its_comments_say(entry: Entry) -> None:
    """Each example of an entry runs, and each of its comments is a line that it prints."""
    expected = [line.split("# ", 1)[1] for line in entry.example.split("\n") if "# " in line]
    assert printed_by(entry.example) == expected


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_needs_are_kinds_of_places(entry: Entry) -> None:
    """Each place that an entry needs is of a kind that is looked for."""
    read = program("apples = 3\n")
    for need in entry.needs:
        assert is_reported(read, need) is not None or places(read, need) is not None


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_guard_lets_every_text_pass_at_the_first_level(entry: Entry) -> None:
    """No text of an entry says more than a hint of level 1 may, in any language."""
    read = program("apples = 3\nprint(apples)\n", "what")
    blocked = [text for text in (entry.says, *entry.native.values()) if not is_released(text, read, HintLevel.QUESTION)]
    assert blocked == []


@pytest.mark.parametrize(
    ("code", "line", "question", "key"),
    [
        ("b = a[:]\n", 1, "what is the point of the colon in the brackets", "slice-whole"),
        ("w = 'x'[::-1]\n", 1, "why 2 colons", "slice-step"),
        ("print([4][-1])\n", 1, "why -1", "negative-index"),
        ("import random\nn = random.randint(1, 6)\n", 2, "ist die 6 da dabei oder nicht", "randint"),
        ("n = {}.get('a', 0)\n", 1, "why do we need the 0", "get-default"),
        ("a, b, c = 'x y z'.split()\n", 1, "how can 3 variables stand left of the =", "unpack"),
        ("with open('a') as f:\n    t = f.read()\n", 1, "do i not have to close the file", "with-close"),
        ("while True:\n    break\n", 1, "will that not run forever", "while-true"),
        ("if word:\n    pass\n", 1, "what does if word check, there is no ==", "truthiness"),
        ("print({4, 4})\n", 1, "why 1 and not 2", "set-literal"),
        ("t = (1, 2)\n", 1, "difference to [1, 2]?", "tuple-literal"),
        ("print(f'{x:.2f}')\n", 1, "what does the .2f thingy mean", "fstring-format"),
        ("print(0.1 + 0.2)\n", 1, "why is that not 0.3", "float-exact"),
        ("print(5 / 2)\n", 1, "por que sale con decimales", "division"),
        ("def f(*args, **kw):\n    pass\n", 1, "why two stars and one star", "both-stars"),
        ("print(list(map(len, words)))\n", 1, "why len without ()", "function-as-value"),
        ("def g(a, b=2):\n    pass\n", 1, "what is the = in the header", "default"),
        ("n = 3\nn *= 2\n", 2, "never saw *= before, what is that", "accumulate"),
        ("import random\nrandom.shuffle(x)\n", 2, "muss ich nicht x = davor schreiben?", "in-place"),
    ],
)
def test_subject_is_found_from_the_program(code: str, line: int, question: str, key: str) -> None:
    """The words of a question and the places of the program show what the question is about."""
    found = known(program(code, question, line), question)
    assert found is not None
    assert (key, True) == (found.entry.key, found.is_clear)


@pytest.mark.parametrize(
    ("code", "question"),
    [
        ("print('hello')\n", "what is the weather"),
        ("print('hello')\n", ""),
        ("total = 3\nprint(total)\n", "thanks, that helped"),
        ("for tree in trees:\n    print(tree)\n", "it is wrong for my friend"),
    ],
)
def test_nothing_is_found_in_other_questions(code: str, question: str) -> None:
    """A question that names nothing of Python has no subject."""
    assert known(program(code, question), question) is None


def test_function_of_the_program_is_not_taken_for_one_of_python() -> None:
    """A function that the program defines hides the one of Python with the same name."""
    code = "def sum(a, b):\n    return a * b\n\nprint(sum(2, 3))\n"
    found = known(program(code, "what does sum do", 4), "what does sum do")
    assert found is None or found.entry.key != "sum"


def test_words_of_a_report_need_the_report() -> None:
    """An entry about a message answers only if the program has such a message."""
    code, question = "trees = [1]\nprint(trees[1])\n", "but there IS 1 item"
    with_report = known(program(code, question, 2, INDEX_ERROR), question)
    without = known(program(code, question, 2), question)
    assert with_report is not None
    assert with_report.entry.key == "index-count"
    assert without is None or without.entry.key != "index-count"


def test_values_of_the_program_are_told() -> None:
    """The sentence about a place has the values that the evaluator gives, in the language of the question."""
    read = program("trees = ['fir', 'elm']\nprint(trees[-1])\n", "why -1", 2)
    found = known(read, "why -1")
    assert found is not None
    assert here(read, found) == "On line 2, `trees[-1]` is `'elm'`."
    assert here(read, found, "de") == "In Zeile 2 ist `trees[-1]` `'elm'`."


def test_origin_of_a_value_is_found() -> None:
    """The first expression that gives a value, and does not write it out, is its origin."""
    read = program("size = 2\ntotal = size + 1\nprint(total)\n")
    found = origin_of(read, ["3"])
    assert found is not None
    assert (found.lineno, read.segment(found)) == (2, "size + 1")
    assert origin_of(read, ["77"]) is None


def test_other_languages_are_answered_by_their_signs() -> None:
    """A fact about another language needs the words of the question and the signs of the code."""
    assert "scanf" in known_abroad("c", "segfault when i type", 'int n;\nscanf("%d", n);\n')
    assert known_abroad("c", "segfault when i type", "int n;\n") == ""
    assert known_abroad("python", "===", "") == ""


def test_question_about_a_form_is_not_taken_for_a_mistake() -> None:
    """A question about a right line is explained at level 1, and no mistake is claimed."""
    code = "class Tree:\n    def __init__(self, size):\n        self.size = size\n\n\nprint(Tree(9).size)\n"
    asked = Submission(code=code, cursor=Position(1, 0), question="who calls __init__ i never call it")
    told = explain(asked, HintLevel.QUESTION, StudentLevels(3, 3))
    assert told.rule == "purpose.explain"
    assert "Python itself calls `__init__`" in told.text
