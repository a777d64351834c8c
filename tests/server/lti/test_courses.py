"""LTI 1.3 and courses: roles of a platform's course, and which course its launches lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testing.courses import make_course, operator
from testing.lti_browser import LtiBrowser
from testing.lti_roles import ADA, CONTEXT_ROLE, INSTRUCTOR, LEARNER, roles
from tutor_server.storage.models import CourseMember

if TYPE_CHECKING:
    from testing.lti_service import LtiService

INSTITUTION_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/institution/person"
ROLES = {
    "student": ([f"{CONTEXT_ROLE}#Learner"], "student"),
    "short": (["Learner"], "student"),
    "instructor": ([f"{CONTEXT_ROLE}#Instructor"], "instructor"),
    "both": ([f"{CONTEXT_ROLE}#Learner", f"{CONTEXT_ROLE}#Instructor"], "instructor"),
    "assistant": ([f"{CONTEXT_ROLE}/Instructor#TeachingAssistant"], "assistant"),
    "assistant, said as instructor": (
        [f"{CONTEXT_ROLE}#Instructor", f"{CONTEXT_ROLE}/Instructor#TeachingAssistant"],
        "assistant",
    ),
    "author": ([f"{CONTEXT_ROLE}#ContentDeveloper"], "assistant"),
    "instructor of the institution": ([f"{INSTITUTION_ROLE}#Instructor"], None),
    "student of the institution": ([f"{INSTITUTION_ROLE}#Student"], "student"),
    "instructor here, student of the institution": (
        [f"{CONTEXT_ROLE}#Instructor", f"{INSTITUTION_ROLE}#Student"],
        "instructor",
    ),
    "student of the institution, user of the system": (
        [f"{INSTITUTION_ROLE}#Student", "http://purl.imsglobal.org/vocab/lis/v2/system/person#User"],
        None,
    ),
    "mentor here, student of the institution": ([f"{CONTEXT_ROLE}#Mentor", f"{INSTITUTION_ROLE}#Student"], None),
    "administrator of the system": (
        ["http://purl.imsglobal.org/vocab/lis/v2/system/person#Administrator"],
        None,
    ),
    "mentor": ([f"{CONTEXT_ROLE}#Mentor"], None),
}


async def test_roles_of_the_platforms_course(lti: LtiService, browser: LtiBrowser) -> None:
    """Roles of the platform's course become roles here; roles in the institution give none, but for students."""
    for number, (name, (given, expected)) in enumerate(ROLES.items()):
        email = f"p{number}@uni.example"
        page = await browser.enter(lti.platform, sub=f"s-{number}", email=email, role=given)
        assert page.status == (200 if expected else 403), name
        assert (await roles(lti)).get(email) == expected, name


async def test_a_role_follows_the_platform_until_somebody_changes_it_here(lti: LtiService, browser: LtiBrowser) -> None:
    """A later launch raises and lowers the role; one that an operator has set stays; the last instructor stays one."""

    async def launched(role: str) -> dict[str, str]:
        await browser.enter(lti.platform, sub="s-1", email=ADA, role=role)
        return await roles(lti)

    await operator(lti.held).request("PUT", "/api/courses/py1/members/boss@uni.example", {"role": "instructor"})
    assert (await launched(LEARNER))[ADA] == "student"
    assert (await launched(INSTRUCTOR))[ADA] == "instructor"
    assert (await launched(LEARNER))[ADA] == "student"
    await operator(lti.held).request("PUT", f"/api/courses/py1/members/{ADA}", {"role": "assistant"})
    assert (await launched(INSTRUCTOR))[ADA] == "assistant"
    assert (await launched(LEARNER))[ADA] == "assistant"


async def test_c7_a_launch_does_not_take_the_last_instructor(lti: LtiService, browser: LtiBrowser) -> None:
    """C7: the last instructor stays one."""
    await browser.enter(lti.platform, sub="s-1", email=ADA, role=INSTRUCTOR)
    await browser.enter(lti.platform, sub="s-1", email=ADA)

    assert await roles(lti) == {ADA: "instructor"}


