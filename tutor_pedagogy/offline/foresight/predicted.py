"""Exceptions that the abstract interpreter predicts, in the words of CPython."""

from __future__ import annotations

from typing import NamedTuple


class PredictedException(NamedTuple):
    """An exception with its message, as CPython words it."""

    exception: str
    message: str


def type_error(message: str) -> PredictedException:
    """Return a `TypeError` with its message."""
    return PredictedException("TypeError", message)
