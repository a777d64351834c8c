"""A browser for Neovim that writes the URL that it should open to a file."""

from __future__ import annotations

BROWSER = '#!/bin/sh\nprintf %s "$1" > "$HOME/opened"\n'
"""A stand-in for the system's browser that records the URL to open."""
