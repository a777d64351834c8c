"""The words above an answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from tutor_lsp.features.labels import ASKED, CHANGED, STARTS_AGAIN, UNEARNED, heading, in_line, label, level_note
from tutor_protocol import Accepted

FIRST = Accepted(
    request_id=UUID(int=1),
    session_id=UUID(int=2),
    message_id=UUID(int=3),
    hint_level=2,
    max_hint_level=5,
    error_type="runtime",
)


def test_a_level_has_a_number_and_a_name() -> None:
    """The label has the level's number and name, not how many levels are left; an unknown level has its number only."""
    labels = [label(replace(FIRST, hint_level=level)) for level in range(1, 7)]

    assert labels == [
        "Hint 1 · question",
        "Hint 2 · concept",
        "Hint 3 · structure",
        "Hint 4 · example",
        "Hint 5 · solution",
        "Hint 6",
    ]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (0, None),
        (1, "Waiting: next in line"),
        (2, "Waiting: 2nd in line"),
        (3, "Waiting: 3rd in line"),
        (4, "Waiting: 4th in line"),
        (11, "Waiting: 11th in line"),
        (21, "Waiting: 21st in line"),
        (112, "Waiting: 112th in line"),
    ],
)
def test_a_place_in_the_queue_has_words(place: int, words: str | None) -> None:
    """A place in the queue is an ordinal number; the place 0, which says that the wait is over, has no words."""
    assert in_line(place) == words


def test_a_solved_problem_has_a_word() -> None:
    """An answer about a problem that is gone is labelled so, without a level and without a reason."""
    solved = replace(FIRST, change="solved")

    assert (label(solved), level_note(solved, 2)) == ("Solved", None)


@pytest.mark.parametrize(
    ("changes", "before", "note"),
    [
        ({"change": "none"}, 1, None),
        ({"change": "none"}, None, None),
        ({"purpose": "follow_up"}, 2, ASKED),
        ({"change": "same"}, 2, CHANGED),
        ({"change": "worse"}, 2, CHANGED),
        ({"change": "none"}, 2, UNEARNED),
        ({"change": "none", "hint_level": 5}, 5, None),
        ({"change": "nearer", "hint_level": 1}, 3, STARTS_AGAIN),
        ({"change": "nearer"}, None, None),
        ({"change": "new", "hint_level": 1}, 1, None),
        ({}, 2, None),
    ],
)
def test_an_ask_that_did_not_climb_has_a_reason(changes: dict[str, Any], before: int | None, note: str | None) -> None:
    """The reason follows from the change and the level before; without them there is none."""
    assert level_note(replace(FIRST, **changes), before) == note


def test_a_heading_joins_what_is_known() -> None:
    """Parts that are absent leave no gap, and words of a model are marked at the end."""
    assert heading("Hint 1 · question", None, "line 3") == "Hint 1 · question · line 3"
    assert heading("Solved", is_ai=True) == "Solved · AI-generated, can be wrong"
