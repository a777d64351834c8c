"""Asks through a real language server and a real service, with a fake model (guarantees E3 to E11)."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from aiohttp.test_utils import unused_port

from testing.certificates import self_signed_context
from testing.editor_side.editor import TUTOR_CLIENT, place
from testing.editor_side.positions import CODECS, NASTY, WIDTHS
from testing.editor_side.scripted_service import ScriptedService
from testing.editor_side.server_process import LANGUAGE_SERVER, process, stderr_of
from testing.editor_side.whole_path import editing, serving
from testing.fake_upstream import Behaviour, FakeUpstream
from testing.long_hints import long_hint
from testing.student_programs import ENDLESS, needs_proc, running_in
from testing.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from testing.editor_side.editor import Editor
    from testing.editor_side.scripted_service import Connection
    from testing.installations import Installation
    from testing.service import Service

pytestmark = pytest.mark.real_time

WORDS = long_hint(240)
SLOW = Behaviour(text=WORDS, token_seconds=0.02)
DID_END, STATUS = "tutor/answer/didEnd", "tutor/status/didChange"


@asynccontextmanager
async def killed(service: Service, folder: Path, upstream: FakeUpstream, editor: Editor) -> AsyncIterator[Service]:
    """Kill every process of the service, and yield it once it runs again at the same URL with the same data."""
    if workers := service.worker_ids():  # The parent process starts new workers by itself.
        for worker in workers:
            os.kill(worker, signal.SIGKILL)
        await editor.hear(STATUS, state="reconnecting")
        yield service
        return
    service.process.send_signal(signal.SIGKILL)
    await editor.hear(STATUS, state="reconnecting")
    service.kill()
    async with serving(folder, upstream, port=urlsplit(service.url).port or 0) as second:
        assert second.url == service.url
        yield second


async def test_e3_the_right_line_reaches_the_model(tmp_path: Path, upstream: FakeUpstream) -> None:
    """E3: with emoji, a BOM, form feeds and lone CRs, in each position encoding, the model gets the student's line."""
    async with serving(tmp_path, upstream) as service:
        for encoding, line_end in (("utf-8", "\n"), ("utf-16", "\r"), ("utf-32", "\r\n")):
            upstream.calls.clear()
            async with editing(tmp_path, service) as editor:
                await editor.initialize({**TUTOR_CLIENT, "general": {"positionEncodings": [encoding]}})
                uri = await editor.open(line_end.join(NASTY))
                for number, line in enumerate(NASTY):
                    end = len(line.encode(CODECS[encoding])) // WIDTHS[encoding]
                    await editor.answer(await editor.ask(uri, number, end))

            prompts = [str(call.body["messages"][-1]["content"]) for call in upstream.calls]
            assert len(prompts) == len(NASTY)
            for number, prompt in enumerate(prompts, 1):
                assert f"the cursor is on line {number}\n" in prompt
                assert f"{number} | {NASTY[number - 1].removeprefix(chr(0xFEFF))}\n" in prompt


async def test_e6_cancel_closes_the_models_stream(
    tmp_path: Path, upstream: FakeUpstream, installation: Installation
) -> None:
    """E6: a cancel ends the answer within 100 ms, and the model's stream is closed."""
    upstream.default = SLOW
    took = []
    running = serving(tmp_path, upstream, installation=installation)
    async with running as service, editing(tmp_path, service) as editor:
        await editor.initialize()
        uri = await editor.open("print(total)\n")
        for _ in range(3):  # A busy machine may be late once, so the fastest of three cancels counts.
            ask_id = await editor.ask(uri)
            await editor.hear("tutor/answer/didUpdate", askId=ask_id)
            began = time.monotonic()
            await editor.notify("tutor/answer/cancel", {"askId": ask_id})
            assert (await editor.hear(DID_END, askId=ask_id))["reason"] == "cancelled"
            took.append(time.monotonic() - began)
            call = upstream.calls[-1]
            await asyncio.wait_for(call.closed.wait(), 5)
            assert call.closed_by == "client"
            assert call.tokens_sent < len(SLOW.tokens)

    assert min(took) < 0.1


