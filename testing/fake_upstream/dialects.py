"""How real servers with OpenAI's API refuse calls: each dialect's own shape of error, as its users report it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from testing.fake_upstream.behaviour import Behaviour

Json = dict[str, Any]
BYTES_A_TOKEN = 3


class DialectRefusal(Exception):
    """The server refuses the call with this status and body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(status)
        self.status = status
        self.content_type = "text/plain" if isinstance(body, str) else "application/json"
        if status == 200:
            self.content_type = "text/event-stream"
        self.content = body if isinstance(body, str) else json.dumps(body)


def refuse(body: Json, behaviour: Behaviour) -> None:
    """Raise `DialectRefusal` if the server that a behaviour plays does not take this body."""
    say = _Dialect(behaviour.dialect)
    for role in behaviour.refused_roles:
        if any(message.get("role") == role for message in body["messages"]):
            raise say.role_refused(role)
    for option in behaviour.refused_options:
        if option in body:
            raise say.option_refused(option, body[option])
    prompt = "\n".join(str(message.get("content")) for message in body["messages"]) + str(body.get("system", ""))
    if behaviour.declines and behaviour.declines in prompt:
        raise say.declined(prompt)
    tokens = len(prompt.encode()) // BYTES_A_TOKEN
    if behaviour.context_tokens is not None and tokens > behaviour.context_tokens:
        raise say.too_long(tokens, behaviour.context_tokens)


def _openai(message: str, code: str | None = None, param: str | None = None) -> Json:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def _vllm(message: str) -> Json:
    return {"object": "error", "message": message, "type": "BadRequestError", "param": None, "code": 400}


def _gemini(message: str) -> list[Json]:
    violation = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"description": message}]}
    return [{"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT", "details": [violation]}}]


def _openrouter(status: int, message: str, **metadata: Any) -> Json:
    return {"error": {"code": status, "message": message, "metadata": metadata}, "user_id": "user_fake"}


def _pydantic(option: str, value: Any) -> list[Json]:
    message = "Extra inputs are not permitted"
    return [{"type": "extra_forbidden", "loc": ["body", option], "msg": message, "input": value}]


def _repr(option: str, value: Any) -> str:
    return str([{**error, "loc": tuple(error["loc"])} for error in _pydantic(option, value)])


