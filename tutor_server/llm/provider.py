"""The interface of a provider: it takes a request and yields the service's own events, never objects of an SDK."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from tutor_pedagogy.conversation.talk import NEW

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from contextlib import AbstractAsyncContextManager

    from tutor_pedagogy.conversation.talk import Talk
    from tutor_pedagogy.ladder.levels import HintLevel, StudentLevels
    from tutor_protocol import ReportedFinding, Submission
    from tutor_server.llm.batching import Pacing


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation before the model's answer."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to a provider: the assembled prompt, and the student's submission from which it was assembled.

    A model reads `system` and `turns`; the offline tutor reads `submission`, `level`, `student` and `talk`. `user` is
    an opaque id. Other requests have the same first characters of `system`, up to each number in `shared`, and the next
    request about the same problem has the same turns but the last, so that a provider can cache them. A prompt is large
    and an answer takes long, so a caller that passes a request on drops its own reference.
    """

    system: str
    turns: tuple[Turn, ...]
    max_output_tokens: int
    user: str
    submission: Submission
    level: HintLevel
    student: StudentLevels
    talk: Talk = NEW
    shared: tuple[int, ...] = ()
    context_tokens: int = 0
    """The budget of the part of the prompt that comes from the student."""
    shorten: Callable[[Request, int], Request] | None = field(default=None, compare=False, repr=False)
    """Returns this request with so many tokens of context, for a model with a small context window."""
    offline_only: bool = False
    """Whether only `offline` is called: the submission could not be analysed, which the guard needs, or is solved."""
    providers: tuple[str, ...] | None = None
    """The names of the providers that may be called; None means all of the chain."""


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of a call so far, as counted by the provider. A later event replaces an earlier one.

    `input_tokens` counts the whole prompt, including tokens read from or written to the provider's cache.
    """

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """The event that says that the answer is complete, and why it ended. Without this event the answer is incomplete.

    No text follows it, but one more `Usage` may. `finding` is what the offline tutor explained.
    """

    reason: Literal["stop", "length", "refusal"]
    finding: ReportedFinding | None = None
    adapted: bool = False
    """Whether the thoughts used up the whole answer, and the next call will leave more room for them."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """The event of a model that thinks before it speaks. Its thoughts are billed, but are dropped at once.

    `size` counts the UTF-8 bytes of the thoughts in this event; 0 if the provider does not send them.
    """

    size: int


Event = str | Thinking | Usage | Finish
"""An event of an answer. A string is the next part of the text."""


class Provider(Protocol):
    """A source of answers: it answers a request with a stream of events."""

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
        """Whether calls go to another service. Such calls cost money, count towards the call limit, and can fail."""
        ...

    @property
    def thinking_tokens(self) -> int:
        """The tokens that a call may use for thoughts beside the longest answer; 0 if the model does not think."""
        ...

    def stream(self, request: Request, pacing: Pacing) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Event]]]:
        """Open the call and yield its events, in the groups in which they arrived.

        An empty group says that the provider sent something without content, such as a ping. No data is read between
        two groups, so a slow caller gets larger groups. `pacing` may change during the answer.
        Leaving the context closes the upstream connection at once. Raises `ProviderFailure`.
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
    "declined",
    "too_long",
]
"""Why a call failed. `declined` and `too_long` concern one prompt only: a content filter, and the context's size."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """A prompt that is too long. Both are tokens as the server counts them, or None if it does not say."""

    prompt: int | None = None
    limit: int | None = None


class ProviderFailure(Exception):
    """A provider gave no answer, or an incomplete one.

    `sent` says whether the request may have reached the provider, and so may be billed. `status` is the HTTP status of
    a refusal, which no provider bills. `retry_after` is in seconds, as sent by the provider. `adapted` says that the
    next call will omit an option that the provider rejected, so that the same call may succeed. `overflow` has the
    figures of a prompt that is too long. `detail` has the server's words, which may quote the prompt: only the check,
    whose prompt is fixed, shows them. The message is for the operator's log and contains no student text.
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
        overflow: Overflow | None = None,
        detail: str = "",
    ) -> None:
        super().__init__(message)
        self.reason: FailureReason = reason
        self.status = status
        self.retry_after = retry_after
        self.sent = sent
        self.adapted = adapted
        self.overflow = overflow
        self.detail = detail
