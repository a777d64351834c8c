"""Plays one behaviour of the fake upstream on one connection."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aiohttp import web

from testing.fake_upstream.wire import system_prompt

if TYPE_CHECKING:
    from testing.fake_upstream.behaviour import Behaviour
    from testing.fake_upstream.server import ReceivedCall
    from testing.fake_upstream.wire import Wire

HUGE_EVENT_BYTES = 50 * 1024 * 1024


class Performance:
    """Plays one behaviour on one connection."""

    def __init__(self, request: web.Request, wire_class: type[Wire], call: ReceivedCall, behaviour: Behaviour) -> None:
        self._request = request
        self._wire_class = wire_class
        self._tokens, self._thoughts, ends_early = _within_limit(call.body, behaviour)
        self._wire = wire_class(call.body, replace(behaviour, finish="length") if ends_early else behaviour)
        self._call = call
        self._behaviour = behaviour
        self._response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-cache"}
        )

    async def play(self) -> web.StreamResponse:
        """Answer the call and return its response."""
        behaviour = self._behaviour
        instead = await self._answer_without_stream()
        if instead is not None:
            return instead
        await self._response.prepare(self._request)
        for frame in self._wire.start():
            await self._write(frame)
        for frame in self._wire.thoughts(self._thoughts) if self._thoughts else ():
            await self._write(frame)
            await _pause(behaviour.token_seconds)
        tokens = self._tokens
        fault_at = min(behaviour.tokens_before_fault, len(tokens) - 1) if behaviour.fault != "none" else None
        for number, token in enumerate(tokens):
            if number == fault_at:
                return await self._fail()
            await _pause(behaviour.token_seconds if number else behaviour.first_token_seconds)
            await self._write_token(token)
        for frame in self._wire.end():
            await self._write(frame)
        await self._response.write_eof()
        return self._response

    async def _answer_without_stream(self) -> web.StreamResponse | None:
        behaviour = self._behaviour
        if behaviour.fault == "no_head":
            await _for_ever()
        await _pause(behaviour.head_seconds)
        if behaviour.fault == "drop":
            return self._hang_up()
        if behaviour.fault == "html":
            return web.Response(text="<!doctype html><title>Sign in to the network</title>", content_type="text/html")
        if behaviour.status == 200:
            return None
        if behaviour.fault == "endless_refusal":
            return await self._refuse_for_ever()
        body = self._wire_class.error(behaviour.status, "No.", error_type=behaviour.error_type)
        return web.json_response(body, status=behaviour.status, headers=behaviour.headers)

    async def _refuse_for_ever(self) -> web.StreamResponse:
        self._response.set_status(self._behaviour.status)
        await self._response.prepare(self._request)
        while True:
            await self._write(b"no " * 20000)

    async def _write_token(self, token: str) -> None:
        if self._behaviour.unknown:
            await self._write(self._wire.unknown())
        if token:
            await self._write(self._wire.token(token))
            self._call.tokens_sent += 1

    async def _fail(self) -> web.StreamResponse:
        fault = self._behaviour.fault
        await self._write(self._last_words())
        if fault == "huge_event":
            block = b"x" * 65536
            for _ in range(HUGE_EVENT_BYTES // len(block)):
                await self._write(block)
        while fault == "pings":
            await self._write(self._wire.ping())
            await asyncio.sleep(self._behaviour.ping_seconds)
        if fault == "end":
            await self._response.write_eof()
        elif fault in {"fin", "inside_event", "reset"}:
            self._hang_up(reset=fault == "reset")
        else:
            await _for_ever()
        return self._response

    def _last_words(self) -> bytes:
        match self._behaviour.fault:
            case "inside_event":
                return self._wire.token("half")[:-20]
            case "bad_json":
                return self._wire.token("bad").replace(b'"', b"", 1)
            case "bad_utf8":
                return self._wire.token("bad").replace(b"bad", b"\xff\xfe")
            case "error_event":
                return self._wire.overloaded()
            case "huge_event":
                return b"data: "
            case _:
                return b""

    def _hang_up(self, *, reset: bool = False) -> web.StreamResponse:
        """Close the connection with FIN, or with RST if `reset` is true."""
        transport = self._request.transport
        if transport is not None:
            if reset:
                connection: socket.socket = transport.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                transport.abort()
            else:
                transport.close()
        return self._response

    async def _write(self, data: bytes) -> None:
        if not data:
            return
        if not self._behaviour.bytes:
            await self._response.write(data)
            return
        for position in range(len(data)):
            await self._response.write(data[position : position + 1])
            await asyncio.sleep(self._behaviour.byte_seconds)


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _pause(seconds: float) -> None:
    if seconds:
        await asyncio.sleep(seconds)


def _within_limit(body: dict[str, Any], behaviour: Behaviour) -> tuple[list[str], list[str], bool]:
    """Return the tokens of the text and of the thoughts, and whether the request's limit ends them early."""
    tokens = behaviour.tokens_for(system_prompt(body))
    thoughts = [f"{word} " for word in behaviour.thoughts.split()]
    if not behaviour.obeys_limit:
        return tokens, thoughts, False
    limit = body.get("max_tokens", body.get("max_completion_tokens", 0))
    room = max(0, limit - len(thoughts))
    return tokens[:room], thoughts[:limit], len(tokens) > room
