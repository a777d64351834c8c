"""A service with a course that is under way: its people, modules and questions, and another course beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import ClientSession

from testing.chat_client import connect
from testing.service import PASSWORD

if TYPE_CHECKING:
    from testing.service import Service

KEY = "an-admin-key-of-the-tests"
INSTRUCTOR, ASSISTANT = "grace.hopper@informatics.uni.example", "alan@uni.example"
STUDENT, STRANGER = "ada.lovelace-with-a-long-name@students.informatics.uni.example", "eve@uni.example"
PEOPLE = (INSTRUCTOR, ASSISTANT, STUDENT, STRANGER)
STATEMENT = """# Longest word

Write a function `longest(words)` that returns the longest string of a list.

| call | result |
| --- | --- |
| `longest(["a", "abc"])` | `"abc"` |
| `longest([])` | `""` |

## Rules

1. Use a loop.
2. Read about [lists](https://docs.python.org/3/tutorial/datastructures.html) first.

```python
def longest(words):
    ...
```

<script>alert("inert")</script> ![inert](https://elsewhere.example/x.png)
"""
CODE = "prices = [3, 4, 5]\ntotal = 0\nfor position in range(4):\n    total += prices[position]\nprint(total)\n"
TRACEBACK = (
    'Traceback (most recent call last):\n  File "a.py", line 4, in <module>\n    total += prices[position]\n'
    "IndexError: list index out of range\n"
)


async def teach_course(service: Service) -> dict[str, Any]:
    """Fill a service; return the course."""
    async with ClientSession(service.url) as session:
        tokens = {email: await _register(session, email) for email in PEOPLE}
        course = await _send(
            session,
            "POST",
            "/api/admin/courses",
            {"slug": "cs1", "title": "Programming 1", "daily_message_cap": 40, "ladder": "attempts"},
        )
        await _send(session, "POST", "/api/admin/courses", {"slug": "law", "title": "Programming for lawyers"})
        for email, role in ((INSTRUCTOR, "instructor"), (ASSISTANT, "assistant"), (STUDENT, "student")):
            await _send(session, "PUT", f"/api/courses/cs1/members/{email}", {"role": role})
        await _send(session, "PUT", "/api/courses/cs1/members/not.yet@uni.example", {"role": "student"})
        await _send(session, "PUT", f"/api/courses/law/members/{STRANGER}", {"role": "instructor"})
        module = {
            "title": "Lists and their longest word",
            "order": 10,
            "statement": STATEMENT,
            "objectives": ["go through a list", "keep the best so far"],
            "allowed_names": ["len", "enumerate"],
            "max_hint_level": 4,
            "starter": [{"name": "longest.py", "content": "def longest(words):\n    ...\n"}],
            "tests": [{"name": "test_longest.py", "content": "from longest import longest\n"}],
            "reference": [{"name": "solution.py", "content": "SECRET_SOLUTION = 1\n"}],
        }
        await _send(session, "PUT", "/api/courses/cs1/modules/longest", module)
        await _send(session, "PUT", "/api/courses/cs1/modules/loops", {"title": "Loops", "order": 20})
        until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
        limits = {"email": STUDENT, "daily_messages": 60, "expires_at": until}
        await _send(session, "PUT", "/api/courses/cs1/overrides", limits)
    async with connect(service.url, tokens[STUDENT]) as chat:
        for question in ("Why does it stop?", "And **now**?", ""):
            await chat.answer(course_id="cs1", module_id="longest", code=CODE, traceback=TRACEBACK, question=question)
    return course


async def _register(session: ClientSession, email: str) -> str:
    body = {"email": email, "password": PASSWORD}
    async with session.post("/api/auth/register", json=body) as response:
        assert response.status == 201
        return str((await response.json())["access_token"])


async def _send(session: ClientSession, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    async with session.request(method, path, json=body, headers={"X-Admin-Key": KEY}) as response:
        answer: dict[str, Any] = await response.json()
        assert response.status in {200, 201}, answer
        return answer
