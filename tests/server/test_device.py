"""Device sign-in (RFC 8628): the two routes for the device, and the page for its student."""

from __future__ import annotations

import asyncio
import html
import re
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, FormData
from sqlalchemy import text

from testing.device_page import GRANT_TYPE, Browser, poll_device, start_device
from testing.held_service import ON_BOTH, HeldService, held_service
from testing.service import PASSWORD
from tutor_server.cli import accounts as users
from tutor_server.identity.device_sign_ins import USER_CODE_LETTERS, clean_name, read_user_code
from tutor_server.settings import Settings

if TYPE_CHECKING:
    import io
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.service import Service, SignUp

EMAIL = "ada@uni.example"
UNKNOWN = "XXXX-XXXX"


@pytest.fixture
async def browser(held: HeldService) -> AsyncIterator[Browser]:
    """Return a browser on another machine."""
    opened = Browser(held.url)
    yield opened
    await opened.close()


async def poll(held: HeldService, started: dict[str, Any]) -> tuple[int, str | None]:
    """Poll once; return the status and the OAuth error."""
    status, answer = await poll_device(held.client, started["device_code"])
    if status == 200:
        assert answer.keys() == {"access_token", "refresh_token", "token_type", "expires_in"}
    else:
        assert {"detail", "code", "error"} <= answer.keys()
        assert answer["code"] == answer["error"].upper()
    return status, answer.get("error")


async def approved(held: HeldService, browser: Browser) -> dict[str, Any]:
    """Start a device sign-in and approve it."""
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)
    assert (await browser.submit(decision="approve")).title == "Approved"
    return started


async def test_a_device_gets_its_codes(held: HeldService) -> None:
    """A device gets 200 with the fields of RFC 8628 §3.2; the response is not cached, and no device code is stored."""
    async with held.client.post("/api/auth/device") as response:
        started = await response.json()

    user_code = started["user_code"]
    assert started == {
        "device_code": started["device_code"],
        "user_code": user_code,
        "verification_uri": f"{held.url}/device",
        "verification_uri_complete": f"{held.url}/device?user_code={user_code}",
        "expires_in": 600,
        "interval": 5,
    }
    assert re.fullmatch(f"[{USER_CODE_LETTERS}]{{4}}-[{USER_CODE_LETTERS}]{{4}}", user_code)
    assert len(started["device_code"]) == 43
    assert response.headers["Cache-Control"] == "no-store"
    rows = await held.database.read(
        lambda connection: connection.execute(text("SELECT * FROM device_authorizations")).all()
    )
    assert started["device_code"] not in str(rows)


async def test_codes_are_drawn_fairly(held: HeldService) -> None:
    """Sixty user codes all differ, and together they contain every letter of the alphabet of user codes."""
    codes = [(await start_device(held.client))["user_code"] for _ in range(60)]

    assert len(set(codes)) == 60
    assert set("".join(codes)) == {*USER_CODE_LETTERS, "-"}


async def test_a_device_signs_in(held: HeldService, browser: Browser) -> None:
    """Polls are pending until the student approves, and then return a token pair that works and can be refreshed."""
    account = await held.register(EMAIL)
    started = await start_device(held.client)
    assert await poll(held, started) == (400, "authorization_pending")

    await browser.open()
    assert browser.page.title == "Sign in a device"
    await browser.submit(user_code=started["user_code"])
    assert browser.page.title == "Sign in"
    await browser.submit(email=EMAIL.upper(), password=PASSWORD)
    assert browser.page.title == "Sign in this device?"
    held.clock.seconds += 5
    assert await poll(held, started) == (400, "authorization_pending")
    await browser.submit(decision="approve")
    assert browser.page.title == "Approved"

    held.clock.seconds += 5
    status, pair = await poll_device(held.client, started["device_code"])
    assert (status, pair["token_type"], pair["expires_in"]) == (200, "bearer", 900)
    assert (await held.me(pair["access_token"]))[1]["id"] == account["user"]["id"]
    assert (await held.post("/api/auth/refresh", {"refresh_token": pair["refresh_token"]}))[0] == 200


