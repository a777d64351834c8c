"""P1 to P9 of docs/guarantees.md, with one process and with several: the effects of providers' faults."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import pytest_asyncio

from testing.chat_client import CODE, text_of
from testing.editor_side.server_process import LANGUAGE_SERVER, process
from testing.fake_upstream import Behaviour
from testing.faults.classroom import ORDERS, UNAVAILABLE, Classroom, Seat, classroom
from testing.faults.short_times import program
from testing.installations import KINDS, installation_of
from testing.long_hints import long_hint
from testing.required import REQUIRE_ALL
from tutor_server.tutoring.speaking import OUTAGE_NOTE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from testing.installations import Installation

WORDS = long_hint(80)
AFTER_TEXT = 41
"""The number of tokens before a fault: ten sentences, and the first word of another."""
MEGABYTE = 1024 * 1024
FIRST_CONTENT, BETWEEN_CONTENTS, PINGS = 1.5, 0.8, 3.0
ROOMS = [(kind, order) for kind in KINDS for order in ORDERS]
if not REQUIRE_ALL:
    # Each wire format and each installation is tested, but not every combination of them.
    ROOMS.remove(("postgres", ORDERS[1]))
HASTY = program(pass_over=0, first_content=FIRST_CONTENT, between_contents=BETWEEN_CONTENTS, pings=PINGS)

pytestmark = [pytest.mark.real_time, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(
    scope="module", loop_scope="module", params=ROOMS, ids=[f"{kind}-{a}" for kind, (a, _) in ROOMS]
)
async def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Classroom]:
    """Return a service with short provider deadlines and without a circuit breaker."""
    kind, order = request.param
    folder = tmp_path_factory.mktemp("hasty")
    async with classroom(folder, installation_of(kind, request), order=order, program=HASTY) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def seat(room: Classroom) -> AsyncIterator[Seat]:
    """Return a new student of this service."""
    async with room.seat() as taken:
        yield taken


@pytest_asyncio.fixture(loop_scope="module")
async def usual(installation: Installation, tmp_path: Path) -> AsyncIterator[Seat]:
    """Return a student of another service, with the default deadlines and breaker."""
    async with classroom(tmp_path, installation) as running, running.seat() as taken:
        yield taken


def require_clean(seat: Seat, *answers: list[dict[str, Any]]) -> None:
    """Check that frames and log contain no traceback, path or student's code."""
    for answer in answers:
        assert not [frame for frame in answer if "Traceback" in frame.get("content", "")]
    for line in seat.room.service.lines:
        assert "Traceback" not in line
        assert CODE.splitlines()[1].strip() not in line


async def test_p1_a_short_wait_is_waited_and_a_long_one_is_not(usual: Seat) -> None:
    """P1: after 429 with Retry-After 1 the provider is called again; with 3600 the next provider is called."""
    first, second = usual.room.first, usual.room.second
    first.play(Behaviour(status=429, headers={"Retry-After": "1"}))
    waited = await usual.chat.answer()
    first.play(Behaviour(status=429, headers={"Retry-After": "3600"}))
    passed_on = await usual.chat.answer()
    spared = await usual.chat.answer()

    refused, answered, refused_for_long = first.calls
    assert refused.closed_at is not None
    assert answered.opened_at - refused.closed_at >= 1
    assert (waited[-1]["provider"], waited[-1]["fallback"]) == ("anthropic", False)
    assert refused_for_long.closed_at is not None
    assert second.calls[0].opened_at - refused_for_long.closed_at < 2
    assert [(end["provider"], end["fallback"]) for end in (passed_on[-1], spared[-1])] == [("openai", True)] * 2
    outcomes = ["rate_limited", "completed", "rate_limited", "completed", "completed"]
    assert [outcome for _, outcome in usual.rows()] == outcomes
    assert usual.bills() == [False, True, False, True, True]
    assert usual.stands() == (3, 3)


