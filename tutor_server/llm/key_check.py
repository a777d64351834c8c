"""Whether a provider can be reached and takes its key: asks for its list of models, which costs nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import aiohttp

from tutor_server.llm.registry import SPECS

if TYPE_CHECKING:
    from tutor_server.llm.model_profiles import RemoteModel

_TIMEOUT = aiohttp.ClientTimeout(total=10)


async def key_problem(model: RemoteModel) -> str | None:
    """Return what is wrong with a provider, in one line that names the setting to look at; None: nothing."""
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
    if status in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:  # some compatible servers have no such list
        return None
    return f"answered {status}; check {spec.base_url_variable}"