@ON_BOTH
async def test_s6_too_fast(held: HeldService) -> None:
    """S6: a poll that comes before the interval is over gets `slow_down`, and the interval grows by five seconds."""
    started = await start_device(held.client)

    assert await poll(held, started) == (400, "authorization_pending")
    held.clock.seconds += 4
    assert await poll(held, started) == (400, "authorization_pending")
    held.clock.seconds += 3
    status, answer = await poll_device(held.client, started["device_code"])
    assert (status, answer["error"], answer["retry_after"]) == (400, "slow_down", 10)
    held.clock.seconds += 8
    assert await poll(held, started) == (400, "slow_down")
    held.clock.seconds += 15
    assert await poll(held, started) == (400, "authorization_pending")


@ON_BOTH
async def test_s6_expired(held: HeldService, browser: Browser) -> None:
    """S6: after ten minutes the device gets `expired_token`, and the user code is unknown."""
    await held.register(EMAIL)
    started = await start_device(held.client)

    held.clock.seconds = 599
    assert await poll(held, started) == (400, "authorization_pending")
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)
    held.clock.seconds = 600
    assert await poll(held, started) == (400, "expired_token")
    await browser.submit(decision="approve")

    assert browser.page.status == 404
    assert browser.page.problem.startswith("This code is not known, or has run out.")
    assert await poll(held, started) == (400, "expired_token")
    held.clock.seconds = 1201
    await start_device(held.client)
    assert await poll(held, started) == (400, "invalid_grant")


async def test_an_approval_that_nobody_fetches_runs_out(held: HeldService, browser: Browser) -> None:
    """An approved device that polls after ten minutes gets `expired_token`."""
    await held.register(EMAIL)
    started = await approved(held, browser)

    held.clock.seconds = 600
    assert await poll(held, started) == (400, "expired_token")


@ON_BOTH
async def test_s6_denied(held: HeldService, browser: Browser) -> None:
    """S6: a denied device gets the same error at every poll."""
    await held.register(EMAIL)
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)
    decision = browser.page.fields

    await browser.submit(decision="deny")

    assert (browser.page.status, browser.page.title) == (200, "Denied")
    assert await poll(held, started) == (400, "access_denied")
    assert await poll(held, started) == (400, "access_denied")
    await browser.open()
    await browser.submit(**decision | browser.page.fields | {"user_code": started["user_code"], "decision": "approve"})
    assert browser.page.status == 404
    assert await poll(held, started) == (400, "access_denied")


@ON_BOTH
async def test_s6_used_twice(held: HeldService, browser: Browser) -> None:
    """S6: a device code yields only one token pair."""
    await held.register(EMAIL)
    started = await approved(held, browser)

    assert await poll(held, started) == (200, None)
    assert await poll(held, started) == (400, "invalid_grant")


async def test_s6_used_many_times_at_once(on_both: HeldService) -> None:
    """S6: of simultaneous polls only one gets the token pair."""
    await on_both.register(EMAIL)
    browser = Browser(on_both.url)
    started = await approved(on_both, browser)
    await browser.close()

    answers = await asyncio.gather(*(poll(on_both, started) for _ in range(10)))

    assert sorted(answers, key=str) == [(200, None)] + [(400, "invalid_grant")] * 9


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ([], "invalid_request"),
        ([("grant_type", GRANT_TYPE)], "invalid_request"),
        ([("grant_type", GRANT_TYPE), ("device_code", "")], "invalid_request"),
        ([("device_code", "x")], "invalid_request"),
        ([("grant_type", GRANT_TYPE), ("device_code", "x"), ("device_code", "y")], "invalid_request"),
        ([("grant_type", GRANT_TYPE), ("device_code", "x\0")], "invalid_request"),
        ([("grant_type", "password"), ("device_code", "x")], "unsupported_grant_type"),
        ([("grant_type", GRANT_TYPE), ("device_code", "x" * 43)], "invalid_grant"),
        ([("grant_type", GRANT_TYPE), ("device_code", "\u00e9\u4e2d")], "invalid_grant"),
    ],
)
async def test_s6_what_is_no_request_for_tokens(held: HeldService, form: list[tuple[str, str]], error: str) -> None:
    """S6: an invalid token request gets 400 with the error of RFC 6749 §5.2, beside the envelope's fields."""
    async with held.client.post("/api/auth/device/token", data=FormData(form)) as response:
        answer = await response.json()

    assert (response.status, answer["error"], answer["code"]) == (400, error, error.upper())
    assert answer["detail"]