async def test_e8_service_killed_in_mid_stream_and_back(
    tmp_path: Path, upstream: FakeUpstream, installation: Installation
) -> None:
    """E8: if the service is killed during an answer and restarted, the answer ends as interrupted and keeps its text.

    The editor gets one status for the loss of the connection and one for its return, and no pop-up. The interrupted
    answer is not counted or repeated, and the next ask gets the same hint level.
    """
    upstream.default = SLOW
    running = serving(tmp_path, upstream, installation=installation)
    async with running as first, editing(tmp_path, first) as editor:
        await editor.initialize()
        uri = await editor.open("print(total)\n")
        ask_id = await editor.ask(uri)
        await editor.hear("tutor/answer/didUpdate", askId=ask_id)

        async with killed(first, tmp_path, upstream, editor) as second:
            answer = await editor.answer(ask_id)
            pending = "SELECT id FROM model_calls WHERE state IN ('reserved', 'sent')"
            await until(lambda: not second.query(pending))
            calls_so_far = len(upstream.calls)
            charged = second.query("SELECT coalesce(sum(messages), 0) FROM daily_usage")
            upstream.default = Behaviour(text="Look at line 1. What is total?")
            again = await editor.answer(await editor.ask(uri))
            states = [status["state"] for status in editor.all_heard(STATUS)]

            assert (answer.ended["reason"], answer.ended["code"]) == ("failed", "ANSWER_INTERRUPTED")
            assert answer.text
            assert WORDS.startswith(answer.text.strip())
            assert answer.seqs == list(range(len(answer.seqs)))
            assert states == ["ready", "connecting", "ready", "reconnecting", "ready"]
            assert editor.all_heard(STATUS)[3]["message"] == "Connection lost. Reconnecting…"
            assert editor.all_heard("window/showMessage") == []
            assert len([ended for ended in editor.all_heard(DID_END) if ended["askId"] == ask_id]) == 1
            assert (calls_so_far, charged) == (1, [(0,)])
            assert again.started is not None
            assert (again.started["hintLevel"], again.ended["reason"]) == (1, "completed")
            assert len(upstream.calls) == 2
            assert second.query("SELECT state, count(*) FROM model_calls GROUP BY state ORDER BY state") == [
                ("settled", 1),
                ("swept", 1),
            ]
            assert second.query("SELECT sum(messages) FROM daily_usage") == [(1,)]


async def test_e8_service_killed_for_good(tmp_path: Path, upstream: FakeUpstream) -> None:
    """E8: if the service does not come back, asks can be cancelled; there is one status change and no pop-up."""
    upstream.default = SLOW
    async with serving(tmp_path, upstream) as service, editing(tmp_path, service) as editor:
        await editor.initialize()
        uri = await editor.open("def f():\n    print(total)\n\n\ndef g():\n    print(total)\n")
        first = await editor.ask(uri, 1)
        await editor.hear("tutor/answer/didUpdate", askId=first)
        service.kill()
        await editor.hear(STATUS, state="reconnecting")
        second = await editor.ask(uri, 5)
        await editor.execute("tutor.cancel")
        answers = [await editor.answer(ask_id) for ask_id in (first, second)]

        assert [answer.ended["reason"] for answer in answers] == ["cancelled", "cancelled"]
        assert [status["state"] for status in editor.all_heard(STATUS)].count("reconnecting") == 1
        assert editor.all_heard("window/showMessage") == []


