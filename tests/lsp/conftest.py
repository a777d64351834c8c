"""Fixtures for tests of the language server."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest

from testing.editor_side.editor import Conversation, Editor
from testing.editor_side.scripted_tutor import ScriptedTutor
from tutor_lsp.runner.tests import TimeLimits
from tutor_lsp.server import AskTutorServer
from tutor_lsp.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def tutor() -> ScriptedTutor:
    """Return the scripted tutor that answers the asks in `conversation`."""
    return ScriptedTutor()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Return settings for the server in `conversation`, with a data folder for the test, and without edit searches."""
    return Settings(own_data_dir=tmp_path / "data", edit_search_seconds=0)


@pytest.fixture
async def server(settings: Settings, tutor: ScriptedTutor) -> AskTutorServer:
    """Return the complete language server with a scripted tutor."""
    limits = TimeLimits(trace=30)  # On a busy machine, the trace of a short test takes longer than the tutor waits.
    return AskTutorServer(settings, "0", lambda _settings, _access, _on_status: tutor, test_limits=limits)


@pytest.fixture
async def conversation(server: AskTutorServer) -> AsyncIterator[Conversation]:
    """Yield an editor and a server that are connected by pipes, before the editor sends `initialize`."""
    async with AsyncExitStack() as stack:
        conversation = await stack.enter_async_context(Conversation(server.language_server))
        stack.push_async_callback(server.close)
        yield conversation


@pytest.fixture
async def editor(conversation: Conversation) -> Editor:
    """Return an initialized editor that supports the tutor's messages and UTF-32 positions."""
    await conversation.editor.initialize()
    return conversation.editor
