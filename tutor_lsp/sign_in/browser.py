"""Open a page in a graphical browser, never in a text browser in the terminal."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def has_desktop(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether the user of this terminal can see this computer's screen."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    if platform in {"win32", "darwin", "cygwin"}:
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_page(url: str) -> bool:
    """Open a page. Return whether a browser was started. Text browsers, which would use the terminal, are not."""
    if not has_desktop(os.environ):
        return False
    try:
        browser = webbrowser.get()
        if type(browser) is webbrowser.GenericBrowser:
            return False
        # Ignore the result of `open`: it is False if a launcher passes the page on and exits.
        browser.open(url)
    except (webbrowser.Error, OSError):
        return False
    return True
