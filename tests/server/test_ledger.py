"""The ledger of provider calls on SQLite and PostgreSQL: leases, sweeps, and sums that always equal the rows."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, func, insert, select, update

from testing.clock import HeldClock
from tutor_pedagogy.conversation.snapshot import Snapshot
from tutor_pedagogy.ladder.levels import StudentLevels
from tutor_pedagogy.ladder.policy import Ladder
from tutor_server.admission.in_process import InProcessLimiter
from tutor_server.admission.limiter import Limits
from tutor_server.ledger.calls import Ledger
from tutor_server.ledger.lease_keeper import LeaseKeeper
from tutor_server.limits import Leases
from tutor_server.storage.accounts import Account, add_account
from tutor_server.storage.asks import NewAsk, open_ask
from tutor_server.storage.daily_usage import count_message, messages_on
from tutor_server.storage.database import Database, open_database
from tutor_server.storage.ledger import (
    NewCall,
    SettledCall,
    close_unsent,
    insert_call,
    renew_leases,
    settle_call,
    sweep_expired,
)
from tutor_server.storage.migrations import upgrade
from tutor_server.storage.models import Ask, LearningModule, ModelCall, Problem, UsageRollup
from tutor_server.storage.problems import place_ask
from tutor_server.storage.usage import add_usage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LEASE = timedelta(seconds=30)
SUBJECT = "subject-of-ada"
PROMPT, LONGEST = 1000, 800
RESERVED = 28_000
ON_POSTGRES = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
"""The mark of tests that need several processes or writers, which SQLite does not support."""


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Yield a database of each kind in turn, with the newest schema."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'tutor.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres_server").database()
    opened = open_database(url)
    await opened.commit(upgrade)
    yield opened
    await opened.close()


@dataclass
class Books:
    """A ledger with one student, and the statements that several tests use. Times are those of the database's clock."""

    database: Database
    clock: HeldClock
    user_id: UUID = field(default_factory=uuid4)

    async def now(self) -> datetime:
        """Return the time of the database's clock, by which leases expire."""
        if self.database.engine.dialect.name == "sqlite":
            return self.clock.now()
        return await self.database.read(lambda connection: connection.scalars(select(func.now())).one())

    async def open(self, *, state: str = "sent", lease: timedelta = LEASE, reserved: int | None = RESERVED) -> UUID:
        """Open an ask with one call, as the service does; return the call's id."""
        call_id = uuid4()

        def write(connection: Connection) -> None:
            assert count_message(connection, SUBJECT, self.today, 100)
            placed = place_ask(
                connection,
                new_id=uuid4(),
                user_id=self.user_id,
                snapshot=Snapshot(fingerprint="f", shape="f", unit="u"),
                run_id=None,
                policy=Ladder.CODE,
                bound=5,
                now=self.clock.now(),
            )
            ask_id = open_ask(
                connection,
                NewAsk(
                    id=uuid4(),
                    user_id=self.user_id,
                    request_id=uuid4(),
                    digest=b"d" * 32,
                    session_id=uuid4(),
                    begins_session=True,
                    session_type="editor",
                    module_id=None,
                    raised=placed.raised,
                    max_hint_level=5,
                    error_type="none",
                    purpose="check",
                    change="none",
                    follow_up_to=None,
                    remaining_today=99,
                    day=self.today,
                    owner="o",
                    question="Why?",
                    code="1",
                    created_at=self.clock.now(),
                ),
            )
            assert ask_id is not None
            call = NewCall(
                id=call_id,
                ask_id=ask_id,
                user_id=self.user_id,
                provider="anthropic",
                model="claude-sonnet-5-5",
                state=state,
                owner="o",
                created_at=self.clock.now(),
                input_tokens=PROMPT,
                output_tokens=LONGEST,
                reserved_nanodollars=reserved,
            )
            insert_call(connection, call, lease=lease)

        await self.database.commit(write)
        return call_id

    async def settle(self, call_id: UUID, *, cost: int | None = 700) -> None:
        """Settle a call."""
        outcome = SettledCall(
            id=call_id,
            provider="anthropic",
            model="claude-sonnet-5-5",
            settled_at=self.clock.now(),
            input_tokens=50,
            cache_read_tokens=0,
            cache_write_tokens=0,
            output_tokens=60,
            cost_nanodollars=cost,
            is_estimated=False,
            outcome="completed",
            latency_ms=10,
            first_content_ms=5,
        )

        def write(connection: Connection) -> None:
            change = settle_call(connection, outcome)
            add_usage(connection, [] if change is None else [change])

        await self.database.commit(write)

    async def sweep(self) -> None:
        """Run a sweep, as another process would."""
        await LeaseKeeper(self.ledger()).sweep()

    def ledger(self, under_way: set[UUID] | None = None) -> Ledger:
        """Return the ledger as another process would open it."""

        async def messages(subject: str, day: date) -> int:
            return await self.database.read(lambda connection: messages_on(connection, subject, day))

        limits = Limits(messages_per_minute=20, daily_messages=100, llm_calls_per_minute=200)
        return Ledger(
            database=self.database,
            limiter=InProcessLimiter(limits, self.clock, messages),
            clock=self.clock,
            new_id=uuid4,
            owner="another",
            price=lambda *_: None,
            leases=Leases(),
            under_way=under_way or set(),
        )

    @property
    def today(self) -> date:
        """Return the current UTC day."""
        return self.clock.now().date()

    async def state(self, call_id: UUID) -> str:
        """Return the state of a call's row."""
        query = select(ModelCall.state).where(ModelCall.id == call_id)
        return await self.database.read(lambda connection: connection.scalars(query).one())

    async def sums(self) -> tuple[int, ...]:
        """Return the usage endpoint's sums: calls, tokens in and out, cost, and unpriced calls."""

        def read(connection: Connection) -> tuple[int, ...]:
            row = connection.execute(
                select(
                    UsageRollup.calls,
                    UsageRollup.input_tokens,
                    UsageRollup.output_tokens,
                    UsageRollup.cost_nanodollars,
                    UsageRollup.unpriced_calls,
                )
            ).first()
            return (0, 0, 0, 0, 0) if row is None else tuple(row)

        return await self.database.read(read)

    async def student(self) -> tuple[int, int, list[Any]]:
        """Return the student's daily count, the problem's hint level, and the states of the asks."""

        def read(connection: Connection) -> tuple[int, int, list[Any]]:
            return (
                messages_on(connection, SUBJECT, self.today),
                connection.scalar(select(Problem.hint_level)) or 0,
                [tuple(row) for row in connection.execute(select(Ask.state, Ask.error_code))],
            )

        return await self.database.read(read)


