"""A page as a browser without scripts has received it: its status, its heading and the fields of its forms."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from aiohttp import ClientResponse


@dataclass(frozen=True, slots=True)
class ReceivedPage:
    """A page, or where the browser is sent to."""

    status: int
    text: str
    location: str
    headers: Any

    @classmethod
    async def read(cls, response: ClientResponse) -> Self:
        """Return the page of a response."""
        return cls(response.status, await response.text(), response.headers.get("Location", ""), response.headers)

    @property
    def problem(self) -> str:
        """The problem that the page shows, or an empty string."""
        found = re.search(r'role="alert">([^<]*)<', self.text)
        return html.unescape(found[1]) if found else ""

    @property
    def title(self) -> str:
        """The heading."""
        found = re.search(r"<h1>([^<]*)</h1>", self.text)
        return html.unescape(found[1]) if found else ""

    def field(self, name: str) -> str:
        """Return the value of a hidden field of a form."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found is not None, self.text
        return html.unescape(found[1])
