"""The TOML tables of texts and patterns in this folder."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """Return the entries of a TOML file in the folder of this module, by the file's name without suffix."""
    return tomllib.loads((files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