@pytest.mark.parametrize("route", ["/api/auth/device", "/api/auth/device/token"])
async def test_json_is_no_form(held: HeldService, route: str) -> None:
    """Another content type gets 415, and a form that is not text gets 400."""
    async with held.client.post(route, json={"client_name": "Vim"}) as response:
        assert response.status == 415
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with held.client.post(route, data=b"client_id=%00", headers=headers) as response:
        assert response.status == 400


async def test_s6_guessing_user_codes_is_blocked(tmp_path: Path, clock: HeldClock) -> None:
    """S6: after twelve unknown codes from a browser, even a valid code is throttled there until its owner signs in."""
    async with held_service(tmp_path, clock) as held:
        started = await start_device(held.client)
        browser = Browser(held.url)
        await browser.open()
        statuses = [(await browser.submit(user_code=f"XXXX-XXX{letter}")).status for letter in "BCDFGHJKLMNP"]
        await browser.submit(user_code=started["user_code"])
        blocked = browser.page
        clock.seconds = 599
        await browser.open()
        await browser.submit(user_code=started["user_code"])
        still = browser.page
        fresh = await start_device(held.client)
        clock.seconds = 600
        await browser.open()
        await browser.submit(user_code=fresh["user_code"])
        await browser.close()

    assert statuses == [404] * 12
    assert (blocked.status, blocked.headers["Retry-After"], blocked.title) == (429, "600", "Sign in")
    assert blocked.problem == (
        "Too many unknown codes were entered here. Sign in to go on, or try again in 10 minutes."
    )
    assert (still.status, still.headers["Retry-After"]) == (429, "1")
    assert (browser.page.status, browser.page.title) == (200, "Sign in")


async def test_s6_right_codes_are_not_counted(held: HeldService, browser: Browser) -> None:
    """S6: valid codes of many devices, and malformed codes, do not count towards the guessing limit."""
    for _ in range(12):
        started = await start_device(held.client)
        await browser.open()
        assert (await browser.submit(user_code=started["user_code"])).title == "Sign in"
        await browser.open()
        assert (await browser.submit(user_code="no code")).status == 404


@pytest.mark.parametrize("written", ["{0}-{1}", "{0}{1}", " {0} {1} ", "{0}.{1}", "-{0}\u2014{1}"])
async def test_a_code_as_people_write_it(held: HeldService, browser: Browser, written: str) -> None:
    """A user code is accepted in lower case and with any separators (RFC 8628 §6.1)."""
    first, second = (await start_device(held.client))["user_code"].split("-")

    await browser.open()
    assert (await browser.submit(user_code=written.format(first, second).lower())).title == "Sign in"


@pytest.mark.parametrize("written", ["", "BCDF", "BCDF-GHJKL", "1234-5678", "AEIO-UAEI"])
def test_what_cannot_be_a_code(written: str) -> None:
    """A code that is too short, too long or has other characters is rejected."""
    assert read_user_code(written) is None


async def test_the_address_may_bring_the_code(held: HeldService, browser: Browser) -> None:
    """A code in the URL is shown for comparison and must be confirmed; an invalid one is not shown."""
    started = await start_device(held.client)

    await browser.open(f"/device?user_code={started['user_code']}")
    assert browser.page.fields["user_code"] == started["user_code"]
    assert "Does your editor or terminal show this code?" in browser.page.text
    assert (await browser.submit()).title == "Sign in"
    await browser.open("/device?user_code=%3Cscript%3E")
    assert browser.page.fields["user_code"] == ""


