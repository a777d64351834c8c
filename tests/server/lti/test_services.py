"""LTI Advantage with a platform that is not ours: lists of members, links to modules, keys that change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from testing.courses import make_course, operator
from testing.lti_browser import FROM_OWN_PAGE, LtiBrowser
from testing.lti_platform import LtiPlatform, write_key
from testing.lti_roles import ADA, INSTRUCTOR, LEARNER, roles
from testing.lti_service import LtiService, lti_service
from testing.mail_server import mail_server
from tutor_server.storage.models import LtiContext, LtiLaunch, LtiMember, LtiUser, User
from tutor_server.storage.retention import forget_what_ran_out

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock

BOSS = "boss@uni.example"
SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"


@pytest.fixture
async def bare(platform: LtiPlatform, tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[LtiService]:
    """Yield a service on each kind of database in turn, and a platform that it does not know."""
    async with lti_service(platform, tmp_path, clock, database_url=database_url) as running:
        yield running


def named(name: str, role: str = LEARNER, **more: Any) -> dict[str, Any]:
    """Return a member of the platform's list."""
    return {"user_id": name, "email": f"{name}@uni.example", "roles": [role], "status": "Active"} | more


async def take_over(lti: LtiService, browser: LtiBrowser) -> Any:
    """Press the instructor's button. Return the page after it."""
    shown = await browser.enter(lti.platform, sub="boss", email=BOSS, role=INSTRUCTOR)
    assert "For instructors" in shown.text
    sent = await browser.post("/lti/members", {"csrf": shown.field("csrf"), "course": "py1"})
    return await browser.get(f"/lti/{sent.location.removeprefix('../lti/')}") if sent.status == 303 else sent


async def test_an_instructor_takes_the_platforms_members_over(lti: LtiService, browser: LtiBrowser) -> None:
    """All pages of the list are read; the inactive and those without a role or an address are left out and told."""
    names = [f"s{number}" for number in range(5)]
    await lti.platform.set_members(
        [
            named("boss", INSTRUCTOR),
            *(named(name) for name in names),
            named("gone", status="Inactive"),
            named("mentor", "http://purl.imsglobal.org/vocab/lis/v2/membership#Mentor"),
            named("shy", email=None),
        ]
    )

    page = await take_over(lti, browser)

    assert "Members: 5 added, 0 changed, 0\n  removed. 1 could not be added" in page.text
    assert await roles(lti) == {BOSS: "instructor"} | {f"{name}@uni.example": "student" for name in names}
    seen = await lti.platform.seen()
    assert seen["scopes"] == [SCOPE]
    _, audit = await operator(lti.held).get("/api/courses/py1/audit")
    assert (audit["items"][0]["action"], audit["items"][0]["actor"]) == ("lti_members_taken_over", BOSS)


async def test_a_second_list_changes_what_the_first_one_said(lti: LtiService, browser: LtiBrowser) -> None:
    """Whom the platform drops is removed, and roles follow it; members and removals of this service stay."""
    await operator(lti.held).request("PUT", "/api/courses/py1/members/own@uni.example", {"role": "student"})
    people = [named("boss", INSTRUCTOR), *(named(name) for name in ("ann", "bob", "cid", "dot"))]
    await lti.platform.set_members(people)
    await take_over(lti, browser)
    await operator(lti.held).request("PUT", "/api/courses/py1/members/bob@uni.example", {"role": "assistant"})
    await operator(lti.held).request("DELETE", "/api/courses/py1/members/cid@uni.example")

    await lti.platform.set_members([named("boss", INSTRUCTOR), named("ann", INSTRUCTOR), named("bob"), named("cid")])
    page = await take_over(lti, browser)

    assert "Members: 0 added, 1 changed, 1" in page.text
    assert await roles(lti) == {
        BOSS: "instructor",
        "ann@uni.example": "instructor",
        "bob@uni.example": "assistant",
        "own@uni.example": "student",
    }
    emails = {row.email for row in await lti.held.rows(LtiMember)}
    assert emails == {BOSS, "ann@uni.example", "bob@uni.example", "cid@uni.example"}


