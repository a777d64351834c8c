"""Fixtures for the client of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from testing.editor_side.remote_tutor import QUICK
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.tutors.remote import RemoteTutor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.editor_side.remote_tutor import Build
    from tutor_lsp.service.credentials import Credentials
    from tutor_lsp.service.retry import ConnectionTiming
    from tutor_lsp.tutors.tutor import Status


@pytest.fixture
async def build() -> AsyncIterator[Build]:
    """Yield a factory of tutors, which are closed after the test."""
    tutors: list[RemoteTutor] = []

    def make(
        url: str,
        credentials: Credentials | None = None,
        *,
        timing: ConnectionTiming = QUICK,
        states: list[Status] | None = None,
    ) -> RemoteTutor:
        tutor = RemoteTutor(
            url,
            credentials or StaticToken("secret"),
            timing=timing,
            on_status=(states if states is not None else []).append,
            jitter=lambda: 0.0,
        )
        tutors.append(tutor)
        return tutor

    yield make
    for tutor in tutors:
        await tutor.close()
