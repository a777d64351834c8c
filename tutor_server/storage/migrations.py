"""Bringing a database to the newest schema, and telling whether it is there. The scripts ship in the wheel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

if TYPE_CHECKING:
    from sqlalchemy import Connection


class NewerSchema(Exception):
    """The database is at a schema that this version does not know."""


_PACKAGE = Path(__file__).resolve().parents[1]


def _config(connection: Connection | None = None) -> Config:
    installed = _PACKAGE / "migrations"
    config = Config()
    config.set_main_option("script_location", str(installed if installed.is_dir() else _PACKAGE.parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Apply what is pending up to a revision. Raises `NewerSchema`."""
    try:
        command.upgrade(_config(connection), revision)
    except CommandError as error:  # where it stands is none of the revisions here
        raise NewerSchema from error


def downgrade(connection: Connection, revision: str) -> None:
    """Take migrations back down to a revision (`base`: all)."""
    command.downgrade(_config(connection), revision)


def is_at_head(connection: Connection) -> bool:
    """Tell whether nothing is pending."""
    heads = set(ScriptDirectory.from_config(_config()).get_heads())
    return set(MigrationContext.configure(connection).get_current_heads()) == heads
