"""The HTTP side that all model APIs share: sends a request and decodes the event stream of the answer."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx2
import orjson
from multidict import istr

from tutor_server.hosts import is_loopback
from tutor_server.llm.batching import seconds_to_next_batch
from tutor_server.llm.error_body import read_error
from tutor_server.llm.failures import connection_failures
from tutor_server.llm.provider import Finish, Overflow, ProviderFailure
from tutor_server.llm.refusal import said
from tutor_server.llm.sse import EventParser
from tutor_server.llm.upstream_connection import UpstreamConnection

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence

    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.endpoint import Endpoint
    from tutor_server.llm.error_body import ErrorBody
    from tutor_server.llm.provider import Event
    from tutor_server.llm.sse import ServerEvent

PLAIN_BODY = {"Accept-Encoding": "identity"}
"""Headers that ask for an uncompressed stream, since compressing one token at a time saves nothing."""

TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=5.0)
"""Timeouts of the HTTP client. Reading has no timeout: the call has its own deadlines, and resetting a second timer for
each token would cost time."""

_SUCCESS = range(200, 300)
"""The success statuses (RFC 9110 §15.3)."""

MAX_ERROR_BYTES = 64 * 1024
MAX_LIST_BYTES = 4 * 1024 * 1024
GET_SECONDS = 10
"""The timeout of a request for the list of models."""


class Decoder(Protocol):
    """Decodes the server-sent events of one answer into the service's own events."""

    def decode(self, raw: ServerEvent) -> Sequence[Event]:
        """Return the events of a server event. Raises `ProviderFailure` if it reports an error or is malformed."""
        ...


class Refused(Exception):
    """The provider answered with an error status. `error` is what the body says."""

    def __init__(self, status: int, headers: Mapping[str, str], error: ErrorBody) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.error = error

    def word(self, field: str) -> str | None:
        """Return a field of the error if it is a string, or None."""
        return self.error.fields.get(field)


class Upstream:
    """The connections to one provider.

    The provider's SDK supplies only the URL and the headers. Building and sending a call through an SDK would take ten
    times the processor time of the call itself.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.url = endpoint.url
        headers = {**endpoint.headers, **PLAIN_BODY}
        # Share the header-name objects between calls.
        self._headers = {istr(name): value for name, value in headers.items()}
        self._session: aiohttp.ClientSession | None = None
        self._numbers = itertools.count()
        self._running = 0

    @asynccontextmanager
    async def answer(
        self,
        body: Mapping[str, Any],
        decoder: Decoder,
        refusal: Callable[[Refused], ProviderFailure],
        pacing: Pacing,
    ) -> AsyncIterator[AsyncIterator[Sequence[Event]]]:
        """Send a body and yield the events of the answer. Leaving the context closes the connection at once.

        Once the student has some text, events are read in batches. Raises `ProviderFailure`; for a refused call
        `refusal` builds it.
        """
        with connection_failures():
            response = await self._opened().post(self.url, data=_json(body), allow_redirects=False)
        del body  # Free the prompt, which is large: the answer takes long and does not need it.
        async with response:
            if response.status not in _SUCCESS:
                raise refusal(await _refused(response))
            with self._batches(pacing) as seconds_to_batch:
                async with aclosing(answer_events(response, decoder, seconds_to_batch)) as events:
                    yield events

    @contextmanager
    def _batches(self, pacing: Pacing) -> Iterator[Callable[[], float]]:
        """Yield a function that returns the seconds that an answer waits for its next batch."""
        number, now = next(self._numbers), asyncio.get_running_loop().time
        self._running += 1
        try:
            yield lambda: seconds_to_next_batch(number, now(), self._running) if pacing.student_has_text else 0.0
        finally:
            self._running -= 1

    async def get(self, url: str) -> tuple[int, bytes]:
        """Return the status and the first bytes of the answer to a GET request. Raises `ProviderFailure`."""
        with connection_failures():
            timeout = aiohttp.ClientTimeout(total=GET_SECONDS)
            async with self._opened().get(url, allow_redirects=False, timeout=timeout) as response:
                return response.status, await _first_bytes(response, MAX_LIST_BYTES)

    async def close(self) -> None:
        """Release the connections."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:  # A session must be created inside the running event loop.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=_trusted(self.url)),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=self._headers,
                proxy=_proxy_to(self.url),
                timeout=TIMEOUT,
            )
        return self._session


