"""Rate limits of sign-ins and other attempts: the windows, and the name by which each kind of attempt is counted.

Attempts are counted by account, by browser and by address. A whole campus may share one address. So an exhausted limit
of an address does not keep students out: a stricter limit for each account then applies instead, which wrong guesses of
neighbours do not exhaust.

The chances of an attacker who guesses for a day:

- *Admin key.* The right key always passes, so only its length protects it. There are 62^16 = 5 · 10^28 keys of 16
  random letters and digits; 10^9 guesses a day would take 10^17 years.
- *User code.* There are 20^8 = 2.6 · 10^10 codes, each valid for 10 minutes. One address may enter 100 wrong codes in
  10 minutes, 14,400 a day. If 100 codes are valid at any time, one address guesses one of them with a probability of
  6 · 10^-5, a thousand addresses with 0.06. Beyond that limit, a signed-in account may enter 1,440 a day, and each
  sign-in costs a password hash: a core of the service computes 2.5 million a day, which gives a probability of 0.01. A
  right guess lets the attacker deny the device, or sign it in to an account of the attacker's own. It gives no access
  to the student's account.
- *Join code.* A made code has 20^8 = 2.6 · 10^10 values. An account may enter 10 unknown ones in 10 minutes, 1,440 a
  day: with 100 courses, a thousand accounts guess one of them with a probability of 0.006. Joining needs an account,
  and gives the role of a student.
- *Password of one account.* One address has 10 guesses in 30 minutes, 480 a day; all addresses together have 50 an
  hour, 1,200 a day. Common passwords are refused. Beyond the 10,000 most common ones, a guess is right with a
  probability of about 10^-5 (the RockYou list). So a day of guessing opens an account with a probability of at most
  0.012.
- *Some account of many.* One address has 300 guesses in 30 minutes, 14,400 a day over all accounts. Beyond that limit
  it has 3 an hour for each account.
"""

from __future__ import annotations

import hashlib
import ipaddress
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import (
    WAIT,
    AdminKeyInvalid,
    InvalidCredentials,
    JoinCodeUnknown,
    TooManyAttempts,
    TutorError,
    UserCodeUnknown,
)
from tutor_server.identity.attempts import Counted, Window
from tutor_server.identity.email_links import MOST_AN_HOUR

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from structlog.typing import FilteringBoundLogger

    from tutor_server.identity.attempts import Attempt, Attempts

log: FilteringBoundLogger = structlog.get_logger()

TOO_OFTEN = f"This was asked for too often. {WAIT}"

MINUTES = 60

SIGN_IN_HERE = Window("failed sign-ins to an account from an address", 10, 30 * MINUTES)
SIGN_IN_IN_BROWSER = Window("failed sign-ins to an account in a browser", 10, 30 * MINUTES)
SIGN_IN_TO_ACCOUNT = Window("failed sign-ins to an account", 50, 60 * MINUTES)
SIGN_IN_FROM_ADDRESS = Window("failed sign-ins from an address", 300, 30 * MINUTES)
"""A lecture hall may share one address: each sign-in counts as failed until its password has been checked."""
SIGN_IN_PAST_ADDRESS = Window("failed sign-ins to an account from a full address", 3, 60 * MINUTES)
REGISTRATION_OF_ACCOUNT = Window("registrations of an e-mail", MOST_AN_HOUR, 60 * MINUTES)
"""Each registration mails a link if mail is set up. A program that repeats one e-mail exhausts only this limit."""
RESET_OF_ACCOUNT = Window("password resets of an e-mail", 10, 60 * MINUTES)
REGISTRATION = Window("registrations from an address", 2000, 60 * MINUTES)
DEVICE = Window("devices that ask from an address", 2000, 10 * MINUTES)
"""The limit lets all students of a course open their editors at once. Each request stores a row for 20 minutes."""
USER_CODE_IN_BROWSER = Window("unknown device codes in a browser", 12, 10 * MINUTES)
"""The limit leaves room for the right code after ten mistyped ones."""
USER_CODE = Window("unknown device codes from an address", 100, 10 * MINUTES)
USER_CODE_OF_ACCOUNT = Window("unknown device codes of an account", 10, 10 * MINUTES)
JOIN_CODE_OF_ACCOUNT = Window("unknown join codes of an account", 10, 10 * MINUTES)
JOIN_CODE = Window("unknown join codes from an address", 100, 10 * MINUTES)
JOIN_CODE_PAST_ADDRESS = Window("unknown join codes of an account from a full address", 3, 60 * MINUTES)
ADMIN_KEY = Window("wrong admin keys from an address", 10, 1 * MINUTES)

KNOWN_SECONDS = 30 * 24 * 60 * MINUTES
"""Seconds for which an account remembers an address or a browser from which it was signed in to."""


