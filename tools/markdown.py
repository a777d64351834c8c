"""Read Markdown line by line: which lines are prose, and which are code, tables or quotations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FENCE = re.compile(r"\s*(`{3,}|~{3,})")
NOT_PROSE = re.compile(r"\s*(?:[|>]|<!--|$)")
LINK_TARGET = re.compile(r"(?<=\])\([^()\s]*\)")
ADDRESS = re.compile(r"<?https?://[^\s>]+>?")


def prose_lines(text: str) -> Iterator[tuple[int, str | None]]:
    """Yield each line's number, from 1, with the line if it is prose, else with None.

    Lines of fenced code, tables, quotations and HTML comments are not prose, nor are blank lines. Front matter between
    two lines `---` at the beginning of the document is not prose either.
    """
    lines = text.splitlines()
    front_matter = _length_of_front_matter(lines)
    fence = ""
    for number, line in enumerate(lines, start=1):
        marker = FENCE.match(line)
        if number <= front_matter:
            yield number, None
        elif fence:
            if marker and marker[1].startswith(fence):
                fence = ""
            yield number, None
        elif marker:
            fence = marker[1]
            yield number, None
        else:
            yield number, None if NOT_PROSE.match(line) else line


def _length_of_front_matter(lines: list[str]) -> int:
    if not lines or lines[0] != "---":
        return 0
    return lines.index("---", 1) + 1 if "---" in lines[1:] else 0


def visible_length(line: str) -> int:
    """Return the number of characters in a line, without its link targets and web addresses."""
    return len(ADDRESS.sub("", LINK_TARGET.sub("", line)))