def _json(body: Mapping[str, Any]) -> bytes:
    """Encode a body, and copy the result: orjson's own result keeps a buffer of six times the size in memory."""
    return bytes(memoryview(orjson.dumps(body)))


async def answer_events(
    response: aiohttp.ClientResponse, decoder: Decoder, seconds_to_batch: Callable[[], float]
) -> AsyncGenerator[Sequence[Event], None]:
    """Yield the events of a streamed answer; events that arrived together form a group. No data is read between groups.

    An empty group says that only pings, comments or unknown events arrived. All complete events are yielded before a
    failure is raised as `ProviderFailure`.
    """
    media_type = response.content_type
    if media_type != "text/event-stream":
        message = f"answered with something other than an event stream{said(media_type)}"
        raise ProviderFailure("invalid_response", message, status=response.status)
    parser, is_empty = EventParser(), True
    with UpstreamConnection(response) as connection:
        while True:
            events: list[Event] = []
            lines = parser.lines
            chunk, failure = await _read(response.content)
            if not chunk and failure is None:
                if is_empty:  # So llama-cpp-python's server answers a prompt that is too long.
                    raise ProviderFailure("interrupted", "ended the stream without an event", overflow=Overflow())
                return
            is_empty = False
            try:
                for raw in parser.feed(chunk):
                    events += decoder.decode(raw)
            except ProviderFailure as error:
                failure = error
            if events:
                connection.quiet()
                yield events
                connection.wake_in(seconds_to_batch() if _is_under_way(events) else 0.0)
            elif failure is None and parser.lines > lines:
                yield ()
            if failure is not None:
                raise failure


def _is_under_way(events: Sequence[Event]) -> bool:
    """Return whether more text may follow. If not, the end is read at once instead of with the next batch."""
    kinds = set(map(type, events))
    return str in kinds and Finish not in kinds


async def _read(content: aiohttp.StreamReader) -> tuple[bytes, ProviderFailure | None]:
    """Return the bytes that have arrived (empty at the end) and, if the connection broke, the failure."""
    try:
        with connection_failures():
            return await content.readany(), None
    except ProviderFailure as failure:
        return _read_before_failure(content), failure


def _read_before_failure(content: aiohttp.StreamReader) -> bytes:
    """Return the bytes that arrived before the connection broke; aiohttp itself would only raise the failure."""
    failure = content.exception()
    content._exception = None  # noqa: SLF001 - after a failure the reader returns no data
    try:
        return content.read_nowait()
    finally:
        content._exception = failure  # noqa: SLF001 - restores the exception, which has no public setter


async def _refused(response: aiohttp.ClientResponse) -> Refused:
    """Return the refusal with its error object. Only the first bytes of the body are read, since it may be endless."""
    with connection_failures():
        content = await _first_bytes(response, MAX_ERROR_BYTES)
    return Refused(response.status, response.headers, read_error(content))


async def _first_bytes(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    while len(content) < limit and (chunk := await response.content.read(limit)):
        content += chunk
    return bytes(content)


def _trusted(url: str) -> ssl.SSLContext | bool:
    """Return the same TLS certificates that the SDKs trust."""
    return httpx2.create_ssl_context() if urlsplit(url).scheme == "https" else True


def _proxy_to(url: str) -> str | None:
    """Return the proxy for a URL from the environment variables, by the same rules as the SDKs, or None.

    A model on this machine is never asked through a proxy, which would reach its own machine instead.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
