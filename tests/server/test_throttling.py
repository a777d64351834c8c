"""Throttling of sign-ins, registrations and guesses, designed so that nobody can lock out somebody else."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession

from testing.held_service import HeldService, held_service
from testing.service import PASSWORD
from tutor_server.api.keys import THROTTLE
from tutor_server.errors import DatabaseUnavailable, InvalidCredentials, TooManyAttempts
from tutor_server.identity import attempts, throttling
from tutor_server.identity.attempts import Counted, InProcessAttempts, Window
from tutor_server.identity.throttling import Throttle, network_of

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from aiohttp import web

    from testing.clock import HeldClock
    from tutor_server.errors import TutorError

THREE_A_MINUTE = Counted(Window("things", 3, 60), "ada")
TWO_AN_HOUR = Counted(Window("others", 2, 3600), "ada")
HOME, CAFE = "192.0.2.1", "198.51.100.7"
EMAIL = "ada@uni.example"


@pytest.fixture
def counts(clock: HeldClock) -> InProcessAttempts:
    """Return attempt counts without any attempts."""
    return InProcessAttempts(clock)


@pytest.fixture
def throttle(counts: InProcessAttempts) -> Throttle:
    """Return a throttle without any attempts."""
    return Throttle(counts)


async def refusal(counts: InProcessAttempts, *counted: Counted) -> int | None:
    """Count one attempt; return the seconds to wait if it is refused, else None."""
    try:
        await counts.take(*counted)
    except TooManyAttempts as refused:
        return refused.retry_after
    return None


async def test_a_full_window_refuses_until_its_oldest_has_left(counts: InProcessAttempts, clock: HeldClock) -> None:
    """A refusal states the seconds to wait; after that an attempt passes, and one second earlier it is refused."""
    for clock.seconds in (0, 10, 20):
        assert await refusal(counts, THREE_A_MINUTE) is None

    clock.seconds = 25
    assert await refusal(counts, THREE_A_MINUTE) == 35
    clock.seconds = 59
    assert await refusal(counts, THREE_A_MINUTE) == 1
    clock.seconds = 60
    assert await refusal(counts, THREE_A_MINUTE) is None
    assert await refusal(counts, THREE_A_MINUTE) == 10


async def test_a_refusal_by_one_window_uses_up_nothing_of_another(counts: InProcessAttempts, clock: HeldClock) -> None:
    """If several limits apply, the longest wait is returned, and no limit counts the refused attempt."""
    for _ in range(2):
        await counts.take(TWO_AN_HOUR)

    for _ in range(5):
        assert await refusal(counts, THREE_A_MINUTE, TWO_AN_HOUR) == 3600
    for _ in range(3):
        assert await refusal(counts, THREE_A_MINUTE) is None


async def test_of_a_thousand_at_once_no_more_pass_than_one_by_one(counts: InProcessAttempts) -> None:
    """Of a thousand simultaneous attempts only as many pass as allowed, since each is counted before it is checked."""
    refused = await asyncio.gather(*(refusal(counts, THREE_A_MINUTE) for _ in range(1000)))

    assert refused.count(None) == 3


async def test_what_is_given_back_was_not_there(counts: InProcessAttempts, clock: HeldClock) -> None:
    """An attempt that is given back no longer counts; giving back an expired one changes nothing."""
    attempt = await counts.take(THREE_A_MINUTE)
    for _ in range(2):
        await counts.take(THREE_A_MINUTE)
    await counts.give_back(attempt)
    assert await refusal(counts, THREE_A_MINUTE) is None

    clock.seconds = 3600
    await counts.give_back(attempt)
    assert [await refusal(counts, THREE_A_MINUTE) for _ in range(4)] == [None, None, None, 60]
    await counts.clear(THREE_A_MINUTE)
    assert await refusal(counts, THREE_A_MINUTE) is None


async def test_a_flood_of_names_does_not_fill_the_memory(
    counts: InProcessAttempts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of remembered names is limited, and the oldest are dropped first."""
    monkeypatch.setattr(attempts, "MAX_NAMES", 100)

    for number in range(1000):
        await counts.take(Counted(THREE_A_MINUTE.window, str(number)))
        await counts.remember(str(number), 60)

    assert len(counts._stamps) == len(counts._remembered) == 100
    assert await counts.remembers("999")
    assert not await counts.remembers("0")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("somewhere", "somewhere"),
    ],
)
def test_an_address_stands_for_its_network(address: str, network: str) -> None:
    """IPv6 addresses are counted by their /64 network, which usually belongs to one owner."""
    assert network_of(address) == network


async def outcome(
    throttle: Throttle, account: str, address: str, error: TutorError | None, browser: str | None = None
) -> bool:
    """Run one password check with the given outcome; return whether the throttle allowed it."""
    try:
        async with throttle.sign_in(account, address, browser):
            if error is not None:
                raise error
    except TooManyAttempts:
        return False
    except (InvalidCredentials, DatabaseUnavailable):
        pass
    return True


