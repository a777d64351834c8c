"""The bodies of requests about courses: what is refused before anything is read."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tutor_server.api.course_schemas import CourseChange, NewJoinCode


@pytest.mark.parametrize(
    "change",
    [
        {"slug": "2f6d1c1e-7c0a-4f9e-9b0a-0c6a1f3f9d10"},
        {"starts": "0001-01-01T00:00:00+14:00"},
        {"ends": "9999-12-31T23:59:59-14:00"},
        {"join_code_expires_at": "9999-12-31T23:59:59-14:00"},
    ],
)
def test_a_slug_is_no_id_and_times_can_be_stored(change: dict[str, Any]) -> None:
    """A slug that looks like an id would hide another course; a time beyond the calendar could not be stored."""
    with pytest.raises(ValidationError):
        CourseChange.model_validate(change)


def test_ordinary_values_are_accepted() -> None:
    """An ordinary slug and ordinary times pass."""
    assert CourseChange.model_validate({"slug": "cs-1", "starts": "2026-09-01T00:00:00Z"}).slug == "cs-1"
    assert NewJoinCode.model_validate({"expires_at": "2027-02-01T00:00:00Z"}).expires_at is not None
