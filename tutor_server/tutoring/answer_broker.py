"""Answers over several processes: each is a stream in Redis that the others can follow, and can have stopped.

The database stays the truth of how an ask ended; the stream carries what is on its way. Where Redis is away, a
follower waits for the end in the database.
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

from tutor_protocol import Accepted, Delta, encode
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
"""How long a stream outlives its last frame; afterwards the database alone knows the answer."""
LOOK_SECONDS = 1.0
"""How often a follower that hears nothing looks whether the ask has ended."""
READER_SECONDS = 0.5
"""How often a follower says that it still has a reader."""
BLOCK_MILLISECONDS = 50
"""How long one read of all followed streams waits; a new follower waits as long at the most."""
LISTEN_SECONDS = 0.5
PAUSE_SECONDS = 1.0
_CANCEL = "tutor:cancel"
_AWAY = (RedisError, OSError)


@dataclass(slots=True, eq=False)
class _Follower:
    """One who follows a stream: where it is in it, and what has come since."""

    key: str
    last_id: str = "0-0"
    frames: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)


class AnswerBroker:
    """The answers of all processes. `write_for_ever`, `read_for_ever` and `listen_for_ever` run beside the service."""

    def __init__(self, redis: Redis, database: Database, deadlines: Deadlines) -> None:
        self._redis = redis
        self._database = database
        self._grace = deadlines.grace
        self._unwritten: asyncio.Queue[tuple[str, FromService]] = asyncio.Queue()
        self._followers: set[_Follower] = set()
        self._somebody_follows = asyncio.Event()
        self._stop: Callable[[UUID, UUID], object] = lambda _user, _request: None

    def publisher(self, user_id: UUID, request_id: UUID) -> Callable[[FromService], None]:
        """Take frames for the others; see `Replicas.publisher`."""
        key = _stream(user_id, request_id)
        return lambda frame: self._unwritten.put_nowait((key, frame))

    def subscribe(self, stop: Callable[[UUID, UUID], object]) -> None:
        """Name what stops an answer; see `Replicas.subscribe`."""
        self._stop = stop

    async def cancel(self, user_id: UUID, request_id: UUID) -> None:
        """Publish the cancel to all processes; see `Replicas.cancel`."""
        with suppress(*_AWAY):  # then the student presses again, or the answer comes to its end
            await self._redis.publish(_CANCEL, f"{user_id} {request_id}")

    async def seconds_of_readers(self, user_id: UUID, request_id: UUID) -> float:
        """Look at what followers said last; see `Replicas.seconds_of_readers`."""
        try:
            return max(0, await self._redis.pttl(_readers(user_id, request_id))) / 1000
        except _AWAY:
            return 0.0

    async def follow(self, user_id: UUID, stored: StoredAsk, answer: Answer) -> None:
        """Follow the stream, and the database where nothing comes; see `Replicas.follow`."""
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
                elif frame["type"] not in {Delta.TYPE, Accepted.TYPE}:
                    await self._look(user_id, answer)
        finally:
            reading.cancel()
            self._followers.discard(follower)

    async def write_for_ever(self) -> None:
        """Write what this process's answers release, in as few round trips as it takes."""
        while True:
            frames = [await self._unwritten.get()]
            while not self._unwritten.empty():
                frames.append(self._unwritten.get_nowait())
            try:
                async with self._redis.pipeline(transaction=False) as pipeline:
                    for key, frame in frames:
                        if isinstance(frame, Accepted):
                            pipeline.delete(key)  # of an attempt that gave nothing
                        pipeline.xadd(key, {"frame": encode(frame)})
                        pipeline.expire(key, STREAM_SECONDS)
                    await pipeline.execute()
            except _AWAY:
                log.warning("answers_not_relayed", reason="redis unavailable")

    async def read_for_ever(self) -> None:
        """Read every followed stream over one connection, and hand the frames out."""
        while True:
            if not self._followers:
                self._somebody_follows.clear()
                await self._somebody_follows.wait()
            places: dict[Any, Any] = {}  # the client's types know no plain dict of strings
            for follower in self._followers:  # two that follow one stream: from where the one is that is behind
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
        """Stop answers of this process that another one was told to cancel."""
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
        """End `answer` as the database says, once it does: the sweep ends there what has lost its process."""
        latest = await self._database.read(lambda connection: find_ask(connection, user_id, answer.request_id))
        if latest is not None and not latest.is_running:
            replay(latest, answer)

    async def _say_that_it_is_read(self, user_id: UUID, answer: Answer) -> None:
        """Keep the answer from being abandoned while it has a reader here, and for the grace period after."""
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
