"""The whole system in separate processes: an editor, its language server, a service and a fake model."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from testing.editor_side.server_process import LANGUAGE_SERVER, process, stderr_of
from testing.faults.short_times import PROGRAM
from testing.installations import Laptop
from testing.service import Service, sign_up_student

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from testing.fake_upstream import FakeUpstream
    from testing.installations import Installation


@asynccontextmanager
async def serving(
    folder: Path, upstream: FakeUpstream, *, port: int = 0, installation: Installation | None = None
) -> AsyncIterator[Service]:
    """Run a service that asks the model, with the short leases of tests. It is stopped in any case."""
    installation = installation or Laptop()
    model = {"ANTHROPIC_API_KEY": upstream.key, "ANTHROPIC_BASE_URL": upstream.url}
    settings, workers = installation.settings() | model, installation.workers
    service = await asyncio.to_thread(lambda: Service(folder, settings, port=port, workers=workers, program=PROGRAM))
    try:
        yield service
    finally:
        if service.process.poll() is None:
            await asyncio.to_thread(service.stop)
        service.kill()


@asynccontextmanager
async def editing(folder: Path, service: Service) -> AsyncIterator[Editor]:
    """Start an editor of a new student at the service. Fail if its language server writes anything to stderr."""
    student = await sign_up_student(service)
    environment = {**os.environ, "TUTOR_DATA_DIR": str(folder / "student")}
    environment |= {"TUTOR_SERVER_URL": service.url, "TUTOR_ACCESS_TOKEN": student.access_token}
    async with process(*LANGUAGE_SERVER, env=environment) as (server, editor):
        yield editor
        await editor.request("shutdown")
        await editor.notify("exit")
        assert await stderr_of(server) == ""
