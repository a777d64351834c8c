"""Asks: the messages that an editor gets, their order, and the end of an answer."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from testing.editor_side.editor import ErrorReply, place, span
from testing.editor_side.scripted_tutor import MESSAGE_ID, accepted, delta, done, error
from tutor_protocol import ErrorCode, Queued
from tutor_server.tutoring.speaking import OUTAGE_NOTE

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from testing.editor_side.editor import Conversation, Editor
    from testing.editor_side.scripted_tutor import ScriptedTutor
    from tutor_lsp.server import AskTutorServer
    from tutor_lsp.settings import Settings
    from tutor_protocol import Ask, FromService

CODE = "def fact(n)\n    return n * fact(n - 1)\n\n\ndef double(x):\n    return x * 2\n"
DID_END = "tutor/answer/didEnd"
DID_UPDATE = "tutor/answer/didUpdate"


async def test_an_answer_streams_in_order(editor: Editor, tutor: ScriptedTutor) -> None:
    """An answer consists of one didStart, its updates and one didEnd, all with the id that the command returned."""
    uri = await editor.open(CODE)

    ask_id = await editor.ask(uri, 0, 4)
    answer = await editor.answer(ask_id)

    assert answer.started == {
        "askId": ask_id,
        "uri": uri,
        "range": span(0, 0, 11),
        "hintLevel": 1,
        "maxHintLevel": 5,
        "errorType": "syntax",
        "label": "Hint 1 · question",
    }
    assert (answer.text, answer.seqs) == ("Look at line 1.", [0, 1])
    assert answer.ended == {
        "askId": ask_id,
        "reason": "completed",
        "messageId": str(MESSAGE_ID),
        "answerId": str(MESSAGE_ID),
        "provider": "scripted",
        "fallback": False,
        "withheld": False,
        "ai": False,
        "remainingToday": 99,
        "stale": False,
    }
    assert [ask.code for ask in tutor.asks] == [CODE]


async def in_line(ask: Ask) -> AsyncGenerator[FromService, None]:
    """Yield an answer that waits in the queue first."""
    yield accepted(ask)
    for number in (12, 1, 0):
        yield Queued(request_id=ask.request_id, place=number)
    yield delta(ask, 0, "Look.")
    yield done(ask)


async def test_an_ask_in_the_queue_says_its_place(editor: Editor, tutor: ScriptedTutor) -> None:
    """Each place in the queue is a didQueue between didStart and the first update, with the place in words."""
    tutor.script = in_line
    uri = await editor.open(CODE)

    ask_id = await editor.ask(uri, 0, 4)
    answer = await editor.answer(ask_id)

    assert (answer.text, answer.ended["reason"]) == ("Look.", "completed")
    assert editor.all_heard("tutor/answer/didQueue") == [
        {"askId": ask_id, "place": 12, "message": "Waiting: 12th in line"},
        {"askId": ask_id, "place": 1, "message": "Waiting: next in line"},
        {"askId": ask_id, "place": 0},
    ]


async def test_a_question_names_the_answer_that_it_is_about(editor: Editor, tutor: ScriptedTutor) -> None:
    """A `followUpTo` in the argument becomes the `follow_up_to` of the ask; without one the ask is about no answer."""
    uri = await editor.open(CODE)

    await editor.answer(await editor.ask(uri))
    await editor.answer(await editor.ask(uri, question="what is n?", followUpTo=str(MESSAGE_ID)))

    assert [ask.follow_up_to for ask in tutor.asks] == [None, str(MESSAGE_ID)]


async def test_an_ask_tells_documents_apart_without_their_names(editor: Editor, tutor: ScriptedTutor) -> None:
    """Asks about one document have one `document_id`, asks about two documents have two; no name can be read in it."""
    first, second = await editor.open(CODE), await editor.open(CODE, "file:///work/other.py")

    for uri in (first, first, second):
        await editor.answer(await editor.ask(uri))

    ids = [ask.document_id for ask in tutor.asks]
    assert ids[0] == ids[1] != ids[2]
    assert all(each is not None and re.fullmatch("[0-9a-f]{32}", each) for each in ids)


async def test_the_command_is_answered_before_the_answer_starts(editor: Editor) -> None:
    """The reply with the ask's id is sent before the first notification with this id."""
    uri = await editor.open(CODE)

    await editor.answer(await editor.ask(uri))

    replies = [number for number, method in enumerate(editor.order) if method == "reply"]
    assert editor.order.index("tutor/answer/didStart") > replies[-1]