async def test_the_decision_shows_who_asks(tmp_path: Path, clock: HeldClock) -> None:
    """The decision page shows the device's name, address and time, the code and the account, all escaped."""
    name = "<script>alert(1)</script>\u202e Vim\n& friends"
    async with held_service(tmp_path, clock, trusted_proxies="127.0.0.1") as held:
        await held.register(EMAIL)
        async with held.client.post(
            "/api/auth/device", data={"client_name": name}, headers={"X-Forwarded-For": "203.0.113.9"}
        ) as response:
            started = await response.json()
        clock.seconds = 125
        browser = Browser(held.url)
        await browser.sign_in(started["user_code"], EMAIL, PASSWORD)
        await browser.close()

    page = browser.page
    for shown in (
        "Calls itself <script>alert(1)</script> Vim & friends",
        "Address 203.0.113.9",
        "Asked 12:00 UTC, 2 minutes ago",
        f"Shows the code {started['user_code']}",
        f"Your account {EMAIL}",
        "Approve only if you started this yourself, just now.",
    ):
        assert shown in page.text
    assert html.escape("<script>alert(1)</script> Vim & friends") in page.source
    assert "<script" not in page.source


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Neovim on lab-42", "Neovim on lab-42"),
        ("  two\r\n lines\t ", "two lines"),
        ("\u202egnol\u200b\x00\x1b[31m", "gnol [31m"),
        ("x" * 1000, "x" * 64),
        ("", ""),
    ],
)
def test_a_name_is_one_line_of_what_is_seen(name: str, shown: str) -> None:
    """A device's name is shown on one line without line breaks, escape characters or bidirectional overrides."""
    assert clean_name(name) == shown


@pytest.mark.parametrize(
    ("form", "shown"), [({}, "an unnamed program"), ({"client_id": "ask-tutor"}, "ask-tutor")], ids=["nothing", "id"]
)
async def test_a_device_that_gives_no_name(
    held: HeldService, browser: Browser, form: dict[str, str], shown: str
) -> None:
    """A device without a name is shown by its client id, or as unnamed."""
    await held.register(EMAIL)
    started = await start_device(held.client, **form)

    assert f"Calls itself {shown} " in (await browser.sign_in(started["user_code"], EMAIL, PASSWORD)).text


async def test_the_page_lets_nothing_in(held: HeldService, browser: Browser) -> None:
    """The page's policy forbids scripts, framing, foreign forms, other resources and caching."""
    await browser.open()

    policy = browser.page.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    assert policy[2:] == ["form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
    assert re.fullmatch(r"style-src 'sha256-[\w+/]{43}='", policy[1])
    assert browser.page.headers["Cache-Control"] == "no-store"
    assert browser.page.headers["Referrer-Policy"] == "no-referrer"
    assert browser.page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(r"<script|<link|<img|\son\w+=|https?://", browser.page.source)


async def test_the_cookie_is_the_browsers_alone(held: HeldService, browser: Browser) -> None:
    """The cookie is `HttpOnly` and `SameSite=Strict`, and is replaced at sign-in; it then recognises the browser."""
    await held.register(EMAIL)
    started = await start_device(held.client)

    await browser.open()
    first = browser.page.headers["Set-Cookie"]
    assert re.fullmatch(r"device=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", first)
    await browser.submit(user_code=started["user_code"])
    await browser.submit(email=EMAIL, password=PASSWORD)
    second = browser.page.headers["Set-Cookie"]
    assert re.fullmatch(r"device=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict", second)
    assert first != second
    await browser.submit(decision="approve")
    kept = second.replace("; HttpOnly", "; HttpOnly; Max-Age=2592000")
    assert kept in browser.page.headers.getall("Set-Cookie")
    await browser.open()
    again = await browser.submit(user_code=started["user_code"], decision="approve")
    assert again.status == 404  # The sign-in has replaced the cookie, so the old one is invalid.


async def test_behind_https(tmp_path: Path, clock: HeldClock) -> None:
    """Behind https, devices get the public URL, and the cookie is restricted to https and to this host."""
    async with held_service(tmp_path, clock, public_url="https://tutor.uni.example/ask/") as held:
        started = await start_device(held.client)
        async with held.client.get("/device") as response:
            cookie = response.headers["Set-Cookie"]

    assert started["verification_uri"] == "https://tutor.uni.example/ask/device"
    assert re.fullmatch(r"__Host-device=[\w-]{43}; HttpOnly; Path=/; SameSite=Strict; Secure", cookie)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8765", 200),
        ("[::1]:8765", 200),
        ("tutor.uni.example", 403),
        ("localhost.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost:port", 400),
    ],
)
async def test_without_a_public_address(held: HeldService, host: str, status: int) -> None:
    """Without a public URL, the request's host is used only if it is this machine; else the URL must be set."""
    async with held.client.post("/api/auth/device", headers={"Host": host}) as response:
        answer = await response.json()

    assert response.status == status
    if status == 200:
        assert answer["verification_uri"] == f"http://{host}/device"
    else:
        assert answer["code"] == ("DEVICE_SIGN_IN_UNAVAILABLE" if status == 403 else "INVALID_REQUEST")


