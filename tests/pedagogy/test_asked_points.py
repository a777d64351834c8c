"""Answers to what a question names: the empty case, `self` in a call, `is` and `==`, a plan without a guess."""

from __future__ import annotations

import ast

import pytest

from tutor_pedagogy.guard import Guard
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain, purpose
from tutor_pedagogy.offline.engine.program import Program
from tutor_pedagogy.offline.purposes.improve.improvements import improvements
from tutor_pedagogy.offline.purposes.questions import kind_of_question
from tutor_pedagogy.offline.purposes.start.task_kinds import kinds_of
from tutor_protocol import Position, Submission

STUDENT = StudentLevels(programming=3, maths=3)
KENNEL = (
    "class Dog:\n    def __init__(self, name):\n        self.name = name\n        self.tricks = []\n\n"
    "    def learn(self, trick):\n        self.tricks.append(trick)\n\n\n"
    "rex = Dog('Rex')\nfido = Dog('Fido')\nrex.learn('sit')\nprint(rex.tricks, fido.tricks)\n"
)
LARGEST = (
    "def largest(items):\n    best = items[0]\n    for x in items:\n        if x > best:\n            best = x\n"
    "    return best\n\nprint(largest([3, 9, 2]))\n"
)
TOTAL = "def total(xs):\n    s = 0\n    for x in xs:\n        s += x\n    return s\n\nprint(total([3, 9, 2]))\n"
ORDER = (
    "def order(values):\n    n = len(values)\n    for done in range(n - 1):\n        for k in range(n - 1 - done):\n"
    "            if values[k] > values[k + 1]:\n"
    "                values[k], values[k + 1] = values[k + 1], values[k]\n    return values\n"
)
VOTES = "votes = {}\nfor v in ['a', 'b', 'a']:\n    votes[v] = votes.get(v, 0) + 1\nprint(votes)\n"
SAME = "x = {'a': 1}\ny = x\nz = dict(x)\ny['b'] = 2\nprint(x is y, x == z)\n"
RULES = (
    '"""\nPassword checker is_strong(p):\n- 8 or more characters\n- at least one digit\n- no spaces\n"""\n\n'
    "def is_strong(p):\n    pass\n\nprint(is_strong('abc'))\n"
)


def ask(code: str, question: str, line: int = 0) -> Submission:
    """Return an ask about a program, with the cursor on a line that counts from 0."""
    return Submission(code=code, cursor=Position(line, 0), question=question)


def all_levels(submission: Submission) -> str:
    """Return the five texts of an ask, and check that the guard lets the early ones pass."""
    texts = []
    for level in HintLevel:
        found = explain(submission, level, STUDENT).text
        if level < HintLevel.SOLUTION:
            guard = Guard(level, submission)
            guard.feed(found)
            guard.finish()
            assert guard.verdict is None, found
        texts.append(found)
    return "\n".join(texts)


@pytest.mark.parametrize(
    ("code", "question", "line", "facts"),
    [
        (KENNEL, "why do I need self in rex.learn('sit')?", 11, ("the object before the dot, `rex`", "`fido`")),
        (KENNEL, "why is self needed here?", 5, ("`rex.learn('sit')` on line 12 calls", "`trick` gets `'sit'`")),
        (KENNEL, "what is self in __init__?", 1, ("`Dog('Rex')` on line 10 makes a new", "Line 10, step by step")),
        (LARGEST, "what happens if the list is empty?", 1, ("`largest([])`", "`IndexError`", "your decision")),
        (TOTAL, "what happens if the list is empty?", 1, ("`total([])` runs to its end and gives `0`",)),
        (ORDER, "why n - 1 - done and not n?", 3, ("`values[k + 1]`", "`IndexError`", "the largest of the items")),
        (VOTES, "what is the 0 for in votes.get(v, 0)?", 2, ("the first time, `0` and `1` are added",)),
        (SAME, "what is the difference between is and ==?", 4, ("`x` and `y` are two names", "`x is y` is `True`")),
        (
            "def power(n):\n    return 3 << (n + 1)\n\nprint(power(2))\n",
            "what does 3 << (n + 1) do, and why is it not 3 * 2?",
            1,
            ("`3 * 2 ** (n + 1)`", "is `24`"),
        ),
    ],
)
def test_the_point_of_the_question_is_told(code: str, question: str, line: int, facts: tuple[str, ...]) -> None:
    """The answer holds what the question is about, with the values and lines of the program, and claims no mistake."""
    submission = ask(code, question, line)
    told = all_levels(submission)
    assert [fact for fact in facts if fact not in told] == []
    assert purpose(submission) == "explain"


@pytest.mark.parametrize("question", ["could you please help me?", "hello, I don't know what to write", "can you help"])
def test_an_empty_file_without_a_task_asks_for_the_task(question: str) -> None:
    """A question that names no task gets no plan of another task: the answer asks for the text of the exercise."""
    told = all_levels(ask("", question))
    assert "I do not know your task yet" in told
    assert "if ...:" not in told