async def test_c7_a_list_does_not_take_the_last_instructor(lti: LtiService, browser: LtiBrowser) -> None:
    """C7: the last instructor stays one, even if the platform says otherwise; an empty list changes nothing."""
    await take_over_of(lti, browser, [named("boss", INSTRUCTOR), named("ann")])
    assert "For instructors" in (await browser.enter(lti.platform, sub="boss", email=BOSS, role=INSTRUCTOR)).text
    await take_over_of(lti, browser, [named("boss"), named("ann")])
    assert await roles(lti) == {BOSS: "instructor", "ann@uni.example": "student"}

    empty = await take_over_of(lti, browser, [])
    assert (empty.status, empty.problem[:30]) == (503, "The course platform did not gi")
    assert len(await roles(lti)) == 2


async def take_over_of(lti: LtiService, browser: LtiBrowser, people: list[dict[str, Any]]) -> Any:
    """Take a list over."""
    await lti.platform.set_members(people)
    return await take_over(lti, browser)


async def test_erasing_an_account_forgets_the_person_and_the_export_shows_them(
    lti: LtiService, browser: LtiBrowser
) -> None:
    """T7, T8: rows of a person are exported and erased, also a launch that was not carried out."""
    await browser.enter(lti.platform, sub="s-1", email=ADA)
    await browser.launch(lti.platform, sub="s-1", email=ADA)
    async with browser.session.get(f"{lti.url}/account/export") as response:
        export = await response.json()
    (user,), (member,) = export["lti_users"], export["lti_members"]
    assert (user["subject"], member["role"], member["context_id"]) == ("s-1", "student", "c-1")
    waiting = [launch for launch in export["lti_launches"] if launch["content"]]
    assert len(waiting) == 1
    assert not {"state_hash", "ticket_hash"} & waiting[0].keys()

    page = await browser.get("/account/delete")
    erased = await browser.post("/account/delete", {"csrf": page.field("csrf")})
    assert erased.status == 200
    for model in (User, LtiUser, LtiMember):
        assert await lti.held.rows(model) == []
    assert [row.email for row in await lti.held.rows(LtiLaunch)] == [None]


async def test_launches_are_forgotten_when_they_have_run_out(lti: LtiService, browser: LtiBrowser) -> None:
    """A launch that nobody carried out is deleted by the sweep, with the address in it."""
    await browser.launch(lti.platform, sub="s-1", email=ADA)
    assert len(await lti.held.rows(LtiLaunch)) == 1

    lti.held.clock.seconds += 700
    now = lti.held.clock.now()
    await lti.held.database.commit(lambda connection: forget_what_ran_out(connection, now))

    assert await lti.held.rows(LtiLaunch) == []


async def save_modules(lti: LtiService) -> None:
    """Write two modules into the course."""
    for order, slug in enumerate(("loops", "lists")):
        body = {"title": f"About {slug}", "statement": "S", "order": order}
        status, _ = await operator(lti.held).request("PUT", f"/api/courses/py1/modules/{slug}", body)
        assert status == 200


async def test_an_instructor_links_a_module_into_the_platforms_course(lti: LtiService, browser: LtiBrowser) -> None:
    """The platform takes the signed links; a student launches one, and is shown how to start its exercise."""
    await save_modules(lti)
    offered = await browser.launch(lti.platform, sub="boss", email=BOSS, role=INSTRUCTOR, deep="1")
    assert (offered.title, "About loops" in offered.text, "All 2 modules" in offered.text) == (
        "Which module?",
        True,
        True,
    )
    assert f"frame-ancestors {lti.platform.url}" in offered.headers["Content-Security-Policy"]
    form = {"ticket": offered.field("ticket"), "module": "loops"}

    assert (await browser.post("/lti/deep-link", form)).status == 403
    sent = await browser.post("/lti/deep-link", form, **FROM_OWN_PAGE)
    assert f"form-action {lti.platform.url}" in sent.headers["Content-Security-Policy"]
    taken = await browser.post(f"{lti.platform.url}/links", {"JWT": sent.field("JWT")})
    assert "Links taken" in taken.text

    (link,) = (await lti.platform.seen())["links"]
    assert (link["title"], link["url"], link["custom"]) == (
        "About loops",
        f"{lti.url}/lti/launch",
        {"module": "loops"},
    )
    assert "lineItem" not in link
    assert (await browser.post("/lti/deep-link", form, **FROM_OWN_PAGE)).status == 403
    shown = await browser.enter(lti.platform, sub="s-1", email=ADA, module="loops")
    assert ("tutor start loops" in shown.text, "About loops" in shown.text) == (True, True)
    without = await browser.enter(lti.platform, sub="s-1", email=ADA, module="unknown")
    assert (without.status, "tutor start" in without.text) == (200, False)


