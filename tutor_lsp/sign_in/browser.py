"""Open a page in a graphical browser, and never in the terminal itself."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def has_desktop(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Return whether the user of this terminal sits in front of this computer's screen."""
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
        # The result of `open` is ignored: it is False for a launcher that hands the page over and exits.
        browser.open(url)
    except (webbrowser.Error, OSError):
        return False
    return True