def test_an_unnamed_game_is_asked_for() -> None:
    """A game without a name is asked for, and no program about something else stands as its like."""
    told = all_levels(ask("import random\n", "how can i make a game"))
    assert "not which one" in told
    assert "similar form" not in told


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("can you help me please", ["other"]),
        ("hangman: the player guesses letters until the word is complete", ["hangman"]),
        ("guess a secret number", ["guess"]),
        ("the player guesses letters of a word", ["vowels"]),
        ("letter frequency: read a file and return a dict", ["tally", "read_file"]),
        ("read numbers that the user types until he enters 0, and show the sum", ["read_until", "sum"]),
        ("ask the user for a password until it is right", ["ask", "until"]),
        ("simulate the queue at the post office", ["other"]),
    ],
)
def test_a_task_is_not_taken_from_a_word_that_says_too_little(words: str, kinds: list[str]) -> None:
    """Words that many questions have name no task, and several words together may name another one."""
    assert kinds == kinds_of(words)


def test_the_listed_rules_are_the_plan() -> None:
    """The rules of the text become the steps, the one that is asked about first, and the conditions of the frame."""
    told = all_levels(ask(RULES, "how do I begin? no idea about the digit rule", 8))
    assert "You ask about “at least one digit”" in told
    assert "# broken: no spaces" in told


def test_items_come_from_the_lines_of_a_file_and_not_from_its_name() -> None:
    """A frame for a file does not go through the characters of its name."""
    code = 'def letter_frequency(path):\n    """Read a text file and return a dict: letter -> how many times."""\n'
    told = all_levels(ask(code, "how do i start"))
    assert "with open(path) as file:" in told
    assert "in path:" not in told


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("what does x << 2 do, and why is it the same as x * 4?", "explain"),
        ("what does this line do wrong?", "find"),
        ("what does it print instead of 3?", "find"),
        ("¿Qué hace name.strip() y por qué no hay que guardar el resultado?", "explain"),
        ("how can a function call itself?", "explain"),
        ("what is the difference between my output and the expected one, it fails", "find"),
        ("what do i do first?", "start"),
    ],
)
def test_a_question_for_an_explanation_is_no_complaint(question: str, kind: str) -> None:
    """What a part does, or why it is needed, is explained; what is wrong is searched for."""
    assert kind == kind_of_question(question)


@pytest.mark.parametrize(
    ("code", "name", "new"),
    [
        (
            (
                "def size(cm):\n    if cm < 10:\n        n = 's'\n    if cm >= 10 and cm < 50:\n        n = 'm'\n"
                "    if cm >= 50:\n        n = 'b'\n    return n\n"
            ),
            "if-chain",
            "if cm < 10:\n    n = 's'\nelif cm < 50:\n    n = 'm'\nelse:\n    n = 'b'",
        ),
        (
            (
                "def f(x):\n    if x < 1:\n        print('a')\n    if x < 5:\n        print('b')\n"
                "    if x > 9:\n        print('c')\n"
            ),
            "if-chain",
            None,
        ),
        ("xs = [3, 4]\nk = 0\ns = 0\nwhile k < len(xs):\n    s += xs[k]\n    k += 1\n", "sum-by-hand", "s = sum(xs)"),
        (
            "xs = [3, 4]\nk = 0\ns = 0\nwhile k < len(xs):\n    s += xs[k]\n    k += 1\nprint(k)\n",
            "sum-by-hand",
            None,
        ),
        (
            (
                "names = ['a', 'b']\nfound = False\nfor n in names:\n    if n == 'b':\n"
                "        found = True\n        break\n"
            ),
            "membership-by-hand",
            "found = 'b' in names",
        ),
        (
            "names = ['a', 'b']\nc = 0\nfor i in range(len(names)):\n    if names[i] == 'b':\n        c = c + 1\n",
            "count-of-value",
            "c = names.count('b')",
        ),
        (
            "names = ['a', 'b']\nc = 0\nfor i in range(len(names)):\n    if names[i] == i:\n        c = c + 1\n",
            "count-of-value",
            None,
        ),
    ],
)
def test_the_main_gain_is_found(code: str, name: str, new: str | None) -> None:
    """A chain, a sum, a search and a count have shorter code, and none if it would mean something else."""
    found = {each.name: each.slots.get("new") for each in improvements(Program(ask(code, "shorter?")))}
    assert new == found.get(name)
    ast.parse(new or "")


def test_a_search_for_a_partner_is_not_told_to_skip_pairs() -> None:
    """Pairs with a fixed sum lead to a set of the items seen, and no pair is said to be looked at twice."""
    code = (
        "def pairs(xs, goal):\n    for i in range(len(xs)):\n        for j in range(i + 1, len(xs)):\n"
        "            if xs[i] + xs[j] == goal:\n                return xs[i], xs[j]\nprint(pairs([1, 5, 7], 8))\n"
    )
    told = all_levels(ask(code, "can this be faster?"))
    assert "a set of the items seen so far" in told
    assert "twice" not in told


def test_a_case_has_a_right_answer() -> None:
    """The second highest of a list is not asked for a list whose items are all equal."""
    code = "def second_highest(marks):\n    marks = sorted(marks)\n    return marks[-2]\n"
    code += "print(second_highest([4, 9, 2]))\n"
    told = all_levels(ask(code, "is it correct?"))
    assert "[9, 4, 9]" in told
    assert "[-4, -4]" not in told


def test_no_single_line_is_to_be_copied() -> None:
    """A line that can not run alone is never to be copied into a file of its own."""
    code = "def down(n):\n    if n == 0:\n        return 0\n    return 1 + down(n - 1)\nprint(down(3))\n"
    told = all_levels(ask(code, "how can a function call itself?", 3))
    assert "Copy line" not in told
