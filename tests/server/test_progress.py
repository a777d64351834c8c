"""`/api/progress`: a student's progress in the modules of a course."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from testing.modules import store_modules
from testing.service import RunningService

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aiohttp import ClientSession

    from testing.service import Service, SignUp, Student


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def course(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """Yield a service of a course with two modules."""
    async with RunningService(tmp_path_factory.mktemp("service"), {}) as service:
        store_modules(service, ("loops", 1), ("strings", 2))
        yield service


async def put(client: ClientSession, service: Service, student: Student, module: str, status: str) -> tuple[int, Any]:
    """Set the status of a module; return the response."""
    url = f"{service.url}/api/progress/{module}"
    async with client.put(url, json={"status": status}, headers=student.headers) as response:
        return response.status, await response.json()


async def progress(client: ClientSession, service: Service, student: Student) -> list[tuple[str, str]]:
    """Return a student's progress."""
    async with client.get(f"{service.url}/api/progress", headers=student.headers) as response:
        body = await response.json()
    return [(item["module_id"], item["status"]) for item in body["items"]]


async def test_put_is_an_upsert(course: Service, client: ClientSession, sign_up: SignUp) -> None:
    """The first PUT for a module creates its row, and later ones change it."""
    student = await sign_up(course)

    first = await put(client, course, student, "loops", "in_progress")
    second = await put(client, course, student, "loops", "completed")

    assert (first[0], first[1]["status"]) == (200, "in_progress")
    assert (second[0], second[1]["status"]) == (200, "completed")
    assert await progress(client, course, student) == [("loops", "completed")]


async def test_many_puts_at_once_leave_one_row(course: Service, client: ClientSession, sign_up: SignUp) -> None:
    """Simultaneous PUTs for one module succeed, and create only one row."""
    student = await sign_up(course)

    answers = await asyncio.gather(*(put(client, course, student, "strings", "completed") for _ in range(20)))

    assert {status for status, _ in answers} == {200}
    assert await progress(client, course, student) == [("strings", "completed")]


async def test_s7_each_student_has_progress_of_their_own(
    course: Service, client: ClientSession, sign_up: SignUp
) -> None:
    """S7: a student sees only their own progress."""
    ada, bob = await sign_up(course), await sign_up(course)

    await put(client, course, ada, "loops", "completed")

    assert await progress(client, course, bob) == []


@pytest.mark.parametrize(
    ("module", "status", "expected"),
    [("dances", "completed", (404, "NOT_FOUND")), ("loops", "finished", (422, "VALIDATION_FAILED"))],
)
async def test_unknown_modules_and_words_are_refused(  # noqa: PLR0917 - pytest passes fixtures and parameters by name
    module: str, status: str, expected: tuple[int, str], course: Service, client: ClientSession, sign_up: SignUp
) -> None:
    """A PUT with an unknown module or status is refused and creates no row."""
    student = await sign_up(course)

    answer = await put(client, course, student, module, status)

    assert (answer[0], answer[1]["code"]) == expected
    assert await progress(client, course, student) == []
