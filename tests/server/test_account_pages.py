"""The account pages as a browser without JavaScript uses them, with and without e-mail, on SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, hdrs
from sqlalchemy import text

from testing.chat_client import connect
from testing.device_page import Browser, poll_device, start_device
from testing.held_service import HeldService, held_service
from testing.mail_server import MailServer, mail_server
from testing.service import PASSWORD, RunningService
from testing.waiting import until
from tutor_server.identity.email_links import MOST_AN_HOUR
from tutor_server.storage.retention import forget_unconfirmed_before, forget_what_ran_out

if TYPE_CHECKING:
    import io
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.installations import Installation

EMAIL, OTHER = "ada@uni.example", "eve@uni.example"
NEW = "another quiet long password"
PAGES = ("/account", "/account/new", "/account/password", "/account/confirm?token=x", "/account/reset?token=x")


@pytest.fixture
async def mail() -> AsyncIterator[MailServer]:
    """Yield a mail server."""
    async with mail_server() as server:
        yield server


@pytest.fixture
async def mailed(tmp_path: Path, clock: HeldClock, database_url: str, mail: MailServer) -> AsyncIterator[HeldService]:
    """Yield a service that sends e-mail, on each kind of database in turn."""
    async with held_service(tmp_path, clock, database_url=database_url, **mail.settings) as running:
        yield running


@pytest.fixture
async def browser(mailed: HeldService) -> AsyncIterator[Browser]:
    """Return a browser that opens pages of the service that sends e-mail."""
    opened = Browser(mailed.url)
    yield opened
    await opened.close()


async def make(browser: Browser, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Fill in and submit the form that creates an account."""
    await browser.open("/account/new")
    await browser.send("/account/new", email=email, password=password, again=password)


async def confirmed(browser: Browser, mail: MailServer, email: str = EMAIL) -> None:
    """Create an account and confirm its e-mail address in the same browser."""
    await make(browser, email)
    await browser.open(await mail.link_to(email))
    await browser.send("/account/confirm")
    assert browser.page.title == "Your account", browser.page.text


async def asked(url: str, access_token: str) -> str:
    """Send one ask; return the error code if it is refused, else the type of the first frame."""
    async with connect(url, access_token) as chat:
        first: dict[str, Any] = (await chat.answer())[0]
        return str(first.get("code", first["type"]))


async def signed_in(held: HeldService, email: str, password: str) -> tuple[int, Any]:
    """Sign in through the API."""
    return await held.post("/api/auth/login", {"email": email, "password": password})


async def registered(browser: Browser, email: str) -> str:
    """Register through the API; return the access token."""
    async with browser.session.post("/api/auth/register", json={"email": email, "password": PASSWORD}) as response:
        assert response.status == 201
        return str((await response.json())["access_token"])


async def everything(held: HeldService, table: str) -> list[Any]:
    """Return all rows of a table."""
    return list(await held.database.read(lambda connection: connection.execute(text(f"SELECT * FROM {table}")).all()))


async def test_a_student_makes_an_account_and_confirms_it(
    mailed: HeldService, mail: MailServer, browser: Browser
) -> None:
    """A student registers on the page, clicks the e-mailed link in the same browser, and may then send asks."""
    await make(browser, EMAIL.upper())
    assert browser.page.title == "Look into your mail"
    _, login = await signed_in(mailed, EMAIL, PASSWORD)
    assert await asked(mailed.url, login["access_token"]) == "EMAIL_UNCONFIRMED"

    await browser.open(await mail.link_to(EMAIL))
    assert browser.page.title == "Confirm your address"
    assert "password" not in browser.page.fields
    await browser.send("/account/confirm")

    assert (browser.page.title, browser.page.status) == ("Your account", 200)
    assert "Your e-mail address is confirmed." in browser.page.text
    assert await asked(mailed.url, login["access_token"]) == "accepted"
    await browser.open(await mail.link_to(EMAIL))
    assert (browser.page.status, browser.page.title) == (404, "This link is dead")


