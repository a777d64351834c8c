"""H6 and H9: text that could break a database, a decoder or a log has the same result on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from testing.chat_client import CODE, connect
from testing.raw_http import raw_connection

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from testing.service import Service, SignUp

JSON = {"Content-Type": "application/json"}
STRANGE = {
    "NUL": b"%00",
    "lone surrogate": b"%ED%A0%80",
    "not UTF-8": b"%FF%FE",
    "raw bytes": b"\xff\xfe",
    "CRLF": b"%0D%0A",
}
LOG_BREAKERS = "a\r\nb\x1b[31mred\x1b[0m\u2028c\x85"


@pytest.mark.parametrize("text", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (b"/api/modules/%s", 404),
        (b"/api/chat/sessions/%s/messages", 404),
        (b"/nowhere/%s", 404),
        (b"/api/modules?limit=%s", 422),
        (b"/api/modules?cursor=%s", 422),
        (b"/api/chat/sessions?type=%s", 422),
        (b"/api/progress?cursor=%s", 422),
    ],
)
async def test_h6_strange_text_in_an_address(
    service: Service, sign_up: SignUp, path: bytes, status: int, text: bytes
) -> None:
    """H6: odd text in a URL gives 404 for an unknown object, 422 for an invalid query, and 400 if it is not ASCII."""
    student = await sign_up(service)
    authorization = f"Authorization: Bearer {student.access_token}\r\n\r\n".encode()

    async with raw_connection(service.url) as connection:
        await connection.send(b"GET " + path.replace(b"%s", text) + b" HTTP/1.1\r\nHost: a\r\n" + authorization)
        answer = await connection.answer()

    assert answer.status == (400 if not text.isascii() else status)
    assert answer.json.keys() == {"detail", "code"}


@pytest.mark.parametrize("text", [r"\u0000", r"\ud800", r"\udc00x"])
@pytest.mark.parametrize(
    ("path", "template"),
    [
        ("register", '{"email": "a%s@uni.example", "password": "a quiet password"}'),
        ("register", '{"email": "ada@uni.example", "password": "a quiet %s password"}'),
        ("login", '{"email": "a%s@uni.example", "password": "x"}'),
        ("login", '{"email": "ada@uni.example", "password": "x%s"}'),
        ("refresh", '{"refresh_token": "x%s"}'),
        ("logout", '{"refresh_token": "x%s"}'),
        ("password", '{"current_password": "x%s", "new_password": "a quiet password"}'),
        ("password", '{"current_password": "x", "new_password": "a quiet %s password"}'),
    ],
)
async def test_h6_strange_text_in_every_field_of_a_body(  # noqa: PLR0917 - pytest passes the columns of the table by name
    service: Service, client: ClientSession, sign_up: SignUp, path: str, template: str, text: str
) -> None:
    """H6: odd text in any field of a body gives 422, which does not repeat it."""
    student = await sign_up(service)
    data = template.replace("%s", text)

    async with client.post(f"/api/auth/{path}", data=data, headers=JSON | student.headers) as response:
        answer = await response.json()

    assert (response.status, answer["code"]) == (422, "VALIDATION_FAILED")
    assert "\0" not in answer["detail"]


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "9" * 5000, "1e999999"])
async def test_h6_numbers_that_are_none(service: Service, client: ClientSession, sign_up: SignUp, number: str) -> None:
    """H6: NaN, an infinity or a huge number is not accepted as a level."""
    student = await sign_up(service)
    data = f'{{"programming_level": {number}}}'

    async with client.patch("/api/auth/me", data=data, headers=JSON | student.headers) as response:
        answer = await response.json()

    assert (response.status, answer["code"]) == (422, "VALIDATION_FAILED")


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "a\0"},
        {"question": "why\0"},
        {"traceback": "\0"},
        {"language": "py\0"},
        {"module_id": "loops\0"},
        {"session_id": "\0"},
        {"cells": [{"source": "\0", "output": ""}], "kind": "cell"},
        {"cells": [{"source": "", "output": "\0"}], "kind": "cell"},
    ],
    ids=str,
)
async def test_h6_nul_in_every_field_of_an_ask(service: Service, sign_up: SignUp, fields: dict[str, object]) -> None:
    """H6: an ask with NUL in any field is refused under its request id, and the connection stays open."""
    student = await sign_up(service)
    async with connect(service.url, student.access_token) as chat:
        request_id = await chat.ask(**fields)
        (refused,) = await chat.collect(request_id)
        answered = await chat.answer()

    assert (refused["type"], refused["code"]) == ("error", "VALIDATION_FAILED")
    assert answered[-1]["type"] == "done"


async def test_h9_nothing_breaks_a_line_of_the_log(service: Service, client: ClientSession, sign_up: SignUp) -> None:
    """H9: with CR, LF or ANSI sequences in any field, each log line is one JSON object of printable ASCII."""
    student = await sign_up(service)
    body = {"email": f"{LOG_BREAKERS}@uni.example", "password": LOG_BREAKERS}
    await client.post("/api/auth/login", json=body)
    await client.get("/api/modules/%0D%0A%1B%5B31m", headers=student.headers)
    async with raw_connection(service.url) as connection:
        await connection.send(b"GET /nowhere HTTP/1.1\r\nHost: a\r\nUser-Agent: \x1b[31mred\r\n\r\n")
        await connection.answer()
    async with connect(service.url, student.access_token) as chat:
        await chat.answer(code=CODE + f"# {LOG_BREAKERS}", question=LOG_BREAKERS, traceback=LOG_BREAKERS)
        await chat.collect(await chat.ask(module_id=LOG_BREAKERS))
        await chat.collect(await chat.ask(request_id=str(uuid4()), language=LOG_BREAKERS))

    await service.logged("connection_closed", user=student.id)
    lines = [line for line in service.lines if not line.startswith("listening on ")]
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert all(isinstance(json.loads(line), dict) for line in lines)
    assert not [line for line in lines if "red" in json.loads(line).values()]


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("HEAD", "/api/health", 200, None),
        ("HEAD", "/api/auth/me", 401, None),
        ("HEAD", "/nowhere", 404, None),
        ("OPTIONS", "/api/health", 405, b"GET,HEAD"),
        ("OPTIONS", "/nowhere", 404, None),
        ("OPTIONS", "*", 404, None),
        ("TRACE", "/api/health", 405, b"GET,HEAD"),
        ("DELETE", "/api/auth/login", 405, b"POST"),
        ("BREW", "/api/health", 400, None),
    ],
)
async def test_methods(service: Service, method: str, path: str, status: int, allow: bytes | None) -> None:
    """An unknown path gets 404, and a wrong method 405 with `Allow`; a HEAD request is answered without a body."""
    async with raw_connection(service.url) as connection:
        await connection.send(f"{method} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        answer = await connection.answer(has_body=method != "HEAD")
        rest = await connection.rest()

    assert (answer.status, rest) == (status, b"")
    assert allow is None or b"Allow: " + allow in answer.head
    assert method == "HEAD" or answer.json.keys() == {"detail", "code"}
