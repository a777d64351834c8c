"""Courses of a real service that a student joins: made with the admin key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import ClientSession

if TYPE_CHECKING:
    from testing.service import Service, Student

ADMIN = {"TUTOR_ADMIN_KEY": "an admin key of a test"}
"""The settings of a service whose courses these functions make."""


async def add_courses(service: Service, *slugs: str) -> list[str]:
    """Make courses with these slugs; return their join codes."""
    codes = []
    async with ClientSession(service.url, headers={"X-Admin-Key": ADMIN["TUTOR_ADMIN_KEY"]}) as client:
        for slug in slugs:
            body = {"slug": slug, "title": slug.title(), "daily_message_cap": 9}
            async with client.post("/api/admin/courses", json=body) as response:
                assert response.status == 201
                codes.append((await response.json())["join_code"])
    return codes


async def join_courses(student: Student, service: Service, *codes: str) -> None:
    """Make a student a member of the courses that codes open."""
    async with ClientSession(service.url, headers=student.headers) as client:
        for code in codes:
            async with client.post("/api/courses/join", json={"code": code}) as response:
                assert response.status == 200
