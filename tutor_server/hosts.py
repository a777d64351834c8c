"""Checks of host names and addresses in URLs and options."""

from __future__ import annotations

import ipaddress
import re

_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")


def can_be_looked_up(host: str) -> bool:
    """Return whether a host can be passed to the resolver, which raises an exception for empty or too long labels."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return "\0" not in host


def is_host(text: str) -> bool:
    """Return whether a text is only an IP address or a resolvable name, without a port or other parts."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _NAME.fullmatch(text) is not None and can_be_looked_up(text)
    return True


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine. The only host name that is accepted is `localhost`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
