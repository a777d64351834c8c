"""Device sign-in (RFC 8628): a device without a browser shows a code, which the student approves in a browser."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from tutor_server.errors import (
    AccessDenied,
    AuthorizationPending,
    DeviceCodeExpired,
    EmailUnconfirmed,
    InvalidCredentials,
    InvalidGrant,
    SlowDown,
    TutorError,
    UserCodeUnknown,
)
from tutor_server.identity.accounts import TokenPair
from tutor_server.limits import DEVICE_CODE_LIFETIME, DEVICE_POLL_SECONDS
from tutor_server.storage import accounts, devices
from tutor_server.storage.devices import Device

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from uuid import UUID

    from sqlalchemy import Connection
    from structlog.typing import FilteringBoundLogger

    from tutor_server.clock import Clock
    from tutor_server.identity.accounts import Accounts
    from tutor_server.identity.throttling import Throttle
    from tutor_server.storage.accounts import Account
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Characters that user codes consist of: no vowels, so that no code spells a word, and none that look like digits.

See RFC 8628 §6.1.
"""
USER_CODE_LENGTH = 8

MAX_NAME_CHARACTERS = 64

_DEVICE_CODE_BYTES = 32
_SLOWER_SECONDS = 5
_PATIENCE = timedelta(seconds=1)
"""The time by which a device may poll too early without an error, since network delays vary."""
_KEPT = DEVICE_CODE_LIFETIME
"""How long an expired code stays stored, so that a device that polls with it gets the error for expired codes."""


@dataclass(frozen=True, slots=True)
class Started:
    """The device code and user code of a device that has requested to be signed in."""

    device_code: str = field(repr=False)
    user_code: str = field(repr=False)
    """The user code without the dash that is shown in its middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSignIns:
    """The use cases of device sign-in. `browser` is the secret in a browser's cookie."""

    database: Database
    accounts: Accounts
    throttle: Throttle
    clock: Clock
    new_id: Callable[[], UUID]
    random_bytes: Callable[[int], bytes]

    async def start(self, client_name: str, address: str) -> Started:
        """Issue codes to a device. Raise `TooManyAttempts`."""
        await self.throttle.device(address)
        now = self.clock.now()
        device_code = self.random_bytes(_DEVICE_CODE_BYTES)
        device_hash = _hash(_encode(device_code))

        def unit(connection: Connection) -> str:
            while True:
                device = Device(
                    device_code_hash=device_hash,
                    user_code=self._new_user_code(),
                    client_name=clean_name(client_name),
                    address=address[:MAX_NAME_CHARACTERS],
                    interval_seconds=DEVICE_POLL_SECONDS,
                    created_at=now,
                    expires_at=now + DEVICE_CODE_LIFETIME,
                )
                if devices.add_device(connection, device, forget_before=now - _KEPT):
                    return device.user_code

        user_code = await self.database.commit(unit)
        log.info("device_sign_in_started")
        return Started(_encode(device_code), user_code)

    async def poll(self, device_code: str) -> TokenPair:
        """Return the tokens of an approved device, only once.

        Raise `AuthorizationPending`, `SlowDown`, `AccessDenied`, `DeviceCodeExpired` or `InvalidGrant`.
        """
        code_hash = _hash(device_code)
        now = self.clock.now()
        family_id = self.new_id()

        def unit(connection: Connection) -> tuple[UUID, str] | TutorError:
            device = devices.device_of_code(connection, code_hash)
            if device is None:
                return InvalidGrant()
            if device.expires_at <= now:
                return DeviceCodeExpired()
            if device.state == "denied":
                return AccessDenied()
            if device.user_id is None or device.state == "pending":
                return _pending(connection, device, now)
            # Lock the account before the device: ending all sign-ins of an account locks them in the same order.
            if not accounts.is_enabled(connection, device.user_id) or not devices.take_approved(connection, code_hash):
                return InvalidGrant()
            refresh_token = self.accounts.refresh_tokens.start_family(
                connection, family_id=family_id, user_id=device.user_id, now=now
            )
            return device.user_id, refresh_token

        outcome = await self.database.commit(unit)
        if isinstance(outcome, TutorError):
            if not isinstance(outcome, AuthorizationPending):
                log.info("device_poll_refused", reason=outcome.oauth_error)
            raise outcome
        user_id, refresh_token = outcome
        log.info("device_signed_in", user_id=str(user_id))
        return TokenPair(self.accounts.access_tokens.issue(user_id, family_id), refresh_token)

    async def find(self, user_code: str, *, address: str, browser: str) -> Device:
        """Return the device that waits for approval under a user code, as the student typed it.

        Raise `UserCodeUnknown`, or `TooManyAttempts` if the browser or its address has entered too many unknown codes:
        a code is short enough to be guessed (RFC 8628 §5.1). The limit of the address does not apply to signed-in
        students.
        """
        code, now = _code(user_code), self.clock.now()
        async with self.throttle.user_code(browser, address):
            device = await self.database.read(lambda connection: devices.waiting_device(connection, code, now))
            if device is None:
                log.info("user_code_refused")
                raise UserCodeUnknown
        return device

    async def sign_in(
        self, user_code: str, email: str, password: str, *, address: str, browser: str, new_browser: str
    ) -> Device:
        """Sign in to decide about the device that waits under a user code. Return the device.

        `new_browser` replaces the secret in the browser's cookie. Unknown codes count towards the account's limit only.
        So a student can enter a code even if the limit of a shared address is exhausted. Raise as
        `Accounts.check_password` and `sign_in_as` do.
        """
        account = await self.accounts.check_password(email, password, address, browser)
        return await self.sign_in_as(account, user_code, new_browser=new_browser)

    async def sign_in_as(self, account: Account, user_code: str, *, new_browser: str) -> Device:
        """Let a browser that is signed in to an account decide about a device. Return the device.

        Raise `EmailUnconfirmed`, `InvalidCredentials` if the account has changed meanwhile, and `UserCodeUnknown` or
        `TooManyAttempts` for the code.
        """
        if account.confirmed_at is None:
            log.info("device_page_refused", user_id=str(account.id))
            raise EmailUnconfirmed
        code = _code(user_code)
        now = self.clock.now()

        def unit(connection: Connection) -> Device | None:
            if not accounts.may_sign_in(connection, account):
                raise InvalidCredentials
            device = devices.waiting_device(connection, code, now)
            devices.sign_in_to_decide(connection, code, user_id=account.id, browser_hash=_hash(new_browser), now=now)
            return device

        async with self.throttle.user_code_of(account.subject):
            device = await self.database.commit(unit)
            if device is None:
                log.info("user_code_refused")
                raise UserCodeUnknown
        await self.throttle.know_browser(account.subject, new_browser)
        log.info("device_page_signed_in", user_id=str(account.id))
        return device

    async def decide(self, user_code: str, *, approved: bool, browser: str) -> None:
        """Approve or deny a device, in the browser that signed in to decide about it. Raise `UserCodeUnknown`.

        No attempt is counted, because the error is the same whether or not another device waits under the code.
        """
        code, now = _code(user_code), self.clock.now()
        user_id = await self.database.commit(
            lambda connection: devices.decide(
                connection,
                code,
                "approved" if approved else "denied",
                browser_hash=_hash(browser),
                now=now,
            )
        )
        if user_id is None:
            raise UserCodeUnknown
        log.info("device_approved" if approved else "device_denied", user_id=str(user_id))

    def _new_user_code(self) -> str:
        """Return random letters, each equally likely."""
        fair = 256 - 256 % len(USER_CODE_LETTERS)
        letters = ""
        while len(letters) < USER_CODE_LENGTH:
            drawn = self.random_bytes(USER_CODE_LENGTH)
            letters += "".join(USER_CODE_LETTERS[byte % len(USER_CODE_LETTERS)] for byte in drawn if byte < fair)
        return letters[:USER_CODE_LENGTH]


