"""Values that people write into the forms of the dashboard. An empty field is None."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from tutor_server.api.account_forms import FormProblem
from tutor_server.api.bodies import first_problem

if TYPE_CHECKING:
    from collections.abc import Mapping

Model = TypeVar("Model", bound=BaseModel)

LARGEST = 10**9


def whole_number(text: str, label: str) -> int | None:
    """Return a whole number. Raise `FormProblem`."""
    if not text.strip():
        return None
    try:
        number = int(text.strip()[:12])
    except ValueError:
        raise FormProblem(f"{label}: write a whole number.") from None
    return max(-LARGEST, min(LARGEST, number))


def amount(text: str, label: str) -> float | None:
    """Return an amount of money. Raise `FormProblem`."""
    if not text.strip():
        return None
    try:
        number = float(text.strip()[:20])
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FormProblem(f"{label}: write a number, such as 12.50.")
    return number


def moment(text: str, label: str) -> datetime | None:
    """Return a time in UTC, as a browser's field for date and time sends it. Raise `FormProblem`."""
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()[:30]).replace(tzinfo=UTC)
    except ValueError:
        raise FormProblem(f"{label}: write day and time as 2026-10-01T08:00.") from None


def end_of_day(text: str, label: str) -> datetime | None:
    """Return the end of a day in UTC. Raise `FormProblem`."""
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip()[:10])
        return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise FormProblem(f"{label}: write the day as 2026-10-01.") from None


def checked(model: type[Model], values: Mapping[str, object], labels: Mapping[str, str]) -> Model:
    """Return a model of some values. Raise `FormProblem`, which calls a field by its label on the page."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        name, rule = first_problem(error)
        raise FormProblem(f"{labels.get(name, name)}: {rule[:1].lower()}{rule[1:]}.") from None
