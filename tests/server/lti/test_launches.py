"""LTI 1.3: launches from a course platform that is not ours, and the accounts that they lead to (list O, O5 and O6)."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from testing.courses import person
from testing.lti_browser import FROM_OWN_PAGE, LtiBrowser
from testing.lti_platform import LtiPlatform, write_key
from testing.lti_roles import ADA, roles
from testing.lti_service import LtiService, lti_service
from testing.service import PASSWORD
from tutor_server.storage.models import LtiLaunch, LtiUser, PageSession, User

if TYPE_CHECKING:
    from pathlib import Path

    from testing.clock import HeldClock


async def test_o6_a_launch_from_the_platform_makes_a_member_of_its_course(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: without any cookie in the frame, the launch names the person; going on signs in, enrols and shows the way."""
    framed = await browser.launch(lti.platform, sub="s-1", email="Ada@Uni.example")
    browser.session.cookie_jar.clear()
    assert "ada@uni.example" in framed.text
    assert f"frame-ancestors {lti.platform.url}" in framed.headers["Content-Security-Policy"]
    assert await lti.held.rows(User) == []

    entered = await browser.post("/lti/open", {"ticket": framed.field("ticket")}, **FROM_OWN_PAGE)
    shown = await browser.follow(entered)

    assert (entered.status, shown.status, shown.title) == (303, 200, "PY1")
    assert f"tutor sign-in --server {lti.url}" in shown.text
    assert (
        f"vscode://ask-tutor.ask-tutor/connect?server=http%3A%2F%2F127.0.0.1%3A{lti.url.rpartition(':')[2]}"
        in shown.text
    )
    assert await roles(lti) == {ADA: "student"}
    (account,) = await lti.held.rows(User)
    assert (account.email, account.password_hash, account.is_operator) == (ADA, "", False)
    (launch,) = await lti.held.rows(LtiLaunch)
    assert (launch.content, launch.email) == (None, None)


