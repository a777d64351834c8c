"""What the model APIs share on the wire: a streamed answer is read raw and turned into our events."""

from __future__ import annotations

import logging
from contextlib import aclosing, contextmanager
from typing import TYPE_CHECKING, Any, Protocol, cast

import httpx2
import orjson

from tutor_server.llm.failures import connection_failures, said
from tutor_server.llm.provider import ProviderFailure, Text
from tutor_server.llm.sse import EventParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator

    from tutor_server.llm.provider import Event
    from tutor_server.llm.sse import ServerEvent

PLAIN_BODY = {"Accept-Encoding": "identity"}
"""Headers that ask for an uncompressed stream: nothing is gained by packing tokens one at a time."""

TIMEOUT = httpx2.Timeout(None, connect=5.0)
"""The call's own deadlines watch over the reading; a second watch would be wound up again at each token."""

MAX_ERROR_BYTES = 64 * 1024
MAX_TOKENS = 2**31
"""No call comes near this; a larger count is nonsense."""


class Response(Protocol):
    """A streamed response, as the SDKs hand it over."""

    @property
    def headers(self) -> httpx2.Headers:
        """Headers of the response."""
        ...

    def iter_bytes(self) -> AsyncIterator[bytes]:
        """Give the body as it arrives."""
        ...


class Decoder(Protocol):
    """Turns the server-sent events of one answer into ours."""

    def decode(self, raw: ServerEvent) -> Iterable[Event]:
        """Give what an event says. Raises `ProviderFailure` where it reports an error or cannot be read."""
        ...


async def answer_events(response: Response, decoder: Decoder) -> AsyncGenerator[Event, None]:
    """Read a streamed answer; the texts of one network read come as one `Text`.

    Everything that arrived whole is given before a failure is raised as `ProviderFailure`.
    """
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "text/event-stream":
        message = f"answered with something other than an event stream{said(media_type)}"
        raise ProviderFailure("invalid_response", message, status=200)
    parser = EventParser()
    body = cast("AsyncGenerator[bytes, None]", response.iter_bytes())  # a generator in both SDKs
    async with aclosing(body) as chunks:
        while True:
            events: list[Event] = []
            failure: ProviderFailure | None = None
            try:
                with connection_failures():
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                for raw in parser.feed(chunk):
                    for event in decoder.decode(raw):
                        _append(events, event)
            except ProviderFailure as error:
                failure = error
            for event in events:
                yield event
            if failure is not None:
                raise failure


def _append(events: list[Event], event: Event) -> None:
    if events and isinstance(event, Text) and isinstance(last := events[-1], Text):
        events[-1] = Text(last.content + event.content)
    else:
        events.append(event)


def read_json(data: bytes) -> dict[str, Any]:
    """Read the JSON object of an event. Raises `ProviderFailure` for anything else, bad UTF-8 included."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise ProviderFailure("invalid_response", "an event is not valid JSON") from None
    if not isinstance(value, dict):
        raise ProviderFailure("invalid_response", "an event is not a JSON object")
    return value


@contextmanager
def reading_fields() -> Iterator[None]:
    """Turn an event without the expected fields into a `ProviderFailure`."""
    try:
        yield
    except (KeyError, TypeError, AttributeError):
        raise ProviderFailure("invalid_response", "an event lacks a field or has one of another type") from None


def text(content: object) -> Text:
    """Give a piece of the answer. Raises `TypeError` for anything but a string."""
    if not isinstance(content, str):
        raise TypeError("text is a string")
    return Text(content)


def count(value: object) -> int | None:
    """Give a number of tokens; None for what cannot be one, so that it is estimated instead."""
    return value if isinstance(value, int) and 0 <= value <= MAX_TOKENS else None


def sendable(text: str) -> str:
    """Give a text that can be written as UTF-8: a lone surrogate, as broken editors send it, becomes a `?`."""
    return text.encode("utf-8", "replace").decode()


def pin_loggers(*names: str) -> None:
    """Keep libraries from logging below warnings, whatever the service logs: their debug lines quote prompts."""
    for name in (*names, "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)


async def cut_error_body(response: httpx2.Response) -> None:
    """Keep only the first bytes of a refusal's body (an `event_hooks` hook): the SDKs would read it without bound."""
    if not response.is_success and isinstance(response.stream, httpx2.AsyncByteStream):
        response.stream = _FirstBytes(response.stream)


class _FirstBytes(httpx2.AsyncByteStream):
    def __init__(self, whole: httpx2.AsyncByteStream) -> None:
        self._whole = whole

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = MAX_ERROR_BYTES
        async for chunk in self._whole:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return

    async def aclose(self) -> None:
        await self._whole.aclose()
