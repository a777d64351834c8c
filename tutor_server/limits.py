"""The fixed values of the public contract: lifetimes, deadlines and sizes. What operators change is in settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)

DEVICE_CODE_LIFETIME = timedelta(minutes=10)
DEVICE_POLL_SECONDS = 5
"""Least time between two polls of a device that waits to be signed in (RFC 8628 §3.5)."""

WINDOW_SECONDS = 60
"""Width of the sliding windows over messages and provider calls."""

SPENDING_SECONDS = 60
"""How long the limiter believes its own copy of what is spent."""

MAX_BODY_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that an answer or a request may take in its stages. Tests pass shorter ones; the service has these."""

    first_content: float = 15
    between_contents: float = 20
    whole_answer: float = 120
    slow_reader: float = 10
    grace: float = 30
    request_head: float = 8
    """From the first byte to the last; a client that sends nothing has as long. Both are gone after 10 seconds."""
    request_body: float = 8
    idle: float = 75
    """Between two requests on one connection; longer than reverse proxies keep theirs, so that they close first."""
    database: float = 10
    """One unit of reading or writing on PostgreSQL."""


@dataclass(frozen=True, slots=True)
class Leases:
    """Seconds by which a dead process is told from a living one. Tests pass shorter ones; the service runs with these.

    A ledger row or a connection slot outlives the last renewal by its process for `lasts`. What has run out is given
    back within another `sweep`.
    """

    lasts: float = 30
    renewal: float = 10
    sweep: float = 10
