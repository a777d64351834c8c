"""The decoding of the service's WebSocket frames."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_lsp.service.frames import MalformedFrame, decode
from tutor_protocol import (
    FROM_SERVICE,
    Accepted,
    Certainty,
    Delta,
    Done,
    Error,
    ErrorCode,
    Limit,
    Queued,
    ReportedFinding,
    TokenUsage,
    encode,
)

COUNTS = st.integers(min_value=0, max_value=2**53)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))

MESSAGES = st.one_of(
    st.builds(
        Accepted,
        request_id=st.uuids(),
        session_id=st.uuids(),
        message_id=st.uuids(),
        hint_level=st.integers(1, 5),
        max_hint_level=st.integers(1, 5),
        error_type=st.sampled_from(["syntax", "runtime", "logic", "none"]),
        remaining_today=COUNTS,
        purpose=st.sampled_from(["find", "explain", "start", "check", "improve", "follow_up", "other_language"]),
    ),
    st.builds(Queued, request_id=st.uuids(), place=COUNTS),
    st.builds(Delta, request_id=st.uuids(), seq=COUNTS, content=TEXTS),
    st.builds(
        Done,
        request_id=st.uuids(),
        message_id=st.uuids(),
        hint_level=st.integers(1, 5),
        provider=TEXTS,
        model=TEXTS,
        fallback=st.booleans(),
        withheld=st.booleans(),
        ai=st.booleans(),
        usage=st.builds(TokenUsage, input_tokens=COUNTS, output_tokens=COUNTS),
        finding=st.none() | st.builds(ReportedFinding, TEXTS, COUNTS, st.sampled_from(get_args(Certainty))),
    ),
    st.builds(
        Error,
        request_id=st.none() | st.uuids(),
        code=st.sampled_from(ErrorCode),
        content=TEXTS,
        limit=st.none() | st.sampled_from(Limit),
        retry_after=st.none() | COUNTS,
        resets_at=st.none() | TEXTS,
        retryable=st.none() | st.booleans(),
    ),
)

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)
FIELDS = [
    "request_id",
    "session_id",
    "message_id",
    "seq",
    "content",
    "code",
    "limit",
    "usage",
    "finding",
    "hint_level",
    "provider",
]


@given(MESSAGES)
def test_what_the_service_encodes_is_decoded(message: Accepted | Delta | Done | Error) -> None:
    """Every message type of the contract is encoded and decoded without a change."""
    assert decode(encode(message)) == message


@given(MESSAGES, st.dictionaries(st.text(min_size=20), JSON_VALUES))
def test_unknown_fields_are_passed_over(message: Accepted | Delta | Done | Error, more: dict[str, object]) -> None:
    """Unknown fields, which a newer service may send, are ignored."""
    frame = {**more, **json.loads(encode(message))}
    assert decode(json.dumps(frame)) == message


@given(
    st.sampled_from(["accepted", "delta", "done", "error", "advice"]),
    st.dictionaries(st.sampled_from(FIELDS), JSON_VALUES),
)
def test_wrong_fields_are_malformed_and_nothing_else(kind: str, fields: dict[str, object]) -> None:
    """Any JSON with a known type is decoded, ignored or rejected as malformed, and raises no other error."""
    try:
        message = decode(json.dumps({**fields, "type": kind}))
    except MalformedFrame:
        return
    assert message is None or isinstance(message, FROM_SERVICE[kind])


@pytest.mark.parametrize("frame", ["", "null", "[]", "{}", '{"type": null}', "9" * 5000, "[" * 100_000, "\ud800"])
def test_what_is_no_frame_is_malformed(frame: str) -> None:
    """Text that is not a JSON object with a type is rejected as malformed, however deeply nested or long it is."""
    with pytest.raises(MalformedFrame):
        decode(frame)


def test_unknown_type_is_passed_over() -> None:
    """A message of an unknown type, which a newer service may send, is ignored."""
    assert decode('{"type": "advice"}') is None
