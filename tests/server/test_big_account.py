"""Accounts with much data: the export is streamed, the history has pages, and erasure blocks no other student."""

from __future__ import annotations

import json
import socket
from contextlib import aclosing
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from aiohttp import ClientError, ClientSession, TCPConnector
from sqlalchemy import Connection, func, insert, select

from testing.chat_client import connect
from testing.clock import NOON
from tutor_server.cli.accounts import export
from tutor_server.errors import NotFound
from tutor_server.settings import Settings
from tutor_server.storage import personal_data, retention
from tutor_server.storage.export import everything_about
from tutor_server.storage.history import PAGE_CHARACTERS
from tutor_server.storage.models import AdminAction, ChatMessage, ChatSession, ModelCall

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aiohappyeyeballs import AddrInfoType

    from testing.held_service import HeldService

MESSAGES, TEXT = 400, "def f():\n" + "    pass\n" * 7_000
"""Many messages of 63 KB each: together they exceed the socket buffers and a page of the export."""


def narrow_socket(address: AddrInfoType) -> socket.socket:
    """Return a socket with a small receive buffer. By default Linux lets it grow to 32 MB, which holds the export."""
    family, kind, protocol, _, _ = address
    narrow = socket.socket(family, kind, protocol)
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    return narrow


async def big_student(service: HeldService, messages: int = MESSAGES) -> tuple[UUID, dict[str, str]]:
    """Register a student with many long messages and calls; return the id and the headers."""
    answer = await service.register()
    student = UUID(answer["user"]["id"])

    def write(connection: Connection) -> None:
        session = uuid4()
        connection.execute(
            insert(ChatSession).values(
                id=session, user_id=student, session_type="editor", created_at=NOON, updated_at=NOON
            )
        )
        for number in range(messages):
            connection.execute(
                insert(ChatMessage).values(
                    id=uuid4(),
                    session_id=session,
                    role="user",
                    content=f"{number}",
                    code=TEXT,
                    hint_level=1,
                    created_at=NOON + timedelta(seconds=number),
                )
            )
            connection.execute(
                insert(ModelCall).values(
                    id=uuid4(),
                    user_id=student,
                    provider="openai",
                    model="m",
                    state="settled",
                    owner="o",
                    created_at=NOON,
                )
            )

    await service.database.commit(write)
    return student, {"Authorization": f"Bearer {answer['access_token']}"}


async def test_t8_an_export_of_many_pages_is_whole(on_both: HeldService) -> None:
    """T8: an export of many pages has every message once and in order."""
    _, headers = await big_student(on_both, 3 * personal_data.MESSAGES_A_PAGE)

    async with on_both.client.get("/api/me/export", headers=headers) as response:
        exported = json.loads(await response.text())

    assert response.headers["Transfer-Encoding"] == "chunked"
    assert [message["content"] for message in exported["chat_messages"]] == [
        str(number) for number in range(3 * personal_data.MESSAGES_A_PAGE)
    ]
    assert {message["code"] for message in exported["chat_messages"]} == {TEXT}
    assert len(exported["model_calls"]) == 3 * personal_data.MESSAGES_A_PAGE


