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

MAX_STORED_CODE_BYTES = 64 * 1024
"""What is kept of the unit that an ask is about; a day's asks of the longest code would fill a disk."""
MAX_ANSWER_CHARACTERS = 64 * 1024
"""What an answer may have, whoever speaks: a thousand times what a hint needs."""


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
    finishing: float = 10
    """For so long the answers under way may go on once the service stops."""


@dataclass(frozen=True, slots=True)
class FrameRate:
    """What one user may send over the chat socket, by all connections to one process together.

    Each is a token bucket: so much at once, and so much a second in the long run. The values are those of 20 messages
    a minute. An editor sends 2 or 3 frames a question, a `resume` for each running answer after a lost connection and a
    ping every 10 seconds: three windows that resume 40 answers each send 120 frames at once, and a student at the limit
    of messages sends 1 frame a second. A frame of the largest size with every message is 20 MiB a minute.
    """

    frames: float = 1_200
    frames_per_second: float = 10
    bytes: float = 64 * 1024 * 1024
    bytes_per_second: float = 1024 * 1024
    connection: float = 5
    """Frames that opening a connection counts as: it costs the service as much."""
    shut_out: float = 10
    """Seconds in which a user who went past the rate opens no connection."""

    @classmethod
    def allowing(cls, messages_per_minute: int) -> FrameRate:
        """Return the rate of an installation: it grows with the limit of messages, and stays 6 times as high."""
        usual, factor = cls(), max(1.0, messages_per_minute / 100)
        return cls(
            frames=usual.frames * factor,
            frames_per_second=usual.frames_per_second * factor,
            bytes=usual.bytes * factor,
            bytes_per_second=usual.bytes_per_second * factor,
        )


@dataclass(frozen=True, slots=True)
class Leases:
    """Seconds by which a dead process is told from a living one. Tests pass shorter ones; the service runs with these.

    A ledger row or a connection slot outlives the last renewal by its process for `lasts`. What has run out is given
    back within another `sweep`.
    """

    lasts: float = 30
    renewal: float = 10
    sweep: float = 10
