"""Look up the entry of the glossary or of the table of constructs for a name, an operator or a syntax tree node."""

from __future__ import annotations

from functools import cache

from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.tables import table


def entry_named(word: str) -> str | None:
    """Return the entry of the glossary or of the table of constructs for a name in Python, or None."""
    name = word.strip().strip("()").rstrip(".:")
    construct = _constructs_by("words").get(name)
    if construct is not None:
        return construct
    glossary = table("glossary")
    short = name.rpartition(".")[2]
    return next((entry for entry in (name, f"math.{name}", f"random.{name}", f".{short}") if entry in glossary), None)


def entry_of_sign(sign: str) -> str:
    """Return the entry of the construct that an operator belongs to."""
    return _constructs_by("signs").get(sign, "arithmetic")


def entry_of_class(name: str) -> str:
    """Return the entry of the construct for a class of syntax tree nodes, or `program` for any other class."""
    return _constructs_by("nodes").get(name, "program")


def shown_entry(entry: str) -> str:
    """Return the name of an entry of the glossary as a code span: `.pop` for `list.pop`."""
    return code_span(entry.removeprefix("list").removeprefix("dict") if entry.startswith(("list.", "dict.")) else entry)


@cache
def _constructs_by(key: str) -> dict[str, str]:
    return {word: name for name, entry in table("constructs").items() for word in entry.get(key, ())}
