"""The provider for Anthropic's Messages API: its SDK supplies endpoint and headers, not the connection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import structlog

from tutor_server.llm.endpoint import Endpoint, set_headers
from tutor_server.llm.message_decoder import MessageDecoder
from tutor_server.llm.model_options import ModelOptions, merged
from tutor_server.llm.prompt_refusal import overflow_of
from tutor_server.llm.provider_spec import ProviderSpec
from tutor_server.llm.refusal import refusal
from tutor_server.llm.thinking_habits import ThinkingHabits
from tutor_server.llm.wire import sendable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from anthropic.types import CacheControlEphemeralParam, MessageParam, TextBlockParam
    from anthropic.types.message_create_params import MessageCreateParamsStreaming

    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.provider import Event, ProviderFailure, Request, Turn
    from tutor_server.llm.upstream import Refused, Upstream

log = structlog.get_logger(__name__)

_NO_THOUGHTS: tuple[Mapping[str, Any], ...] = (
    {"thinking": {"type": "disabled"}},
    {"thinking": {"type": "between_tools"}},
)
"""The ways to turn thinking off. Each model refuses those that it lacks with 400, as the API declares them.

Thinking would delay the first word too long for a student, and its tokens count towards `max_tokens`.
"""
_MODEST_THOUGHTS: Mapping[str, Any] = {"output_config": {"effort": "low"}}
_UNSAID: Mapping[str, Any] = {}

_CACHED: CacheControlEphemeralParam = {"type": "ephemeral"}
"""Marks the end of a prefix that Anthropic caches for five minutes. A request has at most four such marks."""
_MAX_SHARED = 3
"""The maximum number of marks in the system prompt; one more is for the turns."""


class AnthropicProvider:
    """Anthropic's Claude models, or the models of any server with a Messages endpoint."""

    is_remote: ClassVar[bool] = True

    def __init__(self, upstream: Upstream, model: str, options: ModelOptions | None = None) -> None:
        self._own = options or ModelOptions()
        self.name = self._own.name or SPEC.name
        self.model = model
        self._upstream = upstream
        self._habits = ThinkingHabits(self._own, watches_beginnings=not _is_anthropic(upstream.url))
        self._ways = _ways_to_think(self._own)
        self._left_out: frozenset[str] = frozenset()

    @property
    def thinking_tokens(self) -> int:
        """The tokens that a call may use for thoughts beside the longest answer."""
        return self._habits.tokens

    def stream(self, request: Request, pacing: Pacing) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Event]]]:
        """Open the call. Leaving the context closes the upstream connection at once. Raises `ProviderFailure`."""
        request = self._own.fitted(request)
        body: MessageCreateParamsStreaming = {
            "model": self.model,
            "system": _system(request),
            "messages": _messages(request.turns),
            "max_tokens": self._own.longest_answer(request.max_output_tokens) + self._habits.tokens,
            "metadata": {"user_id": request.user},
            "stream": True,
        }
        way = self._ways[0]
        fields = merged(merged(body, way), self._own.body)
        sent = {name: value for name, value in fields.items() if name not in self._left_out}
        decoder = MessageDecoder(self._habits.answer())
        return self._upstream.answer(sent, decoder, partial(self._refusal, frozenset(sent), way), pacing)

    def _refusal(self, sent: frozenset[str], way: Mapping[str, Any], refused: Refused) -> ProviderFailure:
        """Return the failure of a refused call. What the model does not take is left out of all later calls.

        `sent` has the names of the fields of the body, `way` those about thinking.
        """
        is_learnt = self._learn(sent, way, refused)
        return refusal(
            refused.status,
            refused.headers,
            refused.error,
            refused.word("type"),
            key_name=self._own.key_name or SPEC.key_variable,
            adapted=is_learnt,
        )

    def _learn(self, sent: frozenset[str], way: Mapping[str, Any], refused: Refused) -> bool:
        """Return whether the next call leaves out what this one was refused for."""
        error = refused.error
        if refused.status not in _ABOUT_FIELDS or overflow_of(refused.status, error) is not None:
            return False
        for name in sorted(sent - _REQUIRED):
            if not error.names(name):
                continue
            if name in way and name not in self._own.body:
                if self._ways[0] is way:  # Else another call has learnt it meanwhile.
                    self._ways = self._ways[1:]
                if "thinking" not in self._ways[0]:
                    self._habits.note_thoughts()  # It cannot be kept from thinking, so it gets room for it.
            else:
                self._left_out |= {name}
                if name in self._own.body:
                    setting = self._own.options_name or "TUTOR_ANTHROPIC_OPTIONS"
                    log.warning("option_refused", provider=self.name, option=name, setting=setting)
            return True
        return False

    async def close(self) -> None:
        """Release the provider's connections."""
        await self._upstream.close()


_ABOUT_FIELDS = frozenset({400, 422})
_REQUIRED = frozenset({"model", "system", "messages", "max_tokens", "stream"})


def _is_anthropic(url: str) -> bool:
    return f".{urlsplit(url).hostname}".endswith(".anthropic.com")


def _ways_to_think(own: ModelOptions) -> tuple[Mapping[str, Any], ...]:
    """Return the fields about thinking, the best first; the next ones if the model refuses them."""
    if own.thinking in {"low", "medium", "high"}:
        return ({"output_config": {"effort": own.thinking}}, _UNSAID)
    if own.thinking == "unmarked" or {"thinking", "output_config"} & set(own.body):
        return (_UNSAID,)
    return (*_NO_THOUGHTS, _MODEST_THOUGHTS, _UNSAID)


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


_BASE_URL = "https://api.anthropic.com"
_NO_KEY = "none"
"""The placeholder for a missing key: the SDK requires one, but local servers ignore it."""


def anthropic_endpoint(api_key: str | None, base_url: str | None = None) -> Endpoint:
    """Return the endpoint and headers that Anthropic's SDK would use, with one credential and without tracing."""
    from anthropic import AsyncAnthropic  # noqa: PLC0415 - importing it takes a large part of a second

    client = AsyncAnthropic(api_key=api_key or _NO_KEY, base_url=base_url, open_telemetry=False)
    return Endpoint(
        url=f"{str(client.base_url).rstrip('/')}/v1/messages",
        headers=set_headers({**client.default_headers, **client.auth_headers}),
    )


def _models_url(base_url: str | None) -> str:
    return f"{(base_url or _BASE_URL).rstrip('/')}/v1/models"


def _other_base_urls(url: str) -> list[str]:
    """Return base URLs without the paths that the provider appends itself."""
    base = url.removesuffix("/v1/messages").rstrip("/")
    return [
        base.removesuffix(path) for path in ("/v1/messages", "/messages", "/v1", "/v1/models") if base.endswith(path)
    ]


SPEC = ProviderSpec(
    name="anthropic",
    default_model="claude-sonnet-5-5",
    build=AnthropicProvider,
    endpoint=anthropic_endpoint,
    models_url=_models_url,
    other_base_urls=_other_base_urls,
    price_list_name="anthropic",
    works_without_key=True,
)