async def test_another_browser_needs_the_password(mailed: HeldService, mail: MailServer) -> None:
    """A student who opens the confirmation link in another browser must enter the account's password."""
    status, registered = await mailed.post("/api/auth/register", {"email": EMAIL, "password": PASSWORD})
    assert status == 201
    elsewhere = Browser(mailed.url)
    await elsewhere.open(await mail.link_to(EMAIL))
    assert "password" in elsewhere.page.fields
    await elsewhere.send("/account/confirm", password="not the password")
    refused = (elsewhere.page.status, elsewhere.page.problem)
    before = await asked(mailed.url, registered["access_token"])
    await elsewhere.send("/account/confirm", password=PASSWORD)
    title = elsewhere.page.title
    await elsewhere.close()

    assert refused == (422, "The password is wrong.")
    assert before == "EMAIL_UNCONFIRMED"
    assert title == "Your account"
    assert await asked(mailed.url, registered["access_token"]) == "accepted"


async def test_the_owner_takes_over_by_registering_again(
    mailed: HeldService, mail: MailServer, browser: Browser
) -> None:
    """If a stranger registered the address first, the owner's registration invalidates the stranger's access.

    The stranger's password, sign-ins and confirmation link no longer work.
    """
    eve = Browser(mailed.url)
    await make(eve, EMAIL, "the password of a stranger")
    old_link = await mail.link_to(EMAIL)
    _, stranger = await signed_in(mailed, EMAIL, "the password of a stranger")

    await make(browser)
    await browser.open(await mail.link_to(EMAIL, 2))
    await browser.send("/account/confirm")

    assert browser.page.title == "Your account"
    assert (await signed_in(mailed, EMAIL, "the password of a stranger"))[0] == 401
    assert (await mailed.me(stranger["access_token"]))[0] == 401
    assert (await mailed.post("/api/auth/refresh", {"refresh_token": stranger["refresh_token"]}))[0] == 401
    await eve.open(old_link)
    assert eve.page.status == 404
    await eve.close()


