"""Admission of requests: a request whose connection has no place in the quota is refused with 503."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from aiohttp import hdrs

from tutor_server.api.client_address import FORWARDED_FOR, address_behind
from tutor_server.errors import TooManyConnections, Unauthenticated
from tutor_server.identity.throttling import network_of
from tutor_server.telemetry.sparse import SparseLine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp import web
    from structlog.typing import FilteringBoundLogger

    from tutor_server.api.client_address import Network
    from tutor_server.connections.quota import ConnectionQuota, Place
    from tutor_server.identity.access_tokens import Authenticator

    Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]

log: FilteringBoundLogger = structlog.get_logger()

RETRY_SECONDS = 10
"""Seconds after which a refused client should retry: by then, silent connections have been closed."""


def serve_if_admitted(
    handle: Handle,
    place_of: Callable[[web.BaseRequest], Place],
    quota: ConnectionQuota,
    *,
    proxies: tuple[Network, ...],
    authenticator: Authenticator,
    now: Callable[[], float],
) -> Handle:
    """Return a handler that serves the requests that the quota admits, and raises `TooManyConnections` for others.

    If the quota refuses a signed-in client, a silent connection is closed to admit the client.
    """
    refusals = SparseLine(now)

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        place = place_of(request)
        address = network_of(address_behind(request.remote, request.headers.getall(FORWARDED_FOR, ()), proxies))
        refusal = place.begin_request(address)
        if refusal is not None and not (_is_signed_in(request, authenticator) and place.displace_stranger(address)):
            if count := refusals.count():
                log.warning(
                    "connections_refused",
                    count=count,
                    reason=refusal.value,
                    connections=quota.admitted,
                    descriptor_limit=quota.limit,
                )
            raise TooManyConnections(retry_after=RETRY_SECONDS)
        try:
            return await handle(request)
        finally:
            place.end_request()

    return answer


def _is_signed_in(request: web.BaseRequest, authenticator: Authenticator) -> bool:
    try:
        authenticator.authenticate(request.headers.get(hdrs.AUTHORIZATION))
    except Unauthenticated:
        return False
    return True
