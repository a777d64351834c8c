"""The quota on connections for each client address, which applies only when file descriptors are scarce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing.clock import HeldClock
from tutor_server.connections.descriptors import COUNT_SECONDS, DescriptorBudget
from tutor_server.connections.quota import ConnectionQuota, Refusal

if TYPE_CHECKING:
    from tutor_server.connections.quota import Place

OTHERS = 50
LIMIT = 600
CAPACITY = 400
"""The maximum number of connections: 600 descriptors, less a quarter as a reserve, less 50 used elsewhere."""
WAITING_ROOM = 37


class Process:
    """A simulated process with its own descriptors and connection quota."""

    def __init__(self) -> None:
        self.clock = HeldClock()
        self.limit = LIMIT
        self.others = OTHERS
        self.connected: dict[Place, None] = {}
        self.evicted: list[Place] = []
        budget = DescriptorBudget(limit=lambda: self.limit, count=self._count, now=self.clock.monotonic)
        self.quota = ConnectionQuota(budget)

    def _count(self) -> int:
        return self.others + len(self.connected)

    def connect(self, address: str | None) -> Place:
        """Open a connection."""
        place = self.quota.enter(address)

        def close() -> None:
            self.evicted.append(place)
            self.disconnect(place)

        place.close = close
        self.connected[place] = None
        return place

    def disconnect(self, place: Place) -> None:
        """Close a connection."""
        del self.connected[place]
        place.leave()

    def fill(self, address: str) -> int:
        """Open connections from an address until one is refused; return how many were admitted."""
        served = 0
        while self.connect(address).is_admitted:
            served += 1
        return served


@pytest.fixture
def process() -> Process:
    """Return a simulated process without connections."""
    return Process()


def test_one_address_takes_three_quarters(process: Process) -> None:
    """One address gets three quarters of the capacity, and the next one three quarters of the rest."""
    assert process.fill("one") == CAPACITY * 3 // 4
    assert process.fill("two") > 0
    assert process.fill("three") > 0
    assert not process.quota.is_full


def test_a_refused_address_leaves_room_for_others(process: Process) -> None:
    """If an address has used up its share, its next connection is refused, and one from another address admitted."""
    process.fill("one")

    assert process.connect("one").begin_request("one") is Refusal.SHARE
    assert process.connect("two").begin_request("two") is None


def test_many_addresses_fill_the_process(process: Process) -> None:
    """Once the capacity is used up, new connections are refused from every address."""
    for number in range(CAPACITY):
        process.connect(f"192.0.2.{number}")

    assert process.quota.is_full
    assert process.connect("new").begin_request("new") is Refusal.FULL


def test_those_who_are_connected_go_on(process: Process) -> None:
    """A connection that was admitted may send further requests, even after the capacity is used up."""
    connected = process.connect("one")
    process.fill("one")
    for number in range(CAPACITY):
        process.connect(f"192.0.2.{number}")

    for _ in range(3):
        assert connected.begin_request("one") is None
        connected.end_request()


def test_a_waiting_connection_may_be_served_after_all(process: Process) -> None:
    """A connection that was not admitted is admitted with its first request if there is room by then."""
    first = process.connect("one")
    process.fill("one")
    late = process.connect("one")
    process.disconnect(first)

    assert late.begin_request("one") is None


def test_connections_that_wait_to_be_refused_are_bounded(process: Process) -> None:
    """If too many connections wait to be refused, the oldest of them are closed, but no admitted one."""
    admitted = [process.connect("one") for _ in range(CAPACITY * 3 // 4)]
    waiting = [process.connect("one") for _ in range(WAITING_ROOM + 2)]

    assert process.evicted == waiting[:2]
    assert all(place.is_admitted for place in admitted)


def test_who_is_signed_in_displaces_a_stranger(process: Process) -> None:
    """A signed-in client takes the place of the connection that has been open longest without sending a request."""
    busy, idle, stranger = (process.connect("one") for _ in range(3))
    assert busy.begin_request("one") is None
    assert idle.begin_request("one") is None
    idle.end_request()
    process.fill("one")
    newcomer = process.connect("one")

    assert newcomer.begin_request("one") is Refusal.SHARE
    assert newcomer.displace_stranger("one")
    assert newcomer.is_admitted
    assert process.evicted == [stranger]


def test_an_idle_connection_is_displaced_once_there_is_no_stranger(process: Process) -> None:
    """If every connection has sent a request, a signed-in client displaces a connection without a running request."""
    idle = process.connect("one")
    assert idle.begin_request("one") is None
    idle.end_request()
    while (newcomer := process.connect("one")).begin_request("one") is None:
        pass

    assert newcomer.displace_stranger("one")
    assert process.evicted == [idle]


def test_nobody_is_displaced_who_has_a_request_under_way(process: Process) -> None:
    """If every connection has a running request, even a signed-in client is refused."""
    for number in range(CAPACITY):
        assert process.connect(f"192.0.2.{number}").begin_request(f"192.0.2.{number}") is None
    newcomer = process.connect("new")

    assert newcomer.begin_request("new") is Refusal.FULL
    assert not newcomer.displace_stranger("new")


def test_a_proxys_connections_count_for_its_clients(process: Process) -> None:
    """A proxy's connection counts for the client of its current request, and for nobody between requests."""
    places = [process.connect(None) for _ in range(CAPACITY * 3 // 4 + 1)]
    refusals = [place.begin_request("one") for place in places]

    assert refusals == [None] * (CAPACITY * 3 // 4) + [Refusal.SHARE]
    assert places[-1].begin_request("two") is None
    places[0].end_request()
    places[1].end_request()
    assert places[0].begin_request("one") is None


def test_what_the_service_itself_has_open_counts(process: Process) -> None:
    """Descriptors that provider calls and child processes use reduce the capacity while they are open."""
    process.others = LIMIT - 10
    assert process.connect("one").begin_request("one") is Refusal.FULL

    process.others = OTHERS
    process.clock.seconds += COUNT_SECONDS
    assert process.connect("one").begin_request("one") is None


def test_a_limit_that_is_changed_meanwhile(process: Process) -> None:
    """If `prlimit` changes the limit of the running process, the quota uses the new limit."""
    assert process.connect("one").is_admitted
    process.limit = OTHERS
    process.clock.seconds += COUNT_SECONDS

    assert process.quota.is_full


def test_without_a_descriptor_to_count_with() -> None:
    """If the descriptors cannot be counted for lack of a descriptor, the process counts as full."""

    def fail() -> int:
        raise OSError

    quota = ConnectionQuota(DescriptorBudget(limit=lambda: LIMIT, count=fail, now=HeldClock().monotonic))

    assert quota.is_full


def test_a_slow_count_is_rare() -> None:
    """A count of the descriptors that takes a second is repeated only after 50 seconds."""
    clock = HeldClock()
    counts: list[float] = []

    def count() -> int:
        counts.append(clock.seconds)
        clock.seconds += 1
        return OTHERS

    budget = DescriptorBudget(limit=lambda: LIMIT, count=count, now=clock.monotonic)
    for clock.seconds in range(60):
        budget.capacity(0)

    assert counts == [0, 50]


def test_a_request_of_a_connection_that_has_gone(process: Process) -> None:
    """If a connection is closed, a request on it that begins or ends afterwards is not counted."""
    gone, left = process.connect("one"), process.connect("one")
    assert left.begin_request("one") is None
    process.disconnect(gone)
    process.disconnect(left)

    assert gone.begin_request("one") is None
    gone.end_request()
    left.end_request()
    assert process.quota.admitted == 0


ADDRESSES = st.sampled_from(["one", "two", "three", None])
STEPS = st.lists(
    st.tuples(st.sampled_from(["connect", "request", "end", "leave"]), ADDRESSES, st.integers(0, 700)), max_size=900
)


@given(STEPS)
def test_nobody_is_refused_by_address_while_there_is_room(steps: list[tuple[str, str | None, int]]) -> None:
    """For random steps: no connection is refused below three quarters of the capacity, and none admitted above it.

    After all connections are closed, the counts are zero.
    """
    process = Process()
    process.limit, process.others = 80, 20  # This limit leaves a capacity of 40.
    process.clock.seconds += COUNT_SECONDS
    for step, address, number in steps:
        places = list(process.connected)
        place = places[number % len(places)] if places else None
        admitted = process.quota.admitted
        refused = False
        if step == "connect":
            refused = not process.connect(address).is_admitted
        elif place is not None and step == "leave":
            process.disconnect(place)
        elif place is not None and step == "request" and place.is_admitted:
            refused = place.begin_request(address or "proxied") is not None
        elif place is not None and place.is_admitted:
            place.end_request()
        assert not refused or admitted >= 30
        assert process.quota.admitted <= 40
        assert len(process.connected) <= 45
    for place in list(process.connected):
        process.disconnect(place)
    assert process.quota.admitted == 0
    assert process.fill("one") == 30
