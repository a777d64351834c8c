"""The provider for Anthropic's Messages API: its SDK supplies endpoint and headers, not the connection."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from tutor_server.llm.endpoint import Endpoint, set_headers
from tutor_server.llm.provider import Finish, ProviderFailure, Usage
from tutor_server.llm.provider_spec import KeyProbe, ProviderSpec
from tutor_server.llm.refusal import refusal, said
from tutor_server.llm.wire import count, lacks_field, read_json, sendable, text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from anthropic.types import CacheControlEphemeralParam, MessageParam, TextBlockParam, ThinkingConfigParam
    from anthropic.types.message_create_params import MessageCreateParamsStreaming

    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.provider import Event, FailureReason, Request, Turn
    from tutor_server.llm.sse import ServerEvent
    from tutor_server.llm.upstream import Refused, Upstream

_THINKING: tuple[tuple[re.Pattern[str], ThinkingConfigParam], ...] = (
    (re.compile(r"claude-sonnet-5-5(-\d{8})?"), {"type": "between_tools"}),
    (re.compile(r"claude-(haiku-5-5|sonnet-5|opus-5)(-\d{8})?"), {"type": "disabled"}),
)
"""The options that turn thinking off, by the names of the models that think by default.

Thinking would delay the first word too long for a student, and its tokens count towards `max_tokens`.
"""

_CACHED: CacheControlEphemeralParam = {"type": "ephemeral"}
"""Marks the end of a prefix that Anthropic caches for five minutes. A request has at most four such marks."""
_MAX_SHARED = 3
"""The maximum number of marks in the system prompt; one more is for the turns."""

_ALWAYS_THINKS = re.compile(r"claude-(opus-5-5|fable|mythos)")
_THINKING_TOKENS = 4096
"""Tokens added to `max_tokens` for models that always think, so that thinking does not shorten the answer."""

_FINISH: dict[str, Literal["stop", "length", "refusal"]] = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "refusal",
}
_ERRORS: dict[str, FailureReason] = {
    "overloaded_error": "overloaded",
    "rate_limit_error": "rate_limited",
    "authentication_error": "authentication",
    "permission_error": "authentication",
    "billing_error": "payment_required",
    "invalid_request_error": "bad_request",
}


class AnthropicProvider:
    """Anthropic's Claude models."""

    name: ClassVar[str] = "anthropic"
    is_remote: ClassVar[bool] = True

    def __init__(self, upstream: Upstream, model: str) -> None:
        self.model = model
        self._thinking = next((off for models, off in _THINKING if models.fullmatch(model)), None)
        self._always_thinks = bool(_ALWAYS_THINKS.match(model))
        self._upstream = upstream

    def stream(self, request: Request, pacing: Pacing) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Event]]]:
        """Open the call. Leaving the context closes the upstream connection at once. Raises `ProviderFailure`."""
        body: MessageCreateParamsStreaming = {
            "model": self.model,
            "system": _system(request),
            "messages": _messages(request.turns),
            "max_tokens": request.max_output_tokens,
            "metadata": {"user_id": request.user},
            "stream": True,
        }
        if self._thinking is not None:
            body["thinking"] = self._thinking
        if self._always_thinks:
            body["max_tokens"] += _THINKING_TOKENS
            body["output_config"] = {"effort": "low"}
        return self._upstream.answer(body, _MessageDecoder(), self._refusal, pacing)

    @staticmethod
    def _refusal(refused: Refused) -> ProviderFailure:
        return refusal(refused.status, refused.headers, refused.word("type"), key_name=SPEC.key_variable)

    async def close(self) -> None:
        """Release the provider's connections."""
        await self._upstream.close()


def _system(request: Request) -> str | list[TextBlockParam]:
    """Return the system prompt, with a mark after each part that other requests share."""
    ends = [end for end in request.shared[-_MAX_SHARED:] if 0 < end <= len(request.system)]
    if not ends:
        return sendable(request.system)
    blocks = [
        _cached(sendable(request.system[start:end]))
        for start, end in zip([0, *ends], ends, strict=False)
        if end > start
    ]
    rest = sendable(request.system[ends[-1] :])
    return [*blocks, {"type": "text", "text": rest}] if rest else blocks


