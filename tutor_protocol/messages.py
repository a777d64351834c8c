"""Every message of the wire contract: its fields, and which side sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

from tutor_protocol.codes import ErrorCode, Limit
from tutor_protocol.submission import Position, Submission, require_positions

SUBPROTOCOL = "tutor.v1"
MAX_FRAME_BYTES = 1024 * 1024

Certainty = Literal["certain", "likely", "start_here"]
"""How sure the tutor is of a cause: `certain`, `likely`, or `start_here` if it only knows where to start looking."""
ErrorType = Literal["syntax", "runtime", "logic", "none"]

Purpose = Literal["find", "explain", "start", "check", "improve", "follow_up", "other_language"]
"""The purpose of an ask: find a mistake, explain code, plan a start, check, improve, or code in another language."""


Change = Literal["none", "same", "nearer", "worse", "solved", "new"]
"""What became of the problem since the student's last ask about the same unit of code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Submission):
    """Ask for the next hint about some code. The client generates `request_id`, unique among the user's asks.

    `follow_up_to` is the `message_id` of the answer that the question is about. `run_id` names the run of the program
    or of its tests whose traceback or report comes with the ask.
    """

    TYPE: ClassVar[str] = "ask"
    request_id: UUID
    module_id: str | None = None
    session_id: str | None = None
    follow_up_to: str | None = None
    run_id: UUID | None = None
    course_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Stop an answer. It ends with an `error` of code `CANCELLED`."""

    TYPE: ClassVar[str] = "cancel"
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Continue to receive an answer, from `next_seq` on, which is the first delta that the client has not received."""

    TYPE: ClassVar[str] = "resume"
    request_id: UUID
    next_seq: int = 0

    def __post_init__(self) -> None:
        require_positions(self.next_seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The student's rating of an answer."""

    TYPE: ClassVar[str] = "rate"
    message_id: str
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Replace the access token of this connection. The new token must belong to the same user."""

    TYPE: ClassVar[str] = "auth"
    access_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The ask passed every limit, and its hint level is set.

    The service always sends `remaining_today`. In local mode it is None, since there is no daily cap. `purpose` and
    `change` are None if the code could not be analysed. `course_id` is None in local mode.
    """

    TYPE: ClassVar[str] = "accepted"
    request_id: UUID
    session_id: UUID
    message_id: UUID
    hint_level: int
    max_hint_level: int
    error_type: ErrorType
    remaining_today: int | None = None
    purpose: Purpose | None = None
    change: Change | None = None
    course_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """The model is busy, so the ask waits. `place` counts from 1, which is next; 0: the wait is over."""

    TYPE: ClassVar[str] = "queued"
    request_id: UUID
    place: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """The next part of the answer, in Markdown. `seq` counts 0, 1, 2, … without a gap."""

    TYPE: ClassVar[str] = "delta"
    request_id: UUID
    seq: int
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """The tokens used by all provider calls of an answer."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """The offline tutor's finding in the code: the rule's stable name, the line from 1, and how sure it is of it."""

    rule: str
    line: int
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A range of the code. `end` is behind its last character."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEdit:
    """The edit that an answer of hint level 5 shows. `range` consists of whole lines of the ask's `code`."""

    range: Range
    new_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The answer is complete.

    `fallback`: an earlier provider of the chain failed. `withheld`: the guard replaced text of the model. `ai`: words
    of a model are in the answer. `finding` is None if the code was not analysed. `edit` is None below hint level 5, and
    if the answer shows no edit whose place is known.
    """

    TYPE: ClassVar[str] = "done"
    request_id: UUID
    message_id: UUID
    hint_level: int
    provider: str
    model: str
    fallback: bool = False
    withheld: bool = False
    ai: bool = False
    usage: TokenUsage = TokenUsage()
    finding: ReportedFinding | None = None
    edit: ReportedEdit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """An ask was refused or failed. If `request_id` is None, the service could not parse a frame.

    `content` is shown to the student. `course_id` is the course whose limit or switch refused the ask.
    """

    TYPE: ClassVar[str] = "error"
    request_id: UUID | None
    code: ErrorCode
    content: str
    limit: Limit | None = None
    retry_after: int | None = None
    resets_at: str | None = None
    retryable: bool | None = None
    course_id: UUID | None = None


FromEditor = Ask | Cancel | Resume | Rate | Auth
FromService = Accepted | Queued | Delta | Done | Error

FROM_EDITOR: dict[str, type[FromEditor]] = {kind.TYPE: kind for kind in (Ask, Cancel, Resume, Rate, Auth)}
FROM_SERVICE: dict[str, type[FromService]] = {kind.TYPE: kind for kind in (Accepted, Queued, Delta, Done, Error)}
