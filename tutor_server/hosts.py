"""What a host of a URL or of an option stands for."""

from __future__ import annotations

import ipaddress
import re

_NAME = re.compile(r"[\w-]+(?:\.[\w-]+)*\.?")


def can_be_looked_up(host: str) -> bool:
    """Return whether the resolver can be asked for a host: it raises where a label is empty or too long."""
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return "\0" not in host


def is_host(text: str) -> bool:
    """Return whether a text is an address or a name that can be looked up, and nothing beside it, such as a port."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _NAME.fullmatch(text) is not None and can_be_looked_up(text)
    return True


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine alone. Only `localhost` is believed by its name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
