"""Where a provider is called, with which headers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The address that takes a provider's calls, and their headers, the credential's among them."""

    url: str
    headers: Mapping[str, str]


def set_headers(headers: Mapping[str, object]) -> dict[str, str]:
    """Return the headers that an SDK sets: it marks those that it omits by values that are no strings."""
    return {name: value for name, value in headers.items() if isinstance(value, str)}