@pytest.fixture
async def books(database: Database) -> Books:
    """Return an empty ledger with one student."""
    made = Books(database, HeldClock(at=datetime.now(UTC)))
    account = Account(made.user_id, "ada@uni.example", SUBJECT, "h", StudentLevels(), made.clock.now())
    await database.commit(lambda connection: add_account(connection, account))
    return made


async def expired(books: Books, **fields: Any) -> UUID:
    """Open a call whose lease has expired."""
    return await books.open(lease=timedelta(seconds=-1), **fields)


async def test_l1_a_dead_process_is_billed_what_it_reserved(books: Books) -> None:
    """L1: a sent call of a dead process is billed at its reserved cost, as an estimate, and its ask is given back."""
    call_id = await expired(books)

    await books.sweep()

    assert await books.state(call_id) == "swept"
    assert await books.sums() == (1, PROMPT, LONGEST, RESERVED, 0)
    assert await books.student() == (0, 0, [("failed", "ANSWER_INTERRUPTED")])


async def test_l1_a_call_that_never_left_costs_nothing(books: Books) -> None:
    """L1: a call that a dead process had only reserved is closed as unsent, and not billed."""
    call_id = await expired(books, state="reserved")

    await books.sweep()

    assert await books.state(call_id) == "unsent"
    assert await books.sums() == (0, 0, 0, 0, 0)
    assert await books.student() == (0, 0, [("failed", "ANSWER_INTERRUPTED")])


async def test_l1_a_sweep_counts_each_row_once(books: Books) -> None:
    """L1: several simultaneous and repeated sweeps close each row only once."""
    for _ in range(20):
        await expired(books)

    await asyncio.gather(*(books.sweep() for _ in range(4)))
    await books.sweep()

    assert await books.sums() == (20, 20 * PROMPT, 20 * LONGEST, 20 * RESERVED, 0)
    count, level, asks = await books.student()
    assert (count, level, set(asks)) == (0, 0, {("failed", "ANSWER_INTERRUPTED")})


async def test_l1_a_live_row_is_not_swept(books: Books) -> None:
    """L1: no process sweeps a row whose lease is still valid."""
    call_id = await books.open()

    await books.sweep()

    assert await books.state(call_id) == "sent"
    assert (await books.student())[2] == [("running", None)]


async def test_l1_a_process_renews_its_own_before_it_sweeps(books: Books) -> None:
    """L1: after a long outage of the database, a process renews its own leases before it sweeps."""
    mine, not_mine = await expired(books), await expired(books)
    keeper = LeaseKeeper(books.ledger({mine}))

    await keeper.renew()
    await keeper.sweep()

    assert (await books.state(mine), await books.state(not_mine)) == ("sent", "swept")


