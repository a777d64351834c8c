"""What an error of a database means: it is away, the transaction lost against another, or our statement is wrong."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

UNAVAILABLE_CLASSES = frozenset({"08", "53", "55", "57", "58"})
"""PostgreSQL's SQLSTATE classes (Appendix A): connection, resources (disk full), locks, operator (shutdown), system."""
READ_ONLY = "25006"
"""A server that became a standby takes no writes."""
LOST_AGAINST_ANOTHER = frozenset({"40001", "40P01"})
"""Serialization failure and deadlock: the transaction was undone, and may well succeed if it is run again."""


def is_unavailability(error: BaseException) -> bool:
    """Tell whether an error says that the database is away, locked, full or read-only, through no fault of ours."""
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
    """Tell whether a transaction was undone for the sake of another."""
    return _sqlstate(error) in LOST_AGAINST_ANOTHER


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