@pytest.fixture
def counted_pages(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Return a list that gets an item for each page that an export reads."""
    pages: list[object] = []

    def counted(*arguments: Any, **named: Any) -> Any:
        pages.append(named)
        return personal_data.page_of(*arguments, **named)

    monkeypatch.setattr("tutor_server.storage.export.page_of", counted)
    return pages


async def test_an_export_is_read_as_the_client_takes_it(on_both: HeldService, counted_pages: list[object]) -> None:
    """An export reads pages only as fast as the client, lets other requests run, and stops if the client leaves."""
    _, headers = await big_student(on_both)
    token = (await on_both.register("bob@uni.example"))["access_token"]

    response = await on_both.client.get("/api/me/export", headers=headers)
    await response.content.readany()
    async with connect(on_both.url, token) as chat:
        assert (await chat.answer())[-1]["type"] == "done"
    read_for_nobody = len(counted_pages)
    response.close()
    async with connect(on_both.url, token) as chat:
        assert (await chat.answer())[-1]["type"] == "done"

    assert len(counted_pages) <= read_for_nobody + 1 < MESSAGES / personal_data.MESSAGES_A_PAGE


async def test_an_operators_export_is_read_as_it_is_printed(
    on_both: HeldService, tmp_path: Path, database_url: str, counted_pages: list[object]
) -> None:
    """`users export` keeps only one page in memory, and writes to the audit log before it prints anything."""
    await big_student(on_both)

    async with aclosing(export(Settings(data_dir=tmp_path, database_url=database_url), "ada@uni.example")) as pieces:
        async for piece in pieces:
            if TEXT[:20].encode() in piece.replace(b"\\n", b"\n"):
                break
        read = len(counted_pages)

    acts = await on_both.database.read(lambda connection: connection.scalars(select(AdminAction.action)).all())
    assert read < MESSAGES / personal_data.MESSAGES_A_PAGE
    assert acts == ["user_exported"]


async def test_an_export_that_breaks_off_has_no_end(on_both: HeldService) -> None:
    """If the account is erased during its export, the client sees that the response is incomplete."""
    _, headers = await big_student(on_both)

    connector = TCPConnector(socket_factory=narrow_socket)
    async with (
        ClientSession(connector=connector) as client,
        client.get(f"{on_both.url}/api/me/export", headers=headers) as response,
    ):
        await response.content.readany()
        async with on_both.client.delete("/api/me", headers=headers) as erased:
            assert erased.status == 204
        with pytest.raises(ClientError):
            await response.read()


async def test_an_export_under_which_rows_are_erased_has_no_end(on_both: HeldService) -> None:
    """If an erasure has begun and the account is not gone yet, the export fails instead of leaving the rows out."""
    student, _ = await big_student(on_both, 3 * personal_data.MESSAGES_A_PAGE)
    export_of_all = everything_about(student, on_both.database)

    async with aclosing(export_of_all):
        taken = [await anext(export_of_all)]
        await on_both.database.commit(lambda connection: personal_data.erase_some(connection, student))
        with pytest.raises(NotFound):
            taken.extend([piece async for piece in export_of_all])

    assert len(taken) == 1


async def test_a_page_of_the_history_ends_where_it_is_long(on_both: HeldService) -> None:
    """A page with long messages contains fewer than requested, and a cursor to the rest."""
    student, headers = await big_student(on_both, 50)
    session = await on_both.database.read(
        lambda connection: connection.scalars(select(ChatSession.id).where(ChatSession.user_id == student)).one()
    )

    pages: list[list[str]] = []
    cursor = ""
    while not pages or cursor:
        path = f"/api/chat/sessions/{session}/messages?limit=200{cursor}"
        async with on_both.client.get(path, headers=headers) as response:
            page = await response.json()
        assert sum(len(item["code"]) for item in page["items"]) <= PAGE_CHARACTERS + len(TEXT) + 100
        pages.append([item["content"] for item in page["items"]])
        cursor = page["next"] and f"&cursor={page['next']}"

    assert [len(page) for page in pages] == [17, 17, 16]
    assert [content for page in pages for content in page] == [str(number) for number in range(50)]


async def test_t7_much_is_erased_in_several_transactions(on_both: HeldService, monkeypatch: pytest.MonkeyPatch) -> None:
    """T7: a large account is erased in several transactions of limited size, and its cost rows stay."""
    monkeypatch.setattr("tutor_server.storage.personal_data.ROWS_A_BATCH", 7)
    student, headers = await big_student(on_both, 30)
    left: list[int] = []
    commit = on_both.database.commit

    async def noted(unit: Callable[[Connection], Any]) -> Any:
        value = await commit(unit)
        left.append(await on_both.database.read(lambda connection: count(connection, ChatMessage)))
        return value

    monkeypatch.setattr(on_both.database, "commit", noted)
    async with on_both.client.delete("/api/me", headers=headers) as response:
        assert response.status == 204

    assert left[-6:] == [23, 16, 9, 2, 0, 0]
    assert await on_both.database.read(lambda connection: personal_data.has_account(connection, student)) is False
    assert await on_both.database.read(lambda connection: count(connection, ModelCall)) == 30


def count(connection: Connection, table: type[ChatMessage | ModelCall]) -> int:
    """Return the number of rows of a table."""
    return connection.scalars(select(func.count()).select_from(table)).one()


async def test_what_is_in_use_again_is_not_forgotten(on_both: HeldService) -> None:
    """A problem that was selected for deletion, but then gets a new ask, is not deleted."""
    token = (await on_both.register())["access_token"]
    async with connect(on_both.url, token) as chat:
        await chat.answer()
    later = NOON + timedelta(days=10)
    await on_both.database.commit(lambda connection: retention.forget_asks_before(connection, later))
    found = []
    while unused := await on_both.database.read(lambda connection: retention.unused_words(connection, later)):
        found.append(unused)
        if unused.table is ChatMessage:
            await on_both.database.commit(lambda connection: retention.forget_words(connection, found[-1], later))
        else:
            break
    async with connect(on_both.url, token) as chat:
        await chat.answer()

    forgotten = await on_both.database.commit(lambda connection: retention.forget_words(connection, found[-1], later))

    assert found[-1].table is ChatSession
    assert forgotten == 0
