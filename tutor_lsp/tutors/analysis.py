"""The code analysis that the language server itself runs.

The offline tutor is imported at the first use, and long analyses run in a child process.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tutor_analysis.analyst import Analyst
    from tutor_analysis.pool import NotAnalysed

logger = logging.getLogger(__name__)

PROCESSOR_SECONDS = 2.0
"""Seconds of processor time that one step may take. It is more than in a service, since only this student waits."""
WALL_SECONDS = 10.0
UNLIMITED_SECONDS = 1e9
"""Seconds of processor time that the student may use. It is practically unlimited, since the computer is theirs."""


_loading = threading.Lock()
_TUTOR = "tutor_analysis.analyst"
"""The module that imports the whole offline tutor."""


def load_offline_tutor() -> None:
    """Import the offline tutor, in whatever thread this runs.

    Two threads that begin in different modules would each find modules of the other's half imported.
    """
    with _loading:
        if _TUTOR not in sys.modules:
            import_module(_TUTOR)
            gc.freeze()  # Else each full garbage collection goes through all that was imported.


class LazyAnalyst:
    """Builds the analyst when it is first needed."""

    def __init__(self) -> None:
        self._analyst: Analyst | None = None

    async def analyst(self) -> Analyst:
        """Return the analyst. The first call loads the offline tutor in a thread."""
        if self._analyst is None:
            await asyncio.to_thread(load_offline_tutor)
        return self._loaded()

    def _loaded(self) -> Analyst:
        if self._analyst is None:
            self._analyst = _build()
        return self._analyst

    async def close(self) -> None:
        """End the child process, if one was started."""
        analyst, self._analyst = self._analyst, None
        if analyst is not None:
            await analyst.close()


def _build() -> Analyst:
    from tutor_analysis.analyst import Analyst  # noqa: PLC0415 - it imports the whole offline tutor
    from tutor_analysis.pool import Pool, PoolLimits  # noqa: PLC0415 - it imports the whole offline tutor

    limits = PoolLimits(processes=1, processor=PROCESSOR_SECONDS, wall=WALL_SECONDS, allowance=UNLIMITED_SECONDS)
    return Analyst(Pool(limits), _log)


def _log(_owner: Hashable, step: str, failure: NotAnalysed) -> None:
    logger.warning("not analysed (%s): %s", step, failure)
