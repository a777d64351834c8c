"""The texts of prompts, which are files in the folder `prompts`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template


@cache
def prompt_text(name: str) -> str:
    """Return a text by its name, with a line end. Raise `FileNotFoundError` if no file has this name."""
    return (files("tutor_server.tutoring") / "prompts" / f"{name}.txt").read_text(encoding="utf-8")


def filled_text(name: str, **slots: str | int) -> str:
    """Return a text with its `$slots` filled in."""
    return Template(prompt_text(name)).substitute(slots)
