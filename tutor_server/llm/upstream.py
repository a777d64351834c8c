"""What the model APIs share on the wire: reading a streamed answer, and telling what went wrong with a call."""

from __future__ import annotations

import math
import re
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Protocol

import aiohttp
import httpx2
import orjson

from tutor_server.llm.provider import ProviderFailure, Text
from tutor_server.llm.sse import EventParser

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Mapping

    from tutor_server.llm.provider import Event, FailureReason
    from tutor_server.llm.sse import ServerEvent

PLAIN_BODY = {"Accept-Encoding": "identity"}
"""Headers that ask for an uncompressed stream: nothing is gained by packing tokens one at a time."""

_SAFE_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")


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
        kind = media_type if _SAFE_WORD.fullmatch(media_type.replace("/", "-")) else "something else"
        raise ProviderFailure("invalid_response", f"answered with {kind}, not with an event stream", status=200)
    parser = EventParser()
    chunks = response.iter_bytes()
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
                    if events and isinstance(event, Text) and isinstance(last := events[-1], Text):
                        events[-1] = Text(last.content + event.content)
                    else:
                        events.append(event)
        except ProviderFailure as error:
            failure = error
        for event in events:
            yield event
        if failure is not None:
            raise failure


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
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        raise ProviderFailure("invalid_response", "an event lacks a field or has one of another type") from None


@contextmanager
def connection_failures() -> Iterator[None]:
    """Turn what the transport raises, before or during the answer, into a `ProviderFailure`."""
    try:
        yield
    except (httpx2.HTTPError, httpx2.StreamError, aiohttp.ClientError, OSError) as error:
        raise connection_failure(error) from error


def connection_failure(error: BaseException) -> ProviderFailure:
    """Name a failure of the connection by its first cause: the SDKs and their transport wrap and rename it."""
    causes = [error]
    while (cause := causes[-1].__cause__) is not None:
        causes.append(cause)
    kinds = "/".join(dict.fromkeys(type(cause).__name__ for cause in causes))
    first = next((cause for cause in causes if isinstance(cause, aiohttp.ClientError)), causes[-1])
    match first:
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return ProviderFailure("unreachable", f"cannot be reached ({kinds})", sent=False)
        case TimeoutError() | httpx2.TimeoutException():
            return ProviderFailure("timeout", f"did not answer in time ({kinds})")
        case _:
            return ProviderFailure("interrupted", f"closed the connection ({kinds})")


def refusal(status: int, headers: Mapping[str, str], kind: object, *, adapted: bool = False) -> ProviderFailure:
    """Name an answer with an error status. `kind` is the provider's own word for it, not its message."""
    return ProviderFailure(
        reason_of(status),
        f"answered {status}" + said(kind),
        status=status,
        retry_after=retry_after(headers, datetime.now(UTC)),
        adapted=adapted,
    )


def said(kind: object) -> str:
    """Give the provider's own word for an error in brackets, if it is one word; its sentences may quote a student."""
    return f" ({kind})" if isinstance(kind, str) and _SAFE_WORD.fullmatch(kind) else ""


def reason_of(status: int) -> FailureReason:
    """Give the reason that an HTTP status stands for; 529 is Anthropic's own for overloaded."""
    match status:
        case 401 | 403:
            return "authentication"
        case 402:
            return "payment_required"
        case 429:
            return "rate_limited"
        case 503 | 529:
            return "overloaded"
        case 408:
            return "server_error"
        case _:
            return "server_error" if status >= 500 else "bad_request"  # noqa: PLR2004 - RFC 9110 §15.6


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read how many seconds to wait: `Retry-After` (RFC 9110 §10.2.3), or the finer `retry-after-ms`."""
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) * scale
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        date = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())
