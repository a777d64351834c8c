"""Fixtures of LTI: a course platform, the service that it leads to, and a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from testing.clock import HeldClock
from testing.courses import make_course
from testing.lti_browser import LtiBrowser
from testing.lti_platform import LtiPlatform, lti_platform
from testing.lti_service import LtiService, lti_service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


@pytest.fixture
def clock() -> HeldClock:
    """Return a simulated clock that starts now, since the platform has the real time."""
    return HeldClock(datetime.now(UTC))


@pytest.fixture(scope="module")
def platform() -> Iterator[LtiPlatform]:
    """Yield a course platform, which serves all tests of the module."""
    with lti_platform() as running:
        yield running


@pytest.fixture
async def bare(platform: LtiPlatform, tmp_path: Path, clock: HeldClock) -> AsyncIterator[LtiService]:
    """Yield a service, and a platform that it does not know."""
    async with lti_service(platform, tmp_path, clock) as running:
        yield running


@pytest.fixture
async def lti(bare: LtiService) -> LtiService:
    """Return a service with a course, and the platform whose launches lead to it."""
    await make_course(bare.held, "py1")
    await bare.register(course="py1")
    return bare


@pytest.fixture
async def browser(bare: LtiService) -> AsyncIterator[LtiBrowser]:
    """Yield a browser."""
    async with LtiBrowser(bare.url) as opened:
        yield opened
