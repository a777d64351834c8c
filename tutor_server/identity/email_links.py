"""One-time links that prove who owns an e-mail address: created, mailed, and identified by a stored hash."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from tutor_server.mail.letters import Letter
from tutor_server.storage import accounts, one_time_tokens
from tutor_server.storage.one_time_tokens import Purpose, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from sqlalchemy import Connection

    from tutor_server.clock import Clock
    from tutor_server.mail.letters import Kind
    from tutor_server.mail.outbox import Compose, Outbox
    from tutor_server.storage.accounts import Account
    from tutor_server.storage.database import Database

LIFETIMES: Mapping[Purpose, timedelta] = {
    "confirm": timedelta(hours=24),
    "reset": timedelta(hours=1),
    "invite": timedelta(days=7),
}
CONFIRMS: tuple[Purpose, ...] = ("confirm",)
SETS_PASSWORD: tuple[Purpose, ...] = ("reset", "invite")
MOST_AN_HOUR = 5
"""The maximum number of links for one purpose that an account gets in an hour, so that nobody can flood a mailbox."""

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class EmailLinks:
    """Creates links and mails them. `origin` is the public URL of the service.

    If `outbox` is None, mail is not set up: addresses need no confirmation, and only the operator can reset a password.
    """

    outbox: Outbox | None
    clock: Clock
    random_bytes: Callable[[int], bytes]

    @property
    def are_mailed(self) -> bool:
        """Whether mail is set up."""
        return self.outbox is not None

    def add(
        self, connection: Connection, user_id: UUID, purpose: Purpose, *, browser_hash: bytes | None = None
    ) -> str | None:
        """Store a new token in the caller's transaction. Return its secret, or None beyond the hourly limit."""
        now = self.clock.now()
        if one_time_tokens.tokens_since(connection, user_id, purpose, now - timedelta(hours=1)) >= MOST_AN_HOUR:
            return None
        secret = new_secret(self.random_bytes)
        token = Token(
            token_hash=hash_of(secret),
            user_id=user_id,
            purpose=purpose,
            browser_hash=browser_hash,
            created_at=now,
            expires_at=now + LIFETIMES[purpose],
        )
        one_time_tokens.add_token(connection, token)
        return secret

    def mail_confirmation(self, email: str, secret: str, origin: str) -> None:
        """Mail the link that confirms an address."""
        letter = letter_of("confirm", email, secret, origin)

        async def compose() -> Letter:
            return letter

        self._post(compose)

    def confirm_again(self, database: Database, account: Account, origin: str) -> None:
        """Mail another confirmation link for an account."""
        self._look_up_and_mail(database, account.email, "confirm", "confirm", origin)

    def reset(self, database: Database, email: str, origin: str, *, is_registration: bool = False) -> None:
        """Mail a link for choosing a new password, if the address has an account that is not disabled.

        `is_registration` means that somebody tried to register the address again. The mail is sent in a background
        task, so that neither the result nor the response time reveals whether the address has an account.
        """
        self._look_up_and_mail(database, email, "reset", "taken" if is_registration else "reset", origin)

    def _look_up_and_mail(self, database: Database, email: str, purpose: Purpose, kind: Kind, origin: str) -> None:
        def unit(connection: Connection) -> str | None:
            account = accounts.account_of_email(connection, email)
            if account is None or account.disabled_at is not None:
                return None
            return self.add(connection, account.id, purpose)

        async def compose() -> Letter | None:
            secret = await database.commit(unit)
            return None if secret is None else letter_of(kind, email, secret, origin)

        self._post(compose)

    def _post(self, compose: Compose) -> None:
        if self.outbox is not None:
            self.outbox.post(compose)


def letter_of(kind: Kind, email: str, secret: str, origin: str) -> Letter:
    """Return the mail with a link."""
    link = link_of("confirm" if kind == "confirm" else "reset", secret, origin)
    return Letter(kind=kind, to=email, link=link, page=f"{origin}/account/password")


def link_of(purpose: Purpose, secret: str, origin: str) -> str:
    """Return the URL of the page that accepts a token."""
    return f"{origin}/account/{'confirm' if purpose == 'confirm' else 'reset'}?token={secret}"


def new_secret(random_bytes: Callable[[int], bytes]) -> str:
    """Return 256 random bits, encoded for a link or a cookie."""
    return urlsafe_b64encode(random_bytes(_TOKEN_BYTES)).rstrip(b"=").decode()


def hash_of(secret: str) -> bytes:
    """Return the hash under which a secret is stored."""
    # A fast hash is enough: 256 random bits cannot be guessed from it.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