async def test_the_owner_takes_over_by_a_reset(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """A password reset confirms the address, and invalidates an earlier stranger's password, sign-ins and link."""
    eve = Browser(mailed.url)
    await make(eve, EMAIL, "the password of a stranger")
    await eve.open("/account")
    await eve.send("/account/sign-in", email=EMAIL, password="the password of a stranger")
    assert "not confirmed" in eve.page.text
    _, stranger = await signed_in(mailed, EMAIL, "the password of a stranger")
    await mail.mail_to(EMAIL)

    await browser.open("/account/password")
    await browser.send("/account/password", email=EMAIL)
    await browser.open(await mail.link_to(EMAIL, 2))
    await browser.send("/account/reset", new_password=NEW, again=NEW)

    assert browser.page.title == "Your account"
    assert "not confirmed" not in browser.page.text
    assert (await mailed.me(stranger["access_token"]))[0] == 401
    assert (await signed_in(mailed, EMAIL, "the password of a stranger"))[0] == 401
    _, owner = await signed_in(mailed, EMAIL, NEW)
    assert await asked(mailed.url, owner["access_token"]) == "accepted"
    await eve.open("/account")
    assert eve.page.title == "Sign in"
    await eve.close()


async def test_a_confirmed_address_needs_no_other_link(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """Once an address is confirmed, its other confirmation links are invalid, even in the browser that registered."""
    await make(browser)
    first = await mail.link_to(EMAIL)
    other = Browser(mailed.url)
    await other.open("/account")
    await other.send("/account/sign-in", email=EMAIL, password=PASSWORD)
    await other.send("/account/confirm/send")
    await other.open(await mail.link_to(EMAIL, 2))
    await other.send("/account/confirm")
    confirmed = other.page.title
    await other.close()
    left = await browser.open(first)

    assert (confirmed, left.status) == ("Your account", 404)


async def test_a_confirmed_account_is_not_taken_over(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """Registering a confirmed address gives 409 in the API; the page does not reveal it, but e-mails the owner."""
    await confirmed(browser, mail)
    stranger = Browser(mailed.url)
    await make(stranger, EMAIL, "the password of a stranger")
    taken = stranger.page
    await make(stranger, OTHER, "the password of a stranger")
    fresh = stranger.page
    await stranger.open("/account")
    still_out = stranger.page.title
    await stranger.close()
    status, answer = await mailed.post("/api/auth/register", {"email": EMAIL, "password": NEW})

    assert (status, answer["code"]) == (409, "EMAIL_TAKEN")
    assert (taken.status, taken.text.replace(EMAIL, OTHER)) == (fresh.status, fresh.text)
    assert still_out == "Sign in"
    assert "There is one already" in (await mail.mail_to(EMAIL, 2)).get_content()
    assert (await signed_in(mailed, EMAIL, PASSWORD))[0] == 200


async def test_a_forgotten_password(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """The page gives the same answer for every address; a reset link works once, for an hour, and ends all sign-ins."""
    await confirmed(browser, mail)
    _, before = await signed_in(mailed, EMAIL, PASSWORD)
    forgetful = Browser(mailed.url)
    pages = []
    for email in (OTHER, EMAIL):
        await forgetful.open("/account/password")
        await forgetful.send("/account/password", email=email)
        pages.append((forgetful.page.status, forgetful.page.text.replace(email, "…")))
    link = await mail.link_to(EMAIL, 2)
    for _ in range(2):  # E-mail scanners open links, and must not use them up.
        await forgetful.open(link)
    await forgetful.send("/account/reset", new_password=NEW, again="something else")
    assert forgetful.page.problem == "The two passwords are not the same."
    await forgetful.send("/account/reset", new_password="short", again="short")
    assert forgetful.page.problem == "The password needs at least 8 characters."
    fields = forgetful.page.fields
    await forgetful.send("/account/reset", new_password=NEW, again=NEW)
    title = forgetful.page.title
    used = fields | forgetful.page.fields | {"new_password": PASSWORD, "again": PASSWORD}
    await forgetful.send("/account/reset", **used)
    again = forgetful.page.status
    await forgetful.close()

    assert pages[0] == pages[1]
    assert (title, again) == ("Your account", 404)
    assert (await mailed.me(before["access_token"]))[0] == 401
    assert (await signed_in(mailed, EMAIL, PASSWORD))[0] == 401
    assert (await signed_in(mailed, EMAIL, NEW))[0] == 200
    assert mail.to(OTHER) == []
    await browser.open("/account")
    assert browser.page.title == "Sign in"


async def test_links_run_out_and_are_bound_to_their_purpose(
    mailed: HeldService, mail: MailServer, browser: Browser
) -> None:
    """A confirmation link cannot set a password, nor a reset link confirm; they expire after 24 hours and 1 hour."""
    await make(browser)
    confirm = await mail.link_to(EMAIL)
    await browser.open("/account/password")
    await browser.send("/account/password", email=EMAIL)
    reset = await mail.link_to(EMAIL, 2)

    for swapped in (confirm.replace("confirm", "reset"), reset.replace("reset", "confirm")):
        assert (await browser.open(swapped)).status == 404
    mailed.clock.seconds = 3599
    assert (await browser.open(reset)).status == 200
    mailed.clock.seconds = 3600
    assert (await browser.open(reset)).status == 404
    mailed.clock.seconds = 24 * 3600 - 1
    assert (await browser.open(confirm)).status == 200
    mailed.clock.seconds = 24 * 3600
    assert (await browser.open(confirm)).status == 404


async def test_nobody_floods_a_mailbox(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """After five links of a kind in an hour, no more are e-mailed, but the page looks the same."""
    await make(browser)
    statuses = []
    for _ in range(MOST_AN_HOUR + 3):
        await browser.open("/account/password")
        statuses.append((await browser.send("/account/password", email=EMAIL)).status)
    await mail.mail_to(EMAIL, 1 + MOST_AN_HOUR)
    # Units of work are committed in order, so this empty one waits for those of the earlier requests.
    await mailed.database.commit(lambda _: None)
    mailed.clock.seconds = 3601
    await browser.open("/account/password")
    await browser.send("/account/password", email=EMAIL)
    await mail.mail_to(EMAIL, 2 + MOST_AN_HOUR)

    assert set(statuses) == {200}
    assert len(mail.to(EMAIL)) == 2 + MOST_AN_HOUR


async def test_who_registers_too_often_still_has_a_link(
    mailed: HeldService, mail: MailServer, browser: Browser
) -> None:
    """Over the hourly limit a registration is refused, and the last link that was e-mailed still works."""
    for _ in range(MOST_AN_HOUR):
        await make(browser)
    await make(browser)
    refused = browser.page
    await browser.open(await mail.link_to(EMAIL, MOST_AN_HOUR))
    await browser.send("/account/confirm")

    assert (refused.status, refused.headers["Retry-After"]) == (429, "3600")
    assert refused.problem == "This was asked for too often. Please try again in 60 minutes."
    assert browser.page.title == "Your account"


async def test_a_process_that_has_counted_nothing_voids_no_link(
    tmp_path: Path, clock: HeldClock, database_url: str, mailed: HeldService, mail: MailServer
) -> None:
    """The hourly limit counts the links in the database, so that it also holds in another process without Redis."""
    body = {"email": EMAIL, "password": PASSWORD}
    made = [(await mailed.post("/api/auth/register", body))[0] for _ in range(MOST_AN_HOUR)]
    async with held_service(tmp_path, clock, database_url=database_url, **mail.settings) as other:
        status, answer = await other.post("/api/auth/register", body)
    async with mailed.client.get(await mail.link_to(EMAIL, MOST_AN_HOUR)) as page:
        assert page.status == 200

    assert made == [201] * MOST_AN_HOUR
    assert (status, answer["code"]) == (429, "TOO_MANY_ATTEMPTS")


async def test_nothing_in_the_database_opens_a_link(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """Tokens and browser identifiers are stored only as hashes."""
    await make(browser)
    token = (await mail.link_to(EMAIL)).partition("=")[2]
    stored = str(await everything(mailed, "one_time_tokens")) + str(await everything(mailed, "page_sessions"))

    assert token not in stored
    assert len(token) == 43
    assert await everything(mailed, "one_time_tokens") != []


async def test_an_unconfirmed_student_is_told_what_to_do(
    mailed: HeldService, mail: MailServer, browser: Browser
) -> None:
    """An unconfirmed student sees why asks are refused and can request another e-mail; approving a device gives 403."""
    await make(browser)
    await browser.open("/account")
    await browser.send("/account/sign-in", email=EMAIL, password=PASSWORD)
    assert "Your e-mail address is not confirmed." in browser.page.text
    await browser.send("/account/confirm/send")
    assert "The mail is on its way." in browser.page.text
    again = await mail.link_to(EMAIL, 2)

    started = await start_device(mailed.client)
    elsewhere = Browser(mailed.url)
    await elsewhere.sign_in(started["user_code"], EMAIL, PASSWORD)
    refused = elsewhere.page
    await elsewhere.close()
    await browser.open("/device")
    here = await browser.submit(user_code=started["user_code"])
    assert refused.status == here.status == 403
    assert "decision" not in refused.source + here.source
    assert refused.problem.startswith("Confirm your e-mail address first")
    assert (await poll_device(mailed.client, started["device_code"]))[1]["error"] == "authorization_pending"

    await browser.open(again)
    await browser.send("/account/confirm")
    assert "Your e-mail address is confirmed." in browser.page.text


async def test_from_the_editor_to_an_account_and_back(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """A student who came with a device's code can register, confirm and approve without entering the code again."""
    started = await start_device(mailed.client)
    await browser.open(f"/device?user_code={started['user_code']}")
    await browser.submit()
    assert f'href="account/new?user_code={started["user_code"]}"' in browser.page.source

    await browser.open(f"/account/new?user_code={started['user_code']}")
    await browser.send("/account/new", email=EMAIL, password=PASSWORD, again=PASSWORD)
    await browser.open(await mail.link_to(EMAIL))
    await browser.send("/account/confirm")
    assert browser.page.title == "Sign in a device"
    await browser.submit()
    assert (browser.page.title, f"Your account {EMAIL}" in browser.page.text) == ("Sign in this device?", True)
    await browser.submit(decision="approve")

    assert browser.page.title == "Approved"
    mailed.clock.seconds += 5
    status, pair = await poll_device(mailed.client, started["device_code"])
    assert status == 200
    assert await asked(mailed.url, pair["access_token"]) == "accepted"
    await browser.open("/account")
    assert started["user_code"] not in browser.page.source


async def test_another_account_may_decide(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """A student who is signed in to one account can approve a device with another account."""
    await confirmed(browser, mail)
    started = await start_device(mailed.client)
    await browser.open("/device")
    await browser.submit(user_code=started["user_code"])
    assert browser.page.title == "Sign in this device?"
    await browser.submit(other="yes")
    assert browser.page.title == "Sign in"
    await browser.submit(email=EMAIL, password=PASSWORD)
    assert browser.page.title == "Sign in this device?"


async def test_seeing_exporting_and_erasing(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """The page lists what is stored, offers the same export as the API, and erases the account after the password."""
    await confirmed(browser, mail)
    _, login = await signed_in(mailed, EMAIL, PASSWORD)
    assert await asked(mailed.url, login["access_token"]) == "accepted"
    await browser.open("/account")
    assert re.search(r"Conversations\s*1", browser.page.text)
    assert "Asked today 1 of 100" in browser.page.text
    async with browser.session.get("/account/export") as response:
        here, disposition = await response.json(), response.headers["Content-Disposition"]
    headers = {"Authorization": f"Bearer {login['access_token']}"}
    async with mailed.client.get("/api/me/export", headers=headers) as response:
        assert here == await response.json()
    assert disposition.startswith("attachment")

    await browser.open("/account/delete")
    assert "cannot be undone" in browser.page.text
    await browser.send("/account/delete", password="not the password")
    assert (browser.page.status, browser.page.problem) == (422, "The password is wrong.")
    assert (await signed_in(mailed, EMAIL, PASSWORD))[0] == 200
    await browser.send("/account/delete", password=PASSWORD)

    assert browser.page.title == "Your account is erased"
    assert [await everything(mailed, table) for table in ("users", "page_sessions", "one_time_tokens")] == [[], [], []]
    assert (await mailed.me(login["access_token"]))[0] == 401
    await browser.open("/account")
    assert browser.page.title == "Sign in"


async def test_changing_the_password(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """A new password ends all sign-ins except this browser's session, and invalidates earlier e-mailed links."""
    await confirmed(browser, mail)
    _, login = await signed_in(mailed, EMAIL, PASSWORD)
    other = Browser(mailed.url)
    await other.open("/account/password")
    await other.send("/account/password", email=EMAIL)
    waiting = await mail.link_to(EMAIL, 2)
    await other.open("/account")
    await other.send("/account/sign-in", email=EMAIL, password=PASSWORD)
    assert other.page.title == "Your account"

    await browser.open("/account/password")
    await browser.send("/account/password", password="not the password", new_password=NEW, again=NEW)
    assert browser.page.problem == "The current password is wrong."
    await browser.send("/account/password", password=PASSWORD, new_password=NEW, again=NEW)

    assert "Your password is changed." in browser.page.text
    assert (await mailed.me(login["access_token"]))[0] == 401
    assert (await other.open("/account")).title == "Sign in"
    assert (await other.open(waiting)).status == 404
    await other.close()
    assert (await signed_in(mailed, EMAIL, NEW))[0] == 200


async def test_a_page_session_ends(mailed: HeldService, mail: MailServer, browser: Browser) -> None:
    """A session ends by sign-out, after 12 hours, or when the account is disabled; a copied cookie is then invalid."""
    await confirmed(browser, mail)
    copied = {cookie.key: cookie.value for cookie in browser.session.cookie_jar}
    await browser.send("/account/sign-out")
    assert "You are signed out." in browser.page.text
    thief = Browser(mailed.url)
    thief.session.cookie_jar.update_cookies(copied)
    assert (await thief.open("/account")).title == "Sign in"
    await thief.close()

    await browser.send("/account/sign-in", email=EMAIL, password=PASSWORD)
    mailed.clock.seconds += 12 * 3600 - 1
    assert (await browser.open("/account")).title == "Your account"
    mailed.clock.seconds += 1
    assert (await browser.open("/account")).title == "Sign in"


@pytest.mark.parametrize("path", PAGES)
async def test_what_browsers_are_told(held: HeldService, path: str) -> None:
    """Headers forbid framing, scripts, caching and referrers, and the cookie is restricted to this service."""
    async with held.client.get(path) as response:
        headers, cookie = response.headers, response.headers["Set-Cookie"]

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}


async def test_the_cookie_of_a_public_service(tmp_path: Path, clock: HeldClock) -> None:
    """With https the cookie's name has a prefix with which browsers let no other host set it."""
    async with (
        held_service(tmp_path, clock, public_url="https://tutor.uni.example") as held,
        held.client.get("/account") as response,
    ):
        cookie = response.headers["Set-Cookie"]

    assert re.match(r"__Host-account=[\w-]{43};", cookie)
    assert "Secure" in cookie


@pytest.mark.parametrize(
    "path",
    [
        "/account/sign-in",
        "/account/sign-out",
        "/account/new",
        "/account/password",
        "/account/delete",
        "/account/confirm/send",
    ],
)
async def test_a_form_of_another_site_does_nothing(held: HeldService, path: str) -> None:
    """A form without the CSRF token of this browser's own page is refused, and signs nobody in or out."""
    await held.register(EMAIL)
    browser = Browser(held.url)
    await browser.open("/account")
    await browser.send("/account/sign-in", email=EMAIL, password=PASSWORD)
    passwords = {"password": PASSWORD, "new_password": NEW, "again": NEW}
    await browser.send(path, csrf="0" * 64, email=EMAIL, **passwords)
    refused = browser.page.status
    status, _ = await signed_in(held, EMAIL, PASSWORD)
    async with (
        ClientSession(held.url, headers={"Sec-Fetch-Site": "cross-site"}) as without_cookie,
        without_cookie.post(path, allow_redirects=False) as answer,
    ):
        replaces_cookie = hdrs.SET_COOKIE in answer.headers
    title = (await browser.open("/account")).title
    await browser.close()

    assert (replaces_cookie, title) == (False, "Your account")
    assert refused == (200 if path == "/account/confirm/send" else 403)
    assert status == 200
    rows = await everything(held, "users")
    assert len(rows) == 1


async def test_guesses_at_the_page_are_throttled(held: HeldService) -> None:
    """After ten wrong passwords, the page is throttled, as the API is."""
    await held.register(EMAIL)
    browser = Browser(held.url)
    await browser.open("/account")
    statuses = [(await browser.send("/account/sign-in", email=EMAIL, password="wrong")).status for _ in range(11)]
    retry_after = browser.page.headers["Retry-After"]
    await browser.close()

    assert statuses == [422] * 10 + [429]
    assert int(retry_after) > 0


async def test_without_mail_an_account_is_ready_at_once(held: HeldService) -> None:
    """With registration `open` on loopback, no e-mail or confirmation is needed, and the page signs the browser in."""
    browser = Browser(held.url)
    await browser.open("/account/new?user_code=BCDF-GHJK")
    await browser.send("/account/new", email=EMAIL, password=PASSWORD, again=PASSWORD)
    assert browser.page.title == "Sign in a device"
    assert browser.page.fields["user_code"] == "BCDF-GHJK"
    await browser.open("/account")
    assert browser.page.title == "Your account"
    await browser.send("/account/sign-out")
    await make(browser)
    taken = browser.page
    await browser.open("/account/password")
    forgotten = browser.page.text
    await browser.close()

    assert (taken.status, taken.problem) == (409, "An account with this e-mail already exists.")
    assert "Your instructor can give you a new password." in forgotten
    _, login = await signed_in(held, EMAIL, PASSWORD)
    assert await asked(held.url, login["access_token"]) == "accepted"


@pytest.mark.parametrize("policy", ["closed", "domains:uni.example"])
async def test_where_nobody_registers(tmp_path: Path, clock: HeldClock, policy: str) -> None:
    """If registration is closed, or by domain without e-mail, the page names a contact instead of a form."""
    async with held_service(tmp_path, clock, registration=policy) as held:
        browser = Browser(held.url)
        await browser.open("/account")
        signing_in = browser.page.text
        await browser.open("/account/new")
        shown = browser.page.text
        fields = (await browser.open("/account")).fields
        await browser.send("/account/new", **fields | {"email": EMAIL, "password": PASSWORD, "again": PASSWORD})
        await browser.close()
        rows = await everything(held, "users")

    assert "Your instructor makes it for you." in signing_in
    assert "Nobody makes an account alone here." in shown
    assert (browser.page.status, rows) == (403, [])


async def test_an_address_of_another_domain(tmp_path: Path, clock: HeldClock, mail: MailServer) -> None:
    """The page rejects an address of another domain with a message that differs from that of closed registration."""
    async with held_service(tmp_path, clock, registration="domains:uni.example", **mail.settings) as held:
        browser = Browser(held.url)
        await make(browser, "ada@elsewhere.example")
        refused = browser.page
        await browser.close()

    expected = "This address does not end as it must here. Use that of your university, or ask your instructor."
    assert (refused.status, refused.problem) == (403, expected)
    assert "An address that ends in @uni.example." in refused.text


async def test_what_the_form_says(mailed: HeldService, browser: Browser) -> None:
    """The form shows one sentence about the invalid field, and keeps the entered address, escaped."""
    await browser.open("/account/new")
    await browser.send("/account/new", email='<b>"@', password=PASSWORD, again=PASSWORD)
    assert (browser.page.status, browser.page.problem) == (422, "This is not an e-mail address.")
    assert browser.page.fields["email"] == '<b>"@'
    assert "<b>" not in browser.page.source
    await browser.send("/account/new", email=EMAIL, password="short", again="short")
    assert browser.page.problem == "The password needs at least 8 characters."
    await browser.send("/account/new", email=EMAIL, password=PASSWORD, again=NEW)
    assert browser.page.problem == "The two passwords are not the same."
    assert await everything(mailed, "users") == []


async def test_a_strange_host_gets_no_links(mailed: HeldService, mail: MailServer) -> None:
    """Without `TUTOR_PUBLIC_URL`, links in e-mails never lead to another host that a Host header names."""
    headers = {"Host": "evil.example"}
    body = {"email": EMAIL, "password": PASSWORD}
    async with mailed.client.post("/api/auth/register", json=body, headers=headers) as response:
        status, answer = response.status, await response.json()

    assert (status, answer["code"]) == (403, "REGISTRATION_CLOSED")
    assert mail.messages == []


async def test_a_host_header_puts_no_words_into_a_mail(mailed: HeldService, mail: MailServer) -> None:
    """A Host header with an `@` is refused, since the text before the `@` would appear in e-mailed links."""
    headers = {"Host": "call-us-at-evil.example@127.0.0.1"}
    body = {"email": EMAIL, "password": PASSWORD}
    async with mailed.client.post("/api/auth/register", json=body, headers=headers) as response:
        status, answer = response.status, await response.json()

    assert (status, answer["code"]) == (400, "INVALID_REQUEST")
    assert await everything(mailed, "users") == []
    assert mail.messages == []


async def test_a_mail_server_that_is_away_holds_nobody_up(
    tmp_path: Path, clock: HeldClock, log_output: io.BytesIO
) -> None:
    """If the mail server is down, the page answers as usual; the log has the failure, but no address or token."""
    async with held_service(tmp_path, clock, smtp_url="smtp://127.0.0.1:1", smtp_from="tutor@uni.example") as held:
        browser = Browser(held.url)
        await make(browser)
        title = browser.page.title
        await browser.close()
        await until(lambda: b"mail_delayed" in log_output.getvalue())

    log = log_output.getvalue().decode()
    assert title == "Look into your mail"
    assert EMAIL not in log
    assert "token=" not in log


async def test_accounts_that_nobody_confirms_are_forgotten(
    mailed: HeldService, mail: MailServer, browser: Browser
) -> None:
    """Unconfirmed accounts are deleted after 30 days; confirmed ones of the same age stay."""
    await confirmed(browser, mail)
    await make(browser, OTHER)

    async def forgotten_before(before: datetime) -> int:
        now = mailed.clock.now()
        await mailed.database.commit(lambda connection: forget_what_ran_out(connection, now))
        return await mailed.database.commit(lambda connection: forget_unconfirmed_before(connection, before))

    made = mailed.clock.now()
    just_after = made + timedelta(seconds=1)
    has_link = await forgotten_before(just_after)
    mailed.clock.seconds += 24 * 3600 + 1
    assert [has_link, await forgotten_before(made), await forgotten_before(just_after)] == [0, 0, 1]
    assert [row.email for row in await everything(mailed, "users")] == [EMAIL]


async def test_s12_invented_addresses_of_an_allowed_domain(
    tmp_path: Path, installation: Installation, mail: MailServer
) -> None:
    """S12: 40 accounts with invented addresses cannot send asks; an account that its owner has confirmed can."""
    settings = {**installation.settings(), **mail.environment, "TUTOR_REGISTRATION": "domains:uni.example"}
    emails = [f"invented-{number}@uni.example" for number in range(40)]
    async with RunningService(tmp_path, settings, workers=installation.workers) as service:
        browser = Browser(service.url)
        tokens = await asyncio.gather(*(registered(browser, email) for email in emails))
        refusals = set(await asyncio.gather(*(asked(service.url, token) for token in tokens)))
        started = await start_device(browser.session)
        await browser.sign_in(started["user_code"], emails[0], PASSWORD)
        device = browser.page.status
        calls = service.query("SELECT count(*) FROM model_calls")
        await browser.open(await mail.link_to(emails[7]))
        await browser.send("/account/confirm", password=PASSWORD)
        title, owner = browser.page.title, await asked(service.url, tokens[7])
        others = {await asked(service.url, token) for token in (tokens[6], tokens[8])}
        await browser.close()

    assert refusals == others == {"EMAIL_UNCONFIRMED"}
    assert (device, calls) == (403, [(0,)])
    assert (title, owner) == ("Your account", "accepted")


async def test_the_bare_address_leads_to_the_account_page(held: HeldService, browser: Browser) -> None:
    """The service's bare URL redirects to the sign-in page."""
    await browser.open("/")

    assert browser.page.status == 200
    assert "Sign in" in browser.page.source
