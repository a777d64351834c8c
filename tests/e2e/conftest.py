"""Fixtures that the end-to-end tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.fake_upstream import FakeUpstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Yield a fake model API."""
    async with FakeUpstream() as running:
        yield running
