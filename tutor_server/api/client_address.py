"""The address a request comes from, looking through the proxies that the operator trusts."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from tutor_server.api.keys import SETTINGS

if TYPE_CHECKING:
    from aiohttp import web

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(request: web.Request) -> str:
    """Give the address of the client.

    From the right of `X-Forwarded-For`, the first address that is not a trusted proxy's: what stands left of it was
    written by whoever is there, and proves nothing.
    """
    address = request.remote or ""
    proxies = request.app[SETTINGS].trusted_proxies
    forwarded = ",".join(request.headers.getall("X-Forwarded-For", ()))
    for entry in reversed([entry.strip() for entry in forwarded.split(",") if entry.strip()]):
        if not _is_trusted(address, proxies):
            break
        address = entry
    return address


def _is_trusted(address: str, proxies: tuple[Network, ...]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in proxies)