async def test_the_clients_own_id_is_the_request_id(editor: Editor, tutor: ScriptedTutor) -> None:
    """An `askId` in the argument becomes the `request_id`; repeated during the answer, it begins no second ask."""
    tutor.script = tutor.half_then_wait
    uri, own_id = await editor.open(CODE), str(uuid4())

    first = await editor.ask(uri, askId=own_id)
    await editor.hear(DID_UPDATE)
    second = await editor.ask(uri, askId=own_id.upper())
    tutor.gate.set()
    answer = await editor.answer(own_id)

    assert first == second == own_id
    assert answer.text == "Look at line 1."
    assert [str(ask.request_id) for ask in tutor.asks] == [own_id]


@pytest.mark.parametrize(
    "argument",
    [
        {},
        {"uri": "file:///work/fact.py"},
        {"uri": "file:///work/fact.py", "position": {"line": -1, "character": 0}},
        {"uri": "file:///work/fact.py", "position": {"line": 0, "character": 0}, "askId": "one"},
        {"uri": "file:///work/fact.py", "position": {"line": 0, "character": 0}, "local": "yes"},
        {"uri": "file:///work/fact.py", "position": {"line": 0, "character": 0}, "question": "x" * 4001},
        {"uri": "file:///work/fact.py", "position": {"line": 0, "character": 0}, "diagnostics": [{"message": 1}]},
        {"uri": "file:///etc/passwd", "position": {"line": 0, "character": 0}},
        {"uri": "file:///work/notes.md", "position": {"line": 0, "character": 0}},
        "file:///work/fact.py",
        None,
    ],
)
async def test_a_wrong_argument_is_refused_cleanly(editor: Editor, tutor: ScriptedTutor, argument: Any) -> None:
    """An argument of the wrong shape gets an InvalidParams error of one sentence, and no ask is sent."""
    await editor.open(CODE)
    await editor.open("# Notes\n", "file:///work/notes.md", language="markdown")

    with pytest.raises(ErrorReply) as refused:
        await editor.request("workspace/executeCommand", {"command": "tutor.ask", "arguments": [argument]})

    assert refused.value.code == -32602
    assert set(refused.value.error) == {"code", "message"}
    assert "\n" not in str(refused.value)
    assert tutor.asks == []


@pytest.mark.real_time
@pytest.mark.parametrize("by", ["notification", "command", "all"])
async def test_e6_cancel_ends_the_answer_at_once(editor: Editor, tutor: ScriptedTutor, by: str) -> None:
    """E6: each way to cancel an ask ends the answer once, within 100 ms, and closes the tutor's stream."""
    tutor.script = tutor.half_then_wait
    uri = await editor.open(CODE)
    ask_id = await editor.ask(uri)
    await editor.hear(DID_UPDATE)

    began = time.monotonic()
    if by == "notification":
        await editor.notify("tutor/answer/cancel", {"askId": ask_id})
    else:
        await editor.execute("tutor.cancel", {"askId": ask_id} if by == "command" else None)
    answer = await editor.answer(ask_id)
    took = time.monotonic() - began
    await editor.until(lambda: tutor.closed_streams)
    await editor.notify("tutor/answer/cancel", {"askId": ask_id})
    await editor.execute("tutor.status")

    assert answer.ended == {
        "askId": ask_id,
        "reason": "cancelled",
        "code": "CANCELLED",
        "message": "Stopped.",
        "remainingToday": 99,
    }
    assert answer.text == "Look at "
    assert took < 0.1
    assert len(editor.all_heard(DID_END)) == 1


