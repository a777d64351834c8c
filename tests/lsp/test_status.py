"""The status of the tutor, the choice of the tutor, and the effects of signing in and out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

import pytest

from testing.editor_side.editor import Conversation
from testing.editor_side.scripted_service import Connection, ScriptedService
from testing.editor_side.scripted_tutor import ScriptedTutor
from tutor_lsp.features.labels import ASKED
from tutor_lsp.features.status import StatusReport
from tutor_lsp.server import AskTutorServer
from tutor_lsp.sign_in.credentials import StaticToken
from tutor_lsp.sign_in.sign_ins import SignIns
from tutor_lsp.tutors.choice import Access, TutorChoice, build_tutor
from tutor_lsp.tutors.local import LocalTutor
from tutor_lsp.tutors.redacting import RedactingTutor
from tutor_lsp.tutors.tutor import LOCAL, Status
from tutor_protocol import CloseCode

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from tutor_lsp.lsp.editor import Editor as Connected
    from tutor_lsp.settings import Settings
    from tutor_lsp.tutors.tutor import Tutor
    from tutor_protocol import Ask, FromService

REMOTE = "https://tutor.uni.example"
STATUS_DID_CHANGE = "tutor/status/didChange"


def choice_of(settings: Settings) -> TutorChoice:
    """Return the object that chooses the tutor, with the sign-ins in the settings' data folder."""
    return TutorChoice(settings, SignIns(lambda: settings.data_dir))


@pytest.mark.parametrize(
    ("changes", "state", "command"),
    [
        ({}, "local", None),
        ({"server_url": REMOTE}, "signedOut", "tutor.signIn"),
        ({"server_url": REMOTE, "access_token": "t"}, "ready", None),
        ({"access_token": "t"}, "local", None),
        ({"fault": "Wrong."}, "offline", None),
    ],
)
async def test_the_status_follows_from_the_settings(
    settings: Settings, changes: dict[str, str], state: str, command: str | None
) -> None:
    """Before a tutor is built, the status depends only on the settings."""
    status = choice_of(replace(settings, **changes)).status  # type: ignore[arg-type]  # the changed fields have type str

    assert (status.state, status.command) == (state, command)


async def test_access_and_settings_name_the_tutor(settings: Settings) -> None:
    """With a service, the tutor is a redacting one; without, it is the local one with the student's levels."""
    remote = build_tutor(settings, Access(REMOTE, StaticToken("t")), lambda _: None)
    local = build_tutor(replace(settings, programming_level=1, maths_level=5), None, lambda _: None)

    assert isinstance(remote, RedactingTutor)
    assert isinstance(local, LocalTutor)
    assert (local.student.programming, local.student.maths) == (1, 5)


async def test_other_settings_close_the_tutor(settings: Settings) -> None:
    """When settings change, the tutor is closed and the next ask builds a new one; equal settings change nothing."""
    built: list[ScriptedTutor] = []

    def build(_settings: Settings, _access: object, _on_status: object) -> Tutor:
        built.append(ScriptedTutor())
        return built[-1]

    choice = TutorChoice(settings, SignIns(lambda: settings.data_dir), build)
    first = choice.tutor()
    await choice.change(settings)
    again = choice.tutor()
    await choice.change(replace(settings, programming_level=5))
    second = choice.tutor()

    assert [first, again, second] == [built[0], built[0], built[1]]
    assert [tutor.is_closed for tutor in built] == [True, False]


class Reporting(ScriptedTutor):
    """A scripted tutor whose status can change without an ask."""

    def __init__(self, on_status: Callable[[Status], object]) -> None:
        super().__init__(self.reconnects)
        self._on_status = on_status

    def change(self, status: Status) -> None:
        """Report a new status."""
        self.status = status
        self._on_status(status)

    async def reconnects(self, ask: Ask) -> AsyncGenerator[FromService, None]:
        """Report a lost connection during an answer. For use as a script."""
        ready = self.status
        async for message in self.half_then_wait(ask):
            yield message
            if not self.gate.is_set() and message.TYPE == "delta":
                self.change(Status("reconnecting", "Connection lost. Reconnecting…"))
                self.change(Status("reconnecting", "Connection lost. Reconnecting…"))
                self.gate.set()
                self.change(ready)