def _messages(turns: Sequence[Turn]) -> list[MessageParam]:
    """Return the turns, with a mark after the last one that the next request repeats."""
    stable = len(turns) - 2
    return [_message(turn, is_marked=number == stable) for number, turn in enumerate(turns)]


def _message(turn: Turn, *, is_marked: bool) -> MessageParam:
    text = sendable(turn.content)
    content = [_cached(text)] if is_marked else text
    return {"role": "user", "content": content} if turn.role == "user" else {"role": "assistant", "content": content}


def _cached(text: str) -> TextBlockParam:
    return {"type": "text", "text": text, "cache_control": _CACHED}


class _MessageDecoder:
    """Decodes the events of one message. Pings and unknown event types are skipped, as the API requires of clients."""

    def __init__(self) -> None:
        self._usage: dict[str, int] = {}
        self._finish: Literal["stop", "length", "refusal"] = "stop"

    def decode(self, raw: ServerEvent) -> Sequence[Event]:
        """Return the events of a server event. A message is complete only after `message_stop`."""
        data = read_json(raw.data)
        try:
            return self._read(data)
        except (KeyError, TypeError, AttributeError):
            raise lacks_field() from None

    def _read(self, data: dict[str, Any]) -> Sequence[Event]:
        match data.get("type"):
            case "content_block_delta":
                delta = data["delta"]
                return (text(delta["text"]),) if delta["type"] == "text_delta" and delta["text"] else ()
            case "message_start":
                return self._count(data["message"].get("usage"))
            case "message_delta":
                self._finish = _FINISH.get(str(data["delta"].get("stop_reason")), "stop")
                return self._count(data.get("usage"))
            case "message_stop":
                return (Finish(self._finish),)
            case "error":
                kind = data["error"].get("type")
                raise ProviderFailure(_ERRORS.get(str(kind), "server_error"), f"broke off the answer{said(kind)}")
            case _:
                return ()

    def _count(self, usage: dict[str, Any] | None) -> Sequence[Usage]:
        """Merge a usage object into the totals. Counts are cumulative; later objects may omit the prompt's tokens."""
        if usage is None:
            return ()
        self._usage |= {name: tokens for name, value in usage.items() if (tokens := count(value)) is not None}
        if not {"input_tokens", "output_tokens"} <= self._usage.keys():
            return ()
        read = self._usage.get("cache_read_input_tokens", 0)
        written = self._usage.get("cache_creation_input_tokens", 0)
        return (
            Usage(
                input_tokens=self._usage["input_tokens"] + read + written,
                output_tokens=self._usage["output_tokens"],
                cache_read_tokens=read,
                cache_write_tokens=written,
            ),
        )


_BASE_URL = "https://api.anthropic.com"
_VERSION = "2026-10-21"
"""The API version in the header of the request for the list of models."""


def anthropic_endpoint(api_key: str | None, base_url: str | None = None) -> Endpoint:
    """Return the endpoint and headers that Anthropic's SDK would use, with one credential and without tracing."""
    from anthropic import AsyncAnthropic  # noqa: PLC0415 - importing it takes a large part of a second

    if api_key is None:
        raise ValueError("settings admit anthropic only with its key")
    client = AsyncAnthropic(api_key=api_key, base_url=base_url, open_telemetry=False)
    return Endpoint(
        url=f"{str(client.base_url).rstrip('/')}/v1/messages",
        headers=set_headers({**client.default_headers, **client.auth_headers}),
    )


def _key_probe(api_key: str | None, base_url: str | None) -> KeyProbe:
    return KeyProbe(
        url=f"{(base_url or _BASE_URL).rstrip('/')}/v1/models",
        headers={"X-Api-Key": api_key or "", "Anthropic-Version": _VERSION},
    )


SPEC = ProviderSpec(
    name=AnthropicProvider.name,
    default_model="claude-sonnet-5-5",
    build=AnthropicProvider,
    endpoint=anthropic_endpoint,
    key_probe=_key_probe,
    price_list_name="anthropic",
)
