"""Unknown variables with our prefix: a likely typing error is refused, any other causes a warning.

Other programs set such variables too. Kubernetes, for example, sets `TUTOR_SERVICE_HOST` and `TUTOR_PORT_8765_TCP`
in every container if a service is called `tutor`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

PREFIX = "TUTOR_"
SLIP = 2
"""The maximum edit distance between an unknown name and a known one for it to count as a typing error."""

OF_OTHER_PROGRAMS = frozenset({"TUTOR_ACCESS_TOKEN", "TUTOR_SECRETS_FD", "TUTOR_SERVER_URL", "TUTOR_VALUES_FILE"})
"""Variables with our prefix that the language server, the command `tutor` and the student's program read."""
_OF_TESTS = re.compile(r"TUTOR_(TEST|VSCODE|CLIENT)(_\w+)?")
_OF_KUBERNETES = re.compile(r"_SERVICE_(?:HOST|PORT)$|_SERVICE_PORT_|_PORT$|_PORT_[0-9]+_(?:TCP|UDP|SCTP)(?:$|_)")
"""Variables that Kubernetes sets for a service whose name begins with our prefix, such as `TUTOR_SERVICE_HOST`."""
_IN_A_FILE = re.compile(r"^[ \t]*+(?:export[ \t]++)?+(\w++)[ \t]*+=", re.MULTILINE)


def names_in_file(text: str) -> list[str]:
    """Return the names of the variables that a file like `.env` sets."""
    return _IN_A_FILE.findall(text)


def unknown_names(names: Iterable[str], known: Collection[str]) -> list[str]:
    """Return, sorted, the names with our prefix that none of our programs reads."""
    ours = {name.upper() for name in names if name.upper().startswith(PREFIX)}
    return sorted(name for name in ours - set(known) - OF_OTHER_PROGRAMS if not _OF_TESTS.fullmatch(name))


def meant(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant by an unknown name, or None."""
    if _OF_KUBERNETES.search(name):
        return None
    distances = [(_edits(name, each), each) for each in sorted({*known, *OF_OTHER_PROGRAMS})]
    edits, nearest = min(distances)
    return nearest if edits <= SLIP else None


def _edits(one: str, other: str) -> int:
    """Return the Damerau-Levenshtein distance of two words (its restricted form: no letter is edited twice)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, opposite in enumerate(other, 1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != opposite))
            if row > 1 and column > 1 and letter == other[column - 2] and opposite == one[row - 2]:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]