async def test_e10_a_change_is_told_once(settings: Settings) -> None:
    """E10: each change of the status is sent as one notification, and nothing pops up."""
    remote = replace(settings, server_url=REMOTE, access_token="t")
    server = AskTutorServer(remote, "0", lambda _settings, _access, on_status: Reporting(on_status))
    async with Conversation(server.language_server) as conversation:
        editor = conversation.editor
        await editor.initialize()
        await editor.answer(await editor.ask(await editor.open("x = 1\n")))
        await server.close()

    assert [status["state"] for status in editor.all_heard(STATUS_DID_CHANGE)] == ["ready", "reconnecting", "ready"]
    assert editor.all_heard("window/showMessage") == []


async def test_e10_a_refused_token_is_one_status(settings: Settings) -> None:
    """E10: if the service rejects the token, each ask is refused with a sentence, but the status changes once."""

    async def refuse(connection: Connection) -> None:
        await connection.socket.close(code=CloseCode.UNAUTHENTICATED)

    async with ScriptedService(refuse).serve() as url:
        server = AskTutorServer(replace(settings, server_url=url, access_token="t"), "0")
        async with Conversation(server.language_server) as conversation:
            editor = conversation.editor
            await editor.initialize()
            uri = await editor.open("x = 1\n")
            answers = [await editor.answer(await editor.ask(uri)) for _ in range(3)]
            await server.close()

    ends = [(answer.ended["reason"], answer.ended["code"]) for answer in answers]
    assert ends == [("refused", "UNAUTHENTICATED")] * 3
    assert all("does not accept the token in TUTOR_ACCESS_TOKEN" in answer.ended["message"] for answer in answers)
    assert [status["state"] for status in editor.all_heard(STATUS_DID_CHANGE)] == ["ready", "connecting", "signedOut"]
    assert editor.all_heard(STATUS_DID_CHANGE)[-1]["command"] == "tutor.signIn"
    assert editor.all_heard("window/showMessage") == []


async def test_a_stranger_hears_no_status(conversation: Conversation) -> None:
    """An editor without support for the tutor's messages gets no status notification, but can request the status."""
    await conversation.editor.initialize({})

    status = await conversation.editor.execute("tutor.status")

    assert status == {"state": "local", "message": LOCAL.message}
    assert conversation.editor.heard == []


async def test_the_command_gives_the_status(editor: Editor) -> None:
    """The result of `tutor.status` has the same shape as the notification."""
    await editor.hear(STATUS_DID_CHANGE)

    assert [await editor.execute("tutor.status")] == editor.all_heard(STATUS_DID_CHANGE)


class TestSignedOut:
    """Settings with a service, but without a sign-in."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Return settings with a service and without a token."""
        return replace(settings, server_url=REMOTE)

    async def test_an_ask_says_what_to_do(self, editor: Editor, tutor: ScriptedTutor) -> None:
        """An ask is refused with an explanation of how to sign in, and no tutor is built."""
        answer = await editor.answer(await editor.ask(await editor.open("x = 1\n")))

        assert (answer.started, answer.ended["reason"], answer.ended["code"]) == (None, "refused", "UNAUTHENTICATED")
        assert "tutor sign-in" in answer.ended["message"]
        assert tutor.asks == []

    async def test_a_local_ask_needs_no_sign_in(self, editor: Editor) -> None:
        """An ask with `local` is answered by the offline tutor; the status stays, and the answer cannot be rated."""
        uri = await editor.open("x = 1\n")

        answer = await editor.answer(await editor.ask(uri, local=True))

        assert (answer.ended["reason"], answer.ended.get("messageId")) == ("completed", None)
        assert answer.ended["answerId"]
        assert (await editor.execute("tutor.status"))["state"] == "signedOut"


async def test_local_asks_while_the_service_is_away(settings: Settings) -> None:
    """If the service is unreachable, asks with `local` are answered with separate hint levels; other asks fail."""
    server = AskTutorServer(replace(settings, server_url="http://127.0.0.1:1", access_token="t"), "0")
    async with Conversation(server.language_server) as conversation:
        editor = conversation.editor
        await editor.initialize()
        uri = await editor.open("print(totl)\n")
        first = await editor.answer(await editor.ask(uri))
        local = [await editor.answer(await editor.ask(uri, local=True)) for _ in range(2)]
        last = await editor.answer(await editor.ask(uri))
        await server.close()

    assert [answer.ended["code"] for answer in (first, last)] == ["AI_UNAVAILABLE"] * 2
    assert [(answer.started or {})["hintLevel"] for answer in local] == [1, 2]
    assert [answer.ended["provider"] for answer in local] == ["offline"] * 2