@pytest.mark.parametrize(
    ("behaviour", "outcomes", "is_billed"),
    [
        (Behaviour(status=500), ["server_error"] * 2, False),
        (Behaviour(status=529), ["overloaded"] * 2, False),
        (Behaviour(fault="drop"), ["interrupted"] * 2, True),
        (Behaviour(fault="no_head"), ["timeout"], True),
        (Behaviour(fault="silence"), ["timeout"], True),
    ],
    ids=["500", "529", "closes", "no head", "silent"],
)
async def test_p2_another_provider_answers(
    seat: Seat, behaviour: Behaviour, outcomes: list[str], *, is_billed: bool
) -> None:
    """P2: a provider that fails before any text is retried if the fault may be temporary, then the next one answers."""
    seat.room.first.play(*[behaviour] * len(outcomes))
    seat.room.second.play(Behaviour(text=WORDS))

    frames = await seat.chat.answer()

    one, other = seat.room.order
    assert text_of(frames) == WORDS
    assert (frames[-1]["provider"], frames[-1]["fallback"]) == (other, True)
    assert seat.rows() == [*((one, outcome) for outcome in outcomes), (other, "completed")]
    assert seat.bills() == [*[is_billed] * len(outcomes), True]
    assert seat.stands() == (1, 1)


async def test_p2_where_nobody_listens_another_provider_answers(seat: Seat) -> None:
    """P2: if the connection is refused, the next provider answers without delay, at no cost."""
    async with seat.room.first.away():
        frames = await seat.chat.answer()

    one, other = seat.room.order
    assert (frames[-1]["provider"], frames[-1]["fallback"]) == (other, True)
    assert seat.rows() == [(one, "unreachable"), (one, "unreachable"), (other, "completed")]
    assert seat.bills() == [False, False, True]


async def test_p2_all_down_uses_up_nothing(seat: Seat) -> None:
    """P2: if all providers fail, the fixed text is sent, nothing is used up, and the request can be repeated."""
    before = await seat.chat.answer()
    request_id = str(uuid4())
    for upstream in (seat.room.first, seat.room.second):
        upstream.play(*[Behaviour(status=500)] * 2)
    failed = await seat.chat.answer(request_id=request_id)
    stood = seat.stands()
    bills = seat.bills()
    again = await seat.chat.answer(request_id=request_id)

    assert [frame["type"] for frame in failed] == ["accepted", "error"]
    assert (failed[-1]["code"], failed[-1]["content"]) == ("AI_UNAVAILABLE", UNAVAILABLE)
    assert failed[-1]["retryable"] is True
    assert (stood, bills) == ((1, 1), [True, False, False, False, False])
    assert (again[-1]["type"], again[0]["hint_level"]) == ("done", 2)
    assert again[0]["remaining_today"] == before[0]["remaining_today"] - 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("end", "interrupted"),  # guarantee P3
        ("fin", "interrupted"),
        ("reset", "interrupted"),
        ("inside_event", "interrupted"),
        ("bad_json", "invalid_response"),  # guarantee P4
        ("bad_utf8", "invalid_response"),
        ("error_event", "overloaded"),  # guarantee P5
        ("silence", "timeout"),  # guarantee P6
        ("pings", "timeout"),
    ],
)
async def test_p3_p4_p5_p6_a_fault_after_text_interrupts(seat: Seat, fault: Any, outcome: str) -> None:
    """P3, P4, P5, P6: a fault after text interrupts the answer, keeps its text, and bills the call once."""
    seat.room.first.play(Behaviour(text=WORDS, fault=fault, tokens_before_fault=AFTER_TEXT))
    request_id = str(uuid4())

    frames = await seat.chat.answer(request_id=request_id)
    shown = text_of(frames)
    replayed = await seat.chat.answer(request_id=request_id)

    assert (frames[-1]["code"], frames[-1]["retryable"]) == ("ANSWER_INTERRUPTED", True)
    assert shown
    assert WORDS.startswith(shown)
    assert replayed == frames
    assert seat.rows("provider, outcome, is_estimated, output_tokens >= 10") == [
        (seat.room.order[0], outcome, True, True)
    ]
    assert seat.bills() == [True]
    assert seat.stands() == (1, 1)
    assert seat.room.second.calls == []
    require_clean(seat, frames, replayed)


