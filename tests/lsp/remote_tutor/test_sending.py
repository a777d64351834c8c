"""The client of the service: what it sends, and what it does not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from testing.editor_side.answers import collect, error_of, question, text_of
from testing.editor_side.remote_tutor import Renewable, answer_all
from testing.editor_side.scripted_service import MESSAGE_ID, ScriptedService, done
from testing.waiting import until
from tutor_protocol import Ask, Error, ErrorCode, Position

if TYPE_CHECKING:
    from testing.editor_side.remote_tutor import Build
    from testing.editor_side.scripted_service import Connection


async def test_rating_is_sent_and_opens_a_line_if_need_be(build: Build) -> None:
    """A rating is sent over the open connection or a new one, and a failure raises nothing."""
    rated = asyncio.Event()

    async def take_rating(connection: Connection) -> None:
        await connection.receive()
        rated.set()

    service = ScriptedService(take_rating)
    async with service.serve() as url:
        await build(url).rate(str(MESSAGE_ID), helpful=True)
        await rated.wait()
        assert service.connections[0].received == [{"type": "rate", "message_id": str(MESSAGE_ID), "helpful": True}]
    await build(url).rate(str(MESSAGE_ID), helpful=True)


async def test_messages_wait_for_the_connection_in_their_order(build: Build) -> None:
    """Asks and ratings that wait for the connection are each sent once it is open, asks first."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        tutor = build(url)
        await tutor.rate(str(MESSAGE_ID), helpful=True)
        asks = [question(), question()]
        await asyncio.gather(*(collect(tutor, ask) for ask in asks))
        await until(lambda: len(service.connections[0].received) == 3)
        received = service.connections[0].received

    assert [frame["type"] for frame in received] == ["ask", "ask", "rate"]
    assert [frame["request_id"] for frame in received[:2]] == [str(ask.request_id) for ask in asks]


async def test_failed_rating_ends_no_answer(build: Build) -> None:
    """An error without request_id, such as one about a failed rating, does not end an answer."""

    async def refuse_rating(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.send(Error(request_id=None, code=ErrorCode.NOT_FOUND, content="Not found."))
        await connection.answer(frame, "a")

    async with ScriptedService(refuse_rating).serve() as url:
        assert text_of(await collect(build(url), question())) == "a"


async def test_a_bug_while_sending_ends_the_ask(build: Build) -> None:
    """If the writer task raises unexpectedly, the open asks end at once with an internal error."""

    class Broken(Renewable):
        async def access_token(self) -> str | None:
            if self.rejected:
                raise LookupError
            self.rejected.append("the handshake has its token")
            return self.token

    service = ScriptedService(answer_all)
    async with service.serve() as url:
        answer = await collect(build(url, Broken()), question())

    assert error_of(answer).code == ErrorCode.INTERNAL_ERROR


async def test_too_large_an_ask_is_not_sent(build: Build) -> None:
    """An ask that exceeds the frame limit is refused with an explanation, and no connection is opened."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        ask = Ask(request_id=uuid4(), code="", cursor=Position(0, 0), traceback="x" * 1024 * 1024)
        assert error_of(await collect(build(url), ask)).code == ErrorCode.PAYLOAD_TOO_LARGE
        assert service.connections == []


async def test_one_id_is_asked_once_at_a_time(build: Build) -> None:
    """A second ask with the id of a running one is refused, and the first continues."""

    async def wait_for_cue(connection: Connection) -> None:
        frame = await connection.receive()
        await connection.answer(frame, "a", finish=False)
        await cue.wait()
        await connection.send(done(UUID(frame["request_id"])))

    cue = asyncio.Event()
    async with ScriptedService(wait_for_cue).serve() as url:
        tutor = build(url)
        ask = question()
        first = asyncio.ensure_future(collect(tutor, ask))
        await asyncio.sleep(0)
        assert error_of(await collect(tutor, ask)).code == ErrorCode.VALIDATION_FAILED
        cue.set()
        assert text_of(await first) == "a"


async def test_half_a_surrogate_pair_does_not_stop_an_ask(build: Build) -> None:
    """E3: characters that UTF-8 cannot encode are replaced by the same number of characters."""
    service = ScriptedService(answer_all)
    async with service.serve() as url:
        await collect(build(url), question("x = '\ud83d'\n"))
        assert service.connections[0].received[0]["code"] == "x = '?'\n"