async def test_a_question_about_an_answer_of_this_computer(settings: Settings) -> None:
    """A local answer beside a service can be asked about by its id: the question does not climb."""
    server = AskTutorServer(replace(settings, server_url="http://127.0.0.1:1", access_token="t"), "0")
    async with Conversation(server.language_server) as conversation:
        editor = conversation.editor
        await editor.initialize()
        uri = await editor.open("print(totl)\n")
        first = await editor.answer(await editor.ask(uri, local=True))
        about = {"local": True, "question": "What is a name?", "followUpTo": first.ended["answerId"]}
        second = await editor.answer(await editor.ask(uri, **about))
        third = await editor.answer(await editor.ask(uri, local=True))
        await server.close()

    started = [answer.started or {} for answer in (first, second, third)]
    assert [one["label"] for one in started] == ["Hint 1 · question", "Hint 1 · question", "Hint 2 · concept"]
    assert started[1]["levelNote"] == ASKED


class TestSignedIn:
    """Settings with a service and a token."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        """Return settings with a service and a token."""
        return replace(settings, server_url=REMOTE, access_token="t")

    async def test_the_status_knows_module_and_messages(self, editor: Editor, tmp_path: Path) -> None:
        """The status names the module of the document opened last and, after an answer, the messages left today."""
        (tmp_path / ".tutor.toml").write_text('module = "loops"\n', encoding="utf-8")
        uri = await editor.open("x = 1\n", (tmp_path / "a.py").as_uri())

        await editor.hear(STATUS_DID_CHANGE, module="loops")
        await editor.answer(await editor.ask(uri))

        assert await editor.execute("tutor.status") == {
            "state": "ready",
            "message": "The tutor is ready.",
            "module": "loops",
            "remainingToday": 99,
        }
        assert len(editor.all_heard(STATUS_DID_CHANGE)) == 2

    async def test_yesterdays_count_is_not_shown(self, settings: Settings) -> None:
        """A count of messages holds until midnight in UTC."""
        days = iter([date(2026, 3, 1), date(2026, 3, 1), date(2026, 3, 2)])
        status = StatusReport(cast("Connected", None), choice_of(settings), today=lambda: next(days))
        status.counted(7)

        assert [status.message.remaining_today for _ in range(2)] == [7, None]

    async def test_signing_out_forgets_the_token(self, editor: Editor, tutor: ScriptedTutor) -> None:
        """Signing out closes the tutor and changes the status, and the next ask is refused."""
        uri = await editor.open("x = 1\n")
        await editor.answer(await editor.ask(uri))

        status = await editor.execute("tutor.signOut")
        answer = await editor.answer(await editor.ask(uri))

        assert (status["state"], status["command"]) == ("signedOut", "tutor.signIn")
        assert editor.all_heard(STATUS_DID_CHANGE)[-1] == status
        assert tutor.is_closed
        assert answer.ended["code"] == "UNAUTHENTICATED"

    async def test_signing_in_again_needs_nothing(self, editor: Editor) -> None:
        """`tutor.signIn` replies that the student is already signed in."""
        status = await editor.execute("tutor.signIn")

        assert status["state"] == "ready"
        assert editor.all_heard("window/showMessage") == [
            {"type": 3, "message": "You are signed in at tutor.uni.example."}
        ]


class TestWrongAddress:
    """Settings with an invalid URL."""

    async def test_an_ask_says_which(self, conversation: Conversation) -> None:
        """The status and the error of each ask name the invalid setting, and no connection is opened."""
        editor = conversation.editor
        await editor.initialize(initializationOptions={"serverUrl": "http://uni.example"})

        status = await editor.hear(STATUS_DID_CHANGE)
        answer = await editor.answer(await editor.ask(await editor.open("x = 1\n")))

        assert status["state"] == "offline"
        assert status["message"].startswith("The setting tutor.serverUrl must start with https://")
        assert (answer.ended["reason"], answer.ended["message"]) == ("refused", status["message"])
