"""Words that are not the student's own: names of Python and its libraries, and the lists in `words/*.txt`."""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from pathlib import Path

_FOLDER = Path(__file__).with_name("words")
_TYPES = (str, bytes, list, dict, set, frozenset, tuple, int, float, complex, range, type(sys.stdout), BaseException)


def lines_of(name: str) -> list[str]:
    """Return the lines of a word list without its comments. An indented line continues the line above."""
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).replace("\n  ", " ").split("\n")


def table_of(name: str) -> list[tuple[str, str]]:
    """Return the rows of a two-column table: the first word of each line, and the rest."""
    return [(first, rest.strip()) for first, _, rest in (line.partition(" ") for line in lines_of(name)) if first]


def words_of(name: str) -> frozenset[str]:
    """Return the words of a word list."""
    return frozenset(" ".join(lines_of(name)).split())


def expanded(pattern: str, names: dict[str, str]) -> str:
    """Return a regular expression without white space, with each name in it replaced by that name's pattern."""
    for name, meaning in names.items():
        pattern = pattern.replace(name, meaning)
    return "".join(pattern.split())


def defined(lines: list[str], names: dict[str, str]) -> dict[str, str]:
    """Return `names` extended by the lines of the form `NAME = pattern`. A pattern may use the names defined before."""
    for name, _, pattern in (line.partition(" = ") for line in lines if " = " in line):
        names = {**names, name: expanded(pattern, names)}
    return names


_PHRASES = defined(lines_of("phrases"), {})


def phrase(name: str, template: str = "{}") -> re.Pattern[str]:
    """Return the compiled pattern of a phrase in `words/phrases.txt`, ignoring case, inserted into a template."""
    return re.compile(template.format(f"(?i:{_PHRASES[name]})"))


KEYWORDS = frozenset(keyword.kwlist) | {"match", "case"}
CONSTANTS = frozenset({"True", "False", "None", "Ellipsis", "NotImplemented"})
BUILTINS = frozenset(name for name in dir(builtins) if not name.startswith("_")).union(
    ("self", "cls", "__init__", "__name__")
)
METHODS = frozenset(name for type_ in _TYPES for name in dir(type_) if not name.startswith("_"))
"""The methods of the built-in types, of files and of exceptions."""
LIBRARIES = frozenset(sys.stdlib_module_names) | {"numpy", "np", "matplotlib", "plt", "pyplot", "scipy", "sp"}
"""Modules whose functions a hint may name from level 3 on: the standard library and numerical Python."""

ENGLISH_KEYWORDS = words_of("english_keywords")
ENGLISH_NAMES = words_of("english_names")
ENGLISH = ENGLISH_KEYWORDS | ENGLISH_NAMES
"""Keywords and built-in names that are also English words."""
