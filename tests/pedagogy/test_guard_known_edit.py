"""The guard and the edit that the offline tutor has worked out: told in words or shown, it is withheld."""

from __future__ import annotations

import pytest

from tutor_analysis.work import Material
from tutor_pedagogy.guard import Guard, GuardRule
from tutor_pedagogy.guard.known_edit import KnownEdit
from tutor_pedagogy.ladder.levels import HintLevel
from tutor_protocol import Position, Submission

COLON = "snacks = 3\nwhile snacks > 0\n    snacks -= 1\n"
BORDER = "def may_drive(age):\n    return age > 17\n\nassert may_drive(17) == True\n"
BORDER_TRACEBACK = (
    'Traceback (most recent call last):\n  File "m.py", line 4, in <module>\n    assert may_drive(17) == True\n'
    "AssertionError\n"
)
PAIRS = "prices = {'tea': 2}\nfor drink, price in prices:\n    print(drink, price)\n"
PAIRS_TRACEBACK = (
    'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\n    for drink, price in prices:\n'
    "ValueError: too many values to unpack (expected 2)\n"
)
SPELLING = "amount = 2\nprint(amuont)\n"
SPELLING_TRACEBACK = (
    'Traceback (most recent call last):\n  File "m.py", line 2, in <module>\n    print(amuont)\n'
    "NameError: name 'amuont' is not defined\n"
)

ROUNDS = "pets = ['cat', 'dog']\nfor i in range(1, len(pets)):\n    print(i, pets[i])\n"


def rule_for(reply: str, code: str, traceback: str | None = None, *, level: int = 1, knows: bool = True) -> object:
    """Return the rule that stops a reply about a program, or None."""
    submission = Submission(code=code, cursor=Position(0, 0), traceback=traceback)
    material = Material(level=HintLevel(level), submission=submission)
    guard = material.guard(material.known_edit(1.0) if knows else None)
    guard.feed(reply)
    guard.finish()
    return guard.verdict and guard.verdict.rule


@pytest.mark.parametrize(
    ("reply", "code", "traceback"),
    [
        ("Finish the header with a colon.", COLON, None),
        ("Line 2 should have a colon at its end.", COLON, None),
        ("Read the second line.\nThen add a colon to it.", COLON, None),
        ("Did you forget the colon on line 2?", COLON, None),
        ("A colon is missing on line 2.", COLON, None),
        ("Allow the border too: age must be greater or equal.", BORDER, BORDER_TRACEBACK),
        ("You need to call the items method of prices.", PAIRS, PAIRS_TRACEBACK),
        ("Spell it amount on line 2.", SPELLING, SPELLING_TRACEBACK),
        ("Two dots, one above the other, have to end the header.", COLON, None),
        ("Let the comparison count the border as well.", BORDER, BORDER_TRACEBACK),
    ],
)
def test_a_known_edit_in_plain_words_is_withheld_beside_its_place(reply: str, code: str, traceback: str | None) -> None:
    """A sentence that tells the edit is withheld if it, or a sentence before it, names the place."""
    assert rule_for(reply, code, traceback) == GuardRule.EDIT_IN_WORDS
    assert rule_for(reply, code, traceback, knows=False) is None


@pytest.mark.parametrize(
    ("reply", "code", "traceback"),
    [
        ("How does line 2 end, and how do other headers end?", COLON, None),
        ("Does a colon belong to the value of snacks?", COLON, None),
        ("Python ends each header with the same sign.", COLON, None),
        ("What should happen at the age of 17, and what does `age > 17` say?", BORDER, BORDER_TRACEBACK),
        ("You need to think about the border: is 17 inside?", BORDER, BORDER_TRACEBACK),
        ("What does a loop over prices hand you? Try `print(list(prices))`.", PAIRS, PAIRS_TRACEBACK),
        ("Compare `amuont` on line 2 with the name on line 1.", SPELLING, SPELLING_TRACEBACK),
        ("Read the name on line 2 letter by letter.", SPELLING, SPELLING_TRACEBACK),
        ("Work out the result for the border itself.", BORDER, BORDER_TRACEBACK),
    ],
)
def test_talk_about_the_place_passes(reply: str, code: str, traceback: str | None) -> None:
    """A question, or a sentence that tells no edit, passes although it names the place."""
    assert rule_for(reply, code, traceback) is None


def test_from_level_3_a_sentence_has_to_name_the_place_itself() -> None:
    """An instruction without its place is withheld at levels 1 and 2 only; a plan at level 3 may hold it."""
    reply = "Read line 2.\nThen finish the header with a colon."
    assert rule_for(reply, COLON, level=2) == GuardRule.EDIT_IN_WORDS
    assert rule_for(reply, COLON, level=3) is None
    assert rule_for("Finish line 2 with a colon.", COLON, level=4) == GuardRule.EDIT_IN_WORDS


def test_code_that_only_the_edit_adds_has_no_allowed_form() -> None:
    """A look at a value is withheld if it is what the edit adds, and passes otherwise."""
    assert rule_for("Look at `prices.items()`.", PAIRS, PAIRS_TRACEBACK) == GuardRule.CODE_SPAN
    assert rule_for("Look at `prices.keys()`.", PAIRS, PAIRS_TRACEBACK) is None
    assert rule_for("Look at `prices.items()`.", "prices = {'tea': 2}\nprint(prices)\n") is None


