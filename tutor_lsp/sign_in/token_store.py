"""Token stores: the system's keyring, a file that only the user can read, or the memory of this process."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from tutor_lsp.sign_in.private_file import read_json, write_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from tutor_lsp.sign_in.record import SignIn

T = TypeVar("T")

FILE_NAME = "tokens.json"
KEYRING_SERVICE = "Ask Tutor"
KEYRING_SECONDS = 60.0
"""Seconds after which a keyring that does not reply counts as unusable. It may be asking the student for a password."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a sign-in. `expires_at` is when the access token expires, in seconds since the epoch."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: float


class StoreUnavailable(Exception):
    """The tokens cannot be read or stored. The message is a sentence for the student."""


class TokenStore(Protocol):
    """Stores the tokens of sign-ins, each under its own id. The methods raise `StoreUnavailable`."""

    async def load(self, sign_in: SignIn) -> Tokens | None:
        """Return the tokens, or None if there are none."""
        ...

    async def save(self, sign_in: SignIn, tokens: Tokens) -> None:
        """Store the tokens. They replace earlier ones."""
        ...

    async def forget(self, sign_in: SignIn) -> None:
        """Delete the tokens, if they exist."""
        ...


class MemoryStore:
    """Stores tokens in memory until this process ends."""

    def __init__(self) -> None:
        self._tokens: dict[str, Tokens] = {}

    async def load(self, sign_in: SignIn) -> Tokens | None:
        """Return the tokens."""
        return self._tokens.get(sign_in.id)

    async def save(self, sign_in: SignIn, tokens: Tokens) -> None:
        """Store the tokens."""
        self._tokens[sign_in.id] = tokens

    async def forget(self, sign_in: SignIn) -> None:
        """Delete the tokens."""
        self._tokens.pop(sign_in.id, None)


class FileStore:
    """Stores tokens in `tokens.json` in the data folder, mode 0600. A writer holds the lock on sign-ins."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE_NAME

    async def load(self, sign_in: SignIn) -> Tokens | None:
        """Return the tokens, or None if there are none or the file is damaged."""
        return _tokens((await self._entries()).get(sign_in.id))

    async def save(self, sign_in: SignIn, tokens: Tokens) -> None:
        """Store the tokens."""
        await self._write(await self._entries() | {sign_in.id: asdict(tokens)})

    async def forget(self, sign_in: SignIn) -> None:
        """Delete the tokens."""
        entries = await self._entries()
        if entries.pop(sign_in.id, None) is not None:
            await self._write(entries)

    async def _entries(self) -> dict[str, Any]:
        try:
            entries = await asyncio.to_thread(read_json, self.path)
        except OSError as error:
            raise StoreUnavailable(f"Your sign-in cannot be read: {error.strerror}.") from error
        return entries if isinstance(entries, dict) else {}

    async def _write(self, entries: dict[str, Any]) -> None:
        try:
            await asyncio.to_thread(write_json, self.path, entries)
        except OSError as error:
            raise StoreUnavailable(f"Your sign-in cannot be kept: {error.strerror}.") from error


class KeyringStore:
    """Stores tokens in the system's keyring.

    Each sign-in has a service name of its own, because the backend for Windows renames an existing entry when a second
    one has the same service name.
    """

    async def is_usable(self) -> bool:
        """Return whether a keyring is available that stores passwords. The check may ask the student to unlock it."""

        def keeps(keyring: ModuleType) -> bool:
            backend = keyring.get_keyring()
            # Backends that the library does not recommend store nothing, or store passwords in plain files.
            if not keyring.core.recommended(backend):
                return False
            name = f"{KEYRING_SERVICE} (test)"
            backend.set_password(name, "test", "kept")
            is_kept: bool = backend.get_password(name, "test") == "kept"
            backend.delete_password(name, "test")
            return is_kept

        try:
            return await _with_keyring(keeps)
        except StoreUnavailable:
            return False

    async def load(self, sign_in: SignIn) -> Tokens | None:
        """Return the tokens."""
        text = await _with_keyring(lambda keyring: keyring.get_password(_name(sign_in), sign_in.id))
        try:
            return None if text is None else _tokens(json.loads(text))
        except ValueError:
            return None

    async def save(self, sign_in: SignIn, tokens: Tokens) -> None:
        """Store the tokens."""
        text = json.dumps(asdict(tokens), separators=(",", ":"))
        await _with_keyring(lambda keyring: keyring.set_password(_name(sign_in), sign_in.id, text))

    async def forget(self, sign_in: SignIn) -> None:
        """Delete the tokens."""

        def delete(keyring: ModuleType) -> None:
            if keyring.get_password(_name(sign_in), sign_in.id) is not None:
                keyring.delete_password(_name(sign_in), sign_in.id)

        await _with_keyring(delete)


def _name(sign_in: SignIn) -> str:
    return f"{KEYRING_SERVICE} {sign_in.server_url} {sign_in.id}"


def _tokens(fields: Any) -> Tokens | None:
    try:
        return Tokens(
            access_token=str(fields["access_token"]),
            refresh_token=str(fields["refresh_token"]),
            expires_at=float(fields["expires_at"]),
        )
    except (KeyError, TypeError, ValueError):
        return None


async def _with_keyring(work: Callable[[ModuleType], T]) -> T:
    """Return the result of `work`, which gets the library `keyring` as its argument. Raise `StoreUnavailable`."""

    def load_and_work() -> T:
        import keyring  # noqa: PLC0415 - it takes a tenth of a second to import, and few sessions need it

        return work(keyring)

    try:
        async with asyncio.timeout(KEYRING_SECONDS):
            return await _in_daemon_thread(load_and_work)
    except TimeoutError as error:
        raise StoreUnavailable("Your computer's keyring does not answer. Unlock it, then try again.") from error
    except Exception as error:  # Any plugin of `keyring` may raise any exception.
        raise StoreUnavailable(
            "Your computer's keyring cannot be used. Unlock it and try again, or sign in again."
        ) from error


async def _in_daemon_thread(work: Callable[[], T]) -> T:
    """Return the result of `work`, which can block for ever. It runs in a daemon thread, to not delay the exit."""
    loop = asyncio.get_running_loop()
    result: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            settle = partial(result.set_result, work())
        except Exception as error:  # noqa: BLE001 - the exception is raised again in the caller
            settle = partial(result.set_exception, error)
        with suppress(RuntimeError):  # The event loop is closed, so no caller waits for the result.
            loop.call_soon_threadsafe(lambda: None if result.done() else settle())

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await result
