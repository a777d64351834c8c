"""Let a class ask a real, small model at once: `python -m benchmarks.model_queue --python ENVIRONMENT/bin/python`.

The environment has the packages of `requirements.txt` beside this file (`make model-servers`). For each server, the
service is started with a providers file that names the server, its slots as `concurrency`, and `offline` at the end.
Then 12 students ask at once, and after that an answer is cancelled while another ask waits. Nobody may get an error;
an offline hint comes within a second of the decision that the wait is too long; places are served in their order; and
a cancelled answer frees its place within half a second. A table is printed. The exit status is 1 if a check fails.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.model_queue.asks import Asked, ask, cancelled_and_next
from benchmarks.model_queue.servers import SERVERS, ModelServer, has_module, served
from testing.chat_client import Chat, connect
from testing.service import RunningService, sign_up_student

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from testing.service import Service

PROGRAM = "total_{number} = 0\nfor price in prices_{number}:\n    total_{number} += price\nprint(total)\n"
HINT_SECONDS, CANCEL_SECONDS = 1.0, 0.5
"""The bounds: from the decision that a wait is too long to the end of the hint, and from a cancel to the next call."""
ALLOWED_OUTCOMES = {"completed", "cancelled"}
"""The outcomes of calls that were not cut: the guard closes a stream that breaks a rule, which is a cancelled call."""
SILENT = {"completed an answer that has no text", "used up the longest answer without a word, as models that think do"}
"""What the log says of a call to which the model answered nothing. Its student gets the offline hint instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one server's run has shown."""

    server: ModelServer
    asked: Sequence[Asked]
    outcomes: Sequence[tuple[str, str | None]]
    """The outcome of each call, with what the log says of its failure."""
    cancel_seconds: float
    queue_seconds: float

    @property
    def late_hint(self) -> float:
        """The longest time from a decision to the end of its offline hint."""
        return max((each.seconds_after_decision(self.queue_seconds) for each in self.hints), default=0.0)

    @property
    def hints(self) -> list[Asked]:
        """The asks with an offline hint that the queue passed on."""
        return [each for each in self.asked if each.is_passed_on]

    @property
    def silent(self) -> int:
        """The number of calls to which the model answered nothing."""
        return sum(message in SILENT for _, message in self.outcomes)

    @property
    def is_in_order(self) -> bool:
        """Whether the asks that waited were called in the order of their first places."""
        called = [each for each in self.asked if each.places and each.places[-1][1] == 0]
        places = [each.places[0][1] for each in sorted(called, key=lambda each: each.called_at)]
        return places == sorted(places)

    @property
    def failures(self) -> list[str]:
        """What does not hold, in words."""
        cut = [call for call in self.outcomes if call[0] not in ALLOWED_OUTCOMES and call[1] not in SILENT]
        answered = sum(each.is_models or each.is_passed_on for each in self.asked)
        checks = {
            "an ask got neither the model nor a hint from the queue": answered + self.silent >= len(self.asked),
            f"an answer was cut: {cut}": not cut,
            f"a hint came {self.late_hint:.2f} s after the decision": self.late_hint <= HINT_SECONDS,
            "places were not served in their order": self.is_in_order,
            f"a cancel freed its place after {self.cancel_seconds:.2f} s": self.cancel_seconds <= CANCEL_SECONDS,
        }
        return [words for words, holds in checks.items() if not holds]

    @property
    def row(self) -> str:
        """The figures as a row of the table."""
        models = [each for each in self.asked if each.is_models]
        waits = [each.called_at - each.accepted_at for each in models if each.places]
        calls = [each.ended_at - each.called_at for each in models]
        places = max((place for each in self.asked for _, place in each.places), default=0)
        errors = sum(each.end["type"] == "error" for each in self.asked)
        cells = (
            *(self.server.name, self.server.slots, self.server.wire_format),
            *(len(models), self.silent, len(self.hints), errors, places, _most(waits), _median(calls)),
            *(f"{self.late_hint:.2f}", "yes" if self.is_in_order else "no", f"{self.cancel_seconds:.2f}"),
        )
        return f"| {' | '.join(map(str, cells))} |"


