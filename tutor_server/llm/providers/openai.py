"""The provider for OpenAI's Chat Completions API, which Ollama, vLLM and llama.cpp also support."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit

from tutor_server.llm.endpoint import Endpoint, set_headers
from tutor_server.llm.provider import Finish, ProviderFailure, Usage
from tutor_server.llm.provider_spec import KeyProbe, ProviderSpec
from tutor_server.llm.refusal import refusal, said
from tutor_server.llm.wire import count, lacks_field, read_json, sendable, text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from openai.types.chat import ChatCompletionMessageParam
    from openai.types.chat.completion_create_params import CompletionCreateParamsStreaming

    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.provider import Event, FailureReason, Request, Turn
    from tutor_server.llm.sse import ServerEvent
    from tutor_server.llm.upstream import Refused, Upstream

_REASONS = re.compile(r"gpt-(5\.[1-9]|[6-9])")
"""Names of models that reason by default. Reasoning, which delays the first word and uses up tokens, is turned off."""

_OPTIONAL = frozenset(
    {
        *("max_completion_tokens", "max_tokens", "stream_options", "reasoning_effort"),
        *("safety_identifier", "prompt_cache_key", "store"),
    }
)
"""Options that are left out of all later calls once the server or the model has rejected them."""

_FINISH: dict[str, Literal["stop", "length", "refusal"]] = {"length": "length", "content_filter": "refusal"}
_ERRORS: dict[str, FailureReason] = {
    "rate_limit_exceeded": "rate_limited",
    "insufficient_quota": "payment_required",
    "invalid_request_error": "bad_request",
    "overloaded": "overloaded",
}


class OpenAIProvider:
    """OpenAI's models, or the models of any server with a Chat Completions endpoint."""

    name: ClassVar[str] = "openai"
    is_remote: ClassVar[bool] = True

    def __init__(self, upstream: Upstream, model: str) -> None:
        self.model = model
        self._upstream = upstream
        self._is_openai = f".{urlsplit(upstream.url).hostname}".endswith(".openai.com")
        lengths = ("max_completion_tokens", "max_tokens")
        self._length_options = lengths if self._is_openai else lengths[::-1]
        self._refused_options: set[str] = set()

    def stream(self, request: Request, pacing: Pacing) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Event]]]:
        """Open the call. Leaving the context closes the upstream connection at once. Raises `ProviderFailure`."""
        body: CompletionCreateParamsStreaming = {
            "model": self.model,
            "messages": [{"role": "system", "content": sendable(request.system)}, *map(_message, request.turns)],
            "stream": True,
        }
        return self._upstream.answer({**body, **self._options(request)}, _CompletionDecoder(), self._refusal, pacing)

    def _options(self, request: Request) -> dict[str, Any]:
        options: dict[str, Any] = {"stream_options": {"include_usage": True}}
        length = next((name for name in self._length_options if name not in self._refused_options), None)
        if length is not None:
            options[length] = request.max_output_tokens
        if _REASONS.match(self.model):
            options["reasoning_effort"] = "none"
        if self._is_openai:
            # Requests of one student begin alike, and OpenAI caches prefixes by itself where requests with one key go.
            options |= {"safety_identifier": request.user, "prompt_cache_key": request.user, "store": False}
        return {name: value for name, value in options.items() if name not in self._refused_options}

    def _refusal(self, refused: Refused) -> ProviderFailure:
        """Return the failure of a refused call. An option that the server rejects is omitted from all later calls."""
        code, option = refused.word("code"), refused.word("param")
        status = 402 if code == "insufficient_quota" else refused.status
        adapted = status == 400 and option in _OPTIONAL - self._refused_options  # noqa: PLR2004 - 400 means a bad request
        if adapted and option is not None:
            self._refused_options.add(option)
        kind = code or refused.word("type")
        return refusal(status, refused.headers, kind, key_name=SPEC.key_variable, adapted=adapted)

    async def close(self) -> None:
        """Release the provider's connections."""
        await self._upstream.close()


def _message(turn: Turn) -> ChatCompletionMessageParam:
    content = sendable(turn.content)
    return {"role": "user", "content": content} if turn.role == "user" else {"role": "assistant", "content": content}


class _CompletionDecoder:
    """Decodes the chunks of one completion. Chunks without text, finish reason or usage are skipped."""

    def __init__(self) -> None:
        self._refused = False

    def decode(self, raw: ServerEvent) -> Sequence[Event]:
        """Return the events of a chunk. A server sends usage in a separate chunk after the end, or not at all."""
        if raw.data == b"[DONE]":
            return ()
        data = read_json(raw.data)
        try:
            return self._read(data)
        except (KeyError, TypeError, AttributeError):
            raise lacks_field() from None

    def _read(self, data: dict[str, Any]) -> Sequence[Event]:
        if (error := data.get("error")) is not None:
            kind = error.get("code") or error.get("type") if isinstance(error, dict) else None
            raise ProviderFailure(_ERRORS.get(str(kind), "server_error"), f"broke off the answer{said(kind)}")
        events: list[Event] = []
        for choice in data.get("choices") or ():
            delta = choice.get("delta") or {}
            if content := delta.get("content"):
                events.append(text(content))
            if delta.get("refusal"):
                self._refused = True
            if (reason := choice.get("finish_reason")) is not None:
                events.append(Finish("refusal" if self._refused else _FINISH.get(str(reason), "stop")))
        if (usage := data.get("usage")) is not None:
            events += self._count(usage)
        return events

    @staticmethod
    def _count(usage: dict[str, Any]) -> Sequence[Usage]:
        prompt, completion = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
        if prompt is None or completion is None:
            return ()
        details = usage.get("prompt_tokens_details") or {}
        read, written = count(details.get("cached_tokens")), count(details.get("cache_write_tokens"))
        return (Usage(prompt, completion, cache_read_tokens=read or 0, cache_write_tokens=written or 0),)


_BASE_URL = "https://api.openai.com/v1"
_NO_KEY = "none"
"""The placeholder for a missing key: the SDK requires one, but local servers ignore it."""


def openai_endpoint(api_key: str | None, base_url: str | None = None) -> Endpoint:
    """Return the endpoint and headers that OpenAI's SDK would use. `base_url` may name another compatible server."""
    from openai import AsyncOpenAI  # noqa: PLC0415 - importing it takes a large part of a second

    client = AsyncOpenAI(api_key=api_key or _NO_KEY, base_url=base_url or _BASE_URL)
    return Endpoint(
        url=f"{client.base_url}chat/completions",
        headers=set_headers({**client.default_headers, **client.auth_headers}),
    )


def _key_probe(api_key: str | None, base_url: str | None) -> KeyProbe:
    return KeyProbe(
        url=f"{(base_url or _BASE_URL).rstrip('/')}/models",
        headers={"Authorization": f"Bearer {api_key}"} if api_key else {},
    )


SPEC = ProviderSpec(
    name=OpenAIProvider.name,
    default_model="gpt-6.1-terra",
    build=OpenAIProvider,
    endpoint=openai_endpoint,
    key_probe=_key_probe,
    price_list_name="openai",
    works_without_key=True,
)