@pytest.mark.parametrize("csrf", ["", "0" * 64, "\u00e9"])
async def test_a_form_from_elsewhere_does_nothing(held: HeldService, browser: Browser, csrf: str) -> None:
    """A form without the CSRF token gets 403 at every step, and the code must be entered again."""
    await held.register(EMAIL)
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)

    await browser.submit(decision="approve", csrf=csrf)

    assert (browser.page.status, browser.page.title) == (403, "Sign in a device")
    assert browser.page.problem.startswith("This page has been open for too long")
    assert await poll(held, started) == (400, "authorization_pending")


async def test_without_cookies(held: HeldService, browser: Browser) -> None:
    """A browser without cookies gets an explanation and cannot continue."""
    await browser.open()
    browser.session.cookie_jar.clear()

    assert (await browser.submit(user_code=UNKNOWN)).status == 403
    assert "takes no cookies" in browser.page.problem


async def test_only_who_signed_in_decides(held: HeldService, browser: Browser) -> None:
    """A second browser cannot approve a device with its own form and cookie after a sign-in in the first browser."""
    await held.register(EMAIL)
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)
    other = Browser(held.url)
    await other.open()

    shown = await other.submit(user_code=started["user_code"], decision="approve")
    await other.close()

    assert shown.status == 404
    assert await poll(held, started) == (400, "authorization_pending")
    assert (await browser.submit(decision="approve")).title == "Approved"


async def test_a_decision_needs_a_sign_in(held: HeldService, browser: Browser) -> None:
    """A device cannot be approved without signing in."""
    await held.register(EMAIL)
    started = await start_device(held.client)
    await browser.open()

    assert (await browser.submit(user_code=started["user_code"], decision="approve")).status == 404
    assert await poll(held, started) == (400, "authorization_pending")


async def test_the_last_to_sign_in_decides(held: HeldService, browser: Browser) -> None:
    """If two people sign in for the same device, only the second one can decide."""
    await held.register(EMAIL)
    bob = await held.register("bob@uni.example")
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)
    other = Browser(held.url)
    await other.sign_in(started["user_code"], "bob@uni.example", PASSWORD)

    assert (await browser.submit(decision="approve")).status == 404
    assert (await other.submit(decision="approve")).title == "Approved"
    await other.close()
    _, pair = await poll_device(held.client, started["device_code"])
    assert (await held.me(pair["access_token"]))[1]["id"] == bob["user"]["id"]


@pytest.mark.parametrize("decision", ["", "Approve", "yes", "deny"])
async def test_anything_but_approval_denies(held: HeldService, browser: Browser, decision: str) -> None:
    """Any value of the decision field except `approve` denies the device."""
    await held.register(EMAIL)
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)

    assert (await browser.submit(decision=decision)).title == "Denied"
    assert await poll(held, started) == (400, "access_denied")


async def test_s4_the_page_does_not_tell_who_exists(held: HeldService, browser: Browser) -> None:
    """S4: a wrong password, an unknown e-mail address and an invalid address get the same page."""
    await held.register(EMAIL)
    started = await start_device(held.client)
    await browser.open()
    await browser.submit(user_code=started["user_code"])

    shown = []
    for email in (EMAIL, "nobody@uni.example", "nonsense", ""):
        await browser.submit(email=email, password="not the password")
        shown.append((browser.page.status, browser.page.title, browser.page.problem, browser.page.fields["email"]))

    assert shown == [
        (422, "Sign in", "E-mail or password is wrong.", email)
        for email in (EMAIL, "nobody@uni.example", "nonsense", "")
    ]


async def test_the_page_throttles_as_the_sign_in_does(held: HeldService, browser: Browser) -> None:
    """Wrong passwords on the page and in the API count towards the same limit."""
    await held.register(EMAIL)
    for _ in range(5):
        await held.post("/api/auth/login", {"email": EMAIL, "password": "wrong password"})
    started = await start_device(held.client)
    await browser.open()
    await browser.submit(user_code=started["user_code"])

    statuses = [(await browser.submit(email=EMAIL, password="wrong password")).status for _ in range(5)]
    await browser.submit(email=EMAIL, password=PASSWORD)

    assert statuses == [422] * 5
    assert (browser.page.status, browser.page.title) == (429, "Sign in")
    assert browser.page.problem == "Too many failed attempts. Please try again in 30 minutes."
    assert browser.page.headers["Retry-After"] == "1800"


