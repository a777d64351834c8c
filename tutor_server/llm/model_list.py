"""The list of models that a server offers, and the context window that it gives to one of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import orjson

from tutor_server.llm.provider import ProviderFailure

if TYPE_CHECKING:
    from tutor_server.llm.upstream import Upstream

_WINDOWS = ("max_model_len", "n_ctx", "context_length", "max_context_length", "context_window", "max_input_tokens")
"""The fields of a listed model with its context window: of vLLM, llama.cpp, OpenRouter, Mistral, Groq and Anthropic."""
_SUCCESS = 200
_WANTS_KEY = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer to a request for the list of models."""

    models: tuple[dict[str, Any], ...] = ()
    is_list: bool = False
    is_api: bool = False
    """Whether the list is there, also if it wants another key."""
    is_html: bool = False
    url: str = ""
    names: tuple[str, ...] = field(default=())

    async def context_window(self, upstream: Upstream, name: str) -> int | None:
        """Return the context window of a model in tokens, or None if the server does not say."""
        listed = [model for model in self.models if model.get("id") == name] or (
            list(self.models) if len(self.models) == 1 else []
        )
        for model in listed:
            places = [
                place for place in (model, model.get("meta"), model.get("top_provider")) if isinstance(place, dict)
            ]
            sizes = [size for place in places for key in _WINDOWS if (size := _size(place.get(key))) is not None]
            if sizes:
                return sizes[0]
        return await self._llama_window(upstream) or await self._ollama_window(upstream, name)

    async def _llama_window(self, upstream: Upstream) -> int | None:
        """Return the context of one slot of llama.cpp's server."""
        properties = await _json_at(upstream, _at_root(self.url, "/props"))
        settings = properties.get("default_generation_settings") if isinstance(properties, dict) else None
        window = settings.get("n_ctx") if isinstance(settings, dict) else None
        return _size(window)

    async def _ollama_window(self, upstream: Upstream, name: str) -> int | None:
        """Return the context with which Ollama has loaded a model. It cuts longer prompts without a word."""
        running = await _json_at(upstream, _at_root(self.url, "/api/ps"))
        models = running.get("models") if isinstance(running, dict) else None
        for model in models if isinstance(models, list) else ():
            if isinstance(model, dict) and name in {model.get("name"), model.get("model")}:
                window = model.get("context_length")
                return _size(window)
        return None


async def listing_of(upstream: Upstream, url: str) -> Listing:
    """Return the list of models at a URL; an empty one if there is none."""
    try:
        status, content = await upstream.get(url)
    except ProviderFailure:
        return Listing(url=url)
    if content[:64].lstrip().lower().startswith((b"<!doctype", b"<html")):
        return Listing(is_html=True, url=url)
    body = _json(content)
    models = body.get("data") if isinstance(body, dict) else None
    if status != _SUCCESS or not isinstance(models, list):
        return Listing(is_api=status in _WANTS_KEY and isinstance(body, dict), url=url)
    found = tuple(model for model in models if isinstance(model, dict) and isinstance(model.get("id"), str))
    return Listing(found, is_list=True, is_api=True, url=url, names=tuple(model["id"] for model in found))


async def _json_at(upstream: Upstream, url: str) -> Any:
    try:
        status, content = await upstream.get(url)
    except ProviderFailure:
        return None
    return _json(content) if status == _SUCCESS else None


def _json(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None


def _at_root(url: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _size(value: Any) -> int | None:
    """Return a number of tokens, or None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