def test_at_the_solution_level_no_edit_is_searched_for() -> None:
    """The guard of level 5 compares nothing, so it needs no edit."""
    submission = Submission(code=COLON, cursor=Position(0, 0))
    material = {level: Material(level=HintLevel(level), submission=submission) for level in (4, 5)}
    assert material[4].known_edit(1.0) == KnownEdit(2, "while snacks > 0", "while snacks > 0:")
    assert material[5].known_edit(1.0) is None


def test_the_line_of_a_cell_is_the_one_that_the_editor_shows() -> None:
    """The edit's line counts from the start of the document."""
    submission = Submission(code=COLON, cursor=Position(0, 0), first_line=10)
    edit = Material(level=HintLevel.QUESTION, submission=submission).known_edit(1.0)
    assert edit is not None
    assert list(edit.lines) == [12]


@pytest.mark.parametrize(
    ("before", "after", "added", "removed"),
    [
        ("f(a)", "f(a):", [[":"]], []),
        ("x = y", "x == y", [["=="]], [["="]]),
        ("xs = xs.sort()", "xs.sort()", [], [["xs", "="]]),
        ("x" * 10 + " + x" * 200, "y", [], []),
    ],
)
def test_an_edit_is_read_as_runs_of_tokens(
    before: str, after: str, added: list[list[str]], removed: list[list[str]]
) -> None:
    """The runs are what the edit adds and removes; an edit of very many tokens has none."""
    edit = KnownEdit(1, before, after)
    assert (edit.added, edit.removed) == (added, removed)


def rule_beside(reply: str, code: str, edit: KnownEdit, level: int) -> object:
    """Return the rule that stops a reply about a program whose edit is given, or None."""
    guard = Guard(HintLevel(level), Submission(code=code, cursor=Position(0, 0)), edit=edit)
    guard.feed(reply)
    guard.finish()
    return guard.verdict and guard.verdict.rule


UPPER_END = KnownEdit(2, "    for i in range(a, b):", "    for i in range(a, b + 1):")
UP_TO = "def rounds(a, b):\n    for i in range(a, b):\n        print(i)\n"
PRODUCT = KnownEdit(2, "    result = 0", "    result = 1")
MULTIPLIED = "def product(n):\n    result = 0\n    for k in range(1, n):\n        result *= k\n    return result\n"
KEPT = KnownEdit(2, "    s.strip()", "    s = s.strip()")
STRIPPED = "def trimmed(s):\n    s.strip()\n    return s\n"
FROM_START = KnownEdit(2, "for i in range(1, len(pets)):", "for i in range(len(pets)):")


@pytest.mark.parametrize(
    ("reply", "code", "edit", "level"),
    [
        ("The end is not included, therefore add one to the end of range in line 2.", UP_TO, UPPER_END, 3),
        ("Range ends before b. Let it go to b plus one.", UP_TO, UPPER_END, 4),
        ("Start the loop at zero instead of one.", ROUNDS, FROM_START, 1),
        ("Begin with one instead of zero, then it works.", MULTIPLIED, PRODUCT, 1),
        ("Fang mit eins statt mit null an.", MULTIPLIED, PRODUCT, 1),
        ("Setze result am Anfang auf eins.", MULTIPLIED, PRODUCT, 3),
        ("Return what strip gives you, not s itself.", STRIPPED, KEPT, 3),
    ],
)
def test_a_number_a_contrast_or_another_return_tells_the_edit(
    reply: str, code: str, edit: KnownEdit, level: int
) -> None:
    """Words for numbers, one thing in place of another, and a result returned instead of kept tell an edit."""
    assert rule_beside(reply, code, edit, level) == GuardRule.EDIT_IN_WORDS


@pytest.mark.parametrize(
    ("reply", "code", "edit", "level"),
    [
        ("Does the loop start at zero or at one?", ROUNDS, FROM_START, 1),
        ("Begin with the first round and follow it.", MULTIPLIED, PRODUCT, 1),
        ("Was steht am Anfang in result?", MULTIPLIED, PRODUCT, 3),
        ("Return to line 2 and read what strip does with s.", STRIPPED, KEPT, 3),
        ("Your program prints `1 dog`. Where is the other one?", ROUNDS, FROM_START, 1),
        ("`x[1]` asks for an item, as `pets[i]` does.", ROUNDS, FROM_START, 2),
    ],
)
def test_questions_and_outputs_tell_no_edit(reply: str, code: str, edit: KnownEdit, level: int) -> None:
    """A question about a number, a place to read again, and what a program prints pass."""
    assert rule_beside(reply, code, edit, level) is None


def test_an_item_that_is_changed_like_the_students_is_an_example() -> None:
    """An example may change a name as the student's line changes an item, but not in another way."""
    code = "found = {}\nfor sign in 'aba':\n    found[sign] += 1\n"
    edit = KnownEdit(3, "    found[sign] += 1", "    found[sign] = found.get(sign, 0) + 1")
    assert rule_beside("`x += 1` reads an old value first.", code, edit, 2) is None
    assert rule_beside("`x = y.get(z, 0) + 1` has an old value.", code, edit, 2) == GuardRule.CODE_SPAN
