"""Open a page in a graphical browser, never in a text browser in the terminal."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def has_desktop(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether this terminal runs on a computer with a desktop that the user can see, and not over SSH."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    if platform in {"win32", "darwin", "cygwin"}:
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_page(url: str) -> bool:
    """Open a page, and return whether a browser was started. A text browser is not, since it would use the terminal."""
    if not has_desktop(os.environ):
        return False
    try:
        browser = webbrowser.get()
        if type(browser) is webbrowser.GenericBrowser:
            return False
        # The result of `open` is ignored: it is False if a launcher passes the page to a running browser and exits.
        browser.open(url)
    except (webbrowser.Error, OSError):
        return False
    return True
