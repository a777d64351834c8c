"""A call that a provider refused: what its status, its headers and its own code for the error mean."""

from __future__ import annotations

import math
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from tutor_server.llm.provider import ProviderFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor_server.llm.provider import FailureReason

_ONE_WORD = re.compile(r"[A-Za-z0-9_./-]{1,64}")


def refusal(
    status: int, headers: Mapping[str, str], kind: object, *, key_name: str, adapted: bool = False
) -> ProviderFailure:
    """Name an answer with an error status. `kind` is the provider's own word for it, `key_name` the key's variable."""
    reason = reason_of(status)
    hint = f"; check {key_name}" if reason in {"authentication", "payment_required"} else ""
    return ProviderFailure(
        reason,
        f"answered {status}{said(kind)}{hint}",
        status=status,
        retry_after=retry_after(headers),
        adapted=adapted,
    )


def said(kind: object) -> str:
    """Return the provider's code for an error in brackets, if it is one word: a sentence may quote the student."""
    return f" ({kind})" if isinstance(kind, str) and _ONE_WORD.fullmatch(kind) else ""


def reason_of(status: int) -> FailureReason:
    """Return the reason that an HTTP status stands for. Anthropic answers 529 when it is overloaded."""
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
            return "server_error" if status >= 500 else "bad_request"  # noqa: PLR2004 - RFC 9110 §15.6


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds to wait: `Retry-After` (RFC 9110 §10.2.3), or the finer `retry-after-ms`.

    A date counts from the answer's own `Date`, so that it does not matter whose clock is wrong.
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
