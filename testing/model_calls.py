"""Helpers for tests of model calls: a request, providers with the fake upstream, and a recorder in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from testing.fake_upstream import KEY
from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
from tutor_pedagogy.offline import explain
from tutor_protocol import Position, Submission
from tutor_server.llm.provider import Request, Turn
from tutor_server.llm.registry import SPECS
from tutor_server.llm.upstream import Upstream

if TYPE_CHECKING:
    from testing.fake_upstream import FakeUpstream
    from tutor_pedagogy.offline import Explanation
    from tutor_server.llm.call import CallOutcome
    from tutor_server.llm.model_options import ModelOptions
    from tutor_server.llm.provider import Event, Provider

REMOTE = tuple(SPECS)
"""Every provider that calls a model over the network."""
PROGRAM = "total = 0\nfor number in numbers:\n    total += number\n"
REQUEST = Request(
    system="You are a patient tutor.",
    turns=(Turn("user", "Why does my loop fail?"), Turn("assistant", "What is numbers?"), Turn("user", "A list?")),
    max_output_tokens=300,
    user="student-7",
    submission=Submission(
        code=PROGRAM,
        cursor=Position(1, 0),
        traceback=(
            'Traceback (most recent call last):\n  File "loop.py", line 2, in <module>\n'
            "    for number in numbers:\nNameError: name 'numbers' is not defined\n"
        ),
    ),
    level=HintLevel.QUESTION,
    student=StudentLevels(),
)


async def explained(request: Request) -> Explanation:
    """Return the offline tutor's explanation, without the time budget that a service sets."""
    return explain(request.submission, request.level, request.student)


def make_provider(
    name: str,
    upstream: FakeUpstream,
    model: str = "tutor-model",
    *,
    key: str = KEY,
    options: ModelOptions | None = None,
) -> Provider:
    """Build a provider whose base URL is the fake upstream."""
    spec = SPECS[name]
    url = upstream.url if name == "anthropic" else upstream.openai_url
    return spec.build(Upstream(spec.endpoint(key, url)), model, options)


def text_of(events: list[Event]) -> str:
    """Return the joined text of the events."""
    return "".join(event for event in events if isinstance(event, str))


@dataclass(slots=True)
class RecordedCall:
    """The record of one call: its provider, its model, its outcomes and whether it was withdrawn."""

    provider: str
    model: str
    outcomes: list[CallOutcome] = field(default_factory=list)
    is_withdrawn: bool = False

    @property
    def outcome(self) -> CallOutcome:
        """The outcome of the call. Fail unless it has exactly one."""
        (outcome,) = self.outcomes
        return outcome

    def settle(self, outcome: CallOutcome) -> None:
        """Record the outcome."""
        self.outcomes.append(outcome)

    def withdraw(self) -> None:
        """Record that the call was not made."""
        self.is_withdrawn = True


@dataclass(slots=True)
class MemoryRecorder:
    """Records the calls of a test in memory."""

    calls: list[RecordedCall] = field(default_factory=list)

    @property
    def outcomes(self) -> list[CallOutcome]:
        """The outcome of every call."""
        return [call.outcome for call in self.calls]

    def reserved(self, _provider: Provider) -> None:
        """Return None, because this recorder reserves no record in advance. A call is recorded when it starts."""

    async def start(self, provider: Provider) -> RecordedCall:
        """Record the call."""
        call = RecordedCall(provider.name, provider.model)
        self.calls.append(call)
        return call