HEAD = (
    "| server | slots | format | by the model | calls without a word | offline | errors | last place "
    "| longest wait, s | a call, median s | hint after the decision, most s | in order | cancel to next call, s |\n"
    + "| --- " * 13
    + "|"
)


def _most(values: Sequence[float]) -> str:
    return f"{max(values):.1f}" if values else "-"


def _median(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.1f}" if values else "-"


async def measure(server: ModelServer, options: argparse.Namespace, folder: Path) -> Found:
    """Run the service on a fresh server, and let the students ask."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(served(server, options.python, options.threads))
        providers_file = folder / "providers.toml"
        providers_file.write_text(server.providers_file(url), encoding="utf-8")
        settings = {
            "TUTOR_PROVIDERS_FILE": str(providers_file),
            "TUTOR_LLM_QUEUE_SECONDS": str(options.queue_seconds),
            "TUTOR_FIRST_CONTENT_SECONDS": "300",
            "TUTOR_BETWEEN_CONTENTS_SECONDS": "120",
            "TUTOR_WHOLE_ANSWER_SECONDS": "600",
            "TUTOR_CONTEXT_TOKENS": str(options.context_tokens),
            "TUTOR_MAX_OUTPUT_TOKENS": str(options.output_tokens),
        }
        service = await stack.enter_async_context(RunningService(folder, settings))
        chats = [await _seat(stack, service) for _ in range(options.students)]
        programs = [PROGRAM.format(number=number) for number in range(len(chats))]
        asked = await asyncio.gather(
            *(ask(chat, number, program) for number, (chat, program) in enumerate(zip(chats, programs, strict=True)))
        )
        calls = [each for each in service.log if each["event"] == "model_call" and each["provider"] != "offline"]
        cancel_seconds = await _cancel(lambda: _seat(stack, service), server.slots)
    return Found(
        server=server,
        asked=asked,
        outcomes=[(each["outcome"], each.get("upstream_message")) for each in calls],
        cancel_seconds=cancel_seconds,
        queue_seconds=options.queue_seconds,
    )


async def _seat(stack: AsyncExitStack, service: Service) -> Chat:
    student = await sign_up_student(service)
    return await stack.enter_async_context(connect(service.url, student.access_token))


async def _cancel(seat: Callable[[], Awaitable[Chat]], slots: int) -> float:
    """Fill all slots but one, and measure a cancel at the last one.

    The students are new ones: a client that reads nothing answers no ping and loses its connection.
    """
    code = PROGRAM.format(number=99)
    fill = [asyncio.create_task(ask(await seat(), 2, code)) for _ in range(slots - 1)]
    try:
        return await cancelled_and_next(seat, code)
    finally:
        for task in fill:
            task.cancel()
        await asyncio.gather(*fill, return_exceptions=True)


async def main(options: argparse.Namespace) -> int:
    """Measure each server that the environment has, and print a table. Return the exit status."""
    found: list[Found] = []
    for server in SERVERS:
        if options.only not in server.label:
            continue
        if not await has_module(options.python, server.module):
            _say(f"{server.label}: left out, {options.python} has no {server.module}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            _say(f"{server.label} …")
            found.append(await measure(server, options, Path(folder)))
        _say("\n".join(("", HEAD, *(each.row for each in found), "")))
        for failure in found[-1].failures:
            _say(f"{server.label}: {failure}")
    return int(not found or any(each.failures for each in found))


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the Python of the environment with the servers")
    parser.add_argument("--students", type=int, default=12)
    parser.add_argument("--queue-seconds", type=float, default=20, help="TUTOR_LLM_QUEUE_SECONDS")
    parser.add_argument("--context-tokens", type=int, default=1000, help="TUTOR_CONTEXT_TOKENS")
    parser.add_argument("--output-tokens", type=int, default=80, help="TUTOR_MAX_OUTPUT_TOKENS")
    parser.add_argument("--threads", type=int, default=2, help="of each server; 1 on a machine that is busy otherwise")
    parser.add_argument("--only", default="", help="a part of the labels of the servers, such as 'slots: 4'")
    sys.exit(asyncio.run(main(parser.parse_args())))
