"""Remembers when each call to a provider last brought text, to tell a slow call from a provider that is down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_server.llm.call import Call


@dataclass(slots=True)
class RecentText:
    """The times of the last text of a provider's calls in this process, on one clock in seconds."""

    _call: Call | None = None
    """The call that brought text last."""
    _at: float = float("-inf")
    _of_others_at: float = float("-inf")
    """The time of the last text of another call than that one."""

    def note(self, call: Call, now: float) -> None:
        """Record that a call brings text now."""
        if call is not self._call:
            self._call, self._of_others_at = call, self._at
        self._at = now

    def of_others_since(self, call: Call, since: float) -> bool:
        """Return whether another call than this one has brought text since a time."""
        return (self._of_others_at if call is self._call else self._at) >= since
