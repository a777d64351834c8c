"""How often people may try: the numbers, and what each kind of attempt is counted under."""

from __future__ import annotations

import ipaddress
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import AdminKeyInvalid, InvalidCredentials, TooManyAttempts, TutorError, UserCodeUnknown
from tutor_server.identity.attempts import Counted, Window

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from structlog.typing import FilteringBoundLogger

    from tutor_server.identity.attempts import Attempt, Attempts

log: FilteringBoundLogger = structlog.get_logger()

MINUTES = 60

SIGN_IN_HERE = Window("failed sign-ins to an account from an address", 10, 30 * MINUTES)
SIGN_IN_TO_ACCOUNT = Window("failed sign-ins to an account", 50, 60 * MINUTES)
SIGN_IN_FROM_ADDRESS = Window("failed sign-ins from an address", 300, 30 * MINUTES)
"""A lecture hall is one address, and those who are signing in right now are counted until it is known that they may."""
REGISTRATION = Window("registrations from an address", 2000, 60 * MINUTES)
DEVICE = Window("devices that ask from an address", 300, 10 * MINUTES)
USER_CODE = Window("unknown device codes from an address", 10, 10 * MINUTES)
ADMIN_KEY = Window("wrong admin keys from an address", 10, 1 * MINUTES)

KNOWN_SECONDS = 30 * 24 * 60 * MINUTES
"""How long an address is known to an account that was signed in to from there."""


class Throttle:
    """Slow down who guesses, without letting a stranger lock anybody out.

    Sign-ins are counted by account and address together, by account and by address (NIST SP 800-63B §5.2.2). Where
    an account has been signed in to before, from that address only the first of the three counts: whatever strangers
    fill the other two with, people get in where they usually do, and elsewhere as soon as a window has moved on.
    Accounts come as the keyed hash of their e-mail, known or not.
    """

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    @asynccontextmanager
    async def sign_in(self, account: str, address: str) -> AsyncIterator[None]:
        """Enclose a check of a password. Raises `TooManyAttempts`; what ends in `InvalidCredentials` counts."""
        network = network_of(address)
        here = f"{account} {network}"
        counted = [Counted(SIGN_IN_HERE, here)]
        if not await self._attempts.remembers(here):
            counted += [Counted(SIGN_IN_TO_ACCOUNT, account), Counted(SIGN_IN_FROM_ADDRESS, network)]
        async with self._counting(InvalidCredentials, *counted):
            yield
        await self._attempts.clear(counted[0])
        await self._attempts.remember(here, KNOWN_SECONDS)

    async def registration(self, address: str) -> None:
        """Count an attempt to register. Raises `TooManyAttempts`."""
        await self._take(Counted(REGISTRATION, network_of(address)))

    async def device(self, address: str) -> None:
        """Count a device that asks to be signed in. Raises `TooManyAttempts`."""
        await self._take(Counted(DEVICE, network_of(address)))

    @asynccontextmanager
    async def user_code(self, address: str) -> AsyncIterator[None]:
        """Enclose a look-up of a user code. Raises `TooManyAttempts`; what ends in `UserCodeUnknown` counts."""
        async with self._counting(UserCodeUnknown, Counted(USER_CODE, network_of(address))):
            yield

    @asynccontextmanager
    async def admin_key(self, address: str) -> AsyncIterator[None]:
        """Enclose a check of an admin key. Raises `TooManyAttempts`; what ends in `AdminKeyInvalid` counts."""
        async with self._counting(AdminKeyInvalid, Counted(ADMIN_KEY, network_of(address))):
            yield

    @asynccontextmanager
    async def _counting(self, failure: type[TutorError], *counted: Counted) -> AsyncIterator[None]:
        attempt = await self._take(*counted)
        try:
            yield
        except failure:
            raise
        except TutorError:
            await self._attempts.give_back(attempt)
            raise
        await self._attempts.give_back(attempt)

    async def _take(self, *counted: Counted) -> Attempt:
        try:
            return await self._attempts.take(*counted)
        except TooManyAttempts as refusal:
            log.warning("throttled", what=counted[0].window.kind, retry_after=refusal.retry_after)
            raise


def network_of(address: str) -> str:
    """Give what stands for an address: itself, or with IPv6 the /64 that one customer has all of."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
