"""The fake upstream's wire formats: the streamed answers of Anthropic's Messages and OpenAI's Chat Completions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from testing.fake_upstream.behaviour import Behaviour

Json = dict[str, Any]
ANTHROPIC_VERSION = "2026-10-21"


class Refused(Exception):
    """The request is invalid: the real upstream would refuse it."""

    def __init__(self, status: int, message: str, *, param: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.param = param


class Wire(Protocol):
    """One wire format: it checks a request and builds the frames of its answer."""

    name: ClassVar[str]

    def __init__(self, body: Json, behaviour: Behaviour) -> None: ...

    @staticmethod
    def check(headers: Mapping[str, str], body: Json, key: str) -> None:
        """Raise `Refused` for a request that the real upstream would refuse."""
        ...

    @staticmethod
    def error(status: int, message: str, *, error_type: str | None = None, param: str | None = None) -> Json:
        """Return the body of a response with an error status."""
        ...

    def start(self) -> list[bytes]:
        """Return the frames before the first token."""
        ...

    def thoughts(self, words: list[str]) -> list[bytes]:
        """Return the frames of the thoughts before the first token."""
        ...

    def token(self, text: str) -> bytes:
        """Return the frame of a token."""
        ...

    def ping(self) -> bytes:
        """Return the frame that keeps an idle stream open."""
        ...

    def unknown(self) -> bytes:
        """Return frames of unknown kinds, which clients must ignore."""
        ...

    def overloaded(self) -> bytes:
        """Return the frame that reports an error in the middle of a stream."""
        ...

    def end(self) -> list[bytes]:
        """Return the frames after the last token."""
        ...


def frame(data: Json, event: str | None = None) -> bytes:
    """Return a server-sent event."""
    head = f"event: {event}\n" if event else ""
    return f"{head}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def _require(body: Json, *fields: str) -> None:
    for field in fields:
        if field not in body:
            raise Refused(400, f"{field}: Field required", param=field)
    if body.get("stream") is not True:
        raise Refused(400, "this upstream only streams", param="stream")


def credential(headers: Mapping[str, str]) -> str | None:
    """Return the credential of a request: a bearer token or, since Anthropic accepts it too, an `x-api-key`."""
    given = [headers[name].removeprefix("Bearer ") for name in ("x-api-key", "authorization") if name in headers]
    return given[0] if len(given) == 1 else None


def refuse_options(body: Json, options: tuple[str, ...]) -> None:
    """Raise `Refused` if the request has one of these options, or one of their types, as in `thinking.disabled`."""
    for option in options:
        name, _, kind = option.partition(".")
        if name in body and kind in {"", body[name].get("type") if isinstance(body[name], dict) else None}:
            raise Refused(400, f"Unsupported parameter: '{option}'", param=name)


class AnthropicWire:
    """`POST /v1/messages`."""

    name: ClassVar[str] = "anthropic"

    _ERRORS: ClassVar[dict[int, str]] = {
        400: "invalid_request_error",
        401: "authentication_error",
        402: "billing_error",
        404: "not_found_error",
        429: "rate_limit_error",
        529: "overloaded_error",
    }
    _MOST_MARKS: ClassVar[int] = 4
    _FINISH: ClassVar[dict[str, str]] = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}

    def __init__(self, body: Json, behaviour: Behaviour) -> None:
        self._model = body["model"]
        self._behaviour = behaviour
        self._tokens = 0

    @staticmethod
    def check(headers: Mapping[str, str], body: Json, key: str) -> None:
        """Raise `Refused` for a wrong key, an unknown version, or fields that the API does not accept."""
        if credential(headers) != key:
            raise Refused(401, "invalid x-api-key")
        if headers.get("anthropic-version") != ANTHROPIC_VERSION:
            raise Refused(400, "anthropic-version: unknown")
        _require(body, "model", "max_tokens", "messages")
        for field in ("temperature", "top_p", "top_k"):
            if field in body:
                raise Refused(400, f"{field}: not supported", param=field)
        blocks = [body.get("system"), *(message["content"] for message in body["messages"])]
        marked = [block for each in blocks if isinstance(each, list) for block in each if "cache_control" in block]
        if len(marked) > AnthropicWire._MOST_MARKS or not all(block["text"] for block in marked):
            raise Refused(400, "cache_control: at most 4 blocks, none of them empty")

    @staticmethod
    def error(status: int, message: str, *, error_type: str | None = None, param: str | None = None) -> Json:
        """Return the body of a response with an error status."""
        del param  # Anthropic's API names the field only in the message.
        kind = error_type or AnthropicWire._ERRORS.get(status, "api_error")
        return {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_fake"}

    def start(self) -> list[bytes]:
        """Return message_start, content_block_start and a ping."""
        message = {
            "id": "msg_fake",
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": self._usage(1),
        }
        block = {"type": "text", "text": ""}
        return [
            self._event({"type": "message_start", "message": {k: v for k, v in message.items() if k != "usage" or v}}),
            self._event({"type": "content_block_start", "index": 0, "content_block": block}),
            self.ping(),
        ]

    def thoughts(self, _words: list[str]) -> list[bytes]:
        """Return nothing: a model that does not think."""
        return []

    def token(self, text: str) -> bytes:
        """Return a content_block_delta."""
        self._tokens += 1
        delta = {"type": "text_delta", "text": text}
        return self._event({"type": "content_block_delta", "index": 0, "delta": delta})

    def ping(self) -> bytes:
        """Return a ping event."""
        return self._event({"type": "ping"})

    def unknown(self) -> bytes:
        """Return an event and a delta of unknown types, and a comment, an id and a field that no standard defines."""
        return (
            self._event({"type": "content_block_glimmer", "index": 0, "delta": {"type": "text_delta", "text": "no"}})
            + self._event({"type": "content_block_delta", "index": 0, "delta": {"type": "mood_delta", "mood": "no"}})
            + b": a comment\n\nid: 7\nretry: 10\nnonsense\n\n"
        )

    def overloaded(self) -> bytes:
        """Return an error event."""
        return self._event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}})

    def end(self) -> list[bytes]:
        """Return content_block_stop, message_delta with cumulative usage, and message_stop."""
        delta = {"stop_reason": self._FINISH[self._behaviour.finish], "stop_sequence": None}
        ending: Json = {"type": "message_delta", "delta": delta}
        if usage := self._usage(self._tokens):
            ending["usage"] = usage
        return [
            self._event({"type": "content_block_stop", "index": 0}),
            self._event(ending),
            self._event({"type": "message_stop"}),
        ]

    def _usage(self, output_tokens: int) -> Json | None:
        read, written = self._behaviour.cache_read_tokens, self._behaviour.cache_write_tokens
        counts = {"input_tokens": self._behaviour.input_tokens - read - written, "output_tokens": output_tokens}
        counts |= {"cache_creation_input_tokens": written, "cache_read_input_tokens": read}
        match self._behaviour.usage:
            case "none":
                return None
            case "zero":
                return dict.fromkeys(counts, 0)
            case "counted":
                return counts

    @staticmethod
    def _event(data: Json) -> bytes:
        return frame(data, data["type"])


class OpenAIWire:
    """`POST /v1/chat/completions`."""

    name: ClassVar[str] = "openai"

    _CODES: ClassVar[dict[int, str | None]] = {
        401: "invalid_api_key",
        402: "insufficient_quota",
        404: "model_not_found",
        429: "rate_limit_exceeded",
    }
    _FINISH: ClassVar[dict[str, str]] = {"stop": "stop", "length": "length", "refusal": "content_filter"}

    def __init__(self, body: Json, behaviour: Behaviour) -> None:
        self._model = body["model"]
        self._behaviour = behaviour
        self._tokens = 0
        options = body.get("stream_options") or {}
        self._include_usage = bool(options.get("include_usage"))

    @staticmethod
    def check(headers: Mapping[str, str], body: Json, key: str) -> None:
        """Raise `Refused` for a wrong key, or for fields that the API does not accept together."""
        if headers.get("authorization") != f"Bearer {key}":
            raise Refused(401, "Incorrect API key provided")
        _require(body, "model", "messages")
        if "max_tokens" in body and "max_completion_tokens" in body:
            raise Refused(400, "Setting both is not supported", param="max_tokens")

    @staticmethod
    def error(status: int, message: str, *, error_type: str | None = None, param: str | None = None) -> Json:
        """Return the body of a response with an error status."""
        code = error_type or OpenAIWire._CODES.get(status)
        kind = "invalid_request_error" if status < 500 else "server_error"
        return {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def start(self) -> list[bytes]:
        """Return the chunk that names the role."""
        return [self.chunk({"role": "assistant", "content": "", "refusal": None})]

    def thoughts(self, _words: list[str]) -> list[bytes]:
        """Return nothing: a model that does not think."""
        return []

    def token(self, text: str) -> bytes:
        """Return a chunk with a delta."""
        self._tokens += 1
        return self.chunk({"content": text})

    def ping(self) -> bytes:
        """Return a comment, and a chunk whose delta is empty."""
        return b": keep-alive\n\n" + self.chunk({"content": ""})

    def unknown(self) -> bytes:
        """Return a chunk without choices, another vendor's delta, a comment and a field that no standard defines."""
        return (
            frame({"id": "chatcmpl-fake", "object": "chat.completion.glimmer", "choices": []})
            + self.chunk({"reasoning_content": "no"})
            + b": a comment\n\nid: 7\nretry: 10\nnonsense\n\n"
        )

    def overloaded(self) -> bytes:
        """Return an error object in place of a chunk."""
        return frame({"error": {"message": "Overloaded", "type": "server_error", "param": None, "code": "overloaded"}})

    def end(self) -> list[bytes]:
        """Return the chunk with the finish reason, the usage if the request asked for it, and the end marker."""
        frames = [self.chunk({}, self._FINISH[self._behaviour.finish])]
        if self._include_usage and self._behaviour.usage != "none":
            prompt, completion = self._behaviour.input_tokens, self._tokens
            read, written = self._behaviour.cache_read_tokens, self._behaviour.cache_write_tokens
            if self._behaviour.usage == "zero":
                prompt = completion = read = written = 0
            counts = self.counts(prompt, completion) | {
                "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written, "audio_tokens": 0}
            }
            frames.append(frame(self._envelope() | {"choices": [], "usage": counts}))
        return [*frames, b"data: [DONE]\n\n"]

    def counts(self, prompt: int, completion: int) -> Json:
        """Return the counts of a call."""
        return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}

    def _envelope(self) -> Json:
        return {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 1, "model": self._model}

    def chunk(self, delta: Json, finish_reason: str | None = None) -> bytes:
        """Return a chunk with a delta."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return frame(self._envelope() | {"choices": [choice]} | ({"usage": None} if self._include_usage else {}))


def system_prompt(body: Json) -> str:
    """Return the system prompt of a request, in either wire format."""
    messages = [message for message in body.get("messages", ()) if message.get("role") in {"system", "developer"}]
    parts = [body.get("system", ""), *(message.get("content", "") for message in messages)]
    blocks = [block for part in parts for block in ([{"text": part}] if isinstance(part, str) else part)]
    return "\n".join(block["text"] for block in blocks if block.get("text"))
