"""The students who asked last, so that an ask need not read who asks before it passes the limits."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

    from tutor_server.storage.background import Asker

REMEMBERED_ASKERS = 5_000


class KnownAskers:
    """The students of the last asks. What is remembered is compared with the database as the ask is written."""

    def __init__(self) -> None:
        self._by_id: OrderedDict[UUID, Asker] = OrderedDict()

    def get(self, user_id: UUID) -> Asker | None:
        """Return a student as they were at their last ask, or None."""
        return self._by_id.get(user_id)

    def remember(self, asker: Asker) -> None:
        """Remember a student, and forget the one whose last ask is the oldest once there are too many."""
        self._by_id[asker.id] = asker
        self._by_id.move_to_end(asker.id)
        if len(self._by_id) > REMEMBERED_ASKERS:
            self._by_id.popitem(last=False)
