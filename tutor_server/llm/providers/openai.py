"""The provider for OpenAI's Chat Completions API, which Azure, Ollama, vLLM, llama.cpp and many others also support."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import structlog

from tutor_server.llm.completion_decoder import CompletionDecoder
from tutor_server.llm.dialect import LENGTHS, Dialect
from tutor_server.llm.endpoint import Endpoint, set_headers
from tutor_server.llm.model_options import ModelOptions, merged
from tutor_server.llm.prompt_refusal import overflow_of
from tutor_server.llm.provider import ProviderFailure
from tutor_server.llm.provider_spec import ProviderSpec
from tutor_server.llm.refusal import refusal
from tutor_server.llm.thinking_habits import ThinkingHabits
from tutor_server.llm.wire import sendable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from contextlib import AbstractAsyncContextManager

    from openai.types.chat import ChatCompletionMessageParam

    from tutor_server.llm.batching import Pacing
    from tutor_server.llm.provider import Event, Request, Turn
    from tutor_server.llm.upstream import Refused, Upstream

log = structlog.get_logger(__name__)

_AZURE = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")
_OPTIONAL = frozenset({"stream_options", "reasoning_effort", "safety_identifier", "prompt_cache_key", "store"})
"""Options that are left out of all later calls once the server or the model has rejected them."""


class OpenAIProvider:
    """OpenAI's models, or the models of any server with a Chat Completions endpoint."""

    is_remote: ClassVar[bool] = True

    def __init__(self, upstream: Upstream, model: str, options: ModelOptions | None = None) -> None:
        self._own = options or ModelOptions()
        self.name = self._own.name or SPEC.name
        self.model = model
        self._upstream = upstream
        host = f".{urlsplit(upstream.url).hostname}"
        self._is_openai = host.endswith(".openai.com")
        self._has_efforts = self._is_openai or host.endswith(_AZURE)
        self._dialect = Dialect(length=LENGTHS[1] if self._has_efforts else LENGTHS[0])
        self._habits = ThinkingHabits(self._own, watches_beginnings=not self._has_efforts)

    @property
    def thinking_tokens(self) -> int:
        """The tokens that a call may use for thoughts beside the longest answer."""
        return self._habits.tokens

    def stream(self, request: Request, pacing: Pacing) -> AbstractAsyncContextManager[AsyncIterator[Sequence[Event]]]:
        """Open the call. Leaving the context closes the upstream connection at once. Raises `ProviderFailure`."""
        request = self._own.fitted(request)
        body = self._body(request)
        shape = dict.fromkeys(body) | {
            "messages": [{"role": body["messages"][0]["role"]}],
            "reasoning_effort": body.get("reasoning_effort"),
        }
        if "reasoning_effort" not in body:
            del shape["reasoning_effort"]
        decoder = CompletionDecoder(self._habits.answer())
        return self._upstream.answer(body, decoder, partial(self._refusal, shape), pacing)

    def _body(self, request: Request) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "model": self.model,
            "messages": [{"role": "system", "content": sendable(request.system)}, *map(_message, request.turns)],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if (effort := self._effort()) is not None:
            fields["reasoning_effort"] = effort
        if self._is_openai:
            # Requests of one student begin alike, and OpenAI caches prefixes by itself where requests with one key go.
            fields |= {"safety_identifier": request.user, "prompt_cache_key": request.user, "store": False}
        body = self._dialect.body(merged(fields, self._own.body), 0)
        if body.get("reasoning_effort", "none") != "none":
            self._habits.note_thoughts()
        limit = self._own.longest_answer(request.max_output_tokens) + self._habits.tokens
        return body | {self._dialect.length: limit}

    def _options(self, request: Request) -> dict[str, Any]:
        """Return the fields of a call's body besides the model, the messages and the streaming."""
        owned = {"model", "messages", "stream"}
        return {name: value for name, value in self._body(request).items() if name not in owned}

    def _effort(self) -> str | None:
        """Return the effort to ask for. Thoughts delay the first word and use up tokens, so it is none by default."""
        if self._own.thinking in {"low", "medium", "high"}:
            return self._own.thinking
        return "none" if self._own.thinking == "off" or (self._own.thinking is None and self._has_efforts) else None

    def _refusal(self, sent: dict[str, Any], refused: Refused) -> ProviderFailure:
        """Return the failure of a refused call. What the server does not take is left out of all later calls.

        `sent` has the names of the fields of the body, its first role and its effort. No call is sent without a length:
        if the server takes none, the ask fails.
        """
        error = refused.error
        code = refused.word("code")
        status = 402 if "insufficient_quota" in {code, refused.word("type")} else refused.status
        optional = _OPTIONAL | set(self._own.body)
        learnt = None if overflow_of(status, error) else self._dialect.after(status, error, sent, optional)
        if learnt is not None and not learnt.takes_a_length:
            self._dialect = replace(learnt, refused_lengths=frozenset())
            message = f"takes no limit of the answer, neither {' nor '.join(LENGTHS)}: no call is sent without one"
            return ProviderFailure("bad_request", message, status=status)
        if learnt is not None:
            self._note_left_out(learnt)
            self._dialect = learnt
        key_name = self._own.key_name or SPEC.key_variable
        kind = code or refused.word("type")
        return refusal(status, refused.headers, error, kind, key_name=key_name, adapted=learnt is not None)

    def _note_left_out(self, learnt: Dialect) -> None:
        for option in sorted((learnt.left_out - self._dialect.left_out) & set(self._own.body)):
            setting = self._own.options_name or "TUTOR_OPENAI_OPTIONS"
            log.warning("option_refused", provider=self.name, option=option, setting=setting)

    async def close(self) -> None:
        """Release the provider's connections."""
        await self._upstream.close()