@ON_POSTGRES
async def test_l1_clocks_of_machines_that_are_apart_sweep_nothing_that_lives(books: Books) -> None:
    """L1: leases use the database's clock, so that a process whose clock is two minutes fast sweeps no live rows."""
    call_id = await books.open()
    books.clock.seconds = 120

    await books.sweep()

    assert await books.state(call_id) == "sent"


async def test_l1_a_call_swept_by_mistake_gets_its_true_figures(books: Books) -> None:
    """L1: a call that was swept by mistake is still settled with its actual usage, and the sums are corrected once."""
    call_id = await expired(books)
    await books.sweep()

    await books.settle(call_id)
    await books.settle(call_id)

    assert await books.state(call_id) == "settled"
    assert await books.sums() == (1, 50, 60, 700, 0)


async def test_l7_the_unpriced_stay_unpriced_through_a_sweep(books: Books) -> None:
    """L7: a swept call without a price is counted as unpriced, until it is settled with a price."""
    call_id = await expired(books, reserved=None)
    await books.sweep()
    swept = await books.sums()

    await books.settle(call_id, cost=700)

    assert swept == (1, PROMPT, LONGEST, 0, 1)
    assert await books.sums() == (1, 50, 60, 700, 0)


async def test_settling_twice_counts_once(books: Books) -> None:
    """A call that is settled twice, for example after a lost confirmation, counts once."""
    call_id = await books.open()

    for _ in range(3):
        await books.settle(call_id)

    assert await books.sums() == (1, 50, 60, 700, 0)


async def test_rows_of_calls_that_were_not_made_are_closed(books: Books) -> None:
    """Calls that were not made are closed as unsent, whether reserved or sent; a missing row is no error."""
    calls = [await books.open(state="reserved"), await books.open(state="sent")]

    await books.database.commit(lambda connection: close_unsent(connection, [*calls, uuid4()]))

    assert [await books.state(call_id) for call_id in calls] == ["unsent", "unsent"]
    assert await books.sums() == (0, 0, 0, 0, 0)


async def test_a_renewed_lease_lasts_from_now_on(books: Books) -> None:
    """A renewed lease is valid from the time of its renewal, and closed rows stay closed."""
    call_id, closed = await expired(books), await books.open()
    await books.settle(closed)

    await books.database.commit(
        lambda connection: renew_leases(connection, [call_id, closed], now=books.clock.now(), lease=LEASE)
    )

    def leases(connection: Connection) -> dict[UUID, datetime | None]:
        rows = connection.execute(select(ModelCall.id, ModelCall.lease_expires_at))
        return {row.id: row.lease_expires_at for row in rows}

    found = await books.database.read(leases)
    ends = found[call_id]
    assert found[closed] is None
    assert ends is not None
    assert abs(ends - (await books.now() + LEASE)) < timedelta(seconds=5)


async def test_a_sweep_goes_on_until_nothing_is_left(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep closes many rows in several transactions of limited size."""
    monkeypatch.setattr("tutor_server.storage.ledger.SWEEP_SIZE", 2)
    for _ in range(5):
        await expired(books)

    first = await books.database.commit(lambda connection: sweep_expired(connection, books.clock.now()))
    await books.sweep()

    assert (len(first.changes), first.is_partial) == (2, True)
    states = await books.database.read(lambda connection: connection.scalars(select(ModelCall.state)).all())
    assert states == ["swept"] * 5


@ON_POSTGRES
async def test_transactions_that_wait_for_each_other_are_run_again(database: Database) -> None:
    """If PostgreSQL aborts one of two deadlocked transactions, its unit of work is run again, and both take effect."""

    def add(connection: Connection, *names: str) -> None:
        for name in names:
            connection.execute(
                update(LearningModule).where(LearningModule.id == name).values(order=LearningModule.order + 1)
            )
            connection.execute(select(func.pg_sleep(0.2)))

    for name in ("a", "b"):
        await database.commit(
            lambda connection, name=name: connection.execute(  # type: ignore[misc] # mypy does not understand the default argument
                insert(LearningModule).values(id=name, title=name, order=0, objectives=[], allowed_names=[])
            )
        )

    await asyncio.gather(
        database.commit(lambda connection: add(connection, "a", "b")),
        database.commit(lambda connection: add(connection, "b", "a")),
    )

    orders = await database.read(lambda connection: connection.scalars(select(LearningModule.order)).all())
    assert orders == [2, 2]
