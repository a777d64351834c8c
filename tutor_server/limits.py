"""The fixed values of the public contract: lifetimes, deadlines and sizes. Values for operators are in settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)

DEVICE_CODE_LIFETIME = timedelta(minutes=10)
DEVICE_POLL_SECONDS = 5
"""Least seconds between two polls of a device that waits to be signed in (RFC 8628 §3.5)."""

WINDOW_SECONDS = 60
"""Width in seconds of the sliding windows over messages and provider calls."""

SPENDING_SECONDS = 60
"""Seconds after which the limiter reads again how much is spent."""

MAX_BODY_BYTES = 1024 * 1024

MAX_STORED_CODE_BYTES = 64 * 1024
"""Largest stored code of one ask; a day's asks with the longest code would otherwise fill a disk."""
MAX_ANSWER_CHARACTERS = 64 * 1024
"""Longest answer, of any provider: a thousand times what a hint needs."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that the stages of an answer or a request may take. Tests pass shorter ones; the service uses these."""

    first_content: float = 15
    between_contents: float = 20
    whole_answer: float = 120
    slow_reader: float = 10
    grace: float = 30
    request_head: float = 8
    """From the first byte to the last, and the limit for a client that sends nothing. Both end after 10 seconds."""
    request_body: float = 8
    idle: float = 75
    """Between two requests on one connection; longer than reverse proxies keep theirs, so that they close first."""
    database: float = 10
    """One unit of reading or writing on PostgreSQL."""
    finishing: float = 10
    """How long the answers under way may continue once the service stops."""


@dataclass(frozen=True, slots=True)
class FrameRate:
    """What one user may send over the chat socket, through all connections to one process together.

    Each value is a token bucket: a burst, and a rate per second. The values suit 20 messages a minute. An editor sends
    2 or 3 frames for a question, a `resume` for each running answer after a lost connection, and a ping every 10
    seconds. Three windows that resume 40 answers each send 120 frames at once; a student at the limit of messages sends
    1 frame a second. A frame of the largest size with every message is 20 MiB a minute.
    """

    frames: float = 1_200
    frames_per_second: float = 10
    bytes: float = 64 * 1024 * 1024
    bytes_per_second: float = 1024 * 1024
    connection: float = 5
    """Frames that opening a connection counts as: it costs the service as much."""
    shut_out: float = 10
    """Seconds during which a user who exceeded the rate cannot open a connection."""

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
    """Seconds after which a process counts as dead. Tests pass shorter ones; the service uses these.

    A ledger row or a connection slot expires `lasts` after its process last renewed it. The sweep releases expired ones
    within another `sweep`.
    """

    lasts: float = 30
    renewal: float = 10
    sweep: float = 10
