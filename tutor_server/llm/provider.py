"""What a provider is: a request goes in, our own events come out. No SDK object crosses this line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
    from tutor_protocol import Submission
    from tutor_server.llm.batching import Pacing


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation before the model's answer."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What providers are asked: the assembled prompt, and the lesson it was assembled from.

    A model reads `system` and `turns`; the offline tutor reads the lesson. `user` is an opaque id. A prompt is large
    and an answer takes a while: whoever passes a request on keeps no reference to it.
    """

    system: str
    turns: tuple[Turn, ...]
    max_output_tokens: int
    user: str
    submission: Submission
    level: HintLevel
    student: StudentLevels
    is_unread: bool = False
    """Whether the submission could not be analysed. Then no guard can judge a model, and `offline` alone is asked."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the call so far, as the provider counts them; a later one replaces an earlier one.

    `input_tokens` is the whole prompt: what was read from or written to the provider's cache is part of it.
    """

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """The provider says that its answer is complete, and why it ended. Without one, the answer is not.

    No text follows it; a last `Usage` may. `rule` names the offline tutor's rule that explained the problem.
    """

    reason: Literal["stop", "length", "refusal"]
    rule: str | None = None


Event = str | Usage | Finish
"""A string is the next piece of the answer."""


class Provider(Protocol):
    """Something that can answer a request as a stream of events."""

    @property
    def name(self) -> str:
        """The provider's name in settings, ledger and messages."""
        ...

    @property
    def model(self) -> str:
        """The model that answers, as the provider names it."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether a call leaves this process: costs money, counts against the provider window, can fail."""
        ...

    def stream(self, request: Request, pacing: Pacing) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Event]]]:
        """Open the call and yield its events in the groups in which they arrived.

        Nothing is read between two groups, so that a slow caller gets larger ones. `pacing` may change while the
        answer comes. Leaving the context closes the upstream connection at once. Raises `ProviderFailure`.
        """
        ...

    async def close(self) -> None:
        """Release the provider's connections."""
        ...


FailureReason = Literal[
    "rate_limited",
    "overloaded",
    "server_error",
    "unreachable",
    "timeout",
    "interrupted",
    "invalid_response",
    "authentication",
    "payment_required",
    "bad_request",
]


class ProviderFailure(Exception):
    """A provider did not answer, or not completely.

    `sent` tells whether the request may have reached the provider (and so may be billed). `status` is the HTTP status
    where the request was refused with one, which no provider bills. `retry_after` is in seconds, as the provider asked.
    `adapted` says that the provider will leave out next time what this one did not understand, so that the same call
    may now succeed. The message is for the operator's log and holds no student text.
    """

    def __init__(
        self,
        reason: FailureReason,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        sent: bool = True,
        adapted: bool = False,
    ) -> None:
        super().__init__(message)
        self.reason: FailureReason = reason
        self.status = status
        self.retry_after = retry_after
        self.sent = sent
        self.adapted = adapted
