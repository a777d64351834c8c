"""Recognises refusals that concern one prompt: it is too long for the model, or a content filter declines it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor_server.llm.provider import Overflow

if TYPE_CHECKING:
    from tutor_server.llm.error_body import ErrorBody
    from tutor_server.llm.provider import ProviderFailure, Request

_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size_error|string_above_max_length|request_too_large|input_too_long"
    r"|context (?:length|window|size|limit)|prompt (?:is )?too long|input is too long|too many (?:input )?tokens"
    r"|reduce (?:the length|your prompt)|input (?:length|token count) .{0,80}exceed"
    r"|max_tokens must be at least 1, got -|`inputs` tokens|longer than the (?:maximum )?model"
    r"|exceeds? .{0,40}maximum (?:number of )?(?:input )?tokens|maximum (?:input|prompt) length|max_model_len"
    r"|tokens? limit exceeded|request entity too large"
)
_DECLINED = re.compile(
    r"content_filter|content_policy|content filter|content management policy|content polic|responsibleaipolicy"
    r"|policy violation|usage polic|\bflagged\b|\bmoderation\b|guardrail|\bsafety\b|prohibited|data_inspection_failed"
    r"|output blocked|inappropriate|harmful"
)
_ABOUT_THE_KEY = re.compile(
    r"api[ _-]?key|\bkey\b|\btoken\b|permission|credential|unauthori[sz]ed|authenticat|not authorized|access denied"
    r"|have access|billing|quota|country|region|account|organi[sz]ation|project|subscription|licen[cs]e|virtual network"
)
_MAY_BE_TOO_LONG = frozenset({400, 413, 422, 500})
_MAY_BE_DECLINED = frozenset({400, 403, 422, 451})
_FORBIDDEN = 403
_TOO_LARGE = 413

_NUMBERS = (
    re.compile(r"request \((?P<prompt>\d+) tokens\) exceeds the available context size \((?P<limit>\d+)"),
    re.compile(r"prompt is too long: (?P<prompt>\d+) tokens > (?P<limit>\d+)"),
    re.compile(r"exceed context limit: (?P<prompt>\d+) \+ \d+ > (?P<limit>\d+)"),
    re.compile(r"maximum context length is (?P<limit>\d+) tokens.{0,120}?\((?P<prompt>\d+) in (?:the mess|your prom)"),
    re.compile(r"maximum context length is (?P<limit>\d+) tokens\D{0,160}(?P<prompt>\d+) (?:input )?tokens"),
    re.compile(r"requested tokens \((?P<prompt>\d+)\) exceed context window of (?P<limit>\d+)"),
    re.compile(r"token count \(?(?P<prompt>\d+)\)? exceeds the maximum number of tokens allowed \(?(?P<limit>\d+)"),
    re.compile(r"must be <= (?P<limit>\d+)\. given: (?P<prompt>\d+)"),
)


def overflow_of(status: int, error: ErrorBody) -> Overflow | None:
    """Return the overflow that a refusal reports, or None if it has another reason."""
    kinds = " ".join(error.fields.values()).lower()
    is_too_long = status in _MAY_BE_TOO_LONG and _TOO_LONG.search(f"{kinds} {error.text}") is not None
    if not is_too_long and status != _TOO_LARGE:
        return None
    if "n_ctx" in error.numbers:  # llama.cpp
        return Overflow(error.numbers.get("n_prompt_tokens"), error.numbers["n_ctx"])
    for numbers in _NUMBERS:
        if (found := numbers.search(error.text)) is not None:
            return Overflow(int(found["prompt"]), int(found["limit"]))
    limit = re.search(r"(?:maximum context length is|context window of|model limit of) (\d+)", error.text)
    return Overflow(limit=int(limit[1]) if limit else None)


def is_declined(status: int, error: ErrorBody) -> bool:
    """Return whether the prompt was declined, and not the caller.

    A 403 that does not speak of the key comes from a filter or a firewall that dislikes the student's code. It says
    nothing about other prompts.
    """
    if status not in _MAY_BE_DECLINED:
        return False
    words = f"{' '.join(error.fields.values()).lower()} {error.text}"
    if _DECLINED.search(words) is not None:
        return True
    return status == _FORBIDDEN and _ABOUT_THE_KEY.search(words) is None


LEAST_CONTEXT = 200
"""The tokens of the student's context that a shortened prompt has at least."""
_MARGIN = 0.9
"""The part of a model's room that a shortened prompt fills, since its tokens are only estimated."""
_BYTES_A_TOKEN = 3


def shortened(request: Request | None, failure: ProviderFailure) -> Request | None:
    """Return a shorter prompt for the same ask if a call failed by the prompt's length, or None. This works once."""
    if failure.overflow is None or request is None or request.shorten is None:
        return None
    least = request.shorten(request, LEAST_CONTEXT)
    room = _tokens_that_fit(request, failure.overflow) - _prompt_tokens(least)
    return request.shorten(request, LEAST_CONTEXT + room) if room > 0 else least


def _tokens_that_fit(request: Request, overflow: Overflow) -> int:
    """Return the tokens of a prompt that fits, as they are estimated here: three bytes each.

    If the server does not say how much too long the prompt is, half of it is taken to fit.
    """
    prompt = _prompt_tokens(request)
    if not overflow.prompt or not overflow.limit:
        return prompt // 2
    return int((overflow.limit - request.max_output_tokens) * prompt / overflow.prompt * _MARGIN)


def _prompt_tokens(request: Request) -> int:
    return _tokens(request.system) + sum(_tokens(turn.content) for turn in request.turns)


def _tokens(text: str) -> int:
    return len(text.encode("utf-8", "replace")) // _BYTES_A_TOKEN
