"""Decode the service's frames. Unknown fields, message types and codes are ignored: a newer service may add them."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast, get_args
from uuid import UUID

from tutor_protocol import (
    Accepted,
    Certainty,
    Change,
    Delta,
    Done,
    Error,
    ErrorCode,
    ErrorType,
    Limit,
    Position,
    Purpose,
    Queued,
    Range,
    ReportedEdit,
    ReportedFinding,
    TokenUsage,
)

if TYPE_CHECKING:
    from tutor_protocol import FromService

Name = TypeVar("Name", bound=StrEnum)


class MalformedFrame(ValueError):
    """The frame violates the wire contract."""


def decode(frame: str) -> FromService | None:
    """Return the message in a frame, or None if its type is unknown. Raise `MalformedFrame`."""
    try:
        fields = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise MalformedFrame("the frame is not JSON") from error
    if not isinstance(fields, dict):
        raise MalformedFrame("the frame is not an object")
    match fields.get("type"):
        case Accepted.TYPE:
            return _accepted(fields)
        case Queued.TYPE:
            return Queued(request_id=_id(fields, "request_id"), place=_number(fields, "place"))
        case Delta.TYPE:
            return Delta(
                request_id=_id(fields, "request_id"), seq=_number(fields, "seq"), content=_text(fields, "content")
            )
        case Done.TYPE:
            return _done(fields)
        case Error.TYPE:
            return _error(fields)
        case str():
            return None
    raise MalformedFrame("the frame has no type")


def _accepted(fields: dict[str, Any]) -> Accepted:
    error_type, purpose, change = _text(fields, "error_type"), fields.get("purpose"), fields.get("change")
    return Accepted(
        request_id=_id(fields, "request_id"),
        session_id=_id(fields, "session_id"),
        message_id=_id(fields, "message_id"),
        hint_level=_number(fields, "hint_level"),
        max_hint_level=_number(fields, "max_hint_level"),
        error_type=cast("ErrorType", error_type if error_type in get_args(ErrorType) else "none"),
        remaining_today=_optional_number(fields, "remaining_today"),
        purpose=cast("Purpose | None", purpose if purpose in get_args(Purpose) else None),
        change=cast("Change | None", change if change in get_args(Change) else None),
        course_id=_optional_id(fields, "course_id"),
    )


def _done(fields: dict[str, Any]) -> Done:
    usage = fields.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Done(
        request_id=_id(fields, "request_id"),
        message_id=_id(fields, "message_id"),
        hint_level=_number(fields, "hint_level"),
        provider=_text(fields, "provider"),
        model=_text(fields, "model"),
        fallback=fields.get("fallback") is True,
        withheld=fields.get("withheld") is True,
        ai=fields.get("ai") is True,
        finding=_finding(fields.get("finding")),
        edit=_edit(fields.get("edit")),
        usage=TokenUsage(
            input_tokens=_optional_number(counts, "input_tokens") or 0,
            output_tokens=_optional_number(counts, "output_tokens") or 0,
        ),
    )


def _finding(value: Any) -> ReportedFinding | None:
    """Return a finding, or None if a newer service sends a certainty that this client does not know."""
    if not isinstance(value, dict) or value.get("certainty") not in get_args(Certainty):
        return None
    return ReportedFinding(_text(value, "rule"), _number(value, "line"), value["certainty"])


def _edit(value: Any) -> ReportedEdit | None:
    """Return an edit, or None without one."""
    if not isinstance(value, dict):
        return None
    place = value.get("range")
    start, end = (_position(place.get(name) if isinstance(place, dict) else None) for name in ("start", "end"))
    return ReportedEdit(range=Range(start=start, end=end), new_text=_text(value, "new_text"))


def _position(value: Any) -> Position:
    if not isinstance(value, dict):
        raise MalformedFrame("a position is not an object")
    return Position(_number(value, "line"), _number(value, "character"))


def _error(fields: dict[str, Any]) -> Error:
    resets_at, retryable = fields.get("resets_at"), fields.get("retryable")
    return Error(
        request_id=None if fields.get("request_id") is None else _id(fields, "request_id"),
        code=_known(ErrorCode, fields.get("code")) or ErrorCode.INTERNAL_ERROR,
        content=_text(fields, "content"),
        limit=_known(Limit, fields.get("limit")),
        retry_after=_optional_number(fields, "retry_after"),
        resets_at=resets_at if isinstance(resets_at, str) else None,
        retryable=retryable if isinstance(retryable, bool) else None,
        course_id=_optional_id(fields, "course_id"),
    )


def _known(kind: type[Name], value: Any) -> Name | None:
    try:
        return kind(value)
    except ValueError:
        return None


def _optional_id(fields: dict[str, Any], name: str) -> UUID | None:
    return None if fields.get(name) is None else _id(fields, name)


def _id(fields: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(_text(fields, name))
    except ValueError as error:
        raise MalformedFrame(f"{name} is not a UUID") from error


def _text(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise MalformedFrame(f"{name} is not a text")
    return value


def _number(fields: dict[str, Any], name: str) -> int:
    value = _optional_number(fields, name)
    if value is None:
        raise MalformedFrame(f"{name} is not a count")
    return value


def _optional_number(fields: dict[str, Any], name: str) -> int | None:
    value = fields.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
