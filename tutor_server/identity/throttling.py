"""How often people may try: the windows, and what each kind of attempt is counted under.

A window nearest to the person comes first: the account, then the browser, then the address, behind which a whole campus
may sit. A full window of an address refuses nobody by itself. It only asks for more, so that neighbours who mistype, or
guess, keep nobody out who is right.

What a guesser can do in a day:

- *Admin key.* The right key always passes, so the key's length alone protects it: of 16 random letters and digits there
  are 62^16 = 5 · 10^28, for which 10^9 guesses a day take 10^17 years.
- *User code.* 20^8 = 2.6 · 10^10 codes, each of which waits for 10 minutes. One address has 100 wrong codes in
  10 minutes, 14,400 a day: with 100 codes waiting all day it hits one of them with a chance of 6 · 10^-5, a thousand
  addresses with 0.06. Past that an account that signs in has 1,440 a day, at the cost of a password's hash each: a core
  of the service hashes 2.5 million a day, which hit with a chance of 0.01. A hit lets the guesser deny the device, or
  sign it in to an account of the guesser's own; nothing of its student is open to them.
- *Password of one account.* One address has 10 guesses in 30 minutes, 480 a day; all addresses together 50 an hour,
  1,200 a day. Common passwords are refused, and behind the 10,000 commonest each guess hits with some 10^-5 (the
  RockYou list), so that a day of it opens an account with a chance of at most 0.012.
- *Some account of many.* One address has 300 guesses in 30 minutes, 14,400 a day over all accounts; once that is full,
  3 an hour more for each account.
"""

from __future__ import annotations

import hashlib
import ipaddress
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import WAIT, AdminKeyInvalid, InvalidCredentials, TooManyAttempts, TutorError, UserCodeUnknown
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
"""A lecture hall shares one address, and each sign-in counts until its password has been checked."""
SIGN_IN_PAST_ADDRESS = Window("failed sign-ins to an account from a full address", 3, 60 * MINUTES)
REGISTRATION_OF_ACCOUNT = Window("registrations of an e-mail", MOST_AN_HOUR, 60 * MINUTES)
"""Each mails a link, where mail is set up. A program that repeats itself fills this window, not its neighbours'."""
RESET_OF_ACCOUNT = Window("password resets of an e-mail", 10, 60 * MINUTES)
REGISTRATION = Window("registrations from an address", 2000, 60 * MINUTES)
DEVICE = Window("devices that ask from an address", 2000, 10 * MINUTES)
"""Each request leaves a row for 20 minutes. A whole course may open its editors at once."""
USER_CODE_IN_BROWSER = Window("unknown device codes in a browser", 12, 10 * MINUTES)
"""After ten mistyped codes a student can still enter the right one."""
USER_CODE = Window("unknown device codes from an address", 100, 10 * MINUTES)
USER_CODE_OF_ACCOUNT = Window("unknown device codes of an account", 10, 10 * MINUTES)
ADMIN_KEY = Window("wrong admin keys from an address", 10, 1 * MINUTES)

KNOWN_SECONDS = 30 * 24 * 60 * MINUTES
"""How long an address or a browser counts as known to an account that was signed in to from there."""


class Throttle:
    """Slows down guessers, without letting a stranger lock anybody out.

    Sign-ins are counted by account and address together, by account and by address (NIST SP 800-63B §5.2.2). From an
    address that the account has been signed in to before, only the first of the three counts; in such a browser only
    the browser's does. So people get in where they usually do, whatever strangers fill the other windows with. From an
    address whose window is full, each account still has a few attempts an hour.
    Accounts are passed as the keyed hash of their address, known or not; browsers as their secret.
    """

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    @asynccontextmanager
    async def sign_in(self, account: str, address: str, browser: str | None = None) -> AsyncIterator[None]:
        """Enclose a check of a password. Raise `TooManyAttempts`; a check that raises `InvalidCredentials` counts."""
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
        """Remember a browser in which an account is signed in, under the browser's new secret."""
        await self._attempts.remember(f"{account} {_hash(browser)}", KNOWN_SECONDS)

    async def registration(self, account: str, address: str) -> None:
        """Count a registration, or another mail to confirm it. Raise `TooManyAttempts`."""
        counted = [Counted(REGISTRATION_OF_ACCOUNT, account), Counted(REGISTRATION, network_of(address))]
        await self._take(counted, detail=TOO_OFTEN)

    async def reset(self, account: str, address: str) -> None:
        """Count a mail to choose a new password. Raise `TooManyAttempts`."""
        counted = [Counted(RESET_OF_ACCOUNT, account), Counted(REGISTRATION, network_of(address))]
        await self._take(counted, detail=TOO_OFTEN)

    async def device(self, address: str) -> None:
        """Count a device that asks to be signed in. Raise `TooManyAttempts`."""
        await self._take([Counted(DEVICE, network_of(address))], detail=TOO_OFTEN)

    @asynccontextmanager
    async def user_code(self, browser: str, address: str) -> AsyncIterator[None]:
        """Enclose a look-up of a user code. Raise `TooManyAttempts`; a look-up that raises `UserCodeUnknown` counts."""
        counted = [Counted(USER_CODE_IN_BROWSER, _hash(browser)), Counted(USER_CODE, network_of(address))]
        async with self._counting(UserCodeUnknown, counted):
            yield

    @asynccontextmanager
    async def user_code_of(self, account: str) -> AsyncIterator[None]:
        """Enclose a look-up of a user code by an account that has signed in, as `user_code` does."""
        async with self._counting(UserCodeUnknown, [Counted(USER_CODE_OF_ACCOUNT, account)]):
            yield

    async def wrong_admin_key(self, address: str) -> None:
        """Count a wrong admin key. Raise `TooManyAttempts`, else `AdminKeyInvalid`."""
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
        """Count one attempt in all windows of the first group that has room. Raise `TooManyAttempts` if none has.

        `detail` is the sentence of an attempt that counts even if it succeeds.
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
    """Return the name under which an address counts: with IPv6 its /64, all of which belongs to one customer."""
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