def shown_user_code(user_code: str) -> str:
    """Return a user code as it is shown, with a dash."""
    middle = USER_CODE_LENGTH // 2
    return f"{user_code[:middle]}-{user_code[middle:]}"


def read_user_code(text: str) -> str | None:
    """Return the user code in a typed text, whatever characters separate its letters, or None."""
    letters = "".join(letter for letter in text[:100].upper() if letter in USER_CODE_LETTERS)
    return letters if len(letters) == USER_CODE_LENGTH else None


def _code(text: str) -> str:
    code = read_user_code(text)
    if code is None:
        raise UserCodeUnknown
    return code


def clean_name(name: str) -> str:
    """Return the printable characters of a device's name, which may come from an attacker, in one line."""
    printable = "".join(letter if letter.isprintable() else " " for letter in name[: 4 * MAX_NAME_CHARACTERS])
    return " ".join(printable.split())[:MAX_NAME_CHARACTERS]


def _pending(connection: Connection, device: Device, now: datetime) -> TutorError:
    interval = device.interval_seconds
    is_early = device.polled_at is not None and now < device.polled_at + timedelta(seconds=interval) - _PATIENCE
    if is_early:
        interval += _SLOWER_SECONDS
    devices.note_poll(connection, device.device_code_hash, now, interval)
    return SlowDown(retry_after=interval) if is_early else AuthorizationPending()


def _hash(secret: str) -> bytes:
    # A fast hash is enough: 256 random bits cannot be guessed from it.
    return hashlib.sha256(secret.encode()).digest()


def _encode(secret: bytes) -> str:
    return urlsafe_b64encode(secret).rstrip(b"=").decode()
