"""The roles of a platform's course, and those that a launch gave in a course of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testing.courses import operator

if TYPE_CHECKING:
    from testing.lti_service import LtiService

ADA = "ada@uni.example"
CONTEXT_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/membership"
LEARNER, INSTRUCTOR = f"{CONTEXT_ROLE}#Learner", f"{CONTEXT_ROLE}#Instructor"


async def roles(lti: LtiService, course: str = "py1") -> dict[str, str]:
    """Return the roles of a course's members."""
    _, members = await operator(lti.held).get(f"/api/courses/{course}/members")
    return {member["email"]: member["role"] for member in members["items"]}
