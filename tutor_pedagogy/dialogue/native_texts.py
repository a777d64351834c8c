"""Texts that a TOML file holds in every language of questions."""

from __future__ import annotations

from tutor_pedagogy.dialogue.tables import filled, table


def native(language: str, name: str, /, **slots: object) -> str:
    """Return a text of `reasons.toml` in a language with its placeholders filled in."""
    return filled(table("reasons")[name][language], **slots)
