"""Validation of the service's address, and the check whether another URL belongs to the service."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


class WrongAddress(Exception):
    """The service's address is wrong. The message continues a sentence that begins with the setting's name.

    It does not repeat the address.
    """


def check_server_url(url: str) -> str:
    """Return the service's address in normal form. Raise `WrongAddress`, also if it is http to another computer."""
    parts, host, port = _split(url.strip())
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise WrongAddress("must hold nothing but the address")
    if parts.scheme == "http" and not is_loopback(host):
        raise WrongAddress("must start with https://, since http is not encrypted")
    host = f"[{host}]" if ":" in host else host
    port_part = "" if port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{host}{port_part}{parts.path.rstrip('/')}"


def has_same_origin(url: str, server_url: str) -> bool:
    """Return whether a URL has the same origin as the service (RFC 6454 §4), and is safe to show and open."""
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    try:
        parts, host, port = _split(url)
        server, server_host, server_port = _split(server_url)
    except WrongAddress:
        return False
    has_user = parts.username is not None or parts.password is not None
    return not has_user and (parts.scheme, host, port) == (server.scheme, server_host, server_port)


def is_loopback(host: str) -> bool:
    """Return whether a host name means this computer (loopback)."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> tuple[SplitResult, str, int]:
    """Return the parts of an http(s) URL, with the host in lower case, and its port. Raise `WrongAddress`."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise WrongAddress("is not an address") from None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise WrongAddress("must start with https://")
    return parts, host, _DEFAULT_PORTS[parts.scheme] if port is None else port
