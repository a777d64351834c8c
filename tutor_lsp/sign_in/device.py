"""Sign in by the device authorisation grant (RFC 8628): the student approves in a browser on any device."""

from __future__ import annotations

import asyncio
import platform
import re
from typing import TYPE_CHECKING

from tutor_lsp.service.address import has_same_origin
from tutor_lsp.service.session import ServiceFault, Unreachable, host_of
from tutor_lsp.sign_in.accounts import DeviceRefusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tutor_lsp.sign_in.accounts import AccountService, DeviceCode
    from tutor_lsp.sign_in.token_store import Tokens

SLOW_DOWN_SECONDS = 5.0
"""Seconds by which `slow_down` lengthens the polling interval (RFC 8628 §3.5)."""
SHORTEST_INTERVAL, LONGEST_INTERVAL = 1.0, 60.0
LONGEST_WAIT_SECONDS = 1800.0

_USER_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{2,30}")


class SignInRefused(Exception):
    """The sign-in failed. The message is a sentence for the student."""


async def begin(service: AccountService, server_url: str, *, program: str) -> DeviceCode:
    """Return a device code and the user code that the student can enter. Raise `ServiceFault`.

    The approval page names the `program` that asks (such as "a terminal"), and its operating system. The reply's URLs
    are shown and opened, so they must belong to the service.
    """
    code = await service.ask_for_device_code(f"Ask Tutor in {program} ({platform.system()})")
    if not has_same_origin(code.verification_uri, server_url):
        raise Unreachable(
            f"The tutor at {host_of(server_url)} wants you to sign in at another address than the one you have set. "
            "Nothing was opened. Check the address, or ask whoever runs the service."
        )
    if not _USER_CODE.fullmatch(code.user_code):
        raise Unreachable(f"The tutor at {host_of(server_url)} sent something that cannot be read.")
    return code


def page_of(code: DeviceCode, server_url: str) -> str:
    """Return the URL to open. If the service offers one that contains the user code, return that."""
    complete = code.verification_uri_complete
    return complete if complete is not None and has_same_origin(complete, server_url) else code.verification_uri


async def approval(
    service: AccountService, code: DeviceCode, *, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> Tokens:
    """Poll until the student has approved the device, and return the tokens. Raise `SignInRefused`.

    If the service cannot be reached, the polling interval doubles (§3.5) until the code has expired. Only the time
    spent waiting counts towards expiry, so that after the computer has slept, the service is asked once more.
    """
    interval = _bounded(code.interval)
    left = min(code.expires_in, LONGEST_WAIT_SECONDS)
    while left > 0:
        await sleep(interval)
        left -= interval
        try:
            return await service.exchange_device_code(code.device_code)
        except DeviceRefusal as refusal:
            match refusal.error:
                case "authorization_pending":
                    pass
                case "slow_down":
                    interval = _bounded(interval + SLOW_DOWN_SECONDS)
                case "expired_token":
                    break
                case "access_denied":
                    raise SignInRefused("The sign-in was refused in the browser.") from None
                case _:
                    raise SignInRefused("The service does not accept this sign-in. Try again.") from None
        except ServiceFault:
            interval = _bounded(interval * 2)
    raise SignInRefused("Nobody approved the sign-in in time. Sign in again for a new code.")


async def account_of(service: AccountService, tokens: Tokens) -> str | None:
    """Return the e-mail address of the account, to show who is signed in, or None if the service does not tell it."""
    try:
        return (await service.profile(tokens.access_token)).email
    except ServiceFault:
        return None


def _bounded(interval: float) -> float:
    return min(max(SHORTEST_INTERVAL, interval), LONGEST_INTERVAL)