async def test_a_disabled_account_approves_nothing(held: HeldService, browser: Browser, tmp_path: Path) -> None:
    """A disabled account cannot sign in on the page or decide, and its approved devices get no tokens."""
    await held.register(EMAIL)
    decided = await approved(held, browser)
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)

    await users.disable(Settings(data_dir=tmp_path), EMAIL)

    assert (await browser.submit(decision="approve")).status == 404
    assert await poll(held, decided) == (400, "invalid_grant")
    started = await start_device(held.client)
    await browser.sign_in(started["user_code"], EMAIL, PASSWORD)
    assert (browser.page.status, browser.page.title) == (403, "Sign in")
    assert browser.page.problem == "This account is disabled. Ask your instructor."


async def test_a_new_password_ends_what_was_approved_with_the_old(held: HeldService, browser: Browser) -> None:
    """A password change invalidates approved devices that have not fetched their tokens."""
    account = await held.register(EMAIL)
    started = await approved(held, browser)
    body = {"current_password": PASSWORD, "new_password": "another long password"}
    await held.post("/api/auth/password", body, account["access_token"])

    assert await poll(held, started) == (400, "invalid_grant")


async def test_what_goes_wrong_on_the_page_is_a_page(held: HeldService, browser: Browser) -> None:
    """Errors on the page are shown as pages, not as JSON."""
    async with browser.session.post("/device", json={}) as response:
        source = await response.text()
    assert (response.status, response.content_type) == (415, "text/html")
    assert "That did not work" in source

    await browser.open()
    await held.database.commit(
        lambda connection: connection.execute(text("ALTER TABLE device_authorizations RENAME TO elsewhere"))
    )
    await browser.submit(user_code=UNKNOWN)
    assert (browser.page.status, browser.page.title) == (503, "That did not work")
    assert browser.page.problem == "The tutor cannot save its records right now. Please try again in a moment."


async def test_s8_no_log_holds_a_code(tmp_path: Path, clock: HeldClock, log_output: io.BytesIO) -> None:
    """S8: no log line has codes, tokens, passwords, e-mail addresses or names; each step is logged as an event."""
    async with held_service(tmp_path, clock) as held:
        account = await held.register(EMAIL)
        browser = Browser(held.url)
        started = await start_device(held.client, client_name="Marker of the device")
        await poll(held, started)
        await browser.open(f"/device?user_code={started['user_code']}")
        await browser.submit(user_code=UNKNOWN)
        await browser.submit(user_code=started["user_code"])
        await browser.submit(email=EMAIL, password="Secret-Marker")
        await browser.submit(email=EMAIL, password=PASSWORD)
        await browser.submit(decision="approve")
        await browser.close()
        status, pair = await poll_device(held.client, started["device_code"])
        assert status == 200
        denied = await start_device(held.client)
        browser = Browser(held.url)
        await browser.sign_in(denied["user_code"], EMAIL, PASSWORD)
        await browser.submit(decision="deny")
        await browser.close()

    log = log_output.getvalue().decode()
    for secret in (
        started["device_code"],
        started["user_code"],
        started["user_code"].replace("-", ""),
        UNKNOWN,
        pair["access_token"],
        pair["refresh_token"],
        EMAIL,
        PASSWORD,
        "Marker",
    ):
        assert secret not in log
    for event in (
        "device_sign_in_started",
        "user_code_refused",
        "login_refused",
        "device_page_signed_in",
        "device_approved",
        "device_signed_in",
        "device_denied",
    ):
        assert f'"event":"{event}"' in log
    assert log.count(account["user"]["id"]) >= 5


async def test_any_process_takes_the_next_step(service: Service, sign_up: SignUp) -> None:
    """Each step of a sign-in may reach a different process, since all state is in the database."""
    student = await sign_up(service)
    browser = Browser(service.url)
    async with ClientSession(service.url) as client:
        started = await start_device(client)
        await browser.sign_in(started["user_code"], student.email, student.password)
        await browser.submit(decision="approve")
        status, pair = await poll_device(client, started["device_code"])
    await browser.close()

    assert status == 200
    assert pair["token_type"] == "bearer"
