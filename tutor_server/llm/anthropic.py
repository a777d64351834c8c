"""The provider over Anthropic's Messages API: its SDK makes the call, the event stream is read raw."""

from __future__ import annotations

import re
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

import anthropic

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

    from anthropic.types import MessageParam, OutputConfigParam, ThinkingConfigParam

    from tutor_server.llm.provider import Event, FailureReason, Request
    from tutor_server.llm.sse import ServerEvent

_THINKING: tuple[tuple[re.Pattern[str], ThinkingConfigParam], ...] = (
    (re.compile(r"claude-sonnet-5-5(-\d{8})?"), {"type": "between_tools"}),
    (re.compile(r"claude-(haiku-5-5|sonnet-5|opus-5)(-\d{8})?"), {"type": "disabled"}),
)
"""How thinking is turned off where a model thinks unless told otherwise: it would delay the first word past a
student's patience, and its tokens come out of `max_tokens`. Models not named here do not think unasked."""

_ALWAYS_THINKS = re.compile(r"claude-(opus-5-5|fable|mythos)")
_THINKING_TOKENS = 4096
"""Room for the thoughts of a model that cannot do without, so that they do not eat the answer's tokens."""

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
    """Claude models. One credential, no retries by the SDK, no tracing of what students write."""

    name: ClassVar[str] = "anthropic"
    is_remote: ClassVar[bool] = True

    def __init__(self, *, api_key: str, model: str, base_url: str | None = None) -> None:
        pin_loggers("anthropic")
        self.model = model
        self._thinking = next((off for models, off in _THINKING if models.fullmatch(model)), anthropic.omit)
        self._thinking_tokens = 0
        self._output_config: OutputConfigParam | anthropic.Omit = anthropic.omit
        if _ALWAYS_THINKS.match(model):
            self._thinking_tokens = _THINKING_TOKENS
            self._output_config = {"effort": "low"}
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            timeout=TIMEOUT,
            open_telemetry=False,
            http_client=anthropic.DefaultAioHttpClient(
                follow_redirects=False, event_hooks={"response": [cut_error_body]}
            ),
        )
        self._messages = self._client.messages.with_streaming_response

    @asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[AsyncIterator[Event]]:
        """Open the call. Leaving the context closes the upstream connection at once. Raises `ProviderFailure`."""
        call = self._messages.create(
            model=self.model,
            system=sendable(request.system),
            messages=cast(
                "list[MessageParam]", [{"role": turn.role, "content": sendable(turn.content)} for turn in request.turns]
            ),
            max_tokens=request.max_output_tokens + self._thinking_tokens,
            thinking=self._thinking,
            output_config=self._output_config,
            metadata={"user_id": request.user},
            stream=True,
            extra_headers=PLAIN_BODY,
        )
        async with AsyncExitStack() as stack:
            try:
                with connection_failures():
                    response = await stack.enter_async_context(call)
            except anthropic.APIStatusError as error:
                raise refusal(
                    error.status_code, error.response.headers, error.type, key_name="ANTHROPIC_API_KEY"
                ) from None
            except anthropic.APIConnectionError as error:
                raise connection_failure(error) from error
            yield await stack.enter_async_context(aclosing(answer_events(response, _MessageDecoder())))

    async def close(self) -> None:
        """Release the provider's connections."""
        await self._client.close()


class _MessageDecoder:
    """Reads the events of one message; pings and kinds that are not known are skipped, as the API asks of clients."""

    def __init__(self) -> None:
        self._usage: dict[str, int] = {}
        self._finish: Literal["stop", "length", "refusal"] = "stop"

    def decode(self, raw: ServerEvent) -> Iterator[Event]:
        """Give what an event says. The message is complete with `message_stop` only."""
        data = read_json(raw.data)
        with reading_fields():
            match data.get("type"):
                case "content_block_delta":
                    delta = data["delta"]
                    if delta["type"] == "text_delta" and delta["text"]:
                        yield text(delta["text"])
                case "message_start":
                    yield from self._count(data["message"].get("usage"))
                case "message_delta":
                    self._finish = _FINISH.get(str(data["delta"].get("stop_reason")), "stop")
                    yield from self._count(data.get("usage"))
                case "message_stop":
                    yield Finish(self._finish)
                case "error":
                    kind = data["error"].get("type")
                    raise ProviderFailure(_ERRORS.get(str(kind), "server_error"), f"broke off the answer{said(kind)}")

    def _count(self, usage: dict[str, Any] | None) -> Iterator[Usage]:
        """Take over what a usage object says: counts are cumulative, and the later ones may leave out the prompt."""
        if usage is None:
            return
        self._usage |= {name: tokens for name, value in usage.items() if (tokens := count(value)) is not None}
        if not {"input_tokens", "output_tokens"} <= self._usage.keys():
            return
        read = self._usage.get("cache_read_input_tokens", 0)
        written = self._usage.get("cache_creation_input_tokens", 0)
        yield Usage(
            input_tokens=self._usage["input_tokens"] + read + written,
            output_tokens=self._usage["output_tokens"],
            cache_read_tokens=read,
            cache_write_tokens=written,
        )
