"""The client of the service: nothing, or something else, answers at the address."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import unused_port

from testing.certificates import self_signed_context
from testing.editor_side.answers import collect, error_of, question
from testing.editor_side.remote_tutor import answer_all
from testing.editor_side.scripted_service import ScriptedService, serving
from tutor_protocol import ErrorCode

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from testing.editor_side.remote_tutor import Build
    from tutor_lsp.tutors.tutor import Status


@pytest.fixture
def self_signed(tmp_path: Path) -> ssl.SSLContext:
    """Return a TLS context with a self-signed certificate."""
    return self_signed_context(tmp_path)


async def test_refused_connection_is_one_error_and_one_try(build: Build) -> None:
    """E10: if nothing listens, the ask ends with one clear error after one attempt."""
    states: list[Status] = []
    messages = await collect(build(f"http://127.0.0.1:{unused_port()}", states=states), question())
    assert messages == [error_of(messages)]
    assert (error_of(messages).code, error_of(messages).retryable) == (ErrorCode.AI_UNAVAILABLE, True)
    assert error_of(messages).content == "The tutor at 127.0.0.1 cannot be reached."
    assert [status.state for status in states] == ["connecting", "offline"]
    assert states[-1].message == error_of(messages).content


async def test_unknown_host_is_said_so(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """E10: the error for an unknown host names the host. The resolver is replaced, so no network is needed."""

    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    error = error_of(await collect(build("https://tutor.invalid"), question()))
    assert error.content == "There is no computer named tutor.invalid, or you are not connected to the network."


async def test_wrong_certificate_is_said_so(build: Build, self_signed: ssl.SSLContext) -> None:
    """E10: an untrusted certificate ends the ask before anything is sent."""
    service = ScriptedService(answer_all)
    states: list[Status] = []
    async with service.serve(tls=self_signed) as url:
        error = error_of(await collect(build(url, states=states), question()))
    assert error.content.startswith("The connection to 127.0.0.1 is not secure: its certificate is self-signed.")
    assert [status.state for status in states] == ["connecting", "offline"]
    assert service.connections == []


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, "Something else answers at 127.0.0.1, perhaps the sign-in page of this network."),
        (302, "The tutor service sends its visitors to another address. Check the address that you have set."),
        (403, "127.0.0.1 does not let this computer in."),
        (404, "There is no tutor service at 127.0.0.1."),
        (503, "The tutor at 127.0.0.1 is not available right now. Please ask again in a moment."),
    ],
)
async def test_answer_that_is_no_websocket_is_explained(build: Build, status: int, content: str) -> None:
    """If a proxy, captive portal or other site responds, one sentence says so, and redirects are not followed."""
    requests = 0

    async def handle(_request: web.Request) -> web.Response:
        nonlocal requests
        requests += 1
        return web.Response(status=status, headers={"Location": "/elsewhere"}, text="<html>Hello</html>")

    async with serving(handle) as url:
        error = error_of(await collect(build(url), question()))
    assert error.content == content
    assert requests == 1


async def test_server_without_our_subprotocol_gets_no_code(build: Build) -> None:
    """A WebSocket server that does not support the subprotocol tutor.v1 gets no ask."""
    frames: list[object] = []

    async def handle(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        frames.extend([frame async for frame in socket])
        return socket

    async with serving(handle) as url:
        error = error_of(await collect(build(url), question()))
    assert error.content == "What answers at 127.0.0.1 is not a tutor service."
    assert frames == []
