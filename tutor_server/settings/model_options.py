"""Checks the operator's additions to the body of a call: JSON in a variable, or a table of the providers file."""

from __future__ import annotations

from typing import Any

import orjson

_ELSEWHERE = {
    "model": "name the model in its own setting",
    "max_tokens": "set TUTOR_MAX_OUTPUT_TOKENS",
    "max_completion_tokens": "set TUTOR_MAX_OUTPUT_TOKENS",
    "max_output_tokens": "set TUTOR_MAX_OUTPUT_TOKENS",
    "max_new_tokens": "set TUTOR_MAX_OUTPUT_TOKENS",
    "n_predict": "set TUTOR_MAX_OUTPUT_TOKENS",
    "num_predict": "set TUTOR_MAX_OUTPUT_TOKENS",
    "extra_body": "write its fields without it",
}
_OWNED = frozenset(
    {
        *("messages", "system", "input", "prompt", "instructions", "stream", "stream_options", "metadata", "user"),
        *("n", "best_of", "candidate_count", "num_return_sequences", "store", "safety_identifier", "prompt_cache_key"),
        *("tools", "tool_choice", "functions", "function_call", "parallel_tool_calls", "mcp_servers", "container"),
        *("response_format", "modalities", "audio", "previous_response_id", "conversation", "web_search_options"),
        *_ELSEWHERE,
    }
)
"""Fields that the tutor sets itself, or that change what an answer is or how many there are."""
_LONGEST = 16_384
_LONGEST_NAME = 64
_DEEPEST = 8


def options_in_json(value: Any) -> Any:
    """Return the fields of a JSON object. Raises `ValueError` with a sentence for anything else."""
    if not isinstance(value, str):
        return value if value is None else options(value)
    try:
        fields = orjson.loads(value)
    except orjson.JSONDecodeError:
        raise ValueError('is no JSON: write an object such as {"temperature": 0.3}') from None
    return options(fields)


def options(fields: Any) -> dict[str, Any]:
    """Return the fields if the operator may set them. Raises `ValueError` with a sentence."""
    if not isinstance(fields, dict):
        raise ValueError('is no JSON object: write one such as {"temperature": 0.3}')  # noqa: TRY004 - the settings take ValueError
    for name in fields:
        if name in _OWNED:
            instead = _ELSEWHERE.get(name, "leave it out")
            raise ValueError(f"sets {name}, which the tutor sets itself: {instead}")
        if not isinstance(name, str) or not name or len(name) > _LONGEST_NAME:
            raise ValueError("has a name that is no field of a call")
    _require_limits_unset(fields, _DEEPEST)
    try:
        size = len(orjson.dumps(fields))
    except (TypeError, ValueError):
        raise ValueError("holds a value that JSON has not, such as a date") from None
    if size > _LONGEST:
        raise ValueError(f"is longer than {_LONGEST} bytes")
    return fields


def _require_limits_unset(value: Any, depth: int) -> None:
    """Raise `ValueError` if an inner object sets a limit, as `options` does for Ollama."""
    if depth == 0:
        raise ValueError("is nested too deeply")
    for name, inner in value.items() if isinstance(value, dict) else ():
        if name in _ELSEWHERE and isinstance(inner, int):
            raise ValueError(f"sets {name}, which the tutor sets itself: {_ELSEWHERE[name]}")
        _require_limits_unset(inner, depth - 1)
    for inner in value if isinstance(value, list) else ():
        _require_limits_unset(inner, depth - 1)
