"""What many tests of the service start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_upstream import FakeUpstream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Give a fake upstream that listens on loopback."""
    async with FakeUpstream() as running:
        yield running
