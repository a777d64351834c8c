"""Describes exceptions for the log by type and location, without messages and source lines, which quote students."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from types import TracebackType

_MAX_FRAMES = 30
_MAX_CHAIN = 6


class Failure(TypedDict, total=False):
    """One exception. `frames` is its call stack, from the frame that caught it to the one that raised it.

    `reason` is an error code.
    """

    type: str
    reason: str
    frames: list[str]
    group: list[Failure]


def describe(error: BaseException) -> list[Failure]:
    """Return an exception and its causes, starting with the exception itself."""
    chain: list[Failure] = []
    current: BaseException | None = error
    while current is not None and len(chain) < _MAX_CHAIN:
        chain.append(_describe_one(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def _describe_one(error: BaseException) -> Failure:
    failure: Failure = {
        "type": f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins."),
        "frames": _frames(error.__traceback__),
    }
    reason = _reason(error)
    if reason is not None:
        failure["reason"] = reason
    if isinstance(error, BaseExceptionGroup):
        failure["group"] = [_describe_one(member) for member in error.exceptions[:_MAX_CHAIN]]
    return failure


def _frames(traceback: TracebackType | None) -> list[str]:
    frames: list[str] = []
    while traceback is not None:
        frame = traceback.tb_frame
        frames.append(f"{frame.f_globals.get('__name__', '?')}:{traceback.tb_lineno} {frame.f_code.co_qualname}")
        traceback = traceback.tb_next
    return frames[-_MAX_FRAMES:]


def _reason(error: BaseException) -> str | None:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorname", None)
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno)
    state = getattr(error, "sqlstate", None)  # Only asyncpg's exceptions have this attribute.
    return state if isinstance(state, str) else None
