"""Migrates a database to the newest schema, and checks whether it has it. The scripts ship in the wheel."""

# ruff: noqa: PLC0415 - importing Alembic takes 0.1 s and 5 MB, which an up-to-date database does not need

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


class NewerSchema(Exception):
    """The database has a newer schema than this version of the service supports."""


_PACKAGE = Path(__file__).resolve().parents[1]
_SCRIPTS = installed if (installed := _PACKAGE / "migrations").is_dir() else _PACKAGE.parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))
"""Alembic's table that holds the current revision."""


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply the pending migrations up to a revision. Raise `NewerSchema`."""
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(_config(connection), revision)
    except CommandError as error:  # This version does not know the database's current revision.
        raise NewerSchema from error


def downgrade(connection: Connection, revision: str) -> None:
    """Undo migrations down to a revision (`base`: all of them)."""
    from alembic import command

    command.downgrade(_config(connection), revision)


def is_at_head(connection: Connection) -> bool:
    """Return whether no migration is pending."""
    if not inspect(connection).has_table(_VERSION.name):
        return False
    return connection.scalars(select(_VERSION.c.version_num)).all() == [_newest()]


def _newest() -> str:
    """Return the last revision. Each script's name begins with its revision, and revisions are numbered in order."""
    return max(script.name.partition("_")[0] for script in (_SCRIPTS / "versions").glob("*_*.py"))
