"""Runs coroutines in the background of the application, from its start to its cleanup."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from aiohttp import web
    from structlog.typing import FilteringBoundLogger

    from tutor_server.composition.inputs import BackgroundWork

log: FilteringBoundLogger = structlog.get_logger()


def keep_running(work: BackgroundWork) -> Callable[[web.Application], AsyncIterator[None]]:
    """Return a cleanup context (aiohttp's `cleanup_ctx`) that runs `work` as a task, and logs its failure."""

    async def context(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work(), name=work.__qualname__)
        task.add_done_callback(_log_failure)
        yield
        task.cancel()
        await asyncio.wait({task})

    return context


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (failure := task.exception()) is not None:
        log.error("background_work_failed", work=task.get_name(), exc_info=failure)
