"""Open a page in a browser where there is a desktop to show it on, and never in the terminal itself."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def has_desktop(environment: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Tell whether who reads this terminal sits in front of this computer's screen."""
    if environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        return False
    if platform in {"win32", "darwin", "cygwin"}:
        return True
    return bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def open_page(url: str) -> bool:
    """Open a page. Gives whether a browser was told to; text browsers, which take the terminal, are left alone."""
    if not has_desktop(os.environ):
        return False
    try:
        browser = webbrowser.get()
        if type(browser) is webbrowser.GenericBrowser:
            return False
        # What `open` gives says little: a launcher that has handed the page over and ended counts as a failure.
        browser.open(url)
    except (webbrowser.Error, OSError):
        return False
    return True
