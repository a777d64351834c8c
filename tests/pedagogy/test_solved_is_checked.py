"""A problem is called solved only where it is checked; otherwise it stays open (guarantee T13)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing.asks_in_turn import snapshot, traceback
from tutor_pedagogy.conversation.behaviour import Behaviour, tokens_of
from tutor_pedagogy.conversation.records import Placement, Version, place
from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.conversation.talk import Talk
from tutor_pedagogy.conversation.told_result import is_open_statement, says_wrong, values_told
from tutor_pedagogy.dialogue import explain
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.ladder.policy import Ladder
from tutor_protocol import Position, Submission, TestReport

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
SUM = 'prices = ["3", "4"]\ntotal = 0\nfor p in prices:\n    total = total + p\nprint("total", total)\n'
SUM_ERROR = traceback(4, "total = total + p", "TypeError: unsupported operand type(s) for +: 'int' and 'str'")
STOCK = 'stock = {"tea": 3}\n\ndef left(name):\n    return stock[name]\n\nprint(left("Tea"))\n'
STOCK_ERROR = traceback(4, "return stock[name]", "KeyError: 'Tea'")
AGES = 'def older(age):\n    return age + 1\n\nfor a in ["12", "7"]:\n    print("next year:", older(a))\n'
AGES_ERROR = (
    'Traceback (most recent call last):\n  File "program.py", line 5, in <module>\n    print("next year:", older(a))\n'
    '  File "program.py", line 2, in older\n    return age + 1\n'
    'TypeError: can only concatenate str (not "int") to str\n'
)
PRODUCT = "def product(ns):\n    result = 0\n    for n in ns:\n        result = result * n\n    return result\n\n"
CALLED = PRODUCT + "print(product([2, 3, 4]))\n"
COLON = 'n = 0\nfor w in ["a", "bb"]\n    n = n + 1\nprint(n)\n'


class Conversation:
    """The asks of one student, with what is stored of them."""

    def __init__(self, policy: Ladder = Ladder.ATTEMPTS) -> None:
        self.versions: list[Version[int]] = []
        self._policy = policy
        self._now = NOW

    def ask(self, code: str, line: int = 0, **evidence: Any) -> Placement[int]:
        """Return the problem of an ask, half a minute after the one before. Snapshots are stored as JSON."""
        self._now += timedelta(seconds=30)
        asked = snapshot(code, line, **evidence)
        placed = place(
            asked,
            of_code=[one for one in self.versions if one.fingerprint == asked.fingerprint],
            of_unit=[one for one in self.versions if one.snapshot is not None and one.snapshot.unit == asked.unit],
            policy=self._policy,
            now=self._now,
        )
        key = placed.version if placed.version is not None else len(self.versions) + 1
        stored = Snapshot.from_json(json.loads(json.dumps(placed.stored.to_json())))
        assert stored == placed.stored
        self.versions = [one for one in self.versions if one.key != key]
        version = Version(
            key=key, root=placed.root or key, fingerprint=placed.fingerprint, asked_at=self._now, snapshot=stored
        )
        self.versions.insert(0, version)
        return placed


@pytest.mark.parametrize(
    ("broken", "error", "line", "symptom_gone"),
    [
        pytest.param(AGES, AGES_ERROR, 1, AGES.replace("+ 1", '+ "1"'), id="another result than the edit's"),
        pytest.param(SUM, SUM_ERROR, 3, SUM.replace("total = total + p", "total = 7"), id="the result is written in"),
        pytest.param(
            STOCK,
            STOCK_ERROR,
            3,
            STOCK.replace(
                "    return stock[name]", "    try:\n        return stock[name]\n    except KeyError:\n        pass"
            ),
            id="the exception is caught",
        ),
        pytest.param(COLON, None, 1, 'n = 0\nw = "bb"\nn = n + 1\nprint(n)\n', id="the header is gone"),
    ],
)
def test_t13_a_symptom_that_is_gone_is_not_solved(broken: str, error: str | None, line: int, symptom_gone: str) -> None:
    """T13: if only the sign of a mistake is gone, the change is `nearer`, and the ask is an attempt at the problem."""
    conversation = Conversation()
    first = conversation.ask(broken, line, traceback=error)
    after = conversation.ask(symptom_gone, line)

    assert first.root is None
    assert (after.comparison.change, after.comparison.is_open) == ("nearer", True)
    assert after.root == conversation.versions[-1].root
    assert after.circumstances.is_attempt


@pytest.mark.parametrize(
    ("broken", "error", "line", "detours", "mended"),
    [
        (SUM, SUM_ERROR, 3, ["total = p", "total = 7"], SUM.replace("+ p", "+ int(p)")),
        (
            SUM,
            SUM_ERROR,
            3,
            ["total = 7"],
            SUM.replace("+ p", "+ int(p)").replace('"total", total', 'f"total: {total}"'),
        ),
    ],
)
def test_t13_the_right_program_is_noticed_after_detours(
    broken: str, error: str, line: int, detours: list[str], mended: str
) -> None:
    """T13: the problem stays open through attempts that remove its sign, and the right program solves it."""
    conversation = Conversation()
    conversation.ask(broken, line, traceback=error)
    for detour in detours:
        assert conversation.ask(broken.replace("total = total + p", detour), line).comparison.change != "solved"

    assert conversation.ask(mended, line).comparison.change == "solved"


def test_t13_the_result_that_a_student_wants_decides() -> None:
    """T13: after “should be 24” only a program whose call gives 24 is solved, and not one that has 24 written in."""
    conversation = Conversation()
    conversation.ask(CALLED, 3, question="it always prints 0, should be 24")
    for wrong in ("result + n", "n * n"):
        assert conversation.ask(CALLED.replace("result * n", wrong), 3).comparison.change != "solved"
    written = CALLED.replace("return result", "return 24")
    assert conversation.ask(written, 3).comparison.change != "solved"

    assert conversation.ask(CALLED.replace("result = 0", "result = 1"), 3).comparison.change == "solved"


def test_t13_words_that_say_it_is_wrong_are_believed() -> None:
    """T13: a program of which the student says that it is wrong is not solved, nor with other spaces and comments."""
    conversation = Conversation()
    conversation.ask(SUM, 3, traceback=SUM_ERROR)
    mended = SUM.replace("p in prices", "p in [3, 4]")

    assert conversation.ask(mended, 3, question="no error but the total is still wrong").comparison.is_open
    assert conversation.ask(mended + "# help\n", 3).comparison.change != "solved"


COSMETIC = st.lists(st.sampled_from(["# a note\n", "\n", "#\n", "   \n"]), min_size=1, max_size=6)


@given(COSMETIC)
def test_t13_cosmetic_edits_do_not_solve(edits: list[str]) -> None:
    """T13: no sequence of comments and blank lines turns an open problem into a solved one."""
    conversation = Conversation(Ladder.EARNED)
    conversation.ask(SUM, 3, traceback=SUM_ERROR)
    code = SUM.replace("total + p", "p")
    for edit in ("", *edits):
        code += edit
        placed = conversation.ask(code, 3)
        assert placed.comparison.change != "solved"
        assert not placed.comparison.before or placed.stored.is_open or placed.stored.claims


def test_t13_a_green_run_solves() -> None:
    """T13: a test run in which everything passes needs no further check."""
    conversation = Conversation()
    conversation.ask(CALLED, 3, question="it always prints 0, should be 24")
    green = TestReport(passed=2, failed=0, errors=0)

    assert conversation.ask(CALLED.replace("0\n", "1\n", 1), 3, test_report=green).comparison.change == "solved"


def test_an_open_answer_says_what_is_gone_and_how_to_find_out() -> None:
    """The answer to an open problem claims nothing of the result, and says what to do."""
    conversation = Conversation()
    conversation.ask(SUM, 3, traceback=SUM_ERROR)
    code = SUM.replace("total + p", "p")
    placed = conversation.ask(code, 3, question="what now?")
    open_one = (
        placed if placed.comparison.is_open else conversation.ask(SUM.replace("total = total + p", "total = 7"), 3)
    )
    asked = Submission(code=SUM.replace("total = total + p", "total = 7"), cursor=Position(3, 0))
    text = explain(asked, HintLevel.QUESTION, StudentLevels(), Talk(comparison=open_one.comparison)).text

    assert open_one.comparison.is_open
    assert "I cannot tell whether the result is right." in text or "I still cannot tell" in text
    assert "Yes, as far as" not in text


@pytest.mark.parametrize(
    "words", ["same", "still 3", "no error but it prints 0", "should be 24", "now Bo stays??", "immer noch falsch"]
)
def test_words_that_say_wrong(words: str) -> None:
    """Words that tell of a wrong result are known in several languages."""
    assert says_wrong(words)


@pytest.mark.parametrize("words", [None, "", "works now, thanks!", "is it right now?", "why must it begin at one?"])
def test_words_that_say_nothing_wrong(words: str | None) -> None:
    """Thanks and questions are no complaint, and tell nothing of a result."""
    assert not says_wrong(words)
    assert not is_open_statement(words)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a child of 8 should pay 5 but pays 10", ("5", ["8", "10"])),
        ("90 should be an A, its a D", ("A", ["90", "D"])),
        ("it says False but Anna is a palindrome", ("True", ["False"])),
        ("I want only odd numbers, there is a 2 left", None),
        ("it prints 3", None),
    ],
)
def test_the_wanted_value_is_read_from_words(words: str, told: tuple[str, list[str]] | None) -> None:
    """The value after “should” is the wanted one; a wrong truth value means the other one."""
    assert values_told(words) == told


def test_outputs_are_compared_by_what_they_say() -> None:
    """Two outputs are alike if they differ in spaces and punctuation only; numbers are compared by value."""
    assert tokens_of("total: 7.0\n") == tokens_of("total 7")
    assert tokens_of("1\n2") != tokens_of("1 2")
    assert not Behaviour(output=tokens_of("7")).prints_like(Behaviour())