@pytest.mark.parametrize("fault", ["nobody listens", "certificate", "token"])
async def test_e10_what_stays_wrong_is_told_once(tmp_path: Path, upstream: FakeUpstream, fault: str) -> None:
    """E10: without a network, with a wrong certificate or an invalid token, every ask ends with the same reason.

    The status changes once for three simultaneous asks, and nothing pops up.
    """
    async with AsyncExitStack() as stack:
        if fault == "nobody listens":
            url = f"http://127.0.0.1:{unused_port()}"
        elif fault == "certificate":
            tls = self_signed_context(tmp_path)
            url = await stack.enter_async_context(ScriptedService(_stay_silent).serve(tls=tls))
        else:
            url = (await stack.enter_async_context(serving(tmp_path, upstream))).url
        environment = {**os.environ, "TUTOR_DATA_DIR": str(tmp_path / "student")}
        environment |= {"TUTOR_SERVER_URL": url, "TUTOR_ACCESS_TOKEN": "no.such.token"}
        server, editor = await stack.enter_async_context(process(*LANGUAGE_SERVER, env=environment))
        await editor.initialize()
        uri = await editor.open("".join(f"def f{number}():\n    print(total)\n" for number in range(4)))
        at_once = [await editor.ask(uri, line) for line in (1, 3, 5)]
        answers = [await editor.answer(ask_id) for ask_id in at_once]
        after_the_first = [status["state"] for status in editor.all_heard(STATUS)]
        answers.append(await editor.answer(await editor.ask(uri, 7)))
        states = [status["state"] for status in editor.all_heard(STATUS)]
        await editor.request("shutdown")
        await editor.notify("exit")
        errors = await stderr_of(server)

    reason, settled = ("refused", "signedOut") if fault == "token" else ("failed", "offline")
    assert {answer.ended["reason"] for answer in answers} == {reason}
    assert len({answer.ended["message"] for answer in answers}) == 1
    assert after_the_first == ["ready", "connecting", settled]
    assert states[3:] in ([], ["connecting", settled])
    assert editor.all_heard("window/showMessage") == []
    assert upstream.calls == []
    assert "Traceback" not in errors


async def _stay_silent(_connection: Connection) -> None:
    """Do nothing: the client closes the connection because of its certificate."""


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, None])
async def test_e11_a_running_program_goes_with_its_language_server(tmp_path: Path, how: signal.Signals | None) -> None:
    """E11: a running student program ends with the language server, even if the server is killed."""
    path = tmp_path / "main.py"
    await asyncio.to_thread(path.write_text, ENDLESS)
    environment = {**os.environ, "TUTOR_DATA_DIR": str(tmp_path / "data")}
    async with process(*LANGUAGE_SERVER, env=environment) as (server, editor):
        await editor.initialize()
        uri = await editor.open(ENDLESS, path.as_uri())
        params = {"command": "tutor.run", "arguments": [{"uri": uri}]}
        _, result = await editor.begin("workspace/executeCommand", params)
        await until((tmp_path / "begun").exists)
        assert len(running_in(tmp_path)) == 2
        if how is None:
            assert server.stdin is not None
            server.stdin.close()
        else:
            server.send_signal(how)
        await server.wait()
        await until(lambda: not running_in(tmp_path))
        await until(result.done)


async def test_a_run_and_an_ask_about_it(tmp_path: Path, upstream: FakeUpstream) -> None:
    """After a failed run, an ask from the code action at the failed line sends the traceback to the model."""
    path = tmp_path / "main.py"
    code = "grades = [1, 2]\n\n\ndef last():\n    return grades[2]\n\n\nlast()\n"
    await asyncio.to_thread(path.write_text, code)
    async with serving(tmp_path, upstream) as service, editing(tmp_path, service) as editor:
        await editor.initialize()
        uri = await editor.open(code, path.as_uri())
        ended = await editor.execute("tutor.run", {"uri": uri})
        (action,) = await editor.code_actions(uri, {"start": place(4, 0), "end": place(4, 0)}, automatic=True)
        answer = await editor.answer((await editor.request("workspace/executeCommand", action["command"]))["askId"])

    prompt = str(upstream.calls[-1].body["messages"][-1]["content"])
    assert ended["range"] == {"start": place(4, 11), "end": place(4, 20)}
    assert (answer.ended["reason"], answer.started and answer.started["errorType"]) == ("completed", "runtime")
    assert "the cursor is on line 5\n" in prompt
    assert "line 5: IndexError: list index out of range (Ask Tutor)" in prompt
    assert "IndexError: list index out of range\n" in prompt.partition("traceback\n")[2]
