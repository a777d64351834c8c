"""`/api/chat/sessions`: a student's conversations and their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from testing.chat_client import connect, text_of

if TYPE_CHECKING:
    from aiohttp import ClientSession

    from testing.service import Service, SignUp, Student

UNIT = "def total(prices):\n    result = 0\n    for price in prices\n        result += price\n    return result\n"


async def get(client: ClientSession, path: str, student: Student) -> tuple[int, Any]:
    """Get a path; return the status and the body."""
    async with client.get(path, headers=student.headers) as response:
        return response.status, await response.json()


async def test_an_ask_is_in_the_history(service: Service, client: ClientSession, sign_up: SignUp) -> None:
    """The history contains the question with its code unit, followed by the answer."""
    student = await sign_up(service)
    async with connect(service.url, student.access_token) as chat:
        frames = await chat.answer(question="Why?")

    _, sessions = await get(client, "/api/chat/sessions", student)
    (session,) = sessions["items"]
    _, messages = await get(client, f"/api/chat/sessions/{session['id']}/messages", student)

    assert session["id"] == frames[0]["session_id"]
    assert (session["session_type"], session["module_id"]) == ("editor", None)
    said = [(item["role"], item["content"], item["code"], item["hint_level"]) for item in messages["items"]]
    assert said == [("user", "Why?", UNIT, 1), ("assistant", text_of(frames), None, 1)]


async def test_notebook_and_editor_are_sessions_of_their_own(
    service: Service, client: ClientSession, sign_up: SignUp
) -> None:
    """A cell's ask opens a notebook session; later asks continue the latest session of their type."""
    student = await sign_up(service)
    async with connect(service.url, student.access_token) as chat:
        editor = (await chat.answer())[0]["session_id"]
        notebook = (await chat.answer(kind="cell"))[0]["session_id"]
        again = (await chat.answer())[0]["session_id"]

    _, both = await get(client, "/api/chat/sessions", student)
    _, notebooks = await get(client, "/api/chat/sessions?type=notebook", student)

    assert again == editor
    assert [item["id"] for item in both["items"]] == [notebook, editor]
    assert [item["id"] for item in notebooks["items"]] == [notebook]


async def test_messages_come_page_by_page(service: Service, client: ClientSession, sign_up: SignUp) -> None:
    """The cursors of the pages lead through all messages without gaps or repetitions."""
    student = await sign_up(service)
    async with connect(service.url, student.access_token) as chat:
        for number in range(4):
            session_id = (await chat.answer(question=f"{number}"))[0]["session_id"]

    pages: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        _, page = await get(client, f"/api/chat/sessions/{session_id}/messages?limit=3{cursor}", student)
        pages.append([item["content"] for item in page["items"] if item["role"] == "user"])
        cursor = page["next"] and f"&cursor={page['next']}"

    assert [len(page) for page in pages] == [2, 1, 1]
    assert [content for page in pages for content in page] == ["0", "1", "2", "3"]


async def test_ids_begin_with_their_time(service: Service, client: ClientSession, sign_up: SignUp) -> None:
    """The ids of a question and its answer begin with the same timestamp, so that they are adjacent in the database."""
    student = await sign_up(service)
    async with connect(service.url, student.access_token) as chat:
        for _ in range(3):
            session_id = (await chat.answer())[0]["session_id"]

    _, page = await get(client, f"/api/chat/sessions/{session_id}/messages", student)

    times = [item["id"][: len("01234567-89ab")] for item in page["items"]]
    assert times[0::2] == times[1::2]
    assert times == sorted(times)
    assert len(set(times)) == 3


@pytest.mark.parametrize("session_id", ["not-an-id", "00000000-0000-4000-8000-000000000000"])
async def test_an_unknown_session_is_not_found(
    session_id: str, service: Service, client: ClientSession, sign_up: SignUp
) -> None:
    """A malformed session id gives 404, as an unknown one does."""
    status, body = await get(client, f"/api/chat/sessions/{session_id}/messages", await sign_up(service))

    assert (status, body["code"]) == (404, "NOT_FOUND")


async def test_s7_another_students_session_is_not_found(
    service: Service, client: ClientSession, sign_up: SignUp
) -> None:
    """S7: another student's session gives 404 in the history, and `NOT_FOUND` in an ask."""
    ada, bob = await sign_up(service), await sign_up(service)
    async with connect(service.url, ada.access_token) as chat:
        session_id = (await chat.answer())[0]["session_id"]

    status, body = await get(client, f"/api/chat/sessions/{session_id}/messages", bob)
    async with connect(service.url, bob.access_token) as chat:
        refusal = (await chat.answer(session_id=session_id))[0]

    assert (status, body["code"], refusal["code"]) == (404, "NOT_FOUND", "NOT_FOUND")
    assert (await get(client, "/api/chat/sessions", bob))[1] == {"items": [], "next": None}


async def test_an_unknown_type_is_refused(service: Service, client: ClientSession, sign_up: SignUp) -> None:
    """A `type` other than `editor` or `notebook` is refused."""
    status, body = await get(client, "/api/chat/sessions?type=phone", await sign_up(service))

    assert (status, body["code"]) == (422, "VALIDATION_FAILED")
