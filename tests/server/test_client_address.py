"""The address of a client behind proxies (S10): each client has its own, and no client can choose one."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from tutor_server.api.client_address import address_behind, is_proxy
from tutor_server.settings import Settings

if TYPE_CHECKING:
    from testing.service import StartService

PROXIES = Settings.model_validate({"trusted_proxies": "127.0.0.1, 10.0.0.0/8, 2001:db8:f::/48, ::1"}).trusted_proxies
PROXY = "10.0.0.1"
CLIENT = "192.0.2.7"

ENTRIES = {
    "192.0.2.7": CLIENT,
    "192.0.2.7:49152": CLIENT,
    " 192.0.2.7\t": CLIENT,
    "::ffff:192.0.2.7": CLIENT,
    "::ffff:c000:207": CLIENT,
    "[::ffff:192.0.2.7]:443": CLIENT,
    "2001:db8::9": "2001:db8::9",
    "2001:DB8:0:0::9": "2001:db8::9",
    "[2001:db8::9]": "2001:db8::9",
    "[2001:db8::9]:443": "2001:db8::9",
    "fe80::9%eth0": "fe80::9",
    "[fe80::9%25eth0]:443": "fe80::9",
}
NO_ADDRESSES = (
    "",
    " ",
    "unknown",
    "_hidden",
    "unix:",
    "localhost",
    "192.0.2.7:",
    "192.0.2.7:http",
    "192.0.2.7:123456",
    "192.0.2",
    "192.0.2.7.1",
    "192.0.2.07",
    "192.0.2.256",
    "3221225991",
    "0xc0000207",
    "192.0.2.7/32",
    "\u0661\u0669\u0662.0.2.7",
    "192.0.2.7\x00",
    "192.0.2.7 10.0.0.1",
    '"192.0.2.7"',
    "for=192.0.2.7",
    "[192.0.2.7",
    "[]:443",
    "2001:db8::9]:443",
    "[[2001:db8::9]]",
    "2001:db8::g",
    "%eth0",
    "fe80::9%" + "a" * 8000,
)


@pytest.mark.parametrize(("entry", "address"), ENTRIES.items())
def test_s10_an_entry_in_any_form(entry: str, address: str) -> None:
    """S10: an entry in any form (with port, brackets, zone or IPv4-mapped) gives the same client address."""
    assert address_behind(PROXY, [entry], PROXIES) == address


@pytest.mark.parametrize("entry", NO_ADDRESSES)
def test_s10_an_entry_that_is_no_address(entry: str) -> None:
    """S10: an entry that is not an address is ignored with all entries to its left: the last proxy is the client."""
    assert address_behind(PROXY, [f"198.51.100.1, {entry}"], PROXIES) == PROXY
    assert address_behind(PROXY, [f"198.51.100.1, {entry}, 10.0.0.2:80"], PROXIES) == "10.0.0.2"


@pytest.mark.parametrize(
    "lines",
    [
        ["192.0.2.7, 10.9.9.9, [2001:db8:f::1]:8443"],
        ["192.0.2.7", "10.9.9.9", "2001:db8:f::1"],
        ["198.51.100.1, 192.0.2.7:49152, ::ffff:10.9.9.9"],
        ["unknown, 10.0.0.5, 192.0.2.7"],
        ["10.0.0.5", "192.0.2.7, 10.0.0.5"],
    ],
)
def test_s10_several_proxies(lines: list[str]) -> None:
    """S10: the client is the first address from the right that is not a trusted proxy's, over all header lines."""
    assert address_behind(PROXY, lines, PROXIES) == CLIENT


def test_s10_only_proxies() -> None:
    """S10: if every entry is a proxy's, the leftmost entry is the client, since the request comes from that machine."""
    assert address_behind(PROXY, ["10.0.0.3, 10.0.0.2"], PROXIES) == "10.0.0.3"


@pytest.mark.parametrize("peer", ["192.0.2.7", "::ffff:192.0.2.7"])
def test_s10_a_stranger_who_forwards(peer: str) -> None:
    """S10: a forwarding header from a peer that is not a trusted proxy is ignored."""
    assert address_behind(peer, ["198.51.100.1"], PROXIES) == CLIENT


@pytest.mark.parametrize("peer", ["10.0.0.1", "::ffff:10.0.0.1", "::1", "127.0.0.1"])
def test_s10_a_proxy_by_any_of_its_addresses(peer: str) -> None:
    """S10: an IPv4 proxy is recognised by its IPv4-mapped IPv6 address, as on a dual-stack socket."""
    assert is_proxy(peer, PROXIES)
    assert address_behind(peer, [CLIENT], PROXIES) == CLIENT


@pytest.mark.parametrize("peer", [None, "", "/run/tutor.sock"])
def test_s10_a_peer_without_an_address(peer: str | None) -> None:
    """S10: a peer without an address has no client address, and is not a trusted proxy."""
    assert address_behind(peer, [CLIENT], PROXIES) == ""
    assert not is_proxy(peer or "", PROXIES)


@given(st.lists(st.text() | st.from_regex(r"[0-9a-f:.%\[\], ]*", fullmatch=True)))
def test_s10_hostile_values(lines: list[str]) -> None:
    """S10: any value of a header gives a normalised address."""
    address = address_behind(PROXY, lines, PROXIES)

    assert str(ipaddress.ip_address(address)) == address


async def test_s10_each_client_its_own(start_service: StartService) -> None:
    """S10: over HTTP, a client's failed sign-ins do not throttle another client behind the same proxy.

    A client stays the same when its port or its `Forwarded` header changes.
    """
    body = {"email": "ada@uni.example", "password": "wrong password"}
    async with (
        start_service(TUTOR_TRUSTED_PROXIES="127.0.0.1", TUTOR_REGISTRATION="open") as service,
        ClientSession(service.url) as client,
    ):

        async def sign_in(forwarded_for: str, **headers: str) -> int:
            headers |= {"X-Forwarded-For": forwarded_for}
            async with client.post("/api/auth/login", json=body, headers=headers) as response:
                return response.status

        one = [await sign_in(f"192.0.2.7:{port}", Forwarded=f"for=192.0.2.{port}") for port in range(1, 12)]
        others = [await sign_in(address) for address in ("192.0.2.8:1", "[2001:db8::9]:1", "::ffff:192.0.2.9")]

    assert (one, others) == ([401] * 10 + [429], [401] * 3)
