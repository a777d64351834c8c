"""Answers to questions about a hint: reasons, differences, recipes, assertions, and what cannot be answered."""

from __future__ import annotations

import itertools
import re

import pytest

from testing.asks_about_hints import PROGRAMS, answer, passes_guard, submission
from testing.asks_in_turn import traceback
from testing.each_case import each_case
from testing.printed import printed_by
from tutor_pedagogy.dialogue.tables import LANGUAGES, table
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_pedagogy.offline import diagnose

SHARED = "first = ['a']\nsecond = first\nsecond.append('b')\nprint(first)\n"
GRID = "line = [0, 0]\nfield = [line] * 3\nfield[0][1] = 7\nprint(field)\n"
LOST = "text = 'abba'\nfound = 0\ntext.count('b')\nprint(found)\n"
LATER = "pets = ['cat', 'dog']\nprint(pets[0])\npets[0] = 'cow'\n"
RESET = "top = 0\nfor n in [3, 8, 5]:\n    top = 0\n    if n > top:\n        top = n\nprint(top)\n"
SKIPPED = "xs = [1, 1, 2]\nfor x in xs:\n    if x == 1:\n        xs.remove(x)\nprint(xs)\n"
TYPED = "wanted = 4\nguess = input('? ')\nif guess == wanted:\n    print('yes')\n"
SWAP = "left = 1\nright = 2\nleft = right\nright = left\nprint(left, right)\n"
ENDLESS = "n = 5\nwhile n > 0:\n    print(n)\nn = n - 1\n"
LOCAL = "hits = 0\n\ndef hit():\n    hits = hits + 1\n\nhit()\nprint(hits)\n"
PICKS = "words = ['a', 'b']\n\ndef pick(i):\n    return words[i]\n\nprint(pick(0))\nprint(pick(2))\n"
BLOCK = "x = 4\nif x > 3:\nprint('big')\n"
AGE = "age = input('age: ')\nprint(age + 1)\n"
SUM = "total = 0\nfor i in range(1, 4):\n    total += i\nprint(total)\n"
ASKS = {
    "shared": submission(SHARED, 1),
    "grid": submission(GRID, 1),
    "lost": submission(LOST, 2),
    "later": submission(LATER, 2),
    "reset": submission(RESET, 2),
    "skipped": submission(SKIPPED, 3),
    "typed": submission(TYPED, 2),
    "swap": submission(SWAP, 3),
    "endless": submission(ENDLESS, 3),
    "local": submission(
        LOCAL, 3, traceback=traceback(4, "hits = hits + 1", "UnboundLocalError: cannot access local variable 'hits'")
    ),
    "picks": submission(PICKS, 3, traceback=traceback(4, "return words[i]", "IndexError: list index out of range")),
    "block": submission(BLOCK, 2),
    "age": submission(
        AGE, 1, traceback=traceback(2, "print(age + 1)", 'TypeError: can only concatenate str (not "int") to str')
    ),
    "sum": submission(SUM, 1),
}


