"""Fixtures of the tests of whole programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.fake_upstream import FakeUpstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Run a model."""
    async with FakeUpstream() as running:
        yield running
