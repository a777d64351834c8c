"""The error envelope: every error response has the same JSON shape."""

from __future__ import annotations

import gzip
import io
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from aiohttp.web_runner import AppRunner, TCPSite

from testing.held_service import held_service
from testing.raw_http import raw_connection
from tutor_server.errors import DailyCapReached, RateLimited
from tutor_server.limits import MAX_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from aiohttp import ClientSession

    from testing.clock import HeldClock
    from testing.service import Service

JSON = {"Content-Type": "application/json"}
GZIP = JSON | {"Content-Encoding": "gzip"}


async def chunks(size: int) -> AsyncIterator[bytes]:
    """Yield a request body whose length is not known in advance."""
    for _ in range(size // 65536):
        yield b" " * 65536


async def login(client: ClientSession, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
    """Post a raw body to the sign-in route, which needs no token."""
    async with client.post("/api/auth/login", data=body, headers=headers) as response:
        assert response.content_type == "application/json"
        return response.status, await response.json()


async def test_an_unknown_route(client: ClientSession) -> None:
    """An unknown route gets 404 `NOT_FOUND`."""
    async with client.get("/api/nowhere") as response:
        assert (response.status, await response.json()) == (404, {"detail": "Not found.", "code": "NOT_FOUND"})


async def test_a_method_that_a_route_does_not_have(client: ClientSession) -> None:
    """An unsupported method gets 405 `METHOD_NOT_ALLOWED` with the supported methods."""
    async with client.delete("/api/auth/me") as response:
        answer = await response.json()

    assert (response.status, answer["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert response.headers["Allow"] == "GET,HEAD,PATCH"


async def test_an_expectation_that_is_not_known(client: ClientSession) -> None:
    """An unknown `Expect` header gets 417 in the envelope, instead of the framework's plain text."""
    status, answer = await login(client, b"{}", JSON | {"Expect": "the-unexpected"})

    assert (status, answer) == (417, {"detail": "Expectation Failed.", "code": "EXPECTATION_FAILED"})


async def test_every_answer_forbids_sniffing_framing_and_caching(client: ClientSession) -> None:
    """All responses have the security headers, and none reveals a version."""
    for path in ("/api/health", "/api/nowhere"):
        async with client.get(path) as response:
            headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Server"] == "ask-tutor"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "x"])
async def test_another_content_type(client: ClientSession, content_type: str) -> None:
    """A body without the JSON content type, such as a foreign page's form, gets 415."""
    status, answer = await login(client, b"{}", {"Content-Type": content_type})

    assert (status, answer["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def test_json_with_a_charset_is_json(client: ClientSession) -> None:
    """Parameters of the JSON content type, such as a charset, are ignored."""
    status, answer = await login(client, b"{}", {"Content-Type": "application/json; charset=utf-8"})

    assert (status, answer["code"]) == (422, "VALIDATION_FAILED")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        pytest.param(b" " * (MAX_BODY_BYTES + 1), JSON, 413, "PAYLOAD_TOO_LARGE", id="over the limit"),
        pytest.param("chunked", JSON, 413, "PAYLOAD_TOO_LARGE", id="over the limit, length untold"),
        pytest.param(gzip.compress(b" " * 50_000_000), GZIP, 413, "PAYLOAD_TOO_LARGE", id="gzip bomb"),
        pytest.param(b"\x1f\x8bnot gzip", GZIP, 400, "VALIDATION_FAILED", id="broken gzip"),
        pytest.param(gzip.compress(b"{}" * 500)[:-12], GZIP, 422, "VALIDATION_FAILED", id="cut gzip"),
    ],
)
async def test_h5_a_body_that_is_too_large_or_broken(
    client: ClientSession, body: Any, headers: dict[str, str], status: int, code: str
) -> None:
    """H5: a body over the limit, even compressed, gets 413, an invalid gzip body 400, and a truncated one 422."""
    data = chunks(2 * MAX_BODY_BYTES) if body == "chunked" else io.BytesIO(body)

    answered, answer = await login(client, data, headers)

    assert (answered, answer["code"]) == (status, code)


async def test_after_a_broken_body_the_next_request_is_answered(service: Service, client: ClientSession) -> None:
    """After an invalid body the service closes the connection, and the client's next request uses a new one."""
    for _ in range(3):
        broken = await login(client, io.BytesIO(b"xx"), GZIP)
        following = await login(client, b"{}", JSON)

        assert (broken[0], following[0]) == (400, 422)
    assert [entry for entry in service.log if entry["level"] == "error"] == []


async def test_a_body_of_the_largest_size_is_read(client: ClientSession) -> None:
    """A body of exactly 1 MiB is accepted."""
    body = b'{"email": "ada@uni.example", "password": "x"' + b" " * (MAX_BODY_BYTES - 45) + b"}"
    assert len(body) == MAX_BODY_BYTES

    status, answer = await login(client, body, JSON)

    assert (status, answer["code"]) == (401, "INVALID_CREDENTIALS")


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 100_000, id="100k nested lists"),
        pytest.param(b'{"email":' * 100_000, id="100k nested objects"),
        pytest.param(b'{"email": ' + b"9" * 5000 + b', "password": "x"}', id="5000-digit integer"),
        pytest.param(b'{"email": NaN, "password": -Infinity}', id="NaN"),
        pytest.param('{"email": "ada@uni.example", "password": "x"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'{"email": "\xff\xfe", "password": "x"}', id="not UTF-8"),
        pytest.param(rb'{"email": "ada@uni.example", "password": "\ud800"}', id="lone surrogate"),
        pytest.param(b'{"email": "ada@uni.example", "password": "\xed\xa0\x80"}', id="lone surrogate, encoded"),
        pytest.param(b'{"email": "ada\x00@uni.example", "password": "x"}', id="raw NUL"),
        pytest.param(rb'{"email": "ada\u0000@uni.example", "password": "x"}', id="NUL"),
    ],
)
async def test_h6_json_that_is_none_or_too_odd(client: ClientSession, body: bytes) -> None:
    """H6: invalid or odd JSON gets 422 in the envelope, which does not repeat the body."""
    status, answer = await login(client, body, JSON)

    assert (status, answer["code"]) == (422, "VALIDATION_FAILED")
    assert answer.keys() == {"detail", "code"}
    assert len(answer["detail"]) < 200
    assert "9999" not in answer["detail"]


MALFORMED = {
    "two Content-Lengths": b"POST /secret HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
    "length and chunked": (
        b"POST /secret HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "20 KB header": b"GET /secret HTTP/1.1\r\nHost: a\r\nX: " + b"secret" * 3500 + b"\r\n\r\n",
    "bare LF": b"GET /secret HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "no HTTP": b"\x16\x03\x01 secret\r\n\r\n",
    "bad header name": b"GET / HTTP/1.1\r\nHost: a\r\nsec ret: y\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED)
async def test_h7_what_is_not_http(service: Service, request_bytes: bytes) -> None:
    """H7: two Content-Lengths, CL+TE, a 20 KB header or a bare LF get 400 in the envelope and end the connection."""
    async with raw_connection(service.url) as connection:
        await connection.send(request_bytes)
        answer = await connection.answer()

        assert await connection.rest() == b""
    assert answer.status == 400
    assert b"aiohttp" not in answer.head
    assert answer.json == {"detail": "The request could not be read.", "code": "VALIDATION_FAILED"}
    entry = await service.logged("malformed_request")
    assert entry["level"] == "info"
    assert not [line for line in service.lines if "secret" in line]


@pytest.mark.parametrize(
    ("request_bytes", "quoted"),
    [
        pytest.param(MALFORMED["bad header name"], b"sec ret", id="quotes what is not HTTP"),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n",
            b"Unknown Expect: x",
            id="refuses Expect as text",
        ),
    ],
)
async def test_aiohttp_still_has_the_fault(request_bytes: bytes, quoted: bytes) -> None:
    """A malformed request or unknown `Expect` header still makes aiohttp answer with a text that quotes the request.

    If this test fails, aiohttp has fixed the fault, and our workaround can be removed.
    """
    runner = AppRunner(web.Application(logger=logging.getLogger("tests")), logger=logging.getLogger("tests"))
    await runner.setup()
    site = TCPSite(runner, "127.0.0.1", 0)
    await site.start()

    async with raw_connection(site.name) as connection:
        await connection.send(request_bytes)
        answer = await connection.answer()

    await runner.cleanup()
    assert quoted in answer.body


async def test_a_refusal_says_when_to_come_back(tmp_path: Path, clock: HeldClock) -> None:
    """A refusal has `retry_after` and `limit` in the body and the header `Retry-After`; a daily one has `resets_at`."""

    async def limited(_request: web.Request) -> web.Response:
        raise RateLimited(retry_after=7)

    async def capped(_request: web.Request) -> web.Response:
        raise DailyCapReached(retry_after=3600, resets_at=clock.now())

    def prepare(app: web.Application) -> None:
        app.add_routes([web.get("/limited", limited), web.get("/capped", capped)])

    async with held_service(tmp_path, clock, prepare=prepare) as held:
        async with held.client.get("/limited") as response:
            assert (response.status, await response.json()) == (
                429,
                {
                    "detail": RateLimited.text,
                    "code": "RATE_LIMITED",
                    "limit": "messages_per_minute",
                    "retry_after": 7,
                },
            )
            assert response.headers["Retry-After"] == "7"
        async with held.client.get("/capped") as response:
            answer = await response.json()
    assert answer == {
        "detail": "You have reached your daily usage limit. It resets at midnight UTC.",
        "code": "DAILY_CAP_REACHED",
        "limit": "daily_messages",
        "retry_after": 3600,
        "resets_at": "2026-03-01T12:00:00Z",
    }


async def test_what_nobody_foresaw_is_logged_without_its_message(
    tmp_path: Path, clock: HeldClock, log_output: io.BytesIO
) -> None:
    """An unexpected exception gets 500 `INTERNAL_ERROR`; the log has its type and frames, but no message or source."""

    async def broken(_request: web.Request) -> web.Response:
        raise KeyError("what the student wrote")

    def prepare(app: web.Application) -> None:
        app.add_routes([web.get("/broken", broken)])

    async with (
        held_service(tmp_path, clock, prepare=prepare) as held,
        held.client.get("/broken") as response,
    ):
        answer = await response.json()

    assert (response.status, answer) == (
        500,
        {"detail": "Something went wrong on our side. Please try again.", "code": "INTERNAL_ERROR"},
    )
    assert b"student wrote" not in log_output.getvalue()
    entries = [json.loads(line) for line in log_output.getvalue().splitlines()]
    (failed,) = [entry for entry in entries if entry["level"] == "error"]
    assert (failed["event"], failed["code"]) == ("request_failed", "INTERNAL_ERROR")
    (failure,) = failed["exception"]
    assert failure["type"] == "KeyError"
    assert "test_envelope" in failure["frames"][-1]
    assert failure["frames"][-1].endswith("broken")
