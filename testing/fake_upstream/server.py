"""The fake upstream's server on loopback: it plays a behaviour for each call and records the call."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Self

from aiohttp import web

from testing.fake_upstream.behaviour import BY_MODEL, Behaviour
from testing.fake_upstream.dialect_wire import DialectWire, ThinkingMessagesWire
from testing.fake_upstream.dialects import DialectRefusal, refuse
from testing.fake_upstream.performance import Performance
from testing.fake_upstream.slots import Slots
from testing.fake_upstream.wire import AnthropicWire, OpenAIWire, Refused, credential, refuse_options

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from types import TracebackType

    from testing.fake_upstream.wire import Wire

KEY = "fake-key"


@dataclass(slots=True)
class ReceivedCall:
    """A call that the upstream has received. Times are of the monotonic clock, which a machine's processes share."""

    api: str
    model: str
    headers: dict[str, str]
    body: dict[str, Any]
    peer_port: int
    opened_at: float
    tokens_sent: int = 0
    closed_at: float | None = None
    closed_by: Literal["client", "upstream"] | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    def report(self) -> dict[str, Any]:
        """Return the call's fields as a dictionary, except the event `closed`."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "closed"}


class FakeUpstream:
    """The fake upstream's server, which runs within `async with`.

    `play` queues behaviours for the next calls. If none is queued, the model's name selects one. `models` is the list
    of models that the server shows; `pages` has what else it answers, by path.
    """

    def __init__(self, *, key: str = KEY, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.key = key
        self._tls = tls
        self.default = Behaviour()
        self.models: tuple[dict[str, Any], ...] = tuple({"id": model} for model in BY_MODEL)
        self.pages: dict[str, Any] = {}
        self.slots = Slots()
        self.calls: list[ReceivedCall] = []
        self._arrival = asyncio.Event()
        self._script: deque[Behaviour] = deque()
        self._port = port
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The server's URL, for `ANTHROPIC_BASE_URL`."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def openai_url(self) -> str:
        """The URL for `OPENAI_BASE_URL`."""
        return f"{self.url}/v1"

    @property
    def open_streams(self) -> int:
        """The number of calls that are being answered."""
        return sum(call.closed_at is None for call in self.calls)

    async def next_call(self) -> ReceivedCall:
        """Wait for the next call to arrive and return it."""
        await self._arrival.wait()
        return self.calls[-1]

    def play(self, *behaviours: Behaviour) -> None:
        """Queue behaviours, one for each of the next calls."""
        self._script.extend(behaviours)

    def reset(self) -> None:
        """Forget the queued behaviours, the default and the recorded calls."""
        self._script.clear()
        self.calls.clear()
        self.default = Behaviour()
        self.slots.limit(None)

    async def __aenter__(self) -> Self:
        await self._start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._stop()

    async def _start(self) -> None:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_post("/v1/chat/completions", self._completions)
        app.router.add_get("/v1/models", self._models)
        app.router.add_get("/control", self._report)
        app.router.add_post("/control", self._control)
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._tls)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def _stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """Simulate an outage within the context: cut every connection, and refuse new ones."""
        await self._stop()
        try:
            yield
        finally:
            await self._start()

    async def _report(self, _request: web.Request) -> web.Response:
        return web.json_response({"open": self.open_streams, "calls": [call.report() for call in self.calls]})

    async def _control(self, request: web.Request) -> web.Response:
        """Apply `{"reset": true}`, `{"default": {…}}` and `{"script": [{…}, …]}`, in this order."""
        order = await request.json()
        try:
            if order.get("reset"):
                self.reset()
            if "default" in order:
                self.default = Behaviour(**order["default"])
            self.play(*(Behaviour(**item) for item in order.get("script", ())))
        except TypeError as error:
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response({"default": asdict(self.default), "script": [asdict(item) for item in self._script]})

    async def _models(self, request: web.Request) -> web.Response:
        """List models, as both APIs do. Clients use this route to check a key free of charge."""
        if credential(request.headers) != self.key:
            wire_class = AnthropicWire if "anthropic-version" in request.headers else OpenAIWire
            return web.json_response(wire_class.error(401, "invalid key"), status=401)
        return web.json_response({"object": "list", "data": list(self.models)})

    async def _page(self, request: web.Request) -> web.Response:
        """Return what `pages` has for a path, as JSON."""
        if request.path not in self.pages:
            raise web.HTTPNotFound
        return web.json_response(self.pages[request.path])

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, ThinkingMessagesWire)

    async def _completions(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, DialectWire)

    async def _answer(self, request: web.Request, wire_class: type[Wire]) -> web.StreamResponse:
        body = await request.json()
        headers = {name.lower(): value for name, value in request.headers.items()}
        model = str(body.get("model"))
        call = ReceivedCall(wire_class.name, model, headers, body, _peer(request), time.monotonic())
        self.calls.append(call)
        self._arrival.set()
        self._arrival = asyncio.Event()
        behaviour = self._script.popleft() if self._script else BY_MODEL.get(model, self.default)
        try:
            wire_class.check(headers, body, self.key)
            refuse_options(body, behaviour.refuses)
            refuse(body, behaviour)
            async with self.slots.one():
                response = await Performance(request, wire_class, call, behaviour).play()
            call.closed_by = "upstream"
        except Refused as refused:
            error = wire_class.error(refused.status, str(refused), param=refused.param)
            response = web.json_response(error, status=refused.status)
            call.closed_by = "upstream"
        except DialectRefusal as refused:
            response = web.Response(text=refused.content, status=refused.status, content_type=refused.content_type)
            call.closed_by = "upstream"
        except ConnectionError:
            raise asyncio.CancelledError from None
        finally:
            call.closed_by = call.closed_by or "client"
            call.closed_at = time.monotonic()
            call.closed.set()
        return response


def _peer(request: web.Request) -> int:
    if request.transport is None:
        return 0
    return int(request.transport.get_extra_info("peername")[1])


async def serve(port: int, key: str) -> None:
    """Run until cancelled. Print the URL on a line as soon as the server accepts connections."""
    async with FakeUpstream(key=key, port=port) as upstream:
        print(upstream.url, flush=True)  # noqa: T201 - the parent process reads the URL from stdout
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
