"""Courses of a service in tests: made with the admin key, used by students, assistants and instructors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from testing.chat_client import connect
from testing.clock import NOON

if TYPE_CHECKING:
    from testing.held_service import HeldService

KEY = "an-admin-key-of-the-tests"
LOOPS = {"title": "Loops", "order": 10, "statement": "Sum a list."}
Answer = tuple[int, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, or the holder of the admin key, or nobody: by the headers of their requests."""

    held: HeldService
    headers: dict[str, str]
    email: str = ""

    @property
    def token(self) -> str:
        """The access token."""
        return self.headers["Authorization"].removeprefix("Bearer ")

    async def request(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """Send a request; return status and body."""
        arguments: dict[str, Any] = {"json": body} if body is not None else {}
        async with self.held.client.request(method, path, headers=self.headers, **arguments, **more) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else await response.text()

    async def get(self, path: str) -> Answer:
        """Send a GET request."""
        return await self.request("GET", path)

    async def send_csv(self, path: str, content: str | bytes) -> Answer:
        """Send a roster."""
        of_csv = Person(self.held, self.headers | {"Content-Type": "text/csv"})
        return await of_csv.request("POST", path, data=content)

    async def ask(self, **fields: Any) -> list[dict[str, Any]]:
        """Ask on a new connection; return the frames."""
        async with connect(self.held.url, self.token) as chat:
            return await chat.answer(**fields)

    async def end_of_ask(self, **fields: Any) -> dict[str, Any]:
        """Ask on a new connection; return the last frame."""
        return (await self.ask(**fields))[-1]


def operator(held: HeldService) -> Person:
    """Return the holder of the admin key."""
    return Person(held, {"X-Admin-Key": KEY})


def nobody(held: HeldService) -> Person:
    """Return somebody who is not signed in."""
    return Person(held, {})


async def person(held: HeldService, name: str) -> Person:
    """Register somebody."""
    email = f"{name}@uni.example"
    token = (await held.register(email))["access_token"]
    return Person(held, {"Authorization": f"Bearer {token}"}, email)


async def make_course(held: HeldService, slug: str, **settings: Any) -> dict[str, Any]:
    """Create a course with the admin key; return it."""
    body = {"slug": slug, "title": slug.upper()} | settings
    status, course = await operator(held).request("POST", "/api/admin/courses", body)
    assert status == 201, course
    assert isinstance(course, dict)
    return course


async def enrol(held: HeldService, slug: str, who: Person, role: str = "student") -> Person:
    """Write the role of somebody in a course with the admin key; return the person."""
    path = f"/api/courses/{slug}/members/{who.email}"
    status, answer = await operator(held).request("PUT", path, {"role": role})
    assert status == 200, answer
    return who


async def two_courses(held: HeldService) -> tuple[dict[str, Person], dict[str, Person]]:
    """Make the courses `one` and `two`, each with a person of each role, a module and limits of a student."""
    both = []
    for slug in ("one", "two"):
        await make_course(held, slug)
        people = {}
        for role in ("student", "assistant", "instructor"):
            people[role] = await enrol(held, slug, await person(held, f"{role}.{slug}"), role)
        instructor, base = people["instructor"], f"/api/courses/{slug}"
        assert (await instructor.request("PUT", f"{base}/modules/secret-{slug}", LOOPS))[0] == 200
        until = (NOON + timedelta(hours=6)).isoformat()
        limits = {"email": people["student"].email, "daily_messages": 9, "expires_at": until}
        assert (await instructor.request("PUT", f"{base}/overrides", limits))[0] == 200
        both.append(people)
    return both[0], both[1]