@pytest.mark.parametrize(
    ("name", "question", "told"),
    [
        ("shared", "why does first change when i only changed second", "Line 3 changes it through `second`"),
        ("shared", "¿por qué cambia first también?", "`second` y `first` son dos nombres"),
        ("grid", "why do all rows change", "`[line] * 3` on line 2 puts the same list into the list several times"),
        ("lost", "why is it still 0", "`text.count('b')` on line 3 gives `2`, but no name and no other call takes"),
        ("later", "why does it still print cat", "line 2 prints before line 3 changes `pets`"),
        ("reset", "what do you mean by before the loop", "Line 3 stands inside the loop of line 2"),
        ("skipped", "why is 1 still there, it should go away", "In the rounds of the loop on line 2, `x` is"),
        ("typed", "why does it say nothing when i type 4", "`guess` is of type `str` and `wanted` of type `int`"),
        ("swap", "why is it 2 2", "after line 3 `left` is `2`, after line 4 `right` is `2`"),
        ("endless", "but i do n = n - 1 at the end", "it does not stand inside the loop of line 2"),
        ("local", "but i did make hits in line 1!", "That `hits` stands outside all functions"),
        ("picks", "line 4 can't be the problem, it worked with 0", "line 4 ran once without an exception"),
        ("block", "but there is a colon in line 2", "Yes, line 2 has its `:`. So look at line 3"),
        ("age", "so int(input) ?", "I take it that `input` keeps its own parentheses inside."),
        (
            "sum",
            "i changed it to range(1, 5) and now there is 10",
            "It then prints “10”. Without the change it printed",
        ),
        ("sum", "can you do exercise 3 too", "I see only this program"),
    ],
)
def test_a_question_is_answered_by_what_the_program_does(name: str, question: str, told: str) -> None:
    """Each reason is read off a run or the syntax tree; another program gets no such sentence."""
    assert told in answer(question, ASKS[name])
    others = (ask for key, ask in ASKS.items() if key != name and told.startswith(("Line", "`", "In", "That")))
    assert not any(told in answer(question, other) for other in others)


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("what is the difference between append and extend", "`extend` goes through its argument"),
        ("is print the same as return?", "No. `print` shows a value on the screen"),
        ("Was ist der Unterschied zwischen print und return?", "`print` zeigt einen Wert auf dem Bildschirm"),
        ("c'est quoi la différence entre une clé et une valeur", "La clé (key) est ce avec quoi on cherche"),
        ("how do I count how often each letter comes", "the value is how often it came"),
        ("comment je fais pour garder le nombre de chaque lettre", "un dictionnaire"),
        ("why can I change a list but not a tuple", "A tuple cannot be changed"),
    ],
)
def test_things_of_python_are_told_apart_and_shown(question: str, told: str) -> None:
    """A question for a difference, or how something is done, is answered from the tables."""
    assert told in answer(question, ASKS["sum"])


def test_an_unclear_question_gets_what_can_be_asked() -> None:
    """The answer names a line, a name and the exception of this program."""
    said = answer("purple elephants over there, right below", ASKS["age"])
    assert "what line" in said
    assert "what `age` is there" in said
    assert "what `TypeError` means" in said


def test_a_line_that_recurs_is_not_said_to_have_worked() -> None:
    """In a function that calls itself, the line has begun often, and has not come to its end."""
    code = "def f(n):\n    return n * f(n - 1)\n\nprint(f(3))\n"
    trace = traceback(2, "return n * f(n - 1)", "RecursionError: maximum recursion depth exceeded")
    assert "without an exception" not in answer("line 2 worked before", submission(code, 1, traceback=trace))


def test_no_solution_is_promised_where_no_mistake_was_found() -> None:
    """The answer to a demand for the solution says that there is none to show."""
    assert "no solution that I could show" in answer("just give me the answer", ASKS["sum"])


QUESTIONS = (
    "why is it like that",
    "why does it still not work",
    "how do I turn it into a number",
    "what is the difference between = and ==",
    "but I did define it in line 1",
    "line 2 is right",
    "which sign do i have to type",
    "how do i make a copy of the list",
    "¿por qué pasa?",
    "wo ist da der Unterschied zwischen int und str",
)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
@pytest.mark.parametrize("question", QUESTIONS)
def test_no_answer_says_more_than_its_level(question: str, level: int) -> None:
    """The guard passes each answer at each level, and the edit of a finding is in none."""
    for asked in itertools.chain(PROGRAMS, ASKS.values()):
        said = answer(question, asked, level)
        edit = diagnose(asked).edit

        assert passes_guard(said, asked, HintLevel(level)), said
        assert edit is None or edit.after.strip() == edit.before.strip() or edit.after.strip() not in said


EXAMPLES = {
    f"{name}-{number}": entry["example"]
    for name, part in (("differences", "pair"), ("recipes", "recipe"))
    for number, entry in enumerate(table(name)[part])
}


@each_case(EXAMPLES)
def test_examples_print_what_their_comments_say(name: str) -> None:
    """Each example runs and prints the lines that its comments show; lines without a comment print nothing."""
    code = EXAMPLES[name]
    assert printed_by(code) == re.findall(r"(?:^|  )# (.*)$", code, re.MULTILINE)


@each_case(table("reasons"))
def test_a_reason_is_told_in_every_language_with_the_same_slots(name: str) -> None:
    """A text in another language needs no value that the English one does not have, and leaves out none."""
    texts = table("reasons")[name]
    assert texts.keys() == {"en", *LANGUAGES}
    slots = {language: set(re.findall(r"\$([a-z]+)", text)) for language, text in texts.items()}
    assert set(map(frozenset, slots.values())) == {frozenset(slots["en"])}
