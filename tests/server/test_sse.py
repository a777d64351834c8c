"""The parser of server-sent events, the format of models' streams."""

from __future__ import annotations

import itertools
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor_server.llm.provider import ProviderFailure
from tutor_server.llm.sse import EventParser, ServerEvent


def events_of(*chunks: bytes, parser: EventParser | None = None) -> list[ServerEvent]:
    """Feed the chunks to a parser and return its events."""
    parser = parser or EventParser()
    return [event for chunk in chunks for event in parser.feed(chunk)]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: hello\n\n", [(b"", b"hello")]),
        (b"data:hello\n\n", [(b"", b"hello")]),
        (b"data:  hello\n\n", [(b"", b" hello")]),
        (b"data: one\ndata:\ndata: two\n\n", [(b"", b"one\n\ntwo")]),
        (b"data\n\n", [(b"", b"")]),
        (b"event: ping\ndata: {}\n\ndata: x\n\n", [(b"ping", b"{}"), (b"", b"x")]),
        (b"event: lonely\n\ndata: x\n\n", [(b"", b"x")]),
        (b": comment\n\nid: 7\nretry: 10\nnonsense\ndata: x\n\n", [(b"", b"x")]),
        (b"data: crlf\r\n\r\ndata: cr\r\rdata: lf\n\n", [(b"", b"crlf"), (b"", b"cr"), (b"", b"lf")]),
        (b"\xef\xbb\xbfdata: marked\n\n", [(b"", b"marked")]),
        (b"data: \xc2\x85\xe2\x80\xa8\x0c\x1d\n\n", [(b"", b"\xc2\x85\xe2\x80\xa8\x0c\x1d")]),
        (b"data: never ended", []),
        (b"data: ended line only\n", []),
    ],
)
def test_reads_the_format(stream: bytes, expected: list[tuple[bytes, bytes]]) -> None:
    """Fields, comments, line ends and the byte order mark are parsed by the standard; only LF and CR end a line."""
    assert [(event.name, event.data) for event in events_of(stream)] == expected


PIECES = st.sampled_from(
    [b"data: a", b"data: \xc3\xa4", b"event: b", b": c", b"\n", b"\r", b"\r\n", b"\n\n", b"x", b""]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=30).map(b"".join), st.data())
def test_gives_the_same_events_however_the_bytes_are_cut(stream: bytes, data: st.DataObject) -> None:
    """P7: any split into chunks, even into single bytes, gives the same events."""
    whole = events_of(stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=10)))
    bounds = [0, *cuts, len(stream)]
    chunks = [stream[start:end] for start, end in itertools.pairwise(bounds)]
    assert events_of(*chunks) == whole
    assert events_of(*(bytes([byte]) for byte in stream)) == whole


@pytest.mark.parametrize("line", [b"data: 0123456789", b"data: 0\n", b": 0123456789", b"0123456789"])
def test_cuts_an_event_over_its_bound(line: bytes) -> None:
    """P8: an event over the size limit, on one line or several, raises a failure."""
    parser = EventParser(max_event_bytes=1000)
    with pytest.raises(ProviderFailure) as caught:
        events_of(*[line] * 1000, parser=parser)
    assert caught.value.reason == "invalid_response"


def test_gives_what_came_before_an_oversized_event() -> None:
    """P8: complete events before an oversized one are returned before the failure."""
    parser = EventParser(max_event_bytes=10)
    before: list[ServerEvent] = []
    with pytest.raises(ProviderFailure):
        before.extend(parser.feed(b"data: a\n\ndata: " + b"x" * 20))
    assert before == [ServerEvent(b"", b"a")]


def test_size_is_counted_by_event() -> None:
    """The size limit applies to each event separately, not to their sum."""
    parser = EventParser(max_event_bytes=100)
    assert len(events_of(*[b"data: 0123456789\n\n"] * 1000, parser=parser)) == 1000


def test_a_huge_event_takes_little_memory() -> None:
    """P8: of a 50 MB event, at most the size limit is held in memory."""
    block = b"x" * 65536
    tracemalloc.start()
    try:
        with pytest.raises(ProviderFailure):
            events_of(*[block] * 800)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5 * 1024 * 1024
