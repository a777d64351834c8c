"""Classification of database errors: unavailable, transaction undone by a conflict, or a wrong statement."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

UNAVAILABLE_CLASSES = frozenset({"08", "53", "55", "57", "58"})
"""The SQLSTATE classes of an unavailable database: connection, resources (disk full), locks, shutdown, system.

See PostgreSQL's documentation, Appendix A.
"""
READ_ONLY = "25006"
"""The SQLSTATE of a write to a server that became a standby and accepts no writes."""
LOST_AGAINST_ANOTHER = frozenset({"40001", "40P01"})
"""The SQLSTATEs of a serialization failure and a deadlock: the transaction may succeed if it is run again."""


def is_unavailability(error: BaseException) -> bool:
    """Return whether an error means that the database is unavailable, locked, full, read-only or lost a conflict."""
    if isinstance(error, DBAPIError):
        state = _sqlstate(error)
        return (
            isinstance(error, OperationalError | InterfaceError)
            or error.connection_invalidated
            or state[:2] in UNAVAILABLE_CLASSES
            or state == READ_ONLY
            or state in LOST_AGAINST_ANOTHER
        )
    return isinstance(error, PoolTimeoutError | OSError)


def lost_against_another(error: DBAPIError) -> bool:
    """Return whether PostgreSQL undid a transaction because of a conflict with another one."""
    return _sqlstate(error) in LOST_AGAINST_ANOTHER


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
