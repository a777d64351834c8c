"""Fixtures that the end-to-end tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.chromium import Page, chromium
from testing.fake_upstream import FakeUpstream
from testing.real_identity_provider import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.conftest import RequireProgram


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Yield a fake model API."""
    async with FakeUpstream() as running:
        yield running


@pytest.fixture
async def page(require_program: RequireProgram) -> AsyncIterator[Page]:
    """Yield a browser tab."""
    async with chromium(require_program("chromium")) as tab:
        yield tab


@pytest.fixture
def port() -> int:
    """Return the port of the service, for an identity provider that must know it before the service runs."""
    return free_port()
