"""A cache of the most recent askers, so that the limits can be checked without reading the student."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_server.storage.background import Asker

REMEMBERED_ASKERS = 5_000


class KnownAskers:
    """The cached students of the last asks.

    An entry may be stale, so it is compared with the database when the ask is stored.
    """

    def __init__(self) -> None:
        self._by_id: OrderedDict[UUID, Asker] = OrderedDict()

    def get(self, user_id: UUID) -> Asker | None:
        """Return the cached student as read at the last ask, or None."""
        return self._by_id.get(user_id)

    def remember(self, asker: Asker) -> None:
        """Cache a student. If the cache is full, drop the student whose last ask is the oldest."""
        self._by_id[asker.id] = asker
        self._by_id.move_to_end(asker.id)
        if len(self._by_id) > REMEMBERED_ASKERS:
            self._by_id.popitem(last=False)
