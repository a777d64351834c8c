"""The quota of connections when descriptors are scarce: each address has a share, and silent connections are closed."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor_server.connections.descriptors import DescriptorBudget

SHARE = 3
"""The maximum number of connections of one address, as a multiple of the number of free places.

This is the dynamic threshold of Choudhury and Hahne (1998). It refuses no address before three quarters of all places
are taken. One address alone cannot take more than three quarters, so that each further address finds room.
"""


class Refusal(StrEnum):
    """The reason why a request is refused."""

    FULL = "full"
    SHARE = "share"


class Place:
    """A connection's place in the quota. `close` is called if its place is needed for another connection."""

    __slots__ = ("_quota", "close", "has_left", "holder", "is_admitted", "keeps_holder")

    def __init__(self, quota: ConnectionQuota, *, keeps_holder: bool) -> None:
        self._quota = quota
        self.close: Callable[[], None] | None = None
        self.holder: str | None = None
        self.keeps_holder = keeps_holder
        self.is_admitted = False
        self.has_left = False

    def begin_request(self, address: str) -> Refusal | None:
        """Return why a request from a client's address is refused.

        If it is admitted, return None and count it until `end_request`.
        """
        return self._quota.begin_request(self, address)

    def displace_stranger(self, address: str) -> bool:
        """Admit this refused request by closing a silent connection. Return False if there is none."""
        return self._quota.displace_stranger(self, address)

    def end_request(self) -> None:
        """Count the connection as idle until its next request."""
        self._quota.end_request(self)

    def leave(self) -> None:
        """Release the place; calling it again does nothing."""
        self._quota.leave(self)


class ConnectionQuota:
    """Counts the connections of the process, by address, and decides which requests are served.

    An admitted connection stays admitted. A connection that is not admitted waits for its first request, which is then
    admitted or refused. Only the newest of the waiting connections stay open.
    """

    def __init__(self, budget: DescriptorBudget) -> None:
        self._budget = budget
        self._held: Counter[str] = Counter()
        self._admitted = 0
        self._silent: dict[Place, None] = {}
        self._idle: dict[Place, None] = {}
        self._waiting: dict[Place, None] = {}
        self._evicted: set[Place] = set()

    @property
    def is_full(self) -> bool:
        """Whether new connections are refused whatever their address."""
        return self._free() <= 0

    @property
    def newcomers(self) -> int:
        """The number of connections that may be accepted now. Connections being closed still use descriptors."""
        return self._waiting_room - len(self._evicted)

    @property
    def admitted(self) -> int:
        """The number of admitted connections."""
        return self._admitted

    @property
    def limit(self) -> int:
        """The number of descriptors that the process may have open."""
        return self._budget.limit

    def enter(self, address: str | None) -> Place:
        """Return the place of a new connection. `address` is None behind a proxy, which sends it with each request."""
        place = Place(self, keeps_holder=address is not None)
        if self._refusal(address, self._free()) is None:
            self._admit(place, address)
            self._silent[place] = None
        else:
            if len(self._waiting) >= self._waiting_room:
                self._evict(next(iter(self._waiting)))
            self._waiting[place] = None
        return place

    def begin_request(self, place: Place, address: str) -> Refusal | None:
        """Admit a request, or return why it is refused. A request whose connection has ended is not counted."""
        if place.has_left:
            return None
        if place.holder is None:
            if refusal := self._refusal(address, self._free() + place.is_admitted):
                return refusal
            self._admit(place, address)
        self._forget_silence(place)
        return None

    def displace_stranger(self, place: Place, address: str) -> bool:
        """Admit a refused request by closing a silent connection; return False if there is none.

        Connections that never sent a request are closed first, then idle ones, each in order of the longest silence.
        """
        self._forget_silence(place)
        stranger = next(chain(self._silent, self._idle), None)
        if stranger is None:
            return False
        self._evict(stranger)
        self._admit(place, address)
        return True

    def end_request(self, place: Place) -> None:
        """Count an admitted connection as idle."""
        if place.is_admitted:
            if not place.keeps_holder:
                self._release_holder(place)
            self._idle[place] = None

    def leave(self, place: Place) -> None:
        """Remove a connection from all counts."""
        place.close = None
        place.has_left = True
        self._evicted.discard(place)
        self._waiting.pop(place, None)
        self._forget_silence(place)
        if place.is_admitted:
            place.is_admitted = False
            self._admitted -= 1
            self._release_holder(place)

    @property
    def _waiting_room(self) -> int:
        return max(1, self._budget.waiting_room)

    def _free(self) -> int:
        open_connections = self._admitted + len(self._waiting) + len(self._evicted)
        return self._budget.capacity(open_connections) - self._admitted

    def _refusal(self, address: str | None, free: int) -> Refusal | None:
        if free <= 0:
            return Refusal.FULL
        return Refusal.SHARE if address is not None and self._held[address] >= SHARE * free else None

    def _admit(self, place: Place, address: str | None) -> None:
        self._waiting.pop(place, None)
        if not place.is_admitted:
            place.is_admitted = True
            self._admitted += 1
        if address is not None:
            place.holder = address
            self._held[address] += 1

    def _forget_silence(self, place: Place) -> None:
        self._silent.pop(place, None)
        self._idle.pop(place, None)

    def _evict(self, place: Place) -> None:
        close = place.close
        self.leave(place)
        self._evicted.add(place)  # A closing connection counts until it has released its place.
        if close is not None:
            close()

    def _release_holder(self, place: Place) -> None:
        if place.holder is not None:
            self._held[place.holder] -= 1
            if not self._held[place.holder]:
                del self._held[place.holder]
            place.holder = None