async def failures(throttle: Throttle, account: str, addresses: list[str]) -> int:
    """Fail one sign-in from each address; return how many the throttle allowed."""
    return sum([await outcome(throttle, account, address, InvalidCredentials()) for address in addresses])


async def test_failures_to_an_account_from_an_address(throttle: Throttle, clock: HeldClock) -> None:
    """After ten failures in half an hour an account is blocked at this address, but other accounts are not."""
    assert await failures(throttle, "ada", [CAFE] * 20) == 10
    assert await failures(throttle, "ada", [HOME]) == 1
    assert await failures(throttle, "bob", [CAFE]) == 1

    clock.seconds = 30 * 60
    assert await failures(throttle, "ada", [CAFE] * 20) == 10


async def test_failures_to_an_account_from_everywhere(throttle: Throttle, clock: HeldClock) -> None:
    """From all addresses together, an account allows fifty failures in an hour."""
    assert await failures(throttle, "ada", [f"192.0.2.{number}" for number in range(100)]) == 50
    assert await failures(throttle, "ada", [f"2001:db8:{number}::1" for number in range(100)]) == 0
    assert await failures(throttle, "bob", ["203.0.113.9"]) == 1

    clock.seconds = 60 * 60
    assert await failures(throttle, "ada", [HOME]) == 1


async def test_failures_from_an_address_to_all_accounts(throttle: Throttle) -> None:
    """An address allows 300 failures in half an hour; after that, three failures an hour for each account."""
    tried = [await failures(throttle, f"student {number}", [CAFE]) for number in range(300)]
    past = [await failures(throttle, f"student {number}", [CAFE] * 5) for number in range(295, 305)]

    assert sum(tried) == 300
    assert past == [3] * 10


async def test_nobody_is_locked_out_of_where_they_sign_in(throttle: Throttle, clock: HeldClock) -> None:
    """At an address where an account was signed in before, other people's failures do not block the account."""
    assert await outcome(throttle, "ada", CAFE, None)
    await failures(throttle, "ada", [f"192.0.2.{number}" for number in range(100)])
    for number in range(400):
        await failures(throttle, f"student {number}", [CAFE])

    assert not await outcome(throttle, "ada", HOME, None)
    assert await outcome(throttle, "new student", CAFE, None)
    assert await outcome(throttle, "ada", CAFE, None)
    # The number of guesses from this address is still limited.
    assert await failures(throttle, "ada", [CAFE] * 20) == 10

    clock.seconds = 30 * 24 * 3600 + 1
    await failures(throttle, "ada", [f"192.0.2.{number}" for number in range(100)])
    assert not await outcome(throttle, "ada", CAFE, None)  # The address is remembered for a limited time.


async def test_an_account_gets_in_where_its_browser_is_known(throttle: Throttle) -> None:
    """A browser in which the account was signed in has ten separate attempts, even if all other limits are reached."""
    await throttle.know_browser("ada", "a secret")
    await failures(throttle, "ada", [CAFE] * 20)
    await failures(throttle, "ada", [f"192.0.2.{number}" for number in range(100)])

    assert not await outcome(throttle, "ada", CAFE, None)
    assert not await outcome(throttle, "ada", CAFE, None, "another secret")
    assert await outcome(throttle, "ada", CAFE, None, "a secret")
    wrong = [await outcome(throttle, "ada", CAFE, InvalidCredentials(), "a secret") for _ in range(20)]
    assert wrong == [True] * 10 + [False] * 10


async def test_a_success_forgets_the_failures_from_there(throttle: Throttle) -> None:
    """A successful sign-in resets the failures of its account and address (NIST SP 800-63B §5.2.2)."""
    await failures(throttle, "ada", [HOME] * 9)
    assert await outcome(throttle, "ada", HOME, None)

    assert await failures(throttle, "ada", [HOME] * 20) == 10


async def test_our_own_failures_are_not_the_students(throttle: Throttle) -> None:
    """A failure of the service, for example without a database, does not count as an attempt."""
    for _ in range(100):
        assert await outcome(throttle, "ada", HOME, DatabaseUnavailable())

    assert await failures(throttle, "ada", [HOME] * 20) == 10


async def log_in(held: HeldService, email: str, password: str, address: str = HOME) -> tuple[int, Any, str | None]:
    """Sign in from an address; return the status, the body and `Retry-After`."""
    body = {"email": email, "password": password}
    async with held.client.post("/api/auth/login", json=body, headers={"X-Forwarded-For": address}) as response:
        return response.status, await response.json(), response.headers.get("Retry-After")


