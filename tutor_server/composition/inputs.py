"""What a service is built from, and what every builder returns beside its part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from uuid import UUID

    from tutor_server.clock import Clock
    from tutor_server.limits import Deadlines, Leases
    from tutor_server.settings import Settings

    BackgroundWork = Callable[[], Coroutine[None, None, None]]
    """Runs beside the service until it is cancelled."""
    Close = Callable[[], Coroutine[None, None, None]]
    """Releases what a part has opened, once nothing uses it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Settings, time, identifiers and randomness: tests pass their own."""

    settings: Settings
    clock: Clock
    deadlines: Deadlines
    leases: Leases
    new_id: Callable[[], UUID]
    random_bytes: Callable[[int], bytes]
