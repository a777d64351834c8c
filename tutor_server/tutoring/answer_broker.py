"""Shares answers between processes: each answer is a Redis stream that other processes can follow or cancel.

The database remains authoritative about how an ask ended; the stream carries only the frames in between. If Redis is
unavailable, a follower waits until the database has the end.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import structlog
from redis.exceptions import RedisError

from tutor_protocol import Accepted, Delta, Queued, encode
from tutor_server.storage.asks import find_ask
from tutor_server.tutoring.replay import accepted_of, replay

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis
    from structlog.typing import FilteringBoundLogger

    from tutor_protocol import FromService
    from tutor_server.limits import Deadlines
    from tutor_server.storage.asks import StoredAsk
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.answer import Answer

log: FilteringBoundLogger = structlog.get_logger()

STREAM_SECONDS = 600
"""Seconds for which a stream is kept after its last frame; then only the database has the answer."""
LOOK_SECONDS = 1.0
"""Seconds without a frame after which a follower checks in the database whether the ask has ended."""
READER_SECONDS = 0.5
"""Seconds between two signals by which a follower shows that it still has a reader."""
BLOCK_MILLISECONDS = 50
"""Milliseconds for which one read of all followed streams blocks. A new follower waits at most this long."""
LISTEN_SECONDS = 0.5
PAUSE_SECONDS = 1.0
_CANCEL = "tutor:cancel"
_AWAY = (RedisError, OSError)


@dataclass(slots=True, eq=False)
class _Follower:
    """A follower of a stream: its position, and the frames that it has not handled yet."""

    key: str
    last_id: str = "0-0"
    frames: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)


class AnswerBroker:
    """Shares the answers of all processes over Redis.

    `write_for_ever`, `read_for_ever` and `listen_for_ever` run as background tasks of the service.
    """

    def __init__(self, redis: Redis, database: Database, deadlines: Deadlines) -> None:
        self._redis = redis
        self._database = database
        self._grace = deadlines.grace
        self._unwritten: asyncio.Queue[tuple[str, FromService]] = asyncio.Queue()
        self._followers: set[_Follower] = set()
        self._somebody_follows = asyncio.Event()
        self._stop: Callable[[UUID, UUID], object] = lambda _user, _request: None

    def publisher(self, user_id: UUID, request_id: UUID) -> Callable[[FromService], None]:
        """Return a function that queues frames for the other processes (see `Replicas.publisher`)."""
        key = _stream(user_id, request_id)
        return lambda frame: self._unwritten.put_nowait((key, frame))

    def subscribe(self, stop: Callable[[UUID, UUID], object]) -> None:
        """Register the function that stops an answer (see `Replicas.subscribe`)."""
        self._stop = stop

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Publish the cancellation to all processes (see `Replicas.cancel`)."""
        # A lost cancellation is harmless: the student can cancel again, or the answer ends by itself.
        with suppress(*_AWAY):
            await self._redis.publish(_CANCEL, f"{user_id} {request_id}")

    async def seconds_of_readers(self, user_id: UUID, request_id: UUID) -> float:
        """Return how long the last signal of a follower stays valid (see `Replicas.seconds_of_readers`)."""
        try:
            return max(0, await self._redis.pttl(_readers(user_id, request_id))) / 1000
        except _AWAY:
            return 0.0

    async def follow(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Follow the stream, and check the database if no frame comes (see `Replicas.follow`)."""
        answer.accept(accepted_of(stored, answer.request_id))
        follower = _Follower(_stream(user_id, answer.request_id))
        self._followers.add(follower)
        self._somebody_follows.set()
        reading = asyncio.create_task(self._say_that_it_is_read(user_id, answer))
        try:
            while not answer.is_over:
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        frame = await follower.frames.get()
                except TimeoutError:
                    await self._look(user_id, answer)
                    continue
                if frame["type"] == Delta.TYPE and frame["seq"] == answer.next_seq:
                    answer.release(frame["content"])
                elif frame["type"] == Queued.TYPE:
                    answer.queue(frame["place"])
                elif frame["type"] not in {Delta.TYPE, Accepted.TYPE}:
                    await self._look(user_id, answer)
        finally:
            reading.cancel()
            self._followers.discard(follower)

    async def write_for_ever(self) -> None:
        """Write the queued frames of this process's answers to Redis, all in one round trip."""
        while True:
            frames = [await self._unwritten.get()]
            while not self._unwritten.empty():
                frames.append(self._unwritten.get_nowait())
            try:
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for key, frame in frames:
                        if isinstance(frame, Accepted):
                            # Delete the frames of an earlier attempt, if it failed before any text.
                            pipeline.delete(key)
                        pipeline.xadd(key, {"frame": encode(frame)})
                        pipeline.expire(key, STREAM_SECONDS)
                    await pipeline.execute()
            except _AWAY:
                log.warning("answers_not_relayed", reason="redis unavailable")

    async def read_for_ever(self) -> None:
        """Read all followed streams over one connection, and pass the frames to their followers."""
        while True:
            if not self._followers:
                self._somebody_follows.clear()
                await self._somebody_follows.wait()
            places: dict[Any, Any] = {}  # The client's type hints do not accept a dict of strings.
            for follower in self._followers:  # If two followers share a stream, it is read from the earlier position.
                places[follower.key] = min(places.get(follower.key, follower.last_id), follower.last_id, key=_place)
            try:
                streams: Any = await self._redis.xread(places, block=BLOCK_MILLISECONDS)
            except _AWAY:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            for key, entries in streams:
                for follower in [follower for follower in self._followers if follower.key == key]:
                    for entry_id, content in entries:
                        if _place(entry_id) > _place(follower.last_id):
                            follower.last_id = entry_id
                            follower.frames.put_nowait(orjson.loads(content["frame"]))

    async def listen_for_ever(self) -> None:
        """Stop this process's answers for which another process publishes a cancellation."""
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(_CANCEL)
                    while True:
                        message = await channel.get_message(ignore_subscribe_messages=True, timeout=LISTEN_SECONDS)
                        if message is not None:
                            user_id, _, request_id = str(message["data"]).partition(" ")
                            self._stop(UUID(user_id), UUID(request_id))
            except _AWAY:
                await asyncio.sleep(PAUSE_SECONDS)

    async def _look(self, user_id: UUID, answer: Answer) -> None:
        """End `answer` once its ask has ended in the database, where the sweep ends the asks of dead processes."""
        latest = await self._database.read(lambda connection: find_ask(connection, user_id, answer.request_id))
        if latest is not None and not latest.is_running:
            replay(latest, answer)

    async def _say_that_it_is_read(self, user_id: UUID, answer: Answer) -> None:
        """Signal that the answer has a reader here. The signal prevents abandonment and lasts for the grace period."""
        key = _readers(user_id, answer.request_id)
        while True:
            if answer.has_readers:
                with suppress(*_AWAY):
                    await self._redis.set(key, 1, px=round(self._grace * 1000))
            await asyncio.sleep(READER_SECONDS)


def _stream(user_id: UUID, request_id: UUID) -> str:
    return f"tutor:answer:{user_id}:{request_id}"


def _readers(user_id: UUID, request_id: UUID) -> str:
    return f"tutor:readers:{user_id}:{request_id}"


def _place(entry_id: str) -> tuple[int, int]:
    milliseconds, _, number = entry_id.partition("-")
    return int(milliseconds), int(number)
