"""Whether an edit outside the unit of an ask has mended its problem, and which asks are about one document."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from testing.asks_in_turn import snapshot, traceback
from tutor_pedagogy.conversation.records import Placement, Version, place
from tutor_pedagogy.ladder.policy import Ladder

if TYPE_CHECKING:
    from tutor_pedagogy.conversation.snapshot import Snapshot

NOW = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
WORDS = (
    "def words_of(text):\n    return text.split\n\n"
    "def count(text):\n    words = words_of(text)\n    return len(words)\n"
)
PROGRAM = f"{WORDS}\nprint(count('to be'))\n"
MENDED = PROGRAM.replace("text.split", "text.split()")
CRASH = (
    "Traceback (most recent call last):\n  File \"program.py\", line 8, in <module>\n    print(count('to be'))\n"
    '  File "program.py", line 6, in count\n    return len(words)\n'
    "TypeError: object of type 'builtin_function_or_method' has no len()\n"
)
IN_WORDS_OF, IN_COUNT = 1, 5


def after(*earlier: Snapshot, now: Snapshot, minutes: int = 1, solved: bool = False) -> Placement[int]:
    """Return the placement of an ask after others, the newest first; `solved`: the newest was told to be solved."""
    versions = [
        Version(
            key=number,
            root=number,
            fingerprint=each.fingerprint,
            asked_at=NOW - timedelta(minutes=minutes * (number + 1)),
            snapshot=each,
        )
        for number, each in enumerate(earlier)
    ]
    return place(
        now,
        of_code=[each for each in versions if each.fingerprint == now.fingerprint],
        of_unit=[each for each, one in zip(versions, earlier, strict=True) if one.unit == now.unit],
        policy=Ladder.ATTEMPTS,
        now=NOW,
        lately=lambda: versions,
    )


def crashed(document: str | None = "a", code: str = PROGRAM) -> Snapshot:
    """Return the ask about the crash, at the line where it happened."""
    return snapshot(code, IN_COUNT, traceback=CRASH, document_id=document)


@pytest.mark.parametrize("line", [IN_COUNT, IN_WORDS_OF])
def test_a_crash_that_is_mended_in_another_function_is_solved(line: int) -> None:
    """If the culprit was in another function, the problem is solved, asked there or where the program had crashed."""
    found = after(crashed(), now=snapshot(MENDED, line, document_id="a"))

    assert found.comparison.change == "solved"
    assert found.comparison.before == crashed()
    assert found.circumstances.is_solved
    assert found.stored.is_solved


def test_the_crashed_function_needs_no_name_of_the_document() -> None:
    """An ask about the same function is solved by an edit elsewhere even if the client does not name its documents."""
    assert after(crashed(None), now=snapshot(MENDED, IN_COUNT)).comparison.change == "solved"


@pytest.mark.parametrize(
    ("now", "minutes"),
    [
        pytest.param(snapshot(PROGRAM, IN_COUNT, document_id="a"), 1, id="nothing changed"),
        pytest.param(snapshot(f"{MENDED}print(input())\n", IN_COUNT, document_id="a"), 1, id="not known to run"),
        pytest.param(snapshot(MENDED, IN_WORDS_OF, document_id="b"), 1, id="another document"),
        pytest.param(snapshot(MENDED, IN_WORDS_OF), 1, id="a document without a name"),
        pytest.param(snapshot(MENDED, IN_COUNT, document_id="a"), 61, id="an hour ago"),
        pytest.param(
            snapshot(MENDED, IN_WORDS_OF, document_id="a", question="what does words_of do?"), 1, id="an explanation"
        ),
    ],
)
def test_what_is_not_known_is_not_called_solved(now: Snapshot, minutes: int) -> None:
    """An ask that may be about something else, or whose program may still crash, is not told that all is well."""
    assert after(crashed(), now=now, minutes=minutes).comparison.change in {"none", "new"}


def test_a_mistake_of_one_function_is_not_gone_from_another() -> None:
    """A mistake that shows in the code of a function is not called gone in an ask about another function."""
    body = "    best = 0\n    for n in numbers:\n        if n > best:\n            best = n\n    return best\n"
    code = f"def largest(numbers):\n{body}"
    wrong = snapshot(f"{code}\ndef two():\n    return 2\n", 2, document_id="a")
    now = snapshot(f"{code}\ndef two():\n    return 1 + 1\n", 8, document_id="a")

    assert wrong.names_problem
    assert after(wrong, now=now).comparison.change == "none"


def test_code_that_is_read_again_is_solved_in_another_unit() -> None:
    """If code did not parse and does now, the problem is solved, whichever unit the ask is about."""
    broken = "def two():\nreturn 2\n"
    now = snapshot("def two():\n    return 2\n", 1, document_id="a")

    assert after(snapshot(broken, 1, document_id="a"), now=now).comparison.change == "solved"


def test_an_error_after_a_solved_problem_is_another_problem() -> None:
    """An exception of the same kind is no attempt at a problem that was told to be solved in between."""
    first = snapshot("prices = {'tea': 2}\nprint(prices['Tea'])\n", 1, traceback=traceback(2, "", "KeyError: 'Tea'"))
    well = snapshot("prices = {'tea': 2}\nprint(prices['tea'])\n", 1)
    again = snapshot(
        "prices = {'tea': 2}\nprint(prices['tea'])\nprint(prices['milk'])\n",
        2,
        traceback=traceback(3, "", "KeyError: 'milk'"),
    )
    solved = after(first, now=well).stored

    assert solved.is_solved
    assert after(solved, first, now=again).root is None


def test_a_solved_program_stays_solved_until_something_is_reported() -> None:
    """The same code asked about again stays solved; with a new error it does not."""
    solved = after(crashed(), now=snapshot(MENDED, IN_COUNT, document_id="a")).stored

    assert after(solved, now=snapshot(MENDED, IN_COUNT, document_id="a")).stored.is_solved
    assert not after(solved, now=snapshot(MENDED, IN_COUNT, traceback=CRASH, document_id="a")).stored.is_solved


def test_scripts_of_two_documents_are_two_problems() -> None:
    """Two scripts that share lines are attempts at one problem only if they may be one document."""
    lines = "for n in [1, 2]\n    print(n)\n"
    first, second = (snapshot(code, document_id=name) for code, name in ((lines, "a"), (f"{lines}print(3)\n", "b")))
    unnamed = snapshot(f"{lines}print(3)\n")

    assert after(first, now=second).root is None
    assert after(first, now=second).comparison.change == "none"
    assert after(first, now=unnamed).root == 0
