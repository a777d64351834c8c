"""`/api/modules`: the modules of a course, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from testing.modules import store_modules
from tutor_server.storage.course_models import DEFAULT_COURSE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import ClientSession

    from testing.service import Service, SignUp, StartService, Student


@pytest.fixture
async def course(start_service: StartService) -> AsyncIterator[Service]:
    """Yield a service of a course with three modules."""
    async with start_service() as service:
        store_modules(service, ("strings", 20), ("loops", 10), ("arrays", 20))
        yield service


async def get(client: ClientSession, service: Service, path: str, student: Student) -> tuple[int, Any]:
    """Get a path; return the status and the body."""
    async with client.get(f"{service.url}{path}", headers=student.headers) as response:
        return response.status, await response.json()


async def test_modules_come_in_their_order_page_by_page(
    course: Service, client: ClientSession, sign_up: SignUp
) -> None:
    """Modules are sorted by `order`, then by id; a cursor leads to the next page, and the last page has none."""
    student = await sign_up(course)

    _, first = await get(client, course, "/api/modules?limit=2", student)
    _, second = await get(client, course, f"/api/modules?limit=2&cursor={first['next']}", student)

    assert [module["id"] for module in first["items"] + second["items"]] == ["loops", "arrays", "strings"]
    assert second["next"] is None


async def test_one_module(course: Service, client: ClientSession, sign_up: SignUp) -> None:
    """The route of a module returns all its fields, and gives 404 for an unknown id."""
    student = await sign_up(course)

    found = await get(client, course, "/api/modules/loops", student)
    missing = await get(client, course, "/api/modules/dances", student)

    assert found == (
        200,
        {
            "id": "loops",
            "course_id": str(DEFAULT_COURSE),
            "slug": "loops",
            "title": "Loops",
            "order": 10,
            "statement": "Do it.",
            "objectives": ["learn"],
            "allowed_names": ["sum"],
            "max_hint_level": 3,
            "ladder": None,
        },
    )
    assert (missing[0], missing[1]["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=201", "limit=²", "cursor=x", "cursor=WzFd", "cursor=é"])
async def test_a_wrong_page_is_refused(query: str, service: Service, client: ClientSession, sign_up: SignUp) -> None:
    """An invalid limit or cursor is refused."""
    status, body = await get(client, service, f"/api/modules?{query}", await sign_up(service))

    assert (status, body["code"]) == (422, "VALIDATION_FAILED")


async def test_modules_want_a_sign_in(client: ClientSession) -> None:
    """Modules are shown only to signed-in students."""
    async with client.get("/api/modules") as response:
        assert response.status == 401
