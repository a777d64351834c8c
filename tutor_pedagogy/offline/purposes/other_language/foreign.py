"""Signs that code is written in a language other than Python: which language, and which line shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.purposes.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

_MAX_LINES = 120
"""The maximum number of lines that are read, because a program shows its language in its first lines."""
_MAX_LINE = 300
_PYTHON_IDS = frozenset(("", "python", "python2", "python3", "py", "ipython", "jupyter", "plaintext", "text"))
_PYTHON = re.compile(
    r"^[ \t]*(?:def \w+\([^\n)]*\)[^\n:{]*:|class \w+(?:\([^\n)]*\))?:"
    r"|(?:if|elif|while|for|with|else|try|except)\b[^{\n]*:[ \t]*(?:#[^\n]*)?$|import \w[\w., ]*$|from \w[\w.]* import "
    r"|print\(|(?:async|await|lambda|pass|elif|None|True|False)\b)",
    re.MULTILINE,
)
_ENOUGH = 4
"""The minimum weight of the signs of a language: one decisive sign, or several small ones."""
_DECISIVE = ("console.log(", "<-", "library(")
"""Code of another language that also parses as Python, and alone shows the other language."""
_PARSING = frozenset(("javascript", "r"))
_MOST_MATCHES = 5
_STRINGS = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of another language: its line (from 1), its description, and the corresponding idea in Python."""

    line: int
    says: str
    idea: str
    weight: int


@dataclass(frozen=True, slots=True)
class Foreign:
    """A language other than Python, with the signs of it in the code. It has no signs if only the editor names it."""

    key: str
    name: str
    signs: tuple[Sign, ...] = ()
    is_told: bool = False
    """Whether the editor names the language."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    matches: re.Pattern[str]
    weight: int
    says: str
    idea: str


@lru_cache(maxsize=32)
def foreign_language(code: str, language: str, *, parses: bool) -> Foreign | None:
    """Return the language other than Python that the editor's id `language` or signs in the code show, or None.

    Code that parses as Python shows another language only if it contains one of `_DECISIVE`.
    """
    known = _languages()
    ids: Mapping[str, str] = {name: key for key, (_, names, _) in known.items() for name in names}
    told = language.strip().lower()
    found = _by_signs(code, parses=parses)
    if told in _PYTHON_IDS:
        return found
    key = ids.get(told)
    if key is None or (found is not None and found.key == key):
        known_signs = found.signs if found is not None else ()
        name = found.name if found is not None else _title(language.strip())
        return Foreign(key or (found.key if found is not None else told), name, known_signs, is_told=key is not None)
    return Foreign(key, known[key][0], _signs_of(_beginning(code), known[key][2]), is_told=True)


def signs_of_line(foreign: Foreign, text: str) -> tuple[Sign, ...]:
    """Return the signs of a language on a single line, the decisive ones first."""
    known = _languages().get(foreign.key)
    return _signs_of(text[:_MAX_LINE], known[2]) if known is not None else ()


def _title(language: str) -> str:
    return language if any(map(str.isupper, language)) else language.capitalize()


def _by_signs(code: str, *, parses: bool) -> Foreign | None:
    if parses and not any(sign in code for sign in _DECISIVE):
        return None
    text = _beginning(code)
    own = len(_PYTHON.findall(text))
    best: tuple[int, Foreign] | None = None
    for key, (name, _, patterns) in _languages().items():
        if parses and key not in _PARSING:
            continue
        signs = _signs_of(text, [pattern for pattern in patterns if not parses or pattern.weight >= _ENOUGH])
        total = sum(sign.weight for sign in signs)
        if total >= _ENOUGH + own and (best is None or total > best[0]):
            best = total, Foreign(key, name, signs)
    return best[1] if best else None


def _beginning(code: str) -> str:
    """Return the first lines of code, each cut to 300 characters."""
    return "\n".join(line[:_MAX_LINE] for line in code.split("\n", _MAX_LINES)[:_MAX_LINES])


def _signs_of(text: str, patterns: Sequence[_Pattern]) -> tuple[Sign, ...]:
    """Return the signs that a text contains outside string literals, each on its first line."""
    found: list[Sign] = []
    for pattern in patterns:
        for match in islice(pattern.matches.finditer(text), _MOST_MATCHES):
            start = text.rfind("\n", 0, match.start()) + 1
            end = text.find("\n", match.end() - 1)
            line = text[start : end if end >= 0 else len(text)]
            if pattern.matches.search(_STRINGS.sub('""', line)):
                found.append(Sign(text.count("\n", 0, match.start()) + 1, pattern.says, pattern.idea, pattern.weight))
                break
    return tuple(found)


@lru_cache(maxsize=1)
def _languages() -> dict[str, tuple[str, tuple[str, ...], tuple[_Pattern, ...]]]:
    """Return the name, the editors' language ids and the patterns of signs for each language."""
    entries: dict[str, Any] = table("languages")
    return {
        key: (
            entry["name"],
            tuple(entry["ids"]),
            tuple(_Pattern(re.compile(sign[0], re.MULTILINE), sign[1], sign[2], sign[3]) for sign in entry["signs"]),
        )
        for key, entry in entries.items()
    }
