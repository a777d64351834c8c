"""The state that all processes of the service share: in memory for a single process, else in Redis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_server.admission.call_queue import FairCallQueue
from tutor_server.admission.in_process import InProcessLimiter, InProcessSlots
from tutor_server.admission.in_process_queue import InProcessQueueStore
from tutor_server.admission.limiter import Limits, StoredByCourse
from tutor_server.identity.attempts import InProcessAttempts
from tutor_server.ledger.budgets import budgets_of
from tutor_server.storage.daily_usage import messages_on
from tutor_server.storage.spending import spent_on
from tutor_server.tutoring.replicas import NoReplicas

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping
    from datetime import date
    from uuid import UUID

    from tutor_server.admission.limiter import ConnectionSlots, Limiter
    from tutor_server.admission.queue_store import QueueStore
    from tutor_server.clock import Clock
    from tutor_server.identity.attempts import Attempts
    from tutor_server.limits import Deadlines, Leases
    from tutor_server.settings import Settings
    from tutor_server.storage.database import Database
    from tutor_server.storage.spending import Spent
    from tutor_server.tutoring.replicas import Replicas


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedState:
    """The limits, connection slots, queues of providers, attempt counters, and the answers of other processes.

    `work` must run as background tasks of the service. `close` must be called last.
    """

    limiter: Limiter
    slots: ConnectionSlots
    attempts: Attempts
    replicas: Replicas
    queues: Mapping[str, FairCallQueue]
    """The queue of each provider that answers a limited number of calls at once, by the provider's name."""
    work: tuple[Callable[[], Coroutine[None, None, None]], ...] = ()
    close: Callable[[], Awaitable[object]] | None = None


def shared_state(
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    new_id: Callable[[], UUID],
    leases: Leases,
    deadlines: Deadlines,
) -> SharedState:
    """Build the shared state in Redis if the settings name a Redis URL, else in this process."""
    if settings.redis_url is None:
        return _in_process(settings, database, clock, new_id=new_id, leases=leases)
    return _in_redis(
        settings.redis_url.get_secret_value(),
        settings,
        database,
        clock,
        new_id=new_id,
        leases=leases,
        deadlines=deadlines,
    )


def _in_process(
    settings: Settings, database: Database, clock: Clock, *, new_id: Callable[[], UUID], leases: Leases
) -> SharedState:
    def store(_provider: str, bound: int) -> QueueStore:
        return InProcessQueueStore(bound, settings.llm_queue_seconds, clock)

    return SharedState(
        limiter=InProcessLimiter(
            _limits(settings),
            clock,
            _stored_messages(database),
            _stored_spending(database),
            _stored_by_course(database),
        ),
        slots=InProcessSlots(settings.connections_per_user),
        attempts=InProcessAttempts(clock),
        replicas=NoReplicas(database),
        queues=_queues(settings, store, leases, new_ticket=lambda: new_id().hex),
    )


def _in_redis(
    url: str,
    settings: Settings,
    database: Database,
    clock: Clock,
    *,
    new_id: Callable[[], UUID],
    leases: Leases,
    deadlines: Deadlines,
) -> SharedState:
    # A service of one process need not load the Redis client, so modules that need it are imported only here.
    from tutor_server.admission.redis_access import open_redis  # noqa: PLC0415 - loads the Redis client
    from tutor_server.admission.shared import SharedLimiter, SharedSlots  # noqa: PLC0415 - loads the Redis client
    from tutor_server.admission.shared_queue import SharedQueueStore  # noqa: PLC0415 - loads the Redis client
    from tutor_server.identity.shared_attempts import SharedAttempts  # noqa: PLC0415 - loads the Redis client
    from tutor_server.tutoring.answer_broker import AnswerBroker  # noqa: PLC0415 - loads the Redis client

    def new_mark() -> str:
        return new_id().hex

    redis = open_redis(url)
    broker = AnswerBroker(redis, database, deadlines)
    slots = SharedSlots(redis, settings.connections_per_user, new_mark=new_mark, leases=leases)
    process = new_mark()

    def store(provider: str, bound: int) -> QueueStore:
        longest = settings.llm_queue_seconds
        return SharedQueueStore(redis, provider, bound, longest, process=process, leases=leases)

    queues = _queues(settings, store, leases, new_ticket=lambda: f"{process}:{new_mark()}")

    async def close() -> None:
        for queue in queues.values():
            await queue.close()
        await redis.aclose()

    return SharedState(
        limiter=SharedLimiter(
            redis,
            _limits(settings),
            messages_on=_stored_messages(database),
            spent_on=_stored_spending(database),
            by_course=_stored_by_course(database),
            new_mark=new_mark,
        ),
        slots=slots,
        attempts=SharedAttempts(redis, new_mark=new_mark, own=InProcessAttempts(clock)),
        replicas=broker,
        queues=queues,
        work=(
            slots.renew_for_ever,
            *(queue.renew_for_ever for queue in queues.values()),
            broker.write_for_ever,
            broker.read_for_ever,
            broker.listen_for_ever,
        ),
        close=close,
    )


def _queues(
    settings: Settings, store: Callable[[str, int], QueueStore], leases: Leases, *, new_ticket: Callable[[], str]
) -> Mapping[str, FairCallQueue]:
    return {
        provider: FairCallQueue(
            provider,
            store(provider, bound),
            longest=settings.llm_queue_seconds,
            renewal=leases.renewal,
            new_ticket=new_ticket,
        )
        for provider, bound in settings.call_bounds.items()
    }


def _limits(settings: Settings) -> Limits:
    return Limits(
        messages_per_minute=settings.messages_per_minute,
        daily_messages=settings.daily_message_cap,
        llm_calls_per_minute=settings.llm_calls_per_minute,
        budgets=budgets_of(settings),
    )


def _stored_by_course(database: Database) -> StoredByCourse:
    async def stored_messages(course_id: UUID, subject: str, day: date) -> int:
        return await database.read(lambda connection: messages_on(connection, subject, day, course_id))

    async def stored_spending(course_id: UUID, day: date) -> Spent:
        return await database.read(lambda connection: spent_on(connection, day, course_id))

    return StoredByCourse(messages_on=stored_messages, spent_on=stored_spending)


def _stored_messages(database: Database) -> Callable[[str, date], Awaitable[int]]:
    async def stored_messages(subject: str, day: date) -> int:
        return await database.read(lambda connection: messages_on(connection, subject, day))

    return stored_messages


def _stored_spending(database: Database) -> Callable[[date], Awaitable[Spent]]:
    async def stored_spending(day: date) -> Spent:
        return await database.read(lambda connection: spent_on(connection, day))

    return stored_spending
