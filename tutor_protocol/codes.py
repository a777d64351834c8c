"""The codes of the wire contract: reasons for closing a socket, errors of an ask, and limits that refuse an ask."""

from __future__ import annotations

from enum import StrEnum


class CloseCode:
    """Close codes of the socket (RFC 6455 §7.4.1; §7.4.2 leaves 4000 to 4999 to applications)."""

    SHUTTING_DOWN = 1001
    TOO_MANY_FRAMES = 1008
    TOO_BIG = 1009
    RESTARTING = 1012
    UNAUTHENTICATED = 4001
    TOO_MANY_CONNECTIONS = 4002


class ErrorCode(StrEnum):
    """The values of `code` in an `error` message, which say why an ask was refused or failed."""

    RATE_LIMITED = "RATE_LIMITED"
    DAILY_CAP_REACHED = "DAILY_CAP_REACHED"
    GLOBAL_LIMIT_REACHED = "GLOBAL_LIMIT_REACHED"
    BUDGET_BUSY = "BUDGET_BUSY"
    BUDGET_REACHED = "BUDGET_REACHED"
    COURSE_BUDGET_REACHED = "COURSE_BUDGET_REACHED"
    SWITCHED_OFF = "SWITCHED_OFF"
    COURSE_OFF = "COURSE_OFF"
    COURSE_NEEDED = "COURSE_NEEDED"
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
    """Used only inside the editor side. The service closes the socket with `CloseCode.UNAUTHENTICATED` instead."""


class Limit(StrEnum):
    """The limit that refused an ask: the values of `limit` in an `error` message."""

    MESSAGES_PER_MINUTE = "messages_per_minute"
    DAILY_MESSAGES = "daily_messages"
    LLM_CALLS_PER_MINUTE = "llm_calls_per_minute"
    DAILY_BUDGET = "daily_budget"
    MONTHLY_BUDGET = "monthly_budget"
