"""The steps before serving: check the settings, create the data folder, bring the database up to date."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from tutor_server.errors import DatabaseUnavailable, SettingsError
from tutor_server.hosts import is_loopback
from tutor_server.identity.registration import UNCONFIRMED_DOMAINS
from tutor_server.settings import must_be_set
from tutor_server.storage.accounts import has_accounts
from tutor_server.storage.database import open_database
from tutor_server.storage.migrations import NewerSchema, is_at_head, upgrade

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger

    from tutor_server.settings import Settings
    from tutor_server.storage.database import Database

log: FilteringBoundLogger = structlog.get_logger()

DATABASE_FAILURES = (DatabaseUnavailable, DBAPIError)
"""Exceptions raised if the database is unavailable, rejects the credentials, does not exist, or is corrupt."""

NEWER_SCHEMA = "the database is of a newer version of Ask Tutor: install that, or restore a back-up from before it"


class StartRefused(Exception):
    """The service cannot start; the message is one line for the operator."""


def require_safe_host(settings: Settings, host: str) -> None:
    """Refuse settings that would open the service to others by accident. Raises `SettingsError`."""
    if problem := settings.registration_problem():
        raise SettingsError(problem)
    if is_loopback(host):
        return
    for name, value in (("TUTOR_REGISTRATION", settings.registration), ("TUTOR_JWT_SECRET", settings.jwt_secret)):
        if value is None:
            raise SettingsError(must_be_set(name, f"it listens on {host}"))
    if settings.oidc_issuer is not None and settings.public_url is None:
        raise SettingsError(must_be_set("TUTOR_PUBLIC_URL", f"single sign-on leads back to it, it listens on {host}"))
    if settings.smtp_url is not None and settings.public_url is None:
        raise SettingsError(must_be_set("TUTOR_PUBLIC_URL", f"it mails links, listens on {host}"))


def prepare_data_dir(settings: Settings) -> None:
    """Create the data folder, accessible by this user alone. Raises `SettingsError`."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"TUTOR_DATA_DIR: cannot make {settings.data_dir}: {error.strerror}") from error
    if not os.access(settings.data_dir, os.W_OK | os.X_OK):
        raise SettingsError(f"TUTOR_DATA_DIR: {settings.data_dir} is not writable")


async def require_confirmed_domains(settings: Settings, database: Database) -> None:
    """Raise `SettingsError` if e-mail domains may register but no mail is set up: anybody could invent addresses.

    If the database already holds accounts, the service starts with a warning, and registration stays closed until mail
    is set up.
    """
    if settings.smtp_url is not None or not (settings.registration or "").startswith("domains:"):
        return
    if not await database.read(has_accounts):
        raise SettingsError(f"TUTOR_REGISTRATION: {UNCONFIRMED_DOMAINS}")
    log.warning("registration_closed", reason=f"TUTOR_REGISTRATION: {UNCONFIRMED_DOMAINS}")


async def migrate(settings: Settings) -> None:
    """Migrate the database to the newest schema. Raises `StartRefused` or `SettingsError`."""
    prepare_data_dir(settings)
    database = open_database(settings.effective_database_url)
    try:
        await database.commit(upgrade)
        with suppress(SettingsError):  # The service reports a missing mail server when it starts.
            await require_confirmed_domains(settings, database)
    except DATABASE_FAILURES as error:
        raise StartRefused(f"{database_problem(error)}; check TUTOR_DATABASE_URL") from error
    except NewerSchema as error:
        raise StartRefused(NEWER_SCHEMA) from error
    finally:
        await database.close()


def database_problem(error: DatabaseUnavailable | DBAPIError) -> str:
    """Return a line that tells the operator why the database cannot be used."""
    cause = error.__cause__ if isinstance(error, DatabaseUnavailable) else error
    reason = cause.orig if isinstance(cause, DBAPIError) else cause
    return f"the database cannot be used: {str(reason).rpartition('>: ')[2]}"


async def bring_up_to_date(database: Database) -> None:
    """Apply pending migrations to SQLite. Raises `StartRefused` if another database has pending ones."""
    try:
        if await database.read(is_at_head):
            return
        if database.engine.dialect.name != "sqlite":
            raise StartRefused("the database is not at the newest schema: run `tutor-server migrate` first")
        await database.commit(upgrade)
    except DATABASE_FAILURES as error:
        raise StartRefused(f"{database_problem(error)}; check TUTOR_DATABASE_URL") from error
    except NewerSchema as error:
        raise StartRefused(NEWER_SCHEMA) from error
    log.info("migrated")


def announce(address: str) -> None:
    """Print the address of the service to stderr."""
    print(f"listening on {address}", file=sys.stderr, flush=True)  # noqa: T201 - the contract requires this line on stderr
