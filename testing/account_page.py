"""Steps on the account pages in a real Chromium, with the keyboard only."""

from __future__ import annotations

import asyncio
import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testing.chromium import Page


async def picture(page: Page, name: str) -> None:
    """Save a screenshot of the page if `TUTOR_TEST_PICTURES` names a folder."""
    folder = os.environ.get("TUTOR_TEST_PICTURES")
    if folder:
        taken = await page.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        await asyncio.to_thread(Path(folder).mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(Path(folder, f"account-{name}.png").write_bytes, base64.b64decode(taken["data"]))


async def fill(page: Page, *texts: str) -> None:
    """Fill in consecutive fields, starting with the focused field, and submit the form."""
    for number, text in enumerate(texts):
        if number:
            await page.press("Tab")
        await page.type(text)
    await page.press("Enter", loads=True)


async def heading(page: Page) -> str:
    """Return the heading of the page."""
    return next(text for role, text in await page.told() if role == "heading")


async def follow(page: Page, link: str) -> None:
    """Press Tab until a link has the focus, and open it."""
    await reach(page, "link", link)
    await page.press("Enter", loads=True)


async def reach(page: Page, role: str, name: str) -> None:
    """Press Tab until the element with this role and name has the focus."""
    for _ in range(30):
        if await page.focused_or_none() == (role, name):
            return
        await page.press("Tab")
    raise AssertionError(f"no way to the {role} {name} by the keyboard")


async def open_with_key(page: Page, address: str, key: str) -> None:
    """Open the dashboard with the admin key, by keyboard."""
    await page.open(f"{address}/admin")
    await reach(page, "DisclosureTriangle", "Operators: open it with the admin key")
    await page.press("Enter")
    await page.press("Tab")
    assert await page.focused() == ("textbox", "Admin key")
    await fill(page, key)


async def make_account(page: Page, address: str, email: str, password: str) -> None:
    """Create an account at a service that sends no e-mail. The browser is signed in to it afterwards."""
    await page.open(address)
    await fill(page, email, password, password)
    assert await heading(page) == "Your account"


async def approve(page: Page, address: str, user_code: str) -> None:
    """Approve a device on its verification page, in a signed-in browser. Fail unless the page shows the user code."""
    await page.open(address)
    assert await page.focused() == ("button", "Yes, continue")
    assert user_code in [text for _, text in await page.told()]
    await page.press("Enter", loads=True)
    assert await heading(page) == "Sign in this device?"
    await reach(page, "button", "Approve")
    await page.press("Enter", loads=True)
    assert await heading(page) == "Approved"


async def least_contrast(page: Page) -> tuple[float, str]:
    """Return the lowest contrast ratio of the page's texts to their backgrounds, and the text (WCAG 2.2, 1.4.3)."""
    lowest: list[tuple[float, str]] = await page.evaluate(_CONTRASTS)
    return min((ratio, text) for ratio, text in lowest)


_CONTRASTS = """(() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (value) => value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([red, green, blue]) => 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
  const behind = (element) => {
    const found = channels(getComputedStyle(element).backgroundColor);
    return found[3] === 0 ? behind(element.parentElement) : found;
  };
  const contrast = (element) => {
    const pair = [channels(getComputedStyle(element).color), behind(element)].map(luminance).sort((a, b) => b - a);
    return (pair[0] + 0.05) / (pair[1] + 0.05);
  };
  const found = [];
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (texts.currentNode.data.trim() && element.getClientRects().length) {
      found.push([contrast(element), texts.currentNode.data.trim()]);
    }
  }
  return found;
})()"""
