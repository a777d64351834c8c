"""A browser on the dashboard in which somebody has signed in, without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from testing.device_page import Browser
from testing.service import PASSWORD

if TYPE_CHECKING:
    from testing.courses import Person
    from testing.held_service import HeldService


async def signed_in(held: HeldService, who: Person) -> Browser:
    """Return a browser in which somebody has signed in to the dashboard."""
    opened = Browser(held.url)
    await opened.open("/admin")
    shown = await opened.send("/admin/sign-in", email=who.email, password=PASSWORD)
    assert shown.title == "Your courses", shown.text
    return opened


async def answered(browser: Browser, method: str, path: str, **form: str) -> tuple[int, str, str]:
    """Send a request without following redirects; return status, source and where the redirect leads."""
    arguments: dict[str, Any] = {"data": form} if method == "POST" else {}
    async with browser.session.request(method, path, allow_redirects=False, **arguments) as response:
        return response.status, await response.text(), response.headers.get("Location", "")
