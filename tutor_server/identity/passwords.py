"""Hashing and checking of passwords, in threads outside the event loop."""

from __future__ import annotations

import asyncio
import os
import secrets
import unicodedata
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tutor_server.errors import ValidationFailed
from tutor_server.identity.common_passwords import require_uncommon

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

MAX_PASSWORD_CHARACTERS = 256

_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LANES = 1
_SALT_BYTES = 16
_HASH_BYTES = 32


class Passwords:
    """Hashes passwords with argon2id at 19 MiB, 2 passes, 1 lane (OWASP's first choice): about 35 ms of processor time.

    There are fewer threads than processors, so that many sign-ins at once wait in a queue and leave one processor to
    the event loop.
    """

    def __init__(self) -> None:
        self._hasher = PasswordHasher(
            time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=_LANES, hash_len=_HASH_BYTES, salt_len=_SALT_BYTES
        )
        threads = max(1, min(4, (os.cpu_count() or 2) - 1))
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._nobody = _unmatchable_hash()

    async def require_uncommon(self, password: str, email: str) -> None:
        """Raise `ValidationFailed` for a password that attackers guess first. `email` is in lower case."""
        await self._run(require_uncommon, password, email)

    async def hash(self, password: str) -> str:
        """Return the hash of a password with a new salt. Raise `ValidationFailed` if it is too long or not text."""
        return await self._run(self._hasher.hash, _prepared(password))

    async def matches(self, password: str, password_hash: str | None) -> bool:
        """Return whether a password matches a hash.

        A hash of None stands for an account that does not exist: the check takes the same time and never matches. Raise
        `ValidationFailed` as `hash` does.
        """
        return await self._run(self._verify, password_hash or self._nobody, _prepared(password))

    def close(self) -> None:
        """Stop the threads, and drop the passwords that wait in the queue."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[*Ts], T], *args: *Ts) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *args)

    def _verify(self, password_hash: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _prepared(password: str) -> bytes:
    """Return a password as UTF-8 in Unicode form NFC, so that all systems give the same bytes (RFC 8265 §4.2)."""
    if len(password) > MAX_PASSWORD_CHARACTERS:
        raise ValidationFailed(f"password: has more than {MAX_PASSWORD_CHARACTERS} characters.")
    try:
        return unicodedata.normalize("NFC", password).encode()
    except UnicodeEncodeError:  # A lone surrogate cannot be encoded in UTF-8.
        raise ValidationFailed("password: holds something that is not a character.") from None


def _unmatchable_hash() -> str:
    """Return a hash that no password matches: random bytes in argon2's format, with the service's parameters."""
    salt, digest = (
        b64encode(secrets.token_bytes(length)).rstrip(b"=").decode() for length in (_SALT_BYTES, _HASH_BYTES)
    )
    return f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}${salt}${digest}"
