"""The fixed values of the public contract: lifetimes, deadlines and sizes; of deadlines, the defaults too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
REFRESH_TOKEN_LIFETIME = timedelta(days=30)

DEVICE_CODE_LIFETIME = timedelta(minutes=10)
DEVICE_POLL_SECONDS = 5
"""The minimum number of seconds between two polls of a device that waits to be signed in (RFC 8628 §3.5)."""

WINDOW_SECONDS = 60
"""The length in seconds of the sliding windows that limit messages and provider calls."""

SPENDING_SECONDS = 60
"""Seconds after which the limiter reads the amount spent from the database again."""

MAX_BODY_BYTES = 1024 * 1024

MAX_STORED_CODE_BYTES = 64 * 1024
"""The maximum number of bytes of code that are stored for one ask, so that a day's asks cannot fill a disk."""
MAX_ANSWER_CHARACTERS = 64 * 1024
"""The maximum number of characters of an answer from any provider: a thousand times what a hint needs."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that each stage of an answer or a request may take. Tests pass shorter times than these defaults.

    The operator sets the first three.
    """

    first_content: float = 15
    between_contents: float = 20
    whole_answer: float = 120
    pings: float = 30
    """Seconds to which pings and comments of a provider put off the first content at most."""
    slow_reader: float = 10
    grace: float = 30
    request_head: float = 8
    """Seconds from the first byte of a request's head to the last, or from the connection's start if nothing is sent.

    Including a random addition and late timers, such connections are closed within 10 seconds.
    """
    request_body: float = 8
    idle: float = 75
    """The idle timeout in seconds between two requests on one connection. Those of reverse proxies are shorter."""
    database: float = 10
    """Seconds that one read or write unit may take on PostgreSQL."""
    finishing: float = 10
    """Seconds that answers under way may continue after the service was told to stop."""


@dataclass(frozen=True, slots=True)
class FrameRate:
    """The rate limit of one user's frames on the chat socket, over all of the user's connections to one process.

    Frames and bytes each have a token bucket with a burst and a rate per second. The defaults suit 20 messages a
    minute. An editor sends 2 or 3 frames for a question, a `resume` for each running answer after a lost connection,
    and a ping every 10 seconds. Three windows that resume 40 answers each send 120 frames at once. A student at the
    message limit sends 1 frame a second. A frame of the maximum size with every message makes 20 MiB a minute.
    """

    frames: float = 1_200
    frames_per_second: float = 10
    bytes: float = 64 * 1024 * 1024
    bytes_per_second: float = 1024 * 1024
    connection: float = 5
    """The number of frames that opening a connection counts as, since it costs the service as much."""
    shut_out: float = 10
    """Seconds for which a user who exceeded the rate limit cannot open a connection."""

    @classmethod
    def allowing(cls, messages_per_minute: int) -> FrameRate:
        """Return the frame rate for a message limit. It grows with that limit and stays at least 6 times as high."""
        usual, factor = cls(), max(1.0, messages_per_minute / 100)
        return cls(
            frames=usual.frames * factor,
            frames_per_second=usual.frames_per_second * factor,
            bytes=usual.bytes * factor,
            bytes_per_second=usual.bytes_per_second * factor,
        )


@dataclass(frozen=True, slots=True)
class Leases:
    """The times of leases, in seconds: a process that does not renew its leases counts as dead.

    A ledger row or a connection slot expires `lasts` seconds after its process last renewed it. The sweep then releases
    it within `sweep` more seconds. The service uses the defaults; tests pass shorter times.
    """

    lasts: float = 30
    renewal: float = 10
    sweep: float = 10
