"""The URL and the headers of a provider's calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """The URL for a provider's calls, and their headers including the credential."""

    url: str
    headers: Mapping[str, str]


def set_headers(headers: Mapping[str, object]) -> dict[str, str]:
    """Return the headers that an SDK sets. The SDK marks headers that it omits by values that are not strings."""
    return {name: value for name, value in headers.items() if isinstance(value, str)}