async def test_e6_cancel_does_not_wait_for_the_tutor(editor: Editor, tutor: ScriptedTutor) -> None:
    """E6: a cancelled answer ends at once, even if the tutor takes long to close its stream."""

    async def slow_to_close(ask: Ask) -> AsyncGenerator[FromService, None]:
        yield accepted(ask)
        try:
            await tutor.gate.wait()
        finally:
            await tutor.gate.wait()

    tutor.script = slow_to_close
    uri = await editor.open(CODE)
    ask_id = await editor.ask(uri)
    await editor.hear("tutor/answer/didStart")

    await editor.notify("tutor/answer/cancel", {"askId": ask_id})
    answer = await editor.answer(ask_id)
    was_closed = list(tutor.closed_streams)
    tutor.gate.set()

    assert (answer.ended["reason"], was_closed) == ("cancelled", [])


async def test_e5_an_edit_marks_the_answer_stale(editor: Editor, tutor: ScriptedTutor) -> None:
    """E5: if the code is edited during an answer, the answer continues, and its end is marked as stale."""
    tutor.script = tutor.half_then_wait
    uri = await editor.open(CODE)
    ask_id = await editor.ask(uri, 0, 4)
    await editor.hear(DID_UPDATE)

    await editor.change(uri, ":", {"start": place(0, 11), "end": place(0, 11)})
    await editor.execute("tutor.status")
    tutor.gate.set()
    answer = await editor.answer(ask_id)

    assert (answer.text, answer.ended["reason"], answer.ended["stale"]) == ("Look at line 1.", "completed", True)


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({"start": place(0, 0), "end": place(0, 0)}, "import math\n\n\ndef other():\n    pass\n\n\n"),
        ({"start": place(5, 16), "end": place(5, 16)}, "0"),
        ({"start": place(1, 4), "end": place(1, 4)}, "# a note\n    "),
        (None, "import math\n" + CODE),
    ],
)
async def test_e5_an_edit_elsewhere_does_not(editor: Editor, tutor: ScriptedTutor, where: Any, text: str) -> None:
    """E5: inserted lines above, edits of another function and edits of comments do not make an answer stale."""
    tutor.script = tutor.half_then_wait
    uri = await editor.open(CODE)
    ask_id = await editor.ask(uri, 0, 4)
    await editor.hear(DID_UPDATE)

    await editor.change(uri, text, where)
    await editor.execute("tutor.status")
    tutor.gate.set()
    answer = await editor.answer(ask_id)

    assert answer.ended["stale"] is False


async def test_asking_again_at_the_same_place_replaces_the_answer(editor: Editor, tutor: ScriptedTutor) -> None:
    """A second ask in the same function stops the first, but an ask in another function runs in parallel."""
    tutor.script = tutor.half_then_wait
    uri = await editor.open(CODE)

    first = await editor.ask(uri, 0, 4)
    await editor.hear(DID_UPDATE, askId=first)
    elsewhere = await editor.ask(uri, 5, 4)
    await editor.hear(DID_UPDATE, askId=elsewhere)
    await editor.change(uri, "\n\n", {"start": place(0, 0), "end": place(0, 0)})
    second = await editor.ask(uri, 3, 8, question="Why?")
    await editor.hear(DID_UPDATE, askId=second)
    tutor.gate.set()
    answers = [await editor.answer(ask_id) for ask_id in (first, elsewhere, second)]

    assert [answer.ended["reason"] for answer in answers] == ["cancelled", "completed", "completed"]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (ErrorCode.RATE_LIMITED, "refused"),
        (ErrorCode.DAILY_CAP_REACHED, "refused"),
        (ErrorCode.GLOBAL_LIMIT_REACHED, "refused"),
        (ErrorCode.BUDGET_BUSY, "refused"),
        (ErrorCode.BUDGET_REACHED, "refused"),
        (ErrorCode.PAYLOAD_TOO_LARGE, "refused"),
        (ErrorCode.AI_UNAVAILABLE, "failed"),
        (ErrorCode.SHUTTING_DOWN, "failed"),
        (ErrorCode.LIMITER_UNAVAILABLE, "failed"),
        (ErrorCode.CANCELLED, "cancelled"),
    ],
)
async def test_an_error_ends_the_answer_with_its_reason(
    editor: Editor, tutor: ScriptedTutor, code: ErrorCode, reason: str
) -> None:
    """An error of the service reaches the editor with its code, its sentence and the time of the next attempt."""

    async def refuse(ask: Ask) -> AsyncGenerator[FromService, None]:
        yield error(ask, code, "Please wait.", retry_after=30)

    tutor.script = refuse
    uri = await editor.open(CODE)

    answer = await editor.answer(await editor.ask(uri))

    assert answer.started is None
    assert answer.ended == {
        "askId": answer.ended["askId"],
        "reason": reason,
        "code": code.value,
        "message": "Please wait.",
        "retryAfter": 30,
    }


