"""The client of the service: the student, or the editor, ends an answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

from testing.editor_side.answers import cancelled_at_its_first_text, collect, error_of, question, text_of
from testing.editor_side.remote_tutor import answer_all
from testing.editor_side.scripted_service import ScriptedService, delta
from tutor_protocol import Accepted, Delta, Error, ErrorCode

if TYPE_CHECKING:
    from testing.editor_side.remote_tutor import Build
    from testing.editor_side.scripted_service import Connection
    from tutor_protocol import FromService


async def test_cancel_ends_at_once_and_tells_the_service(build: Build) -> None:
    """E6: a cancelled stream ends at once; the service gets a cancel, and its later frames are ignored."""

    async def answer_late(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "a", finish=False)
        assert (await connection.receive()) == {"type": "cancel", "request_id": frame["request_id"]}
        request_id = UUID(frame["request_id"])
        await connection.send(
            delta(request_id, 1, "late"), Error(request_id=request_id, code=ErrorCode.CANCELLED, content="Stopped.")
        )
        await answer_all(connection)

    service = ScriptedService(answer_late)
    async with service.serve() as url:
        tutor = build(url)
        messages = await cancelled_at_its_first_text(tutor, question())
        assert text_of(messages) == "a"
        assert error_of(messages).code == ErrorCode.CANCELLED
        assert text_of(await collect(tutor, question())) == "look at this"
        assert len(service.connections) == 1


async def test_closing_the_stream_cancels(build: Build) -> None:
    """Closing the stream cancels the ask at the service."""
    cancelled = asyncio.Event()

    async def expect_cancel(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)
        assert (await connection.receive())["type"] == "cancel"
        cancelled.set()

    async with ScriptedService(expect_cancel).serve() as url:
        stream = build(url).ask(question())
        assert isinstance(await anext(stream), Accepted)
        await stream.aclose()
        await cancelled.wait()


async def test_cancel_while_connecting_sends_nothing(build: Build) -> None:
    """An ask that is cancelled before the connection is open is never sent, and the status is `ready` again."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        ask = question()
        stream = tutor.ask(ask)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        await tutor.cancel(ask.request_id)
        assert error_of([await first]).code == ErrorCode.CANCELLED
        await stream.aclose()
        await collect(tutor, question())
        assert [frame["request_id"] for frame in service.connections[0].received].count(str(ask.request_id)) == 0
        assert tutor.status.state == "ready"


async def test_close_ends_streams_and_tells_the_service(build: Build) -> None:
    """Closing the tutor cancels running asks at the service, ends their streams with an error, and refuses new asks."""

    async def begin(connection: Connection) -> None:
        await connection.answer(await connection.receive(), "a", finish=False)

    service = ScriptedService(begin)
    async with service.serve() as url:
        tutor = build(url)
        messages: list[FromService] = []
        async for message in tutor.ask(question()):
            messages.append(message)
            if isinstance(message, Delta):
                await tutor.close()
        assert error_of(messages).code == ErrorCode.SHUTTING_DOWN
        await service.closed.wait()
        assert service.connections[0].received[-1]["type"] == "cancel"
        assert error_of(await collect(tutor, question())).code == ErrorCode.SHUTTING_DOWN
