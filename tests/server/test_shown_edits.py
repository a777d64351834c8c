"""The edit that a level-5 answer shows, and the trace of a failing test, on the wire of a real service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from testing.chat_client import Chat, connect, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.service import Service, SignUp

ODD = (
    "def odd(n):\n    out = []\n    for i in range(n):\n        if i % 2:\n            out.append(i)\n    return out\n"
)
REPORT = {
    "passed": 1,
    "failed": 1,
    "errors": 0,
    "first_failure": {"name": "T.test_b", "message": "Test failed: odd(4)\nExpected: [1, 9]\nGot: [1, 3]"},
}
TRACE: dict[str, Any] = {
    "steps": 13,
    "rounds": {"line": 3, "names": ["i", "out"], "rows": [["0", "[]"], ["1", "[1]"], ["2", "[1]"], ["3", "[1, 3]"]]},
    "turn": {"kind": "parted", "line": 5, "name": "out", "before": "[1]", "after": "[1, 3]", "round": 4},
    "untaken": [],
    "ran": [[2, 1], [3, 5]],
}

FOUND: dict[str, Any] = {
    "rule": "logic.wrong-operator",
    "line": 5,
    "certainty": "likely",
    "passed": 2,
    "first_line": 5,
    "last_line": 5,
    "new_text": "            out.append(i ** 2)",
}


@pytest.fixture
async def chat(service: Service, sign_up: SignUp) -> AsyncIterator[Chat]:
    """Return the open WebSocket of a new, signed-in student."""
    student = await sign_up(service)
    async with connect(service.url, student.access_token) as opened:
        yield opened


async def test_only_level_5_names_its_edit(chat: Chat) -> None:
    """`done` has the edit that the answer shows, as whole lines of the code, at level 5 and at no other."""
    answers = [await chat.answer(first_line=40) for _ in range(5)]

    assert ["edit" in frames[-1] for frames in answers] == [False, False, False, False, True]
    assert answers[-1][-1]["edit"] == {
        "range": {"start": {"line": 2, "character": 0}, "end": {"line": 3, "character": 0}},
        "new_text": "    for price in prices:\n",
    }
    assert "```python\n    for price in prices:\n```" in text_of(answers[-1])


async def test_the_trace_names_a_cause(chat: Chat) -> None:
    """An ask with the trace of its failing test gets the finding that the trace shows."""
    fields = {"code": ODD, "cursor": {"line": 0, "character": 0}, "test_report": REPORT, "run_id": str(uuid4())}
    without = (await chat.answer(**fields))[-1]["finding"]
    with_trace = (await chat.answer(**fields, trace=TRACE))[-1]["finding"]

    assert without["certainty"] == "start_here"
    assert with_trace == {"rule": "logic.first-wrong-part", "line": 5, "certainty": "start_here"}


@pytest.mark.parametrize(
    "changed",
    [
        {"ran": [[1, 1]] * 401},
        {"ran": ["x"] * 100_000},
        {"untaken": [{"line": 1, "first_line": 2}] * 5},
        {"rounds": {"line": 3, "names": ["i"], "rows": [["0", "1"]]}},
        {"rounds": {"line": 3, "names": [], "rows": []}},
        {"rounds": {"line": 3, "names": ["i"], "rows": [["y" * 121]]}},
        {"turn": {"kind": "gone", "line": 5, "name": "x", "before": "", "after": ""}},
        {"steps": -1},
        {"unrepeatable": "weather"},
    ],
)
async def test_a_trace_beyond_its_limits_is_refused(chat: Chat, changed: dict[str, Any]) -> None:
    """A trace that is too long, or of another form, is refused, and the connection goes on."""
    refused = (await chat.answer(trace=TRACE | changed))[-1]
    answered = (await chat.answer())[-1]

    assert (refused["type"], refused["code"]) == ("error", "VALIDATION_FAILED")
    assert answered["type"] == "done"


async def test_the_found_edit_is_the_finding(chat: Chat) -> None:
    """An ask with the edit that makes all tests pass gets it as its finding, and shows it at level 5 only."""
    fields = {"code": ODD, "cursor": {"line": 0, "character": 0}, "test_report": REPORT, "run_id": str(uuid4())}
    answers = [await chat.answer(**fields, trace=TRACE, found_edit=FOUND) for _ in range(5)]

    finding = {"rule": "logic.wrong-operator", "line": 5, "certainty": "likely"}
    assert [frames[-1]["finding"] for frames in answers] == [finding] * 5
    assert ["i ** 2" in text_of(frames) for frames in answers] == [False, False, False, False, True]
    assert answers[-1][-1]["edit"]["new_text"] == "            out.append(i ** 2)\n"


@pytest.mark.parametrize(
    "changed",
    [
        {"rule": "no rule"},
        {"rule": 5},
        {"certainty": "sure"},
        {"line": 0},
        {"passed": -1},
        {"first_line": 9},
        {"last_line": 99},
        {"new_text": "x" * 2001},
        {"new_text": ["x"]},
    ],
)
async def test_a_found_edit_beyond_its_limits_is_refused(chat: Chat, changed: dict[str, Any]) -> None:
    """A found edit of another form is refused with its field, and the connection goes on."""
    refused = (await chat.answer(found_edit=FOUND | changed))[-1]
    answered = (await chat.answer())[-1]

    assert (refused["type"], refused["code"]) == ("error", "VALIDATION_FAILED")
    assert "found_edit" in refused["content"]
    assert answered["type"] == "done"
