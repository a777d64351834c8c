"""The composition root, which starts and stops the features of the language server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testing.editor_side.editor import TUTOR_CLIENT, Conversation
from tutor_lsp.features.status import StatusReport
from tutor_lsp.protocol import COMMAND_ARGUMENTS, CUSTOM_PARAMS
from tutor_lsp.server import AskTutorServer

if TYPE_CHECKING:
    import pytest

    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.settings import Settings


async def test_every_command_of_the_protocol_is_registered(server: AskTutorServer) -> None:
    """The features handle exactly the commands and custom methods that `protocol` lists."""
    registered = server.language_server.protocol.fm

    assert set(COMMAND_ARGUMENTS) == set(registered.commands)
    assert set(CUSTOM_PARAMS) <= set(registered.features)


async def test_a_feature_that_fails_leaves_the_others_alone(
    settings: Settings, tutor: ScriptedTutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If one feature raises at `initialize`, `initialized` and `shutdown`, the others still run."""

    async def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(StatusReport, "handlers", lambda _: {"initialize": fail})
    monkeypatch.setattr(StatusReport, "initialized", fail)
    monkeypatch.setattr(StatusReport, "shutdown", fail)
    server = AskTutorServer(settings, "0", lambda _settings, _access, _on_status: tutor)
    async with Conversation(server.language_server) as conversation:
        editor = conversation.editor
        editor.replies["workspace/configuration"] = lambda _: [{"programmingLevel": 1}]
        await editor.initialize(TUTOR_CLIENT | {"workspace": {"configuration": True}})
        await editor.hear("workspace/configuration")
        answer = await editor.answer(await editor.ask(await editor.open("x = 1\n")))
        await editor.request("shutdown")

    assert answer.ended["reason"] == "completed"
    assert tutor.is_closed
