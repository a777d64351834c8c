"""The client of the service: one connection, and the messages of its answers in their order."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from testing.editor_side.answers import collect, error_of, question, text_of
from testing.editor_side.remote_tutor import answer_all
from testing.editor_side.scripted_service import ScriptedService, accepted, delta, done
from tutor_lsp.service.retry import ConnectionTiming
from tutor_protocol import Accepted, Ask, Error, ErrorCode, Limit, Position

if TYPE_CHECKING:
    from testing.editor_side.remote_tutor import Build
    from testing.editor_side.scripted_service import Connection


def test_aiohttp_is_not_loaded_before_the_first_ask() -> None:
    """Importing the client does not import aiohttp, which would slow down the start of the language server."""
    program = "import sys, tutor_lsp.tutors.remote; sys.exit('aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


async def test_connects_at_the_first_ask_with_token_and_subprotocol(build: Build) -> None:
    """The client connects at the first ask, and sends the token in the header, never in the URL."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        await asyncio.sleep(0)
        assert service.connections == []
        await collect(tutor, question())
        (connection,) = service.connections
        assert connection.request.headers["Authorization"] == "Bearer secret"
        assert connection.request.headers["Sec-WebSocket-Protocol"] == "tutor.v1"
        assert connection.request.path_qs == "/api/chat/ws"


async def test_answer_streams_in_order(build: Build) -> None:
    """An ask gives Accepted, the deltas in order, and one Done."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        ask = question()
        messages = await collect(build(url), ask)
    assert messages == [
        accepted(ask.request_id),
        delta(ask.request_id, 0, "look "),
        delta(ask.request_id, 1, "at "),
        delta(ask.request_id, 2, "this"),
        done(ask.request_id),
    ]


async def test_many_asks_share_one_line(build: Build) -> None:
    """Interleaved answers over one connection each reach the stream of their own ask."""

    async def interleave(connection: Connection) -> None:
        first, second = await connection.receive(), await connection.receive()
        one, two = UUID(first["request_id"]), UUID(second["request_id"])
        await connection.send(accepted(two), accepted(one), delta(one, 0, "1"), delta(two, 0, "2"))
        await connection.send(delta(two, 1, "2"), done(two), delta(one, 1, "1"), done(one))

    service = ScriptedService(interleave)
    async with service.serve() as url:
        tutor = build(url)
        answers = await asyncio.gather(*(collect(tutor, question()) for _ in range(2)))
        assert sorted(text_of(answer) for answer in answers) == ["11", "22"]
        assert len(service.connections) == 1


async def test_line_is_kept_between_asks(build: Build) -> None:
    """A second ask uses the connection that the first one has opened."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        await collect(tutor, question())
        assert text_of(await collect(tutor, question())) == "look at this"
        assert len(service.connections) == 1


async def test_idle_line_is_closed_and_opened_again(build: Build) -> None:
    """An idle connection is closed after the idle timeout, and the next ask opens a new one."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url, timing=ConnectionTiming(idle=0.01))
        await collect(tutor, question())
        await service.closed.wait()
        assert tutor.status.state == "ready"
        assert text_of(await collect(tutor, question())) == "look at this"
        assert len(service.connections) == 2


async def test_repeated_delta_is_given_once(build: Build) -> None:
    """A repeated delta or Accepted is ignored."""

    async def repeat(connection: Connection) -> None:
        request_id = UUID((await connection.receive())["request_id"])
        await connection.send(accepted(request_id), accepted(request_id), delta(request_id, 0, "a"))
        await connection.send(delta(request_id, 0, "a"), delta(request_id, 1, "b"), delta(request_id, 0, "a"))
        await connection.send(done(request_id))

    async with ScriptedService(repeat).serve() as url:
        messages = await collect(build(url), question())
    assert text_of(messages) == "ab"
    assert sum(isinstance(message, Accepted) for message in messages) == 1


async def test_what_a_newer_service_adds_is_passed_over(build: Build) -> None:
    """Unknown message types, fields, error codes and limits are ignored."""

    async def be_newer(connection: Connection) -> None:
        request_id = (await connection.receive())["request_id"]
        await connection.socket.send_json({"type": "advice", "request_id": request_id})
        await connection.socket.send_json(
            {
                "type": "accepted",
                "request_id": request_id,
                "session_id": str(uuid4()),
                "message_id": str(uuid4()),
                "hint_level": 1,
                "max_hint_level": 5,
                "error_type": "style",
                "mood": "sunny",
            }
        )
        await connection.socket.send_json(
            {"type": "error", "request_id": request_id, "code": "TEA_TIME", "content": "Later.", "limit": "cups"}
        )

    async with ScriptedService(be_newer).serve() as url:
        messages = await collect(build(url), question())
    assert isinstance(messages[0], Accepted)
    assert messages[0].error_type == "none"
    assert (error_of(messages).code, error_of(messages).content) == (ErrorCode.INTERNAL_ERROR, "Later.")


async def test_refusal_comes_through_whole(build: Build) -> None:
    """The refusal of a rate limit keeps its limit, retry_after and resets_at."""
    refusal = Error(
        request_id=uuid4(),
        code=ErrorCode.RATE_LIMITED,
        content="Please wait.",
        limit=Limit.MESSAGES_PER_MINUTE,
        retry_after=12,
        resets_at="2030-01-01T00:00:00Z",
        retryable=True,
    )

    async def refuse(connection: Connection) -> None:
        await connection.receive()
        await connection.send(refusal)

    assert refusal.request_id is not None
    async with ScriptedService(refuse).serve() as url:
        ask = Ask(request_id=refusal.request_id, code="", cursor=Position(0, 0))
        assert await collect(build(url), ask) == [refusal]


async def test_frame_not_understood_ends_the_ask(build: Build) -> None:
    """An error without request_id about an invalid frame ends the ask that is not yet accepted."""

    async def not_understand(connection: Connection) -> None:
        await connection.receive()
        await connection.send(Error(request_id=None, code=ErrorCode.VALIDATION_FAILED, content="Not valid."))

    async with ScriptedService(not_understand).serve() as url:
        ask = question()
        error = error_of(await collect(build(url), ask))
    assert (error.request_id, error.code) == (ask.request_id, ErrorCode.VALIDATION_FAILED)


async def say_nothing(_connection: Connection) -> None:
    """Read frames and never answer. For use as a script."""


async def test_silent_service_is_not_waited_for_for_ever(build: Build) -> None:
    """If the service accepts an ask and then sends nothing, the ask ends with one retryable error."""
    async with ScriptedService(say_nothing).serve() as url:
        error = error_of(await collect(build(url, timing=ConnectionTiming(silence=0.05)), question()))
    assert (error.code, error.retryable) == (ErrorCode.AI_UNAVAILABLE, True)
