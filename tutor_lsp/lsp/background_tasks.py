"""Fire-and-forget tasks: a reference to each is kept until it ends, and failures are logged."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tutor_lsp.lsp.error_log import log_exception

if TYPE_CHECKING:
    from collections.abc import Coroutine

CLOSE_SECONDS = 1.0


class BackgroundTasks:
    """Runs tasks, and keeps a reference to each, because the event loop keeps only weak references."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def run(self, work: Coroutine[Any, Any, None], doing: str) -> asyncio.Task[None]:
        """Start a task and return it. `doing` describes the task in the log message for a failure."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finished(done, doing))
        return task

    async def close(self) -> None:
        """Cancel the running tasks, and wait at most `CLOSE_SECONDS` until they have ended."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_SECONDS)

    def _finished(self, task: asyncio.Task[None], doing: str) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log_exception(doing, error)