async def _breaks(ask: Ask) -> AsyncGenerator[FromService, None]:
    yield accepted(ask)
    raise RuntimeError(f"secret {ask.code}")


async def _stops_short(ask: Ask) -> AsyncGenerator[FromService, None]:
    yield accepted(ask)
    yield delta(ask, 0, "Look")


@pytest.mark.parametrize("script", [_breaks, _stops_short])
async def test_e2_a_faulty_tutor_still_ends_the_answer(
    editor: Editor, tutor: ScriptedTutor, script: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """E2: if the tutor raises or its stream ends too early, the answer ends with one error; the log has no code."""
    tutor.script = script
    uri = await editor.open(CODE)

    answer = await editor.answer(await editor.ask(uri))

    assert (answer.ended["reason"], answer.ended["code"]) == ("failed", "INTERNAL_ERROR")
    assert "secret" not in answer.ended["message"]
    assert "secret" not in caplog.text
    assert "fact" not in caplog.text


async def test_e2_a_tutor_that_cannot_be_built_still_ends_the_answer(
    editor: Editor, tutor: ScriptedTutor, server: AskTutorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E2: if the tutor cannot be built, the answer ends with one error, and the next ask tries to build it again."""
    builds = iter([OSError("/home/student/no"), None])

    def build(_settings: Settings, _access: object, _on_status: object) -> ScriptedTutor:
        failure = next(builds)
        if failure is not None:
            raise failure
        return tutor

    monkeypatch.setattr(server._choice, "_build", build)
    uri = await editor.open(CODE)

    answers = [await editor.answer(await editor.ask(uri)) for _ in range(2)]

    assert [answer.ended["reason"] for answer in answers] == ["failed", "completed"]
    assert "student" not in answers[0].ended["message"]


async def test_what_the_student_adds_goes_along(editor: Editor, tutor: ScriptedTutor) -> None:
    """A question and a traceback in the command's argument are sent with the ask."""
    uri = await editor.open(CODE)

    await editor.answer(
        await editor.ask(uri, question=" Why? ", traceback="\x1b[31mTraceback\x1b[0m\r\n  x\r\nNameError: n\n")
    )

    assert [(ask.question, ask.traceback) for ask in tutor.asks] == [("Why?", "Traceback\n  x\nNameError: n")]


async def test_rating_reaches_the_tutor(editor: Editor, tutor: ScriptedTutor) -> None:
    """`tutor.rate` forwards a boolean and refuses any other value."""
    await editor.execute("tutor.rate", {"messageId": str(MESSAGE_ID), "helpful": False})

    with pytest.raises(ErrorReply) as refused:
        await editor.execute("tutor.rate", {"messageId": str(MESSAGE_ID), "helpful": "no"})

    assert tutor.ratings == [(str(MESSAGE_ID), False)]
    assert refused.value.code == -32602


def _more_than(editor: Editor, method: str, count: int) -> bool:
    return len(editor.all_heard(method)) > count


WINDOW = {"workDoneProgress": True, "showDocument": {"support": True}}


class TestStranger:
    """An editor that does not support the tutor's own messages."""

    async def test_gets_a_document(self, conversation: Conversation, settings: Settings) -> None:
        """The whole answer is opened as a Markdown file in the data folder; only the user can read this file."""
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: {"success": True}
        await editor.initialize({"window": WINDOW})
        uri = await editor.open(CODE)

        await editor.ask(uri)
        shown = await editor.hear("window/showDocument")

        (path,) = (settings.data_dir / "answers").iterdir()
        assert shown == {"uri": path.as_uri(), "external": False}
        assert path.read_text("utf-8") == "**Hint 1 · question · line 1**\n\nLook at line 1.\n"
        assert path.stat().st_mode & 0o077 == 0
        assert [heard.method for heard in editor.heard] == ["window/showDocument"]

    @pytest.mark.parametrize(("name", "names"), [("Zed", 1), ("helix", 3), ("Eglot", 3)])
    async def test_gets_one_growing_document_for_each_file(
        self, conversation: Conversation, settings: Settings, name: str, names: int
    ) -> None:
        """Hints about a file are in one document, the newest on top; where old text would stay, it is renamed."""
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: {"success": True}
        await editor.initialize({"window": WINDOW}, clientInfo={"name": name})
        uri = await editor.open(CODE)
        other = await editor.open(CODE, "file:///work/other.py")

        for number, (asked, line) in enumerate([(uri, 0), (uri, 5), (other, 0), (uri, 0)]):
            await editor.ask(asked, line)
            await editor.until(partial(_more_than, editor, "window/showDocument", number))

        shown = [one["uri"] for one in editor.all_heard("window/showDocument")]
        texts = {path.as_uri(): path.read_text("utf-8") for path in (settings.data_dir / "answers").iterdir()}
        hint = "**Hint 1 · question · line {}**\n\nLook at line 1.\n"
        assert len({shown[0], shown[1], shown[3]}) == names
        assert texts == {
            shown[2]: hint.format(1),
            shown[3]: "\n---\n\n".join(hint.format(line) for line in (1, 6, 1)),
        }

    async def test_keeps_few_hints(self, conversation: Conversation, settings: Settings) -> None:
        """A document holds the latest 20 hints."""
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: {"success": True}
        await editor.initialize({"window": WINDOW})
        uri = await editor.open(CODE)

        for number in range(22):
            await editor.ask(uri)
            await editor.until(partial(_more_than, editor, "window/showDocument", number))

        (path,) = (settings.data_dir / "answers").iterdir()
        assert path.read_text("utf-8").count("**Hint 1") == 20

    async def test_keeps_few_documents(self, conversation: Conversation, settings: Settings) -> None:
        """Only the documents about the latest 20 files are kept on disk."""
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: {"success": True}
        await editor.initialize({"window": WINDOW})

        for number in range(22):
            await editor.ask(await editor.open(CODE, f"file:///work/{number}.py"))
            await editor.until(partial(_more_than, editor, "window/showDocument", number))

        assert len(list((settings.data_dir / "answers").iterdir())) == 20

    async def test_sees_which_words_are_of_a_model(self, conversation: Conversation, tutor: ScriptedTutor) -> None:
        """The heading of an answer with words of a model says so."""

        async def of_a_model(ask: Ask) -> AsyncGenerator[FromService, None]:
            yield accepted(ask)
            yield delta(ask, 0, "Look.")
            yield replace(done(ask), ai=True)

        tutor.script = of_a_model
        await conversation.editor.initialize({})
        await conversation.editor.ask(await conversation.editor.open(CODE))

        shown = await conversation.editor.hear("window/showMessage")
        assert shown["message"] == "Hint 1 · question · AI-generated, can be wrong\n\nLook."

    @pytest.mark.parametrize(
        ("capabilities", "reply"),
        [({}, None), ({"window": {"showDocument": {"support": True}}}, {"success": False})],
    )
    async def test_gets_a_message(self, conversation: Conversation, capabilities: Any, reply: Any) -> None:
        """If the editor cannot show documents, or does not show this one, the answer is shown as a message."""
        editor = conversation.editor
        editor.replies["window/showDocument"] = lambda _: reply
        await editor.initialize(capabilities)
        uri = await editor.open(CODE)

        await editor.ask(uri)

        shown = await editor.hear("window/showMessage")
        assert shown == {"type": 3, "message": "Hint 1 · question\n\nLook at line 1."}

    async def test_gets_a_message_where_nothing_can_be_written(
        self, conversation: Conversation, settings: Settings
    ) -> None:
        """If the data folder cannot be used, the answer is shown as a message."""
        settings.data_dir.write_text("a file, where the folder should be")
        await conversation.editor.initialize({"window": WINDOW})

        await conversation.editor.ask(await conversation.editor.open(CODE))

        assert (await conversation.editor.hear("window/showMessage"))["message"].startswith("Hint 1")

    async def test_hears_of_a_refusal_once(self, conversation: Conversation, tutor: ScriptedTutor) -> None:
        """A refusal is shown as one warning with the service's sentence."""

        async def refuse(ask: Ask) -> AsyncGenerator[FromService, None]:
            yield error(ask, ErrorCode.DAILY_CAP_REACHED, "You have reached your daily usage limit.")

        tutor.script = refuse
        await conversation.editor.initialize({})
        await conversation.editor.ask(await conversation.editor.open(CODE))

        shown = await conversation.editor.hear("window/showMessage")
        assert shown == {"type": 2, "message": "You have reached your daily usage limit."}

    async def test_sees_progress_and_can_cancel_it(self, conversation: Conversation, tutor: ScriptedTutor) -> None:
        """E6: a long answer is reported by `$/progress` with its hint level, and cancelling this cancels the answer."""
        editor = conversation.editor
        editor.replies["window/workDoneProgress/create"] = lambda _: None
        tutor.script = tutor.half_then_wait
        await editor.initialize({"window": {"workDoneProgress": True}})
        uri = await editor.open(CODE)

        ask_id = await editor.ask(uri)
        await editor.until(lambda: len(editor.all_heard("$/progress")) >= 2)
        await editor.notify("window/workDoneProgress/cancel", {"token": ask_id})
        shown = await editor.hear("window/showMessage")
        progress = editor.all_heard("$/progress")

        assert [(step["token"], step["value"]["kind"]) for step in progress] == [
            (ask_id, "begin"),
            (ask_id, "report"),
            (ask_id, "end"),
        ]
        assert progress[0]["value"]["cancellable"] is True
        assert progress[1]["value"]["message"] == "Hint 1 · question"
        assert shown["message"] == "Hint 1 · question\n\nLook at \n\n*Stopped.*"
        await editor.until(lambda: tutor.closed_streams)

    async def test_sees_the_place_in_the_queue(self, conversation: Conversation, tutor: ScriptedTutor) -> None:
        """The progress of an ask in the queue says its place, and no longer once the wait is over."""

        async def waits(ask: Ask) -> AsyncGenerator[FromService, None]:
            yield accepted(ask)
            yield Queued(request_id=ask.request_id, place=3)
            await going_on.wait()
            yield Queued(request_id=ask.request_id, place=0)
            yield done(ask)

        editor, going_on = conversation.editor, asyncio.Event()
        editor.replies["window/workDoneProgress/create"] = lambda _: None
        tutor.script = waits
        await editor.initialize({"window": {"workDoneProgress": True}})
        await editor.ask(await editor.open(CODE))
        await editor.until(lambda: len(editor.all_heard("$/progress")) >= 2)
        going_on.set()
        await editor.until(lambda: len(editor.all_heard("$/progress")) >= 4)

        assert [step["value"].get("message") for step in editor.all_heard("$/progress")] == [
            None,
            "Hint 1 · question · Waiting: 3rd in line",
            "Hint 1 · question",
            None,
        ]

    async def test_is_told_of_an_outage_once(self, conversation: Conversation, tutor: ScriptedTutor) -> None:
        """During an outage the answer begins with the service's sentence about it, and the server adds no other."""

        async def fallen_back(ask: Ask) -> AsyncGenerator[FromService, None]:
            yield accepted(ask, 3)
            yield delta(ask, 0, OUTAGE_NOTE)
            yield delta(ask, 1, "Look.")
            yield done(ask, 3, provider="offline", fallback=True)

        tutor.script = fallen_back
        await conversation.editor.initialize({})
        await conversation.editor.ask(await conversation.editor.open(CODE))

        shown = await conversation.editor.hear("window/showMessage")
        assert shown["message"] == f"Hint 3 · structure\n\n{OUTAGE_NOTE}Look."

    async def test_may_choose_the_way(self, conversation: Conversation) -> None:
        """The setting `answerIn` takes precedence over the capabilities that the editor declares."""
        editor = conversation.editor
        await editor.initialize(initializationOptions={"answerIn": "message"})

        await editor.ask(await editor.open(CODE))

        assert (await editor.hear("window/showMessage"))["type"] == 3
        assert editor.all_heard(DID_END) == []