def _message(turn: Turn) -> ChatCompletionMessageParam:
    content = sendable(turn.content)
    return {"role": "user", "content": content} if turn.role == "user" else {"role": "assistant", "content": content}


_BASE_URL = "https://api.openai.com/v1"
_NO_KEY = "none"
"""The placeholder for a missing key: the SDK requires one, but local servers ignore it."""


def openai_endpoint(api_key: str | None, base_url: str | None = None) -> Endpoint:
    """Return the endpoint and headers that OpenAI's SDK would use. `base_url` may name another compatible server."""
    from openai import AsyncOpenAI  # noqa: PLC0415 - importing it takes a large part of a second

    client = AsyncOpenAI(api_key=api_key or _NO_KEY, base_url=base_url or _BASE_URL)
    return Endpoint(
        url=f"{str(client.base_url).rstrip('/')}/chat/completions",
        headers=set_headers({**client.default_headers, **client.auth_headers}),
    )


def _models_url(base_url: str | None) -> str:
    return f"{(base_url or _BASE_URL).rstrip('/')}/models"


def _other_base_urls(url: str) -> list[str]:
    """Return base URLs without the paths that the provider appends itself, and with the usual `/v1`."""
    base = url.removesuffix("/chat/completions").rstrip("/")
    found = [base.removesuffix(path) for path in _PATHS_TOO_MANY if base.endswith(path)]
    roots = [*found, base]
    return [*found, *(f"{root}{path}" for root in roots for path in _USUAL_PATHS if not root.endswith(path))]


_PATHS_TOO_MANY = ("/chat/completions", "/chat", "/completions", "/models", "/responses")
_USUAL_PATHS = ("/v1", "/openai/v1", "/api/v1", "/v1beta/openai")

SPEC = ProviderSpec(
    name="openai",
    default_model="gpt-6.1-terra",
    build=OpenAIProvider,
    endpoint=openai_endpoint,
    models_url=_models_url,
    other_base_urls=_other_base_urls,
    price_list_name="openai",
    works_without_key=True,
)
