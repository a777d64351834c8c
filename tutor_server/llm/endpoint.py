"""Where a provider is called, and the headers that belong to each call: its SDK says so."""

# ruff: noqa: PLC0415 - each SDK takes a good part of a second to import

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPENAI_BASE_URL = "https://api.openai.com/v1"
_NO_KEY = "none"
"""Sent where no key is set: the SDK insists on one, servers on one's own machine do not look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The address that takes a provider's calls, and their headers, the credential's among them."""

    url: str
    headers: Mapping[str, str]


def anthropic_endpoint(api_key: str, base_url: str | None = None) -> Endpoint:
    """Ask Anthropic's SDK. One credential, no tracing of what students write."""
    from anthropic import AsyncAnthropic

    client = AsyncAnthropic(api_key=api_key, base_url=base_url, open_telemetry=False)
    return Endpoint(
        url=f"{str(client.base_url).rstrip('/')}/v1/messages",
        headers=_set({**client.default_headers, **client.auth_headers}),
    )


def openai_endpoint(api_key: str | None, base_url: str | None = None) -> Endpoint:
    """Ask OpenAI's SDK. `base_url` may be that of any server that speaks Chat Completions."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(api_key=api_key or _NO_KEY, base_url=base_url or _OPENAI_BASE_URL)
    return Endpoint(
        url=f"{client.base_url}chat/completions", headers=_set({**client.default_headers, **client.auth_headers})
    )


def _set(headers: Mapping[str, object]) -> dict[str, str]:
    """Leave out what an SDK marks as omitted."""
    return {name: value for name, value in headers.items() if isinstance(value, str)}
