"""A real service with a course that is registered at a course platform, and what a browser shows of a launch."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from testing.chromium import LOOK_SECONDS
from testing.lti_platform import DEPLOYMENT, write_key
from testing.service import RunningService, service_environment
from testing.warm_start import TUTOR_SERVER, run_command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.chromium import Page
    from testing.lti_platform import LtiPlatform
    from testing.service import Service


@asynccontextmanager
async def launched_course(platform: LtiPlatform, folder: Path) -> AsyncIterator[Service]:
    """Yield a service with the course `py1`, registered at the platform by the operator's commands."""
    settings = {"TUTOR_LTI_KEY_FILES": str(write_key(folder / "tool-key.pem"))}
    async with RunningService(folder, settings) as running:
        await platform.serve(running.url)
        environment = service_environment(running.data_dir, **settings)
        for arguments in (
            ("courses", "add", "py1", "--title", "Python 1"),
            ("lti", "add", f"--deployment={DEPLOYMENT}", "--course=py1", *platform.arguments),
        ):
            done = await asyncio.to_thread(run_command, [TUTOR_SERVER, *arguments], folder, environment)
            assert done.returncode == 0, done.stderr
        yield running


async def in_frame(page: Page, role: str, name: str) -> None:
    """Wait until the frame of a page shows an element."""
    told: list[tuple[str, str]] = []
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            while (role, name) not in told:
                for frame in await page.frames():
                    told = await page.told(frame)
    except TimeoutError:
        raise AssertionError(f"the frame shows {told}") from None


async def shows(page: Page, name: str) -> None:
    """Wait until a page shows a heading."""
    async with asyncio.timeout(LOOK_SECONDS):
        while ("heading", name) not in await page.told():
            pass