async def test_s4_throttling_does_not_tell_who_exists(tmp_path: Path, clock: HeldClock, log_output: io.BytesIO) -> None:
    """S4: known and unknown e-mail addresses are throttled alike, even with the right password; no log names them."""
    async with held_service(tmp_path, clock, trusted_proxies="127.0.0.1") as held:
        await held.register(EMAIL)
        answers = {
            email: [await log_in(held, email, "wrong password") for _ in range(12)]
            for email in (EMAIL, "nobody@uni.example")
        }
        right = await log_in(held, EMAIL, PASSWORD)
        elsewhere = await log_in(held, EMAIL, PASSWORD, CAFE)
        clock.seconds = 30 * 60
        later = await log_in(held, EMAIL, PASSWORD)

    assert answers[EMAIL] == answers["nobody@uni.example"]
    assert [status for status, _, _ in answers[EMAIL]] == [401] * 10 + [429] * 2
    assert right == (
        429,
        {
            "detail": "Too many failed attempts. Please wait and try again.",
            "code": "TOO_MANY_ATTEMPTS",
            "retry_after": 1800,
        },
        "1800",
    )
    assert (elsewhere[0], later[0]) == (200, 200)
    assert b"throttled" in log_output.getvalue()
    assert b"uni.example" not in log_output.getvalue()


async def test_a_made_up_address_does_not_help(held: HeldService) -> None:
    """Without a trusted proxy, `X-Forwarded-For` is ignored."""
    statuses = [(await log_in(held, EMAIL, "wrong", f"192.0.2.{number}"))[0] for number in range(11)]

    assert statuses == [401] * 10 + [429]


async def test_the_current_password_is_not_for_guessing(held: HeldService) -> None:
    """Wrong current passwords of a signed-in client count together with failed sign-ins."""
    account = await held.register(EMAIL)
    for _ in range(5):
        await log_in(held, EMAIL, "wrong password")
    body = {"current_password": "wrong", "new_password": "another long password"}

    statuses = [(await held.post("/api/auth/password", body, account["access_token"]))[0] for _ in range(6)]

    assert statuses == [401] * 5 + [429]


async def test_registrations_from_an_address(tmp_path: Path, clock: HeldClock) -> None:
    """An address allows 2,000 registrations in an hour.

    Registrations with invalid fields do not count, but those of a taken e-mail address do.
    """
    apps: list[web.Application] = []
    async with held_service(tmp_path, clock, prepare=apps.append) as held:
        for number in range(throttling.REGISTRATION.allowed - 2):
            await apps[0][THROTTLE].registration(str(number), "127.0.0.1")
        short = await held.post("/api/auth/register", {"email": "bob@uni.example", "password": "short"})
        await held.register(EMAIL)
        taken = await held.post("/api/auth/register", {"email": EMAIL, "password": PASSWORD})
        status, answer = await held.post("/api/auth/register", {"email": "bob@uni.example", "password": PASSWORD})
        clock.seconds = 3600
        await held.register("bob@uni.example")

    assert (short[0], taken[0]) == (422, 409)
    assert (status, answer["code"], answer["retry_after"]) == (429, "TOO_MANY_ATTEMPTS", 3600)


async def test_registrations_of_an_e_mail(throttle: Throttle) -> None:
    """An e-mail address allows five registrations in an hour; refused ones do not count for the client's address."""
    for _ in range(5):
        await throttle.registration("ada", CAFE)
    for _ in range(throttling.REGISTRATION.allowed):
        with pytest.raises(TooManyAttempts):
            await throttle.registration("ada", CAFE)

    await throttle.registration("bob", CAFE)


async def test_what_has_not_failed_is_not_called_so(throttle: Throttle) -> None:
    """The message for too many registrations, resets or devices does not mention failures, as these succeeded."""
    refusals = []
    for count, allowed in (
        (partial(throttle.registration, "ada", CAFE), 5),
        (partial(throttle.reset, "ada", CAFE), 10),
        (partial(throttle.device, CAFE), throttling.DEVICE.allowed),
    ):
        for _ in range(allowed):
            await count()
        with pytest.raises(TooManyAttempts) as refusal:
            await count()
        refusals.append(refusal.value.detail)

    assert refusals == ["This was asked for too often. Please wait and try again."] * 3


async def test_devices_from_an_address(tmp_path: Path, clock: HeldClock) -> None:
    """An address allows 2,000 device sign-ins in ten minutes, since each leaves a row in the database."""
    apps: list[web.Application] = []
    async with held_service(tmp_path, clock, prepare=apps.append) as held, ClientSession(held.url) as client:
        for _ in range(throttling.DEVICE.allowed):
            await apps[0][THROTTLE].device("127.0.0.1")
        async with client.post("/api/auth/device") as response:
            answer = await response.json()

    assert (response.status, answer["code"], answer["retry_after"]) == (429, "TOO_MANY_ATTEMPTS", 600)
