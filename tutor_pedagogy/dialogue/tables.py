"""The TOML tables of texts and patterns in the folder of this module."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from tutor_pedagogy.offline.purposes.native.lines import TRANSLATED


@cache
def table(name: str) -> dict[str, Any]:
    """Return the entries of a TOML file in the folder of this module, by the file's name without suffix."""
    return tomllib.loads((files("tutor_pedagogy.dialogue") / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def words(name: str) -> frozenset[str]:
    """Return the words of a list in `words.toml`."""
    return frozenset(table("words")[name].split())


LANGUAGES = TRANSLATED
"""The languages besides English in which a question is answered, each with a file `texts.<language>.toml`."""


def sentence(part: str, name: str, /, **slots: object) -> str:
    """Return a text of `texts.toml` with its placeholders filled in."""
    text: str = table("texts")[part][name]
    return filled(text, **slots)


def sentence_in(language: str, part: str, name: str, /, **slots: object) -> str:
    """Return a text in a language, or in English if the language has none, with its placeholders filled in."""
    texts = table(f"texts.{language}") if language in LANGUAGES else table("texts")
    text: str = texts.get(part, {}).get(name) or table("texts")[part][name]
    return filled(text, **slots)


def filled(text: str, /, **slots: object) -> str:
    """Return a text with its placeholders filled in. Raise `KeyError` if one has no value."""
    return Template(text).substitute({name: str(value) for name, value in slots.items()})


def amid(place: str) -> str:
    """Return a place for the middle of a sentence, with a comma after its code if it has some."""
    return f"{place}," if "`" in place else place