@pytest.mark.parametrize("fault", ["html", "bad_json", "bad_utf8"])
async def test_p4_what_is_no_answer_at_all(seat: Seat, fault: Any) -> None:
    """P4: after a web page or garbage instead of a stream, another provider answers if there is one."""
    one, other = seat.room.order
    behaviour = Behaviour(fault=fault)
    seat.room.first.play(behaviour)
    answered = await seat.chat.answer()
    seat.room.first.play(behaviour)
    seat.room.second.play(behaviour)
    failed = await seat.chat.answer()

    assert (answered[-1]["provider"], answered[-1]["fallback"]) == (other, True)
    assert (failed[-1]["code"], failed[-1]["content"]) == ("AI_UNAVAILABLE", UNAVAILABLE)
    invalid = "invalid_response"
    assert seat.rows() == [(one, invalid), (other, "completed"), (one, invalid), (other, invalid)]
    assert seat.stands() == (1, 1)
    require_clean(seat, answered, failed)


@pytest.mark.parametrize(
    ("behaviour", "deadline"),
    [(Behaviour(fault="pings"), PINGS), (Behaviour(bytes=True, byte_seconds=1), FIRST_CONTENT)],
    ids=["pings", "drips"],
)
async def test_p6_what_keeps_a_stream_open_is_no_content(seat: Seat, behaviour: Behaviour, deadline: float) -> None:
    """P6: a stream of bytes is closed at the content deadline, one of pings at theirs; another provider answers."""
    seat.room.first.play(behaviour)

    frames = await seat.chat.answer()

    one, other = seat.room.order
    (call,) = seat.room.first.calls
    assert call.closed_at is not None
    assert call.closed_by == "client"
    assert deadline - 0.5 < call.closed_at - call.opened_at < deadline + 3
    assert frames[-1]["provider"] == other
    assert seat.rows() == [(one, "timeout"), (other, "completed")]
    assert seat.bills() == [True, True]


@pytest.mark.parametrize("behaviour", [Behaviour(bytes=True), Behaviour(unknown=True)], ids=["bytes", "unknown"])
async def test_p7_however_it_comes_it_is_the_same(seat: Seat, behaviour: Behaviour) -> None:
    """P7: single bytes, or unknown events in between, give the same text, end and usage."""
    plain = await seat.chat.answer()
    seat.room.first.play(behaviour)
    odd = await seat.chat.answer()

    assert text_of(odd) == text_of(plain)
    assert (odd[-1]["type"], odd[-1]["usage"]) == ("done", plain[-1]["usage"] | {"input_tokens": 25})
    assert [outcome for _, outcome in seat.rows()] == ["completed"] * 2


async def test_p8_a_huge_event_takes_no_memory(seat: Seat) -> None:
    """P8: an event of 50 MB is cut off, and the memory of no process of the service grows by 20 MB."""
    workers = [Process(number) for number in seat.room.service.worker_ids() or [seat.room.service.process.pid]]
    seat.room.first.play(Behaviour(text=WORDS, fault="huge_event", tokens_before_fault=AFTER_TEXT))
    for worker in workers:
        worker.forget_peak()
    before = [worker.peak for worker in workers]

    frames = await seat.chat.answer()

    assert frames[-1]["code"] == "ANSWER_INTERRUPTED"
    assert seat.rows() == [(seat.room.order[0], "invalid_response")]
    call = seat.room.first.calls[0]
    await asyncio.wait_for(call.closed.wait(), 5)
    assert call.closed_by == "client"
    grown = [worker.peak - peak for worker, peak in zip(workers, before, strict=True)]
    assert max(grown) < 20 * MEGABYTE


