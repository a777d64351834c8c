"""The client address of a request, behind the proxies that the operator trusts."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from tutor_server.api.keys import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

    Network = ipaddress.IPv4Network | ipaddress.IPv6Network
    Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FORWARDED_FOR = "X-Forwarded-For"
_WITH_PORT = re.compile(r"(?P<v4>[0-9.]+):[0-9]{1,5}|\[(?P<v6>[^\[\]]+)\](?::[0-9]{1,5})?")
LONGEST_ENTRY = 128
"""The maximum length in characters of an address with its zone and port; longer texts are not parsed."""


def client_address(request: web.Request) -> str:
    """Return the client address of a request (`address_behind`)."""
    forwarded = request.headers.getall(FORWARDED_FOR, ())
    return address_behind(request.remote, forwarded, request.app[SETTINGS].trusted_proxies)


def address_behind(peer: str | None, forwarded: Sequence[str], proxies: tuple[Network, ...]) -> str:
    """Return the client's address without port and zone, IPv4-mapped IPv6 as IPv4; empty if the peer has no address.

    `forwarded` are the lines of `X-Forwarded-For`. Read from the right, the client is the first address that does not
    belong to a trusted proxy: the entries to its left can be forged. If an entry is not an address, the proxy that
    added it counts as the client.

    `Forwarded` (RFC 7239) is not read. A proxy that sets only one of the two headers passes the other one on as the
    client sent it, so only one header can be trusted.
    """
    address = _parse(peer or "")
    if address is None:
        return ""
    entries = [entry for line in forwarded for entry in line.split(",")]
    while entries and _is_within(address, proxies):
        entry = _parse(entries.pop())
        if entry is None:
            break
        address = entry
    return str(address)


def is_proxy(address: str, proxies: tuple[Network, ...]) -> bool:
    """Return whether an address belongs to a trusted proxy."""
    parsed = _parse(address)
    return parsed is not None and _is_within(parsed, proxies)


def _parse(entry: str) -> Address | None:
    """Return the address in `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443` or `fe80::1%eth0`."""
    text = entry.strip(" \t")
    if len(text) > LONGEST_ENTRY:
        return None
    if match := _WITH_PORT.fullmatch(text):
        text = match["v4"] or match["v6"]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_within(address: Address, networks: tuple[Network, ...]) -> bool:
    return any(address in network for network in networks)
