"""Check that no line of the project's documents is longer than 120 characters.

`python -m tools.docs_lines` checks every document. `--write` wraps the paragraphs that contain a longer line. Files as
arguments limit both to these files. Code blocks, tables and quotations are exempt; link targets do not count.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from tools.markdown import prose_lines, visible_length

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LENGTH = 120
ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (
    "*.md",
    ".github/**/*.md",
    "docs/**/*.md",
    "examples/*.md",
    "nvim-client/*.md",
    "tests/*.md",
    "tools/*.md",
    "vscode-client/*.md",
)
LIST_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")
HEADING = re.compile(r"#{1,6} ")
# A word that must not begin a wrapped line, because Markdown would read it as a list item, a heading or a quotation.
MARKER = re.compile(r"(?:[-*+>|]|#{1,6}|\d+[.)])(?:\s|$)")
CODE_SPAN = re.compile(r"`[^`\n]{1,80}`")
GLUE = "\N{NO-BREAK SPACE}"


def documents() -> list[Path]:
    """Return the project's documents, in a fixed order."""
    return sorted({path for pattern in DOCUMENTS for path in ROOT.glob(pattern)})


def long_lines(text: str) -> Iterator[tuple[int, int]]:
    """Yield the line number and the visible length of each line of prose that is too long."""
    for number, line in prose_lines(text):
        if line is not None and visible_length(line) > MAX_LENGTH:
            yield number, visible_length(line)


def wrapped(text: str) -> str:
    """Return the document with every paragraph wrapped again that contains a line longer than allowed."""
    result: list[str] = []
    paragraph: list[str] = []
    for number, line in prose_lines(text):
        if paragraph and (line is None or _begins_paragraph(line)):
            result += _wrapped_paragraph(paragraph)
            paragraph = []
        if line is None or HEADING.match(line):
            result.append(text.splitlines()[number - 1])
        else:
            paragraph.append(line)
    return "\n".join(result + _wrapped_paragraph(paragraph)) + "\n"


def _begins_paragraph(line: str) -> bool:
    return bool(LIST_ITEM.match(line) or HEADING.match(line))


def _wrapped_paragraph(lines: list[str]) -> list[str]:
    if all(visible_length(line) <= MAX_LENGTH for line in lines):
        return lines
    marker = LIST_ITEM.match(lines[0])
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    words = " ".join(line.strip() for line in lines)
    glued = CODE_SPAN.sub(lambda span: span[0].replace(" ", GLUE), words)
    body = glued[len(marker[0].lstrip()) :] if marker else glued
    body = re.sub(r" (?=(\S+))", lambda gap: GLUE if MARKER.match(gap[1]) else " ", body)
    return [
        line.replace(GLUE, " ")
        for line in textwrap.wrap(
            body,
            width=MAX_LENGTH,
            initial_indent=marker[0] if marker else indent,
            subsequent_indent=" " * len(marker[0]) if marker else indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Check or wrap documents. Return 1 if lines remain that are longer than allowed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs_lines", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="documents; without any, all of the project's")
    parser.add_argument("--write", action="store_true", help="wrap the paragraphs that hold a line that is too long")
    options = parser.parse_args(arguments)
    status = 0
    for path in options.files or documents():
        text = path.read_text(encoding="utf-8")
        if options.write and any(long_lines(text)):
            text = wrapped(text)
            path.write_text(text, encoding="utf-8")
        for number, length in long_lines(text):
            print(f"{path}:{number}: {length} characters, of which {MAX_LENGTH} are allowed")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
