"""Exceptions that the abstract interpreter predicts, with CPython's messages."""

from __future__ import annotations

from typing import NamedTuple


class PredictedException(NamedTuple):
    """A predicted exception: its name, and its message as CPython words it."""

    exception: str
    message: str


def type_error(message: str) -> PredictedException:
    """Return a predicted `TypeError` with this message."""
    return PredictedException("TypeError", message)
