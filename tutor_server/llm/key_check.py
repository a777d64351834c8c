"""Checks whether a provider can be reached and accepts its key, by a free request for its list of models."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp

from tutor_server.llm.registry import SPECS

if TYPE_CHECKING:
    from tutor_server.llm.model_profiles import RemoteModel

_TIMEOUT = aiohttp.ClientTimeout(total=10)


async def key_problem(model: RemoteModel) -> str | None:
    """Return one line that describes the problem and names the setting to check, or None if there is no problem."""
    spec = SPECS[model.provider]
    probe = spec.key_probe(model.api_key, model.base_url)
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.get(probe.url, headers=probe.headers, allow_redirects=False) as response,
        ):
            status = response.status
    except aiohttp.InvalidURL:
        return f"{spec.base_url_variable} is not a URL"
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return f"cannot be reached ({type(error).__name__}); check {spec.base_url_variable} and the network"
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return f"refused the key; check {spec.key_variable}"
    if status in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:  # Some compatible servers have no list of models.
        return None
    return f"answered {status}; check {spec.base_url_variable}"
