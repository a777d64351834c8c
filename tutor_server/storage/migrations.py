"""Bringing a database to the newest schema, and telling whether it is there. The scripts ship in the wheel."""

# ruff: noqa: PLC0415 - Alembic takes a tenth of a second and 5 MB, and a database at its newest has no use for it

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import column, inspect, select, table

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection


class NewerSchema(Exception):
    """The database is at a schema that this version does not know."""


_PACKAGE = Path(__file__).resolve().parents[1]
_SCRIPTS = installed if (installed := _PACKAGE / "migrations").is_dir() else _PACKAGE.parent / "migrations"
_VERSION = table("alembic_version", column("version_num"))
"""As Alembic makes it."""


def _config(connection: Connection) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply what is pending up to a revision. Raises `NewerSchema`."""
    from alembic import command
    from alembic.util import CommandError

    try:
        command.upgrade(_config(connection), revision)
    except CommandError as error:  # where it stands is none of the revisions here
        raise NewerSchema from error


def downgrade(connection: Connection, revision: str) -> None:
    """Take migrations back down to a revision (`base`: all)."""
    from alembic import command

    command.downgrade(_config(connection), revision)


def is_at_head(connection: Connection) -> bool:
    """Tell whether nothing is pending."""
    if not inspect(connection).has_table(_VERSION.name):
        return False
    return connection.scalars(select(_VERSION.c.version_num)).all() == [_newest()]


def _newest() -> str:
    """Give the last revision: each script's name begins with its own, and they follow each other by number."""
    return max(script.name.partition("_")[0] for script in (_SCRIPTS / "versions").glob("*_*.py"))
