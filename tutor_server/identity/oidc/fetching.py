"""Bounded requests to an identity provider: no redirect is followed, and size and time are limited."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import orjson

from tutor_server.hosts import is_loopback

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_BYTES = 1024 * 1024
"""The maximum size of a response. A set of keys has a few kilobytes."""
SECONDS = 5.0
"""The maximum duration of one request. All requests of a sign-in together have a deadline of their own."""


class ProviderUnavailable(Exception):
    """The identity provider cannot be reached, or its response is no answer. The message is for the operator's log."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response: its status, its JSON object, and the URL of the list's next page (RFC 8288, `rel="next"`) or None."""

    status: int
    content: dict[str, Any]
    next_url: str | None


async def fetch_json(
    url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    """Return the status and the JSON object of a response. Raise as `fetch` does."""
    fetched = await fetch(url, headers=headers, form=form)
    return fetched.status, fetched.content


async def fetch(
    url: str, *, headers: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None
) -> Fetched:
    """Return the response to a GET, or to a POST of `form`.

    Redirects are not followed: they could lead to addresses of the internal network. Raise `ProviderUnavailable`.
    """
    host = urlsplit(url).hostname or ""
    try:
        async with (
            asyncio.timeout(SECONDS),
            aiohttp.ClientSession(trust_env=not is_loopback(host)) as session,
            session.request(
                "GET" if form is None else "POST",
                url,
                data=form,
                headers={"Accept": "application/json", **(headers or {})},
                allow_redirects=False,
            ) as response,
        ):
            link = response.links.get("next")
            following = None if link is None else link.get("url")
            content = _object(await _body(response), response.status)
            return Fetched(response.status, content, None if following is None else str(following))
    except TimeoutError:
        raise ProviderUnavailable(f"gave no answer within {SECONDS:g} s") from None
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise ProviderUnavailable(f"cannot be reached ({type(error).__name__})") from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ProviderUnavailable(f"sent more than {MOST_BYTES // 1024} KiB")
    return bytes(body)


def _object(body: bytes, status: int) -> dict[str, Any]:
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        content = None
    if not isinstance(content, dict):
        reason = (
            "redirects elsewhere"
            if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
            else "sent no JSON object"
        )
        raise ProviderUnavailable(f"{reason} (status {status})")
    return content