_OPTION: Mapping[str, Callable[[str, Any], tuple[int, Any]]] = {
    "openai": lambda option, _: (
        400,
        _openai(
            f"Unsupported parameter: '{option}' is not supported with this model.", "unsupported_parameter", option
        ),
    ),
    "azure": lambda option, _: (
        400,
        _openai(f"Unrecognized request argument supplied: {option}"),  # codespell:ignore unrecognized
    ),
    "bedrock": lambda option, value: (400, _repr(option, value)),
    "gemini": lambda option, _: (
        400,
        _gemini(f'Invalid JSON payload received. Unknown name "{option}": Cannot find field.'),
    ),
    "mistral": lambda option, value: (
        422,
        {
            "object": "Error",
            "detail": _pydantic(option, value),
            "message": _pydantic(option, value),
            "type": "invalid_request_error",
            "code": 3001,
        },
    ),
    "mistral-2024": lambda option, value: (
        422,
        {
            "object": "error",
            "message": json.dumps({"detail": _pydantic(option, value)}),
            "type": "internal_error_proxy",
            "param": None,
            "code": "1000",
        },
    ),
    "openrouter": lambda option, _: (
        400,
        _openrouter(400, "Provider returned error", raw=json.dumps(_openai(f"Unknown parameter: '{option}'."))),
    ),
    "vllm": lambda option, value: (400, _vllm(_repr(option, value))),
    "fastapi": lambda option, value: (422, {"detail": _pydantic(option, value)}),
    "llamacpp": lambda option, _: (
        400,
        {"error": {"code": 400, "message": f"Unsupported param: {option}", "type": "invalid_request_error"}},
    ),
    "ollama": lambda option, _: (400, {"error": f'json: unknown field "{option}"'}),
}
_ROLE: Mapping[str, Callable[[str], tuple[int, Any]]] = {
    "openai": lambda role: (
        400,
        _openai(
            f"Unsupported value: 'messages[0].role' does not support '{role}' with this model.",
            "unsupported_value",
            "messages[0].role",
        ),
    ),
    "vllm": lambda role: (400, _vllm(f"{role.capitalize()} role not supported")),
    "llamacpp": lambda role: (
        500,
        {"error": {"code": 500, "message": f"{role.capitalize()} role not supported", "type": "server_error"}},
    ),
    "gemini": lambda _: (400, _gemini("Developer instruction is not enabled for models/gemma-3-27b-it")),
}
_TOO_LONG: Mapping[str, Callable[[int, int], tuple[int, Any]]] = {
    "openai": lambda tokens, limit: (
        400,
        _openai(
            f"This model's maximum context length is {limit} tokens. However, your messages resulted in {tokens} "
            "tokens. Please reduce the length of the messages.",
            "context_length_exceeded",
            "messages",
        ),
    ),
    "vllm": lambda tokens, limit: (
        400,
        _vllm(
            f"This model's maximum context length is {limit} tokens. However, you requested {tokens + 800} tokens "
            f"({tokens} in the messages, 800 in the completion). Please reduce the length of the messages."
        ),
    ),
    "llamacpp": lambda tokens, limit: (
        400,
        {
            "error": {
                "code": 400,
                "message": f"request ({tokens} tokens) exceeds the available context size ({limit} tokens)",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": tokens,
                "n_ctx": limit,
            }
        },
    ),
    "gemini": lambda tokens, limit: (
        400,
        _gemini(f"The input token count ({tokens}) exceeds the maximum number of tokens allowed ({limit})."),
    ),
    "bedrock": lambda *_: (
        400,
        {
            "detail": "An error occurred (ValidationException) when calling the ConverseStream operation: "
            "Input is too long for requested model."
        },
    ),
    "anthropic": lambda tokens, limit: (
        400,
        {
            "type": "error",
            "error": {
                "type": "invalid_request_error",
                "message": f"prompt is too long: {tokens} tokens > {limit} maximum",
            },
        },
    ),
    "ollama": lambda *_: (400, {"error": "the input length exceeds the context length"}),
    "llama-cpp-python": lambda *_: (200, ""),
}
_DECLINED: Mapping[str, Callable[[str], tuple[int, Any]]] = {
    "azure": lambda _: (
        400,
        {
            "error": {
                "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management "
                "policy. Please modify your prompt and retry.",
                "type": None,
                "param": "prompt",
                "code": "content_filter",
                "status": 400,
                "innererror": {
                    "code": "ResponsibleAIPolicyViolation",
                    "content_filter_result": {"violence": {"filtered": True, "severity": "medium"}},
                },
            }
        },
    ),
    "openrouter": lambda prompt: (
        403,
        _openrouter(
            403, "Your input was flagged", reasons=["violence"], flagged_input=prompt[:100], provider_name="OpenAI"
        ),
    ),
    "firewall": lambda _: (403, "<html><head><title>403 Forbidden</title></head><body>nginx</body></html>"),
    "anthropic": lambda _: (
        400,
        {
            "type": "error",
            "error": {"type": "invalid_request_error", "message": "Output blocked by content filtering policy"},
        },
    ),
}

OPTION_DIALECTS, ROLE_DIALECTS = tuple(_OPTION), tuple(_ROLE)
SILENT_WHEN_TOO_LONG = "llama-cpp-python"
"""The dialect whose stream just ends without an event if the prompt is too long."""
LONG_DIALECTS = tuple(name for name in _TOO_LONG if name != SILENT_WHEN_TOO_LONG)
DECLINING_DIALECTS = tuple(_DECLINED)


class _Dialect:
    def __init__(self, name: str) -> None:
        self._name = name

    def option_refused(self, option: str, value: Any) -> DialectRefusal:
        return DialectRefusal(*_OPTION[self._name](option, value))

    def role_refused(self, role: str) -> DialectRefusal:
        return DialectRefusal(*_ROLE[self._name](role))

    def too_long(self, tokens: int, limit: int) -> DialectRefusal:
        return DialectRefusal(*_TOO_LONG[self._name](tokens, limit))

    def declined(self, prompt: str) -> DialectRefusal:
        return DialectRefusal(*_DECLINED[self._name](prompt))
