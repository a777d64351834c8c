"""Translates a refused call into a `ProviderFailure`, from its status, its headers and the provider's error code."""

from __future__ import annotations

import math
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from tutor_server.llm.prompt_refusal import is_declined, overflow_of
from tutor_server.llm.provider import ProviderFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_server.llm.error_body import ErrorBody
    from tutor_server.llm.provider import FailureReason

_ONE_WORD = re.compile(r"[A-Za-z0-9_./-]{1,64}")


def refusal(
    status: int, headers: Mapping[str, str], error: ErrorBody, kind: object, *, key_name: str, adapted: bool = False
) -> ProviderFailure:
    """Return the failure for an error status. `kind` is the provider's error code, `key_name` the key's variable."""
    overflow = None if adapted else overflow_of(status, error)
    reason = _reason(status, error, is_too_long=overflow is not None) if not adapted else reason_of(status)
    return ProviderFailure(
        reason,
        f"answered {status}{said(kind)}{_hint(reason, error, key_name)}",
        status=status,
        retry_after=retry_after(headers),
        adapted=adapted,
        overflow=overflow,
        detail=error.text,
    )


def _reason(status: int, error: ErrorBody, *, is_too_long: bool) -> FailureReason:
    if is_too_long:
        return "too_long"
    return "declined" if is_declined(status, error) else reason_of(status)


def _hint(reason: FailureReason, error: ErrorBody, key_name: str) -> str:
    """Return what the operator can do, for the end of the message."""
    if reason in {"authentication", "payment_required"}:
        return f"; check {key_name}"
    if error.is_html:
        return ", with a page for browsers"
    return ""


def said(kind: object) -> str:
    """Return the provider's error code in brackets, or "" unless it is one word: a sentence may quote the student."""
    return f" ({kind})" if isinstance(kind, str) and _ONE_WORD.fullmatch(kind) else ""


def reason_of(status: int) -> FailureReason:
    """Return the failure reason for an HTTP status. Anthropic uses 529 for overload."""
    match status:
        case 401 | 403:
            return "authentication"
        case 402:
            return "payment_required"
        case 429:
            return "rate_limited"
        case 503 | 529:
            return "overloaded"
        case 408:
            return "server_error"
        case _:
            return "server_error" if status >= 500 else "bad_request"  # noqa: PLR2004 - 5xx is a server error (RFC 9110 §15.6)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds to wait, from `retry-after-ms` or else from `Retry-After` (RFC 9110 §10.2.3).

    A date is compared with the `Date` header of the same response, so that clock differences do not matter.
    """
    for name, scale in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * scale
        except ValueError:
            continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    try:
        until, now = (parsedate_to_datetime(headers.get(name, "")) for name in ("retry-after", "date"))
    except ValueError:
        return None
    return max(0.0, (until - now).total_seconds())