async def test_all_modules_are_linked_at_once(lti: LtiService, browser: LtiBrowser) -> None:
    """Where the platform takes several links, one button sends all of them."""
    await save_modules(lti)
    offered = await browser.launch(lti.platform, sub="boss", email=BOSS, role=INSTRUCTOR, deep="1")
    form = {"ticket": offered.field("ticket"), "module": "*"}
    sent = await browser.post("/lti/deep-link", form, **FROM_OWN_PAGE)
    await browser.post(f"{lti.platform.url}/links", {"JWT": sent.field("JWT")})

    assert [link["title"] for link in (await lti.platform.seen())["links"]] == ["About loops", "About lists"]


async def test_students_link_nothing(lti: LtiService, browser: LtiBrowser) -> None:
    """A student's request for links is refused, and an ordinary launch is none."""
    await save_modules(lti)
    refused = await browser.launch(lti.platform, sub="s-1", email=ADA, deep="1")
    assert refused.status == 403
    assert "About loops" not in refused.text

    ordinary = await browser.launch(lti.platform, sub="boss", email=BOSS, role=INSTRUCTOR)
    form = {"ticket": ordinary.field("ticket"), "module": "loops"}
    assert (await browser.post("/lti/deep-link", form, **FROM_OWN_PAGE)).status == 403


async def test_a_course_that_is_not_connected_offers_no_modules(
    lti: LtiService, browser: LtiBrowser, platform: LtiPlatform
) -> None:
    """Links can be chosen once the platform's course is connected with a course here."""
    await lti.register()
    refused = await browser.launch(platform, sub="boss", email=BOSS, role=INSTRUCTOR, deep="1")

    assert (refused.status, refused.problem[:40]) == (404, "This course is not connected with the tu")
    assert await lti.held.rows(LtiContext) == []


async def test_o3_the_tools_keys_change_in_two_steps(platform: LtiPlatform, tmp_path: Path, clock: HeldClock) -> None:
    """O3: a new key is published before it signs, and the platform accepts what either signs."""
    old, new = (write_key(tmp_path / name) for name in ("old.pem", "new.pem"))
    published: list[list[str]] = []
    for files in ([old], [old, new], [new, old], [new]):
        async with lti_service(platform, tmp_path, clock, lti_key_files=files) as lti, LtiBrowser(lti.url) as browser:
            if len(published) == 0:
                await make_course(lti.held, "py1")
            await lti.register(course="py1")
            await platform.set_members([named("boss", INSTRUCTOR), named("ann")])
            assert (await take_over(lti, browser)).status == 200
            async with ClientSession() as session, session.get(f"{lti.url}/lti/jwks") as response:
                published.append([key["kid"] for key in (await response.json())["keys"]])

    (first,), _, _, (second,) = published
    assert published == [[first], [first, second], [second, first], [second]]


async def test_o5_a_stranger_who_launched_with_an_address_first_stays_outside(
    platform: LtiPlatform, tmp_path: Path, clock: HeldClock
) -> None:
    """O5: where mail is set up, an address must be confirmed, and its owner's registration separates the stranger."""
    async with (
        mail_server() as mail,
        lti_service(platform, tmp_path, clock, **mail.settings, registration="open") as lti,
        LtiBrowser(lti.url) as stranger,
    ):
        await make_course(lti.held, "py1")
        await lti.register(course="py1")
        entered = await stranger.enter(platform, sub="evil", email=ADA)
        assert (entered.status, "not confirmed" in entered.text) == (200, True)
        assert (await stranger.get("/lti/connect?course=py1")).status == 404
        assert "/account/confirm" in await mail.link_to(ADA)
        assert [row.subject for row in await lti.held.rows(LtiUser)] == ["evil"]

        await lti.held.register(ADA)
        assert await lti.held.rows(LtiUser) == []
        again = await stranger.enter(platform, sub="evil", email=ADA)
        assert again.title == "Is this account yours?"


async def test_a_platform_that_vouches_for_addresses_needs_no_mail(
    platform: LtiPlatform, tmp_path: Path, clock: HeldClock
) -> None:
    """With the operator's word on the platform a new address is confirmed at once, although mail is set up."""
    async with (
        mail_server() as mail,
        lti_service(platform, tmp_path, clock, **mail.settings) as lti,
        LtiBrowser(lti.url) as browser,
    ):
        await make_course(lti.held, "py1")
        await lti.register(course="py1", vouches=True)

        assert (await browser.enter(platform, sub="s-1", email=ADA)).title == "PY1"
        assert mail.to(ADA) == []