class Throttle:
    """Slows down guessing, without letting an attacker lock a student out of an account.

    Failed sign-ins are counted by account and address together, by account, and by address (NIST SP 800-63B §5.2.2).
    From a known address, from which the account was signed in to before, only the first of the three counts; in a known
    browser only the browser's own count does. So students get in where they usually sign in, even if strangers exhaust
    the other limits. From an address whose limit is exhausted, each account still has a few attempts an hour. Accounts
    are passed as the keyed hash of their e-mail address, existing or not; browsers as their cookie's secret.
    """

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    @asynccontextmanager
    async def sign_in(self, account: str, address: str, browser: str | None = None) -> AsyncIterator[None]:
        """Count the password check inside the context if it raises `InvalidCredentials`. Raise `TooManyAttempts`."""
        network = network_of(address)
        here = Counted(SIGN_IN_HERE, f"{account} {network}")
        theirs = None if browser is None else Counted(SIGN_IN_IN_BROWSER, f"{account} {_hash(browser)}")
        if theirs is not None and await self._attempts.remembers(theirs.name):
            ways = [[theirs]]
        elif await self._attempts.remembers(here.name):
            ways = [[here]]
        else:
            everywhere = Counted(SIGN_IN_TO_ACCOUNT, account)
            ways = [
                [here, everywhere, Counted(SIGN_IN_FROM_ADDRESS, network)],
                [here, everywhere, Counted(SIGN_IN_PAST_ADDRESS, here.name)],
            ]
        async with self._counting(InvalidCredentials, *ways):
            yield
        await self._attempts.clear(here)
        if theirs is not None:
            await self._attempts.clear(theirs)
        await self._attempts.remember(here.name, KNOWN_SECONDS)

    async def know_browser(self, account: str, browser: str) -> None:
        """Remember a browser in which an account has signed in, by the new secret of its cookie."""
        await self._attempts.remember(f"{account} {_hash(browser)}", KNOWN_SECONDS)

    async def registration(self, account: str, address: str) -> None:
        """Count a registration, or a request for another confirmation mail. Raise `TooManyAttempts`."""
        counted = [Counted(REGISTRATION_OF_ACCOUNT, account), Counted(REGISTRATION, network_of(address))]
        await self._take(counted, detail=TOO_OFTEN)

    async def reset(self, account: str, address: str) -> None:
        """Count a request for a mail to choose a new password. Raise `TooManyAttempts`."""
        counted = [Counted(RESET_OF_ACCOUNT, account), Counted(REGISTRATION, network_of(address))]
        await self._take(counted, detail=TOO_OFTEN)

    async def device(self, address: str) -> None:
        """Count a device's request to be signed in. Raise `TooManyAttempts`."""
        await self._take([Counted(DEVICE, network_of(address))], detail=TOO_OFTEN)

    @asynccontextmanager
    async def user_code(self, browser: str, address: str) -> AsyncIterator[None]:
        """Count the user-code look-up inside the context if it raises `UserCodeUnknown`. Raise `TooManyAttempts`."""
        counted = [Counted(USER_CODE_IN_BROWSER, _hash(browser)), Counted(USER_CODE, network_of(address))]
        async with self._counting(UserCodeUnknown, counted):
            yield

    @asynccontextmanager
    async def user_code_of(self, account: str) -> AsyncIterator[None]:
        """Count the look-up of a user code as `user_code` does, but by the account that is signed in."""
        async with self._counting(UserCodeUnknown, [Counted(USER_CODE_OF_ACCOUNT, account)]):
            yield

    @asynccontextmanager
    async def join_code(self, account: str, address: str) -> AsyncIterator[None]:
        """Count the look-up of a join code inside the context if it raises `JoinCodeUnknown`.

        Raise `TooManyAttempts`.
        """
        theirs = Counted(JOIN_CODE_OF_ACCOUNT, account)
        ways = [[theirs, Counted(JOIN_CODE, network_of(address))], [theirs, Counted(JOIN_CODE_PAST_ADDRESS, account)]]
        async with self._counting(JoinCodeUnknown, *ways):
            yield

    async def wrong_admin_key(self, address: str) -> None:
        """Count a wrong admin key. Raise `AdminKeyInvalid`, or `TooManyAttempts` if the limit is reached."""
        await self._take([Counted(ADMIN_KEY, network_of(address))])
        raise AdminKeyInvalid

    @asynccontextmanager
    async def _counting(self, failure: type[TutorError], *ways: Sequence[Counted]) -> AsyncIterator[None]:
        attempt = await self._take(*ways)
        try:
            yield
        except failure:
            raise
        except TutorError:
            await self._attempts.give_back(attempt)
            raise
        await self._attempts.give_back(attempt)

    async def _take(self, *ways: Sequence[Counted], detail: str | None = None) -> Attempt:
        """Count one attempt in the first group whose windows all have room. Raise `TooManyAttempts` if no group has.

        `detail` is the error's sentence for actions that count even if they succeed.
        """
        refusals = []
        for counted in ways:
            try:
                return await self._attempts.take(*counted)
            except TooManyAttempts as refusal:
                refusals.append(refusal)
        soonest = min(refusals, key=lambda refusal: refusal.retry_after or 0)
        log.warning("throttled", what=ways[0][0].window.kind, retry_after=soonest.retry_after)
        raise TooManyAttempts(detail, retry_after=soonest.retry_after)


def network_of(address: str) -> str:
    """Return the name by which an address is counted. For IPv6 it is the /64 network, which one customer owns."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _hash(browser: str) -> str:
    # A fast hash is enough: 256 random bits cannot be guessed from it.
    return hashlib.sha256(browser.encode()).hexdigest()
