"""The inputs of all builder functions, and the types of background work and cleanup that they return."""

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
    """A coroutine function that runs in the background of the service until it is cancelled."""
    Close = Callable[[], Coroutine[None, None, None]]
    """A coroutine function that releases the resources of a part after its last use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """The settings and the sources of time, ids and randomness. Tests pass their own."""

    settings: Settings
    clock: Clock
    deadlines: Deadlines
    leases: Leases
    new_id: Callable[[], UUID]
    random_bytes: Callable[[int], bytes]
