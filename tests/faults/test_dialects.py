"""P11 to P16 of docs/guarantees.md, with one process and with several: the servers that universities really run.

Two servers with the same API stand in one chain, by the names that the providers file gives them.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession

from testing.chat_client import CODE, text_of
from testing.fake_upstream import KEY, Behaviour, FakeUpstream
from testing.fake_upstream.dialect_wire import THOUGHT_FORMS
from testing.fake_upstream.dialects import DECLINING_DIALECTS, LONG_DIALECTS, OPTION_DIALECTS
from testing.faults.classroom import ROOMY, Classroom, Seat
from testing.installations import KINDS, installation_of
from testing.service import RunningService
from tutor_server.tutoring.setbacks import DECLINED_NOTE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ADMIN = "an-admin-key-of-the-tests"
HINT = "What do you see at the end of line 3? Which sign does a line need that opens a block?"
THOUGHTS = "Okay, the student forgot a colon in line 3. The fix is `for item in prices:`. I must not say so."
BUILT_IN = "this hint comes from the built-in tutor"
TABLE = """[[provider]]
name = "{name}"
format = "openai"
base_url = "{url}"
model = "{name}-model"
key_variable = "MODEL_KEY"
price = {{ input = 1, output = 10 }}
"""

pytestmark = [pytest.mark.real_time, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=KINDS)
async def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Classroom]:
    """Return a service with two OpenAI-compatible servers, and a proxy in its environment that nothing may ask."""
    installation, folder = installation_of(request.param, request), tmp_path_factory.mktemp("named")
    async with AsyncExitStack() as stack:
        gpu, cloud = [await stack.enter_async_context(FakeUpstream()) for _ in range(2)]
        file = folder / "providers.toml"
        file.write_text(TABLE.format(name="gpu", url=gpu.openai_url) + TABLE.format(name="cloud", url=cloud.openai_url))
        settings = {
            "TUTOR_PROVIDERS_FILE": str(file),
            "TUTOR_ADMIN_KEY": ADMIN,
            "MODEL_KEY": KEY,
            "http_proxy": "http://127.0.0.1:9",
            "all_proxy": "http://127.0.0.1:9",
        }
        running = RunningService(folder, installation.settings() | ROOMY | settings, workers=installation.workers)
        yield Classroom(await stack.enter_async_context(running), gpu, cloud, ("gpu", "cloud"))


@pytest_asyncio.fixture(loop_scope="module")
async def seat(room: Classroom) -> AsyncIterator[Seat]:
    """Return a new student of this service."""
    async with room.seat() as taken:
        room.first.default = room.second.default = Behaviour(text=HINT)
        yield taken


def code(number: int) -> dict[str, Any]:
    """Return an ask about another problem each time, so that the hint level stays 1."""
    more = f"{CODE}\n\ndef unit_{number}():\n    pass\n"
    return {"code": more, "cursor": {"line": 8, "character": 0}}


async def failures(room: Classroom, provider: str) -> int:
    """Return how many failed calls the metrics show for a provider."""
    headers = {"X-Admin-Key": ADMIN}
    async with ClientSession(room.service.url) as client, client.get("/metrics", headers=headers) as response:
        body = await response.text()
    lines = [line for line in body.splitlines() if line.startswith("tutor_model_failures_total{")]
    return sum(int(line.rsplit(" ", 1)[1]) for line in lines if f'provider="{provider}"' in line)


async def test_p12_p16_two_servers_of_one_format_stand_in_one_chain(seat: Seat) -> None:
    """P12, P16: the second answers when the first fails, under its own name, price and metrics; no proxy is asked."""
    before = await failures(seat.room, "gpu")
    first = await seat.chat.answer()
    seat.room.first.play(*[Behaviour(status=500)] * 2)
    second = await seat.chat.answer()

    assert [(end["provider"], end["fallback"]) for end in (first[-1], second[-1])] == [("gpu", False), ("cloud", True)]
    assert seat.rows("provider, model, outcome, cost_nanodollars > 0") == [
        ("gpu", "gpu-model", "completed", True),
        ("gpu", "gpu-model", "server_error", False),
        ("gpu", "gpu-model", "server_error", False),
        ("cloud", "cloud-model", "completed", True),
    ]
    assert await failures(seat.room, "gpu") == before + 2


async def test_p12_the_chain_ends_in_the_built_in_tutor(seat: Seat) -> None:
    """P12: a chain of the providers file ends offline, so an outage of all servers still gives a hint."""
    async with seat.room.first.away(), seat.room.second.away():
        frames = await seat.chat.answer()
    assert (frames[-1]["type"], frames[-1]["provider"], frames[-1]["fallback"]) == ("done", "offline", True)


@pytest.mark.parametrize("form", THOUGHT_FORMS)
async def test_p11_no_thought_reaches_the_student(seat: Seat, form: Any) -> None:
    """P11: in each form of thoughts, the answer is the text alone, and the thoughts are billed."""
    seat.room.first.default = Behaviour(text=HINT, thoughts=THOUGHTS, thought_form=form)

    frames = await seat.chat.answer()

    assert frames[-1]["type"] == "done"
    assert text_of(frames).strip() == HINT
    assert seat.rows("outcome, output_tokens") == [("completed", len(HINT.split()) + len(THOUGHTS.split()))]


@pytest.mark.parametrize("dialect", OPTION_DIALECTS)
async def test_p12_what_a_server_refuses_costs_no_student_an_answer(seat: Seat, dialect: str) -> None:
    """P12: students who ask at once are answered, whatever the server refuses, and each call has a limit."""
    seat.room.first.default = Behaviour(
        text=HINT, dialect=dialect, refused_options=("stream_options", "max_tokens"), usage="none"
    )

    async def student() -> str:
        async with seat.room.chat() as chat:
            frames = await chat.answer()
        return f"{frames[-1]['provider']}: {text_of(frames).strip()}"

    answers = await asyncio.gather(*(student() for _ in range(4)))

    assert answers == [f"gpu: {HINT}"] * 4
    for call in seat.room.first.calls:
        assert call.body.get("max_tokens", call.body.get("max_completion_tokens")) is not None


@pytest.mark.parametrize("dialect", [each for each in DECLINING_DIALECTS if each != "anthropic"])
async def test_p13_one_prompt_that_is_declined(seat: Seat, dialect: str) -> None:
    """P13: the student whose prompt is declined gets a hint that says so. Others are answered by the same server."""
    for upstream in (seat.room.first, seat.room.second):
        upstream.default = Behaviour(text=HINT, dialect=dialect, declines="plutonium")

    declined = [await seat.chat.answer(question="What is plutonium?", **code(number)) for number in range(6)]
    fine = await seat.chat.answer()

    for frames in declined:
        assert frames[-1]["type"] == "done"
        assert text_of(frames).startswith(DECLINED_NOTE)
    assert (fine[-1]["provider"], text_of(fine).strip()) == ("gpu", HINT)
    assert {outcome for _, outcome in seat.rows()} <= {"declined", "completed"}
    assert not [entry for entry in seat.room.service.log if entry.get("outcome") == "authentication"]


@pytest.mark.parametrize("dialect", [each for each in LONG_DIALECTS if each != "anthropic"])
async def test_p14_a_prompt_that_is_too_long(seat: Seat, dialect: str) -> None:
    """P14: a prompt that is too long is shortened once and answered; if it stays so, the hint says what is too long."""
    long = CODE + "".join(f"value_{number} = {number}\n" for number in range(300))
    for upstream in (seat.room.first, seat.room.second):
        upstream.default = Behaviour(text=HINT, dialect=dialect, context_tokens=4500)
    shortened = await seat.chat.answer(code=long)
    for upstream in (seat.room.first, seat.room.second):
        upstream.default = Behaviour(text=HINT, dialect=dialect, context_tokens=100)
    too_long = await seat.chat.answer(code=long)

    assert [frames[-1]["type"] for frames in (shortened, too_long)] == ["done"] * 2, shortened[-1]
    assert (shortened[-1]["provider"], text_of(shortened).strip()) == ("gpu", HINT)
    assert too_long[-1]["provider"] == "offline"
    assert text_of(too_long).startswith("*Your program is too long for the AI model; ")
    assert BUILT_IN in text_of(too_long)


async def test_p13_refusals_that_keep_coming_are_an_error(seat: Seat) -> None:
    """P13: bad requests that keep coming are one error in the log that says what to do, and are in the metrics."""
    before = await failures(seat.room, "gpu")
    seat.room.first.default = Behaviour(status=400)
    for number in range(12):
        frames = await seat.chat.answer(**code(number))
        assert frames[-1]["provider"] == "cloud"

    errors = [entry for entry in seat.room.service.log if entry["event"] == "provider_refuses_calls"]
    assert errors
    assert (errors[-1]["level"], errors[-1]["provider"], errors[-1]["outcome"]) == ("error", "gpu", "bad_request")
    assert await failures(seat.room, "gpu") == before + 12
    async with ClientSession(seat.room.service.url) as client, client.get("/api/health") as response:
        assert (response.status, (await response.json())["status"]) == (200, "ok")