async def test_c3_somebody_who_was_removed_does_not_come_back_by_a_launch(lti: LtiService, browser: LtiBrowser) -> None:
    """C3: a member whom an instructor has removed stays removed."""
    await browser.enter(lti.platform, sub="s-1", email=ADA)
    await operator(lti.held).request("DELETE", f"/api/courses/py1/members/{ADA}")

    page = await browser.enter(lti.platform, sub="s-1", email=ADA)

    assert (page.status, page.problem[:36]) == (403, "You were removed from this course. A")
    assert await roles(lti) == {}


async def test_c1_the_page_of_a_course_is_for_its_members(lti: LtiService, browser: LtiBrowser) -> None:
    """C1: another course's page is 404, and a student cannot take members over."""
    await make_course(lti.held, "py2")
    shown = await browser.enter(lti.platform, sub="s-1", email=ADA)
    assert "For instructors" not in shown.text
    page = await browser.get("/account")

    assert (await browser.get("/lti/connect?course=py2")).status == 404
    assert (await browser.get("/lti/connect?course=none")).status == 404
    for course in ("py1", "py2"):
        refused = await browser.post("/lti/members", {"csrf": page.field("csrf"), "course": course})
        assert refused.status == 404
    async with LtiBrowser(lti.url) as nobody:
        assert (await nobody.get("/lti/connect?course=py1")).location.endswith("account")


async def test_an_instructor_connects_the_platforms_course_once(bare: LtiService, browser: LtiBrowser) -> None:
    """Students wait until an instructor has chosen a course of theirs; another's course cannot be chosen."""
    await make_course(bare.held, "py1")
    await make_course(bare.held, "py2")
    await bare.register()
    early = await browser.enter(bare.platform, sub="s-2", email="eve@uni.example")
    assert (early.status, "has not connected this course" in early.problem) == (404, True)

    await browser.enter(bare.platform, sub="s-1", email=ADA, role=INSTRUCTOR)
    await operator(bare.held).request("PUT", f"/api/courses/py1/members/{ADA}", {"role": "instructor"})
    asked = await browser.enter(bare.platform, sub="s-1", email=ADA, role=INSTRUCTOR)
    assert (asked.title, "PY1" in asked.text, "PY2" in asked.text, "Make a new" in asked.text) == (
        "Which course is this?",
        True,
        False,
        False,
    )
    form = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket")}
    for other in ("py2", "none", ""):
        assert (await browser.post("/lti/course", form | {"course": other})).status == 404
    connected = await browser.post("/lti/course", form | {"course": "py1"})
    assert connected.location.endswith("lti/connect?course=py1")

    assert (await browser.enter(bare.platform, sub="s-2", email="eve@uni.example")).title == "PY1"
    assert await roles(bare) == {ADA: "instructor", "eve@uni.example": "student"}
    _, audit = await operator(bare.held).get("/api/courses/py1/audit")
    assert (audit["items"][0]["action"], audit["items"][0]["actor"]) == ("lti_course_connected", ADA)


async def test_an_instructor_may_make_a_course_where_the_operator_allows_it(
    bare: LtiService, browser: LtiBrowser
) -> None:
    """With the operator's leave, the platform's course becomes a course here, with its instructor."""
    await bare.register(makes_courses=True)
    await make_course(bare.held, "course-c-1")

    asked = await browser.enter(bare.platform, sub="s-1", email=ADA, role=INSTRUCTOR)
    form = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket"), "course": ""}
    made = await browser.post("/lti/course", form)

    assert made.location.endswith("lti/connect?course=course-c-1-2")
    assert (await browser.post("/lti/course", form)).status == 403
    memberships = [(row.email, row.role) for row in await bare.held.rows(CourseMember)]
    assert (ADA, "instructor") in memberships
