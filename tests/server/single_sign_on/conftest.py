"""Fixtures of single sign-on: an identity provider, the service that knows it, and a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.identity_provider import IdentityProvider, identity_provider
from testing.single_sign_on import Browser, service_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.clock import HeldClock
    from testing.held_service import HeldService


@pytest.fixture
async def provider(clock: HeldClock) -> AsyncIterator[IdentityProvider]:
    """Yield an identity provider."""
    async with identity_provider(clock) as running:
        yield running


@pytest.fixture
async def service(provider: IdentityProvider, tmp_path: Path, clock: HeldClock) -> AsyncIterator[HeldService]:
    """Yield a service that knows the provider."""
    async with service_of(provider, tmp_path, clock, operators="boss@uni.example,s-77") as running:
        yield running


@pytest.fixture
async def browser(service: HeldService) -> AsyncIterator[Browser]:
    """Yield a browser."""
    async with Browser(service.url) as opened:
        yield opened
