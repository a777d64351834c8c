"""Builds the parts for accounts, sign-ins and tokens, and the mail outbox that they need."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from tutor_server.errors import DatabaseUnavailable
from tutor_server.identity.access_tokens import AccessTokens, Authenticator
from tutor_server.identity.accounts import Accounts
from tutor_server.identity.address_proofs import AddressProofs
from tutor_server.identity.device_sign_ins import DeviceSignIns
from tutor_server.identity.email_links import EmailLinks
from tutor_server.identity.keys import derive_keys
from tutor_server.identity.oidc.provider import Client, IdentityProvider
from tutor_server.identity.oidc.single_sign_on import SingleSignOn, keep_operators
from tutor_server.identity.oidc.tokens import TokenCheck
from tutor_server.identity.page_sessions import PageSessions
from tutor_server.identity.passwords import Passwords
from tutor_server.identity.refresh_tokens import RefreshTokens
from tutor_server.identity.registration import RegistrationPolicy, Registrations
from tutor_server.identity.revocations import Revocations
from tutor_server.identity.throttling import Throttle

if TYPE_CHECKING:
    from tutor_server.clock import Clock
    from tutor_server.composition.inputs import Inputs
    from tutor_server.composition.storage import Storage
    from tutor_server.identity.keys import Keys
    from tutor_server.mail.outbox import Outbox
    from tutor_server.settings import Settings
    from tutor_server.storage.database import Database


log = structlog.get_logger(__name__)

OPERATORS_SECONDS = 5.0
"""Seconds until the operators are looked at again if the database was not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The parts that identify users and record which sign-ins have ended."""

    keys: Keys
    authenticator: Authenticator
    throttle: Throttle
    accounts: Accounts
    address_proofs: AddressProofs
    device_sign_ins: DeviceSignIns
    revocations: Revocations
    passwords: Passwords
    outbox: Outbox | None
    single_sign_on: SingleSignOn | None
    """None if no identity provider is set."""
    database: Database

    async def keep_operators(self) -> None:
        """Take the role from operators whom the settings no longer name, once the database is there."""
        names = frozenset[str]() if self.single_sign_on is None else self.single_sign_on.operators
        while True:
            try:
                await keep_operators(self.database, names)
            except DatabaseUnavailable:
                log.warning("operators_delayed")
                await asyncio.sleep(OPERATORS_SECONDS)
            else:
                return

    async def close(self) -> None:
        """Close the outbox, and end the threads that hash passwords."""
        if self.outbox is not None:
            await self.outbox.close()
        self.passwords.close()


def build_identity(inputs: Inputs, storage: Storage) -> Identity:
    """Build the parts that identify users. Raises `SettingsError` if the secret cannot be used.

    User ids are random: they appear at providers and in logs, and must not reveal when a user registered.
    """
    settings, clock, random_bytes, database = inputs.settings, inputs.clock, inputs.random_bytes, storage.database
    keys = derive_keys(settings.signing_secret())
    passwords = Passwords()
    access_tokens = AccessTokens(keys.access_tokens, clock=clock, new_id=uuid4)
    revocations = Revocations(database, clock)
    throttle = Throttle(storage.shared.attempts)
    links = EmailLinks(_outbox(settings, clock), clock, random_bytes)
    registrations = Registrations(
        database=database,
        passwords=passwords,
        policy=RegistrationPolicy.parse(settings.registration or "open", by_mail=links.are_mailed),
        throttle=throttle,
        links=links,
        revocations=revocations,
        subject=keys.subject,
        clock=clock,
        new_id=uuid4,
    )
    accounts = Accounts(
        database=database,
        passwords=passwords,
        access_tokens=access_tokens,
        refresh_tokens=RefreshTokens(keys.refresh_tokens, random_bytes=random_bytes),
        registrations=registrations,
        throttle=throttle,
        revocations=revocations,
        subject=keys.subject,
        clock=clock,
        new_id=uuid4,
        has_passwords=settings.password_sign_in,
    )
    sessions = PageSessions(database, clock)
    return Identity(
        keys=keys,
        authenticator=Authenticator(access_tokens, revocations),
        throttle=throttle,
        accounts=accounts,
        address_proofs=AddressProofs(database, accounts, sessions, clock),
        device_sign_ins=DeviceSignIns(
            database=database,
            accounts=accounts,
            throttle=throttle,
            clock=clock,
            new_id=uuid4,
            random_bytes=random_bytes,
        ),
        revocations=revocations,
        passwords=passwords,
        outbox=links.outbox,
        single_sign_on=_single_sign_on(inputs, storage, accounts, sessions),
        database=database,
    )


def _single_sign_on(
    inputs: Inputs, storage: Storage, accounts: Accounts, sessions: PageSessions
) -> SingleSignOn | None:
    settings, clock = inputs.settings, inputs.clock
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    client = Client(
        settings.oidc_issuer, settings.oidc_client_id, None if secret is None else secret.get_secret_value()
    )
    provider = IdentityProvider(client, clock)
    return SingleSignOn(
        database=storage.database,
        provider=provider,
        check=TokenCheck(provider, clock),
        accounts=accounts,
        sessions=sessions,
        clock=clock,
        new_id=uuid4,
        name=settings.oidc_name,
        operators=frozenset(settings.operators),
    )


def _outbox(settings: Settings, clock: Clock) -> Outbox | None:
    if settings.smtp_url is None or settings.smtp_from is None:
        return None
    from tutor_server.mail.outbox import Outbox  # noqa: PLC0415 - a service without mail need not load the mail client
    from tutor_server.mail.server import MailServer  # noqa: PLC0415 - a service without mail need not load the mail client

    return Outbox(MailServer.parse(settings.smtp_url.get_secret_value()), settings.smtp_from, clock)
