"""The fixed rules of the prompts, which an answer must not repeat."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from tutor_pedagogy.floor import FixedRules


@cache
def fixed_rules() -> FixedRules:
    """Return the rules in all files of the folder `prompts`."""
    folder = files("tutor_server.tutoring") / "prompts"
    texts = (file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".txt"))
    return FixedRules(texts)
