"""Whether a provider can be reached and takes its key: asks for its list of models, which costs nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, assert_never

import aiohttp

if TYPE_CHECKING:
    from tutor_server.settings import ProviderName, Settings

_TIMEOUT = aiohttp.ClientTimeout(total=10)


async def key_problem(name: ProviderName, settings: Settings) -> str | None:
    """Say what is wrong with a provider, in one line that names the setting to look at; None: nothing."""
    match name:
        case "offline":
            return None
        case "anthropic":
            base_url = settings.anthropic_base_url or "https://api.anthropic.com"
            key = settings.anthropic_api_key
            headers = {"X-Api-Key": key.get_secret_value() if key else "", "Anthropic-Version": "2026-10-21"}
            return await _problem(f"{base_url.rstrip('/')}/v1/models", headers, "ANTHROPIC")
        case "openai":
            base_url = settings.openai_base_url or "https://api.openai.com/v1"
            key = settings.openai_api_key
            headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
            return await _problem(f"{base_url.rstrip('/')}/models", headers, "OPENAI")
    assert_never(name)


async def _problem(url: str, headers: dict[str, str], prefix: str) -> str | None:
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(url, headers=headers, allow_redirects=False) as response,
        ):
            status = response.status
    except aiohttp.InvalidURL:
        return f"{prefix}_BASE_URL is not a URL"
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return f"cannot be reached ({type(error).__name__}); check {prefix}_BASE_URL and the network"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return f"refused the key; check {prefix}_API_KEY"
    if status in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:  # some compatible servers have no such list
        return None
    return f"answered {status}; check {prefix}_BASE_URL"
