"""The provider over OpenAI's Chat Completions API, which Ollama, vLLM and llama.cpp speak too, read raw."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import urlsplit

import openai

from tutor_server.llm.failures import connection_failure, connection_failures, refusal, said
from tutor_server.llm.provider import Finish, ProviderFailure, Usage
from tutor_server.llm.upstream import (
    PLAIN_BODY,
    TIMEOUT,
    answer_events,
    count,
    cut_error_body,
    pin_loggers,
    read_json,
    reading_fields,
    sendable,
    text,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from tutor_server.llm.provider import Event, FailureReason, Request
    from tutor_server.llm.sse import ServerEvent

_DEFAULT_BASE_URL = "https://api.openai.com/v1"
_NO_KEY = "none"
"""Sent where no key is set: the SDK insists on one, servers on one's own machine do not look at it."""

_REASONS = re.compile(r"gpt-(5\.[1-9]|[6-9])")
"""Models that reason unless told otherwise: it would delay the first word, and be paid from the answer's tokens."""

_OPTIONAL = frozenset(
    {"max_completion_tokens", "max_tokens", "stream_options", "reasoning_effort", "safety_identifier", "store"}
)
"""What a call can do without where a server or model does not know it."""

_FINISH: dict[str, Literal["stop", "length", "refusal"]] = {"length": "length", "content_filter": "refusal"}
_ERRORS: dict[str, FailureReason] = {
    "rate_limit_exceeded": "rate_limited",
    "insufficient_quota": "payment_required",
    "invalid_request_error": "bad_request",
    "overloaded": "overloaded",
}


class OpenAIProvider:
    """OpenAI's models, or any server that speaks Chat Completions at `base_url`."""

    name: ClassVar[str] = "openai"
    is_remote: ClassVar[bool] = True

    def __init__(self, *, api_key: str | None, model: str, base_url: str | None = None) -> None:
        pin_loggers("openai")
        self.model = model
        base_url = base_url or _DEFAULT_BASE_URL
        self._client = openai.AsyncOpenAI(
            api_key=api_key or _NO_KEY,
            base_url=base_url,
            max_retries=0,
            timeout=TIMEOUT,
            http_client=openai.DefaultAioHttpClient(follow_redirects=False, event_hooks={"response": [cut_error_body]}),
        )
        self._completions = self._client.chat.completions.with_streaming_response
        self._is_openai = f".{urlsplit(base_url).hostname}".endswith(".openai.com")
        lengths = ("max_completion_tokens", "max_tokens")
        self._length_options = lengths if self._is_openai else lengths[::-1]
        self._refused_options: set[str] = set()

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncIterator[Event]]:
        """Open the call. Leaving the context closes the upstream connection at once. Raises `ProviderFailure`."""
        messages = [{"role": "system", "content": sendable(request.system)}]
        messages += [{"role": turn.role, "content": sendable(turn.content)} for turn in request.turns]
        call = self._completions.create(
            model=self.model,
            messages=(),
            stream=True,
            extra_headers=PLAIN_BODY,
            extra_body={"messages": messages},  # as an argument, each would be walked by its types: 1 ms a call
            **self._options(request),
        )
        async with AsyncExitStack() as stack:
            try:
                with connection_failures():
                    response = await stack.enter_async_context(call)
            except openai.APIStatusError as error:
                raise self._refusal(error) from None
            except openai.APIConnectionError as error:
                raise connection_failure(error) from error
            yield await stack.enter_async_context(aclosing(answer_events(response, _CompletionDecoder())))

    def _options(self, request: Request) -> dict[str, Any]:
        options: dict[str, Any] = {"stream_options": {"include_usage": True}}
        length = next((name for name in self._length_options if name not in self._refused_options), None)
        if length is not None:
            options[length] = request.max_output_tokens
        if _REASONS.match(self.model):
            options["reasoning_effort"] = "none"
        if self._is_openai:
            options |= {"safety_identifier": request.user, "store": False}
        return {name: value for name, value in options.items() if name not in self._refused_options}

    def _refusal(self, error: openai.APIStatusError) -> ProviderFailure:
        """Name a refusal. An option that the server does not know is left out from now on."""
        status = 402 if error.code == "insufficient_quota" else error.status_code
        adapted = status == 400 and error.param in _OPTIONAL - self._refused_options  # noqa: PLR2004 - RFC 9110 §15.5.1
        if adapted and error.param is not None:
            self._refused_options.add(error.param)
        return refusal(
            status, error.response.headers, error.code or error.type, key_name="OPENAI_API_KEY", adapted=adapted
        )

    async def close(self) -> None:
        """Release the provider's connections."""
        await self._client.close()


class _CompletionDecoder:
    """Reads the chunks of one completion; chunks that say nothing of text, end or usage are skipped."""

    def __init__(self) -> None:
        self._refused = False

    def decode(self, raw: ServerEvent) -> Iterator[Event]:
        """Give what a chunk says. Usage comes in a chunk of its own after the end, or not at all."""
        if raw.data == b"[DONE]":
            return
        data = read_json(raw.data)
        with reading_fields():
            if (error := data.get("error")) is not None:
                kind = error.get("code") or error.get("type") if isinstance(error, dict) else None
                raise ProviderFailure(_ERRORS.get(str(kind), "server_error"), f"broke off the answer{said(kind)}")
            for choice in data.get("choices") or ():
                delta = choice.get("delta") or {}
                if content := delta.get("content"):
                    yield text(content)
                self._refused = self._refused or bool(delta.get("refusal"))
                if (reason := choice.get("finish_reason")) is not None:
                    yield Finish("refusal" if self._refused else _FINISH.get(str(reason), "stop"))
            yield from self._count(data.get("usage"))

    @staticmethod
    def _count(usage: dict[str, Any] | None) -> Iterator[Usage]:
        if usage is None:
            return
        prompt, completion = count(usage.get("prompt_tokens")), count(usage.get("completion_tokens"))
        if prompt is not None and completion is not None:
            details = usage.get("prompt_tokens_details") or {}
            read, written = count(details.get("cached_tokens")), count(details.get("cache_write_tokens"))
            yield Usage(prompt, completion, cache_read_tokens=read or 0, cache_write_tokens=written or 0)