async def test_p9_a_wrong_key(usual: Seat) -> None:
    """P9: with a wrong key each ask gets one clear sentence, and the log one error that names the key's variable."""
    for upstream in (usual.room.first, usual.room.second):
        upstream.key = "another key"

    answers = [await usual.chat.answer() for _ in range(3)]

    assert [(answer[-1]["code"], answer[-1]["content"]) for answer in answers] == [("AI_UNAVAILABLE", UNAVAILABLE)] * 3
    errors = [entry for entry in usual.room.service.log if entry["level"] == "error"]
    assert [(entry["event"], entry["outcome"], entry["upstream_status"]) for entry in errors] == [
        ("model_call", "authentication", 401)
    ] * 2
    named = [entry["upstream_message"].rpartition("; check ")[2] for entry in errors]
    assert named == ["ANTHROPIC_API_KEY", "OPENAI_API_KEY"]
    assert usual.bills() == [False, False]
    assert usual.stands() == (0, 0)
    require_clean(usual, *answers)


async def test_p2_an_offline_hint_says_once_that_it_is_one(installation: Installation, tmp_path: Path) -> None:
    """P2: with `offline` at the end of the chain, the hint during an outage starts with one sentence about the outage.

    The editor gets `fallback` and `provider` with the answer, and does not add a sentence of its own.
    """
    chain = "anthropic,openai,offline"
    async with classroom(tmp_path, installation, TUTOR_LLM_PROVIDERS=chain) as room, room.seat() as seat:
        await seat.chat.answer()
        async with room.first.away(), room.second.away():
            frames = await seat.chat.answer()
            environment = {**os.environ, "TUTOR_DATA_DIR": str(tmp_path / "student")}
            environment |= {"TUTOR_SERVER_URL": room.service.url, "TUTOR_ACCESS_TOKEN": seat.student.access_token}
            async with process(*LANGUAGE_SERVER, env=environment) as (_, editor):
                # The editor declares no support for the tutor's own messages, so the answer is shown as a message.
                await editor.initialize({})
                await editor.ask(await editor.open(CODE), 2)
                shown = await editor.hear("window/showMessage")
                await editor.request("shutdown")
                await editor.notify("exit")

    assert (frames[-1]["type"], frames[-1]["provider"], frames[-1]["fallback"]) == ("done", "offline", True)
    assert text_of(frames).startswith(OUTAGE_NOTE)
    for text in (text_of(frames), shown["message"]):
        assert text.count("built-in tutor") == 1
        assert "line 3" in text
    assert seat.stands() == (3, 3)


async def test_an_answer_that_is_too_long_ends_with_a_whole_unit(seat: Seat) -> None:
    """An answer that is cut by its length limit ends as done: the offline tutor stands for the incomplete sentence."""
    seat.room.first.play(Behaviour(text="Look at line 3. What ends a", finish="length"))

    frames = await seat.chat.answer()

    text = text_of(frames)
    assert (frames[-1]["type"], frames[-1]["ai"], text.split("\n")[0].strip()) == ("done", True, "Look at line 3.")
    assert "What ends a" not in text
    assert "?" in text


async def test_a_refusal_by_the_model_is_answered_by_the_offline_tutor(seat: Seat) -> None:
    """If the model refuses to answer, the offline tutor answers, and the call is billed."""
    seat.room.first.play(Behaviour(text="", finish="refusal"))

    frames = await seat.chat.answer()

    assert frames[-1]["type"] == "done"
    assert "line 3" in text_of(frames)
    assert seat.rows("outcome, cost_nanodollars > 0") == [("completed", True)]


class Process:
    """The memory of a process, read from `/proc` (Linux)."""

    def __init__(self, number: int) -> None:
        self._folder = Path(f"/proc/{number}")

    def forget_peak(self) -> None:
        """Reset the recorded peak of the memory."""
        (self._folder / "clear_refs").write_text("5")

    @property
    def peak(self) -> int:
        """The peak of the memory since the last reset, in bytes."""
        lines = (self._folder / "status").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024
