"""A front on loopback that adds device authorisation (RFC 8628) to a real service, and passes all else through to it.

The student's approval is a call instead of a page; the tokens are the service's own.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from aiohttp import ClientSession, WSMsgType, web
from aiohttp.test_utils import unused_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import ClientWebSocketResponse

    from tests.service import Service, Student

USER_CODE = "BCDF-GHJK"


class DeviceFront:
    """`service` with device authorisation in front of it. Until `answer` is set the authorisation is pending."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.url = ""
        self.answer: Student | str | None = None
        """The student who has approved, or the error of RFC 8628 that the token route gives."""
        self.asked = asyncio.Event()
        """Somebody waits for the approval."""

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Run it; give its address."""
        app = web.Application()
        app.router.add_post("/api/auth/device", self._device)
        app.router.add_post("/api/auth/device/token", self._token)
        app.router.add_get("/api/chat/ws", self._socket)
        app.router.add_route("*", "/{path:.*}", self._pass_through)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        port = unused_port()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{port}"
        async with ClientSession(self.service.url) as self._session:
            try:
                yield self.url
            finally:
                await runner.cleanup()

    async def _device(self, _: web.Request) -> web.Response:
        page = f"{self.url}/device"
        return web.json_response(
            {
                "device_code": "device-code",
                "user_code": USER_CODE,
                "verification_uri": page,
                "verification_uri_complete": f"{page}?user_code={USER_CODE}",
                "expires_in": 600,
                "interval": 1,
            }
        )

    async def _token(self, _: web.Request) -> web.Response:
        self.asked.set()
        if self.answer is None or isinstance(self.answer, str):
            error = self.answer or "authorization_pending"
            return web.json_response({"error": error, "detail": error, "code": "VALIDATION_FAILED"}, status=400)
        body = {"email": self.answer.email, "password": self.answer.password}
        async with self._session.post("/api/auth/login", json=body) as response:
            return web.json_response(await response.json(), status=response.status)

    async def _pass_through(self, request: web.Request) -> web.Response:
        headers = {name: request.headers[name] for name in ("Authorization", "Content-Type") if name in request.headers}
        async with self._session.request(
            request.method, request.path_qs, data=await request.read(), headers=headers
        ) as response:
            return web.Response(status=response.status, body=await response.read(), content_type=response.content_type)

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        protocols = [name.strip() for name in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        editor = web.WebSocketResponse(protocols=protocols)
        await editor.prepare(request)
        headers = {"Authorization": request.headers["Authorization"]}
        async with self._session.ws_connect("/api/chat/ws", protocols=protocols, headers=headers) as service:
            ways = [asyncio.create_task(_pump(editor, service)), asyncio.create_task(_pump(service, editor))]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
            await editor.close(code=service.close_code or 1000)
        return editor


async def _pump(
    source: web.WebSocketResponse | ClientWebSocketResponse[bool],
    target: web.WebSocketResponse | ClientWebSocketResponse[bool],
) -> None:
    async for message in source:
        if message.type is WSMsgType.TEXT:
            await target.send_str(message.data)