async def test_o6_a_second_launch_signs_in_to_the_same_account(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: the account belongs to the platform's subject, also when its address has changed there."""
    await browser.enter(lti.platform, sub="s-1", email=ADA)
    again = await browser.enter(lti.platform, sub="s-1", email="countess@uni.example")

    assert again.title == "PY1"
    assert [account.email for account in await lti.held.rows(User)] == [ADA]
    assert len(await lti.held.rows(LtiUser)) == 1
    assert await roles(lti) == {ADA: "student"}


async def test_o6_a_launch_in_a_page_of_its_own_goes_on_by_itself(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: where the browser sends the cookie of the launch, no button is needed; elsewhere one is."""
    as_page = {"Sec_Fetch_Dest": "document"}
    to_service = await browser.get(lti.platform.launch_url(sub="s-1", email=ADA))
    begun = await browser.get(to_service.location)
    cookie = begun.headers["Set-Cookie"]
    assert all(part in cookie for part in ("SameSite=None", "Secure", "HttpOnly"))
    secret = cookie.partition("=")[2].partition(";")[0]

    went_on = await browser.receive(begun.location, **as_page, Cookie=f"lti={secret}")
    assert (went_on.status, went_on.location) == (303, "open")
    entered = await browser.get("/lti/open", Cookie=went_on.headers["Set-Cookie"].partition(";")[0])
    assert entered.location.endswith("lti/connect?course=py1")

    elsewhere = await browser.receive(await browser.begin(lti.platform, sub="s-1", email=ADA), **as_page)
    assert (elsewhere.status, "Continue as ada@uni.example" in elsewhere.text) == (200, True)
    other_secret = f"lti={secret}"
    foreign = await browser.receive(
        await browser.begin(lti.platform, sub="s-1", email=ADA), **as_page, Cookie=other_secret
    )
    assert foreign.status == 200


async def test_o6_a_form_of_another_site_carries_no_launch_out(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: an attacker who has a ticket of their own cannot sign somebody else's browser in with it."""
    framed = await browser.launch(lti.platform, sub="mallory", email="mallory@uni.example")
    form = {"ticket": framed.field("ticket")}

    for headers in (
        {},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example"},
    ):
        refused = await browser.post("/lti/open", form, **headers)
        assert refused.status == 403
        assert "Set-Cookie" not in refused.headers
    assert (await browser.get("/lti/open")).status == 403
    assert await lti.held.rows(PageSession) == []

    of_old_browser = await browser.post("/lti/open", form, Origin=lti.url)
    assert of_old_browser.status == 303


async def test_o6_a_ticket_is_used_once(lti: LtiService, browser: LtiBrowser) -> None:
    """O6: a launch is carried out once, also by twenty requests at the same time."""
    framed = await browser.launch(lti.platform, sub="s-1", email=ADA)
    form = {"ticket": framed.field("ticket")}

    pages = await asyncio.gather(*(browser.post("/lti/open", form, **FROM_OWN_PAGE) for _ in range(20)))

    assert sorted(page.status for page in pages) == [303] + [403] * 19
    assert len(await lti.held.rows(PageSession)) == 1


async def test_o5_an_existing_account_is_joined_by_its_owner_alone(lti: LtiService, browser: LtiBrowser) -> None:
    """O5: the platform's word on an address opens no account: the password is asked for, and consent."""
    await lti.register(course="py1", vouches=True)
    await person(lti.held, "ada")

    asked = await browser.enter(lti.platform, sub="s-1", email=ADA)
    assert asked.title == "Is this account yours?"
    assert (await lti.held.rows(PageSession), await lti.held.rows(LtiUser), await roles(lti)) == ([], [], {})
    form = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket")}

    wrong = await browser.post("/lti/link", form | {"password": "not the password"})
    assert (wrong.status, wrong.problem) == (422, "The password is wrong.")
    claimed = await browser.post("/lti/link", form | {"agreed": "yes", "password": ""})
    assert claimed.status == 422
    foreign = await browser.post("/lti/link", {"ticket": form["ticket"], "csrf": "x", "password": PASSWORD})
    assert foreign.status == 403
    assert (await lti.held.rows(LtiUser), await roles(lti)) == ([], {})

    joined = await browser.post("/lti/link", form | {"password": PASSWORD})
    assert joined.status == 303
    assert await roles(lti) == {ADA: "student"}
    assert (await browser.enter(lti.platform, sub="s-1", email=ADA)).title == "PY1"


async def test_o5_a_browser_that_is_signed_in_is_asked_for_consent_alone(lti: LtiService, browser: LtiBrowser) -> None:
    """O5: whoever is signed in to the account joins it by a button, and no other account."""
    await person(lti.held, "ada")
    await person(lti.held, "bob")

    async def sign_in(name: str) -> None:
        page = await browser.get("/account")
        form = {"csrf": page.field("csrf"), "email": f"{name}@uni.example", "password": PASSWORD}
        assert (await browser.post("/account/sign-in", form)).status == 303

    await sign_in("bob")
    as_bob = await browser.enter(lti.platform, sub="s-1", email=ADA)
    assert "Password of the account" in as_bob.text
    form = {"csrf": as_bob.field("csrf"), "ticket": as_bob.field("ticket"), "agreed": "yes"}
    assert (await browser.post("/lti/link", form)).status == 422
    assert await lti.held.rows(LtiUser) == []

    browser.session.cookie_jar.clear()
    await sign_in("ada")
    as_ada = await browser.enter(lti.platform, sub="s-1", email=ADA)
    assert "Password of the account" not in as_ada.text
    form = {"csrf": as_ada.field("csrf"), "ticket": as_ada.field("ticket"), "agreed": "yes"}
    assert (await browser.post("/lti/link", form)).status == 303
    assert await roles(lti) == {ADA: "student"}


async def test_a_platform_that_shares_no_address_is_joined_with_the_account_of_the_browser(
    lti: LtiService, browser: LtiBrowser
) -> None:
    """Without an address no account is made; whoever is signed in may join their own."""
    refused = await browser.enter(lti.platform, sub="s-1")
    assert (refused.status, "did not send your e-mail address" in refused.problem) == (403, True)

    await person(lti.held, "ada")
    page = await browser.get("/account")
    form = {"csrf": page.field("csrf"), "email": ADA, "password": PASSWORD}
    assert (await browser.post("/account/sign-in", form)).status == 303
    asked = await browser.enter(lti.platform, sub="s-1")
    joined = {"csrf": asked.field("csrf"), "ticket": asked.field("ticket"), "agreed": "yes"}
    assert (await browser.post("/lti/link", joined)).status == 303
    assert await roles(lti) == {ADA: "student"}


async def test_an_unknown_platform_is_refused(bare: LtiService, browser: LtiBrowser) -> None:
    """A platform that nobody has registered leads nowhere; so does an issuer with two registrations that names none."""
    login = {"iss": bare.platform.url, "login_hint": "1", "target_link_uri": f"{bare.url}/lti/launch"}
    assert (await browser.post("/lti/login", login)).status == 403

    await bare.register()
    assert (await browser.post("/lti/login", login)).status == 303
    await bare.register(client_id="tool-8")
    assert (await browser.post("/lti/login", login)).status == 403
    assert (await browser.post("/lti/login", login | {"client_id": "tool-8"})).status == 303
    assert (await browser.post("/lti/login", login | {"client_id": "tool-9"})).status == 403


async def test_the_tools_keys_and_configuration(platform: LtiPlatform, tmp_path: Path, clock: HeldClock) -> None:
    """The key set has each file's public part and nothing private; the configuration names scopes without scores."""
    files = [write_key(tmp_path / name) for name in ("one.pem", "two.pem")]
    async with lti_service(platform, tmp_path, clock, lti_key_files=files) as service:
        async with service.held.client.get("/lti/jwks") as response:
            keys = (await response.json())["keys"]
        async with service.held.client.get("/lti/config.json") as response:
            configuration = await response.json()

    assert [set(key) for key in keys] == [{"alg", "e", "kid", "kty", "n", "use"}] * 2
    assert configuration["target_link_uri"] == f"{service.url}/lti/launch"
    assert configuration["scopes"] == ["https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"]
    assert "score" not in json.dumps(configuration["scopes"])


async def test_without_keys_there_is_no_tool(held: Any) -> None:
    """A service without keys answers each route of LTI with 404."""
    for path in ("jwks", "config.json", "login", "connect", "open"):
        async with held.client.get(f"/lti/{path}") as response:
            assert response.status == 404, path
    for path in ("login", "launch", "deep-link", "open", "link", "course", "members"):
        async with held.client.post(f"/lti/{path}", data={"state": "x"}) as response:
            assert response.status == 404, path
