"""The wire contract between the editor side and the service, `GET /api/chat/ws`, subprotocol `tutor.v1`.

Every message with its fields and limits, as plain data: both sides import this module, so it needs nothing but the
standard library. Lines and characters count from 0; characters are Unicode code points.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

SUBPROTOCOL = "tutor.v1"

MAX_FRAME_BYTES = 1024 * 1024
MAX_CODE_BYTES = 256 * 1024
MAX_QUESTION_CHARACTERS = 4000
MAX_POSITION = 2**31 - 1
"""LSP 3.17 `uinteger`."""

ErrorType = Literal["syntax", "runtime", "logic", "none"]
Kind = Literal["document", "cell"]


class CloseCode:
    """Close codes of the socket (RFC 6455 §7.4.1; §7.4.2 leaves 4000 to 4999 to applications)."""

    SHUTTING_DOWN = 1001
    TOO_MANY_FRAMES = 1008
    TOO_BIG = 1009
    RESTARTING = 1012
    UNAUTHENTICATED = 4001
    TOO_MANY_CONNECTIONS = 4002


class ErrorCode(StrEnum):
    """What an `error` message can carry in `code`."""

    RATE_LIMITED = "RATE_LIMITED"
    DAILY_CAP_REACHED = "DAILY_CAP_REACHED"
    GLOBAL_LIMIT_REACHED = "GLOBAL_LIMIT_REACHED"
    BUDGET_BUSY = "BUDGET_BUSY"
    BUDGET_REACHED = "BUDGET_REACHED"
    SWITCHED_OFF = "SWITCHED_OFF"
    AI_UNAVAILABLE = "AI_UNAVAILABLE"
    ANSWER_INTERRUPTED = "ANSWER_INTERRUPTED"
    CANCELLED = "CANCELLED"
    SHUTTING_DOWN = "SHUTTING_DOWN"
    VALIDATION_FAILED = "VALIDATION_FAILED"
    PAYLOAD_TOO_LARGE = "PAYLOAD_TOO_LARGE"
    NOT_FOUND = "NOT_FOUND"
    EMAIL_UNCONFIRMED = "EMAIL_UNCONFIRMED"
    LIMITER_UNAVAILABLE = "LIMITER_UNAVAILABLE"
    DATABASE_UNAVAILABLE = "DATABASE_UNAVAILABLE"
    INTERNAL_ERROR = "INTERNAL_ERROR"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    """Said by the editor side to itself: the service closes with `CloseCode.UNAUTHENTICATED` instead."""


class Limit(StrEnum):
    """The limit that refused, as `limit` names it."""

    MESSAGES_PER_MINUTE = "messages_per_minute"
    DAILY_MESSAGES = "daily_messages"
    LLM_CALLS_PER_MINUTE = "llm_calls_per_minute"
    DAILY_BUDGET = "daily_budget"
    MONTHLY_BUDGET = "monthly_budget"


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a text: zero-based line, zero-based code point in it."""

    line: int
    character: int

    def __post_init__(self) -> None:
        _require_positions(self.line, self.character)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """What a checker of the editor reports about a range of the code; `severity` as in LSP, 1 (error) to 4 (hint)."""

    line: int
    character: int
    end_line: int
    end_character: int
    message: str
    severity: int = 1
    source: str = ""
    code: str = ""

    def __post_init__(self) -> None:
        _require_positions(self.line, self.character, self.end_line, self.end_character)
        if not 1 <= self.severity <= 4:  # noqa: PLR2004 - LSP 3.17 DiagnosticSeverity
            raise ValueError("severity is 1 to 4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A notebook cell that stands before the one asked about, with what it printed."""

    source: str
    output: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a student is stuck on: the code, the place in it, and what the machine said about it.

    `first_line` is the line of the larger document at which `code` starts; `cursor` and `diagnostics` count from the
    start of `code`.
    """

    code: str
    cursor: Position
    kind: Kind = "document"
    language: str = "python"
    first_line: int = 0
    diagnostics: tuple[Diagnostic, ...] = ()
    traceback: str | None = None
    cells: tuple[Cell, ...] = ()
    question: str | None = None

    def __post_init__(self) -> None:
        if len(self.code.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES:
            raise ValueError(f"code is limited to {MAX_CODE_BYTES // 1024} KiB")
        if self.question is not None and len(self.question) > MAX_QUESTION_CHARACTERS:
            raise ValueError(f"question is limited to {MAX_QUESTION_CHARACTERS} characters")
        _require_positions(self.first_line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Submission):
    """Ask for the next explanation. `request_id` is the client's own and unique per user for ever."""

    TYPE: ClassVar[str] = "ask"
    request_id: UUID
    module_id: str | None = None
    session_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Stop an answer; it ends with an `error` of code `CANCELLED`."""

    TYPE: ClassVar[str] = "cancel"
    request_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Re-attach to an answer from `next_seq`, the first delta not yet received."""

    TYPE: ClassVar[str] = "resume"
    request_id: UUID
    next_seq: int = 0

    def __post_init__(self) -> None:
        _require_positions(self.next_seq)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Say whether an answer helped."""

    TYPE: ClassVar[str] = "rate"
    message_id: str
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """Renew the access token of this connection; it must be of the same user."""

    TYPE: ClassVar[str] = "auth"
    access_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The ask passed every limit and its hint level is set.

    The service always says `remaining_today`; local mode has no daily cap, and None.
    """

    TYPE: ClassVar[str] = "accepted"
    request_id: UUID
    session_id: UUID
    message_id: UUID
    hint_level: int
    max_hint_level: int
    error_type: ErrorType
    remaining_today: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """The next piece of the answer, Markdown; `seq` counts 0, 1, 2, … without a gap."""

    TYPE: ClassVar[str] = "delta"
    request_id: UUID
    seq: int
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUsage:
    """Tokens of all provider calls of an answer."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The answer is whole.

    `fallback`: an earlier provider of the chain failed; `withheld`: the guard replaced model text.
    """

    TYPE: ClassVar[str] = "done"
    request_id: UUID
    message_id: UUID
    hint_level: int
    provider: str
    model: str
    fallback: bool = False
    withheld: bool = False
    usage: TokenUsage = TokenUsage()


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """An ask was refused or failed, or (`request_id` None) a frame was not understood. `content` is for the student."""

    TYPE: ClassVar[str] = "error"
    request_id: UUID | None
    code: ErrorCode
    content: str
    limit: Limit | None = None
    retry_after: int | None = None
    resets_at: str | None = None
    retryable: bool | None = None


FromEditor = Ask | Cancel | Resume | Rate | Auth
FromService = Accepted | Delta | Done | Error

FROM_EDITOR: dict[str, type[FromEditor]] = {kind.TYPE: kind for kind in (Ask, Cancel, Resume, Rate, Auth)}
FROM_SERVICE: dict[str, type[FromService]] = {kind.TYPE: kind for kind in (Accepted, Delta, Done, Error)}


def _require_positions(*numbers: int) -> None:
    if min(numbers) < 0 or max(numbers) > MAX_POSITION:
        raise ValueError(f"positions count from 0 to {MAX_POSITION}")


def encode(message: FromEditor | FromService) -> str:
    """Write a message as the JSON text of one frame; optional fields without a value are left out."""
    return _ENCODER.encode({"type": message.TYPE, **_plain(message)})


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        content = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        return {name: item for name, item in content.items() if item is not None or name == "request_id"}
    return value
