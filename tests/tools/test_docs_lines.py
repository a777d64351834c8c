"""The tool that finds and wraps overlong lines in documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.docs_lines import MAX_LENGTH, documents, long_lines, main, wrapped

if TYPE_CHECKING:
    from pathlib import Path

LONG = "word " * 30
FULL = "x" * MAX_LENGTH


@pytest.mark.parametrize(
    "text",
    [
        FULL,
        f"```python\n{LONG}\n```",
        f"~~~\n{LONG}\n~~~",
        f"  ```\n  {LONG}\n  ```",
        f"````\n```\n{LONG}\n````",
        f"| a | b |\n| --- | --- |\n| {LONG} | {LONG} |",
        f"> {LONG}",
        f"---\ntitle: {LONG}\n---\n",
        f"See [the page]({'x' * 120}).",
        f"See https://uni.example/{'x' * 120}.",
    ],
)
def test_lines_that_may_be_long(text: str) -> None:
    """Overlong lines are allowed in code blocks, tables, quotations and front matter, and for long link targets."""
    assert list(long_lines(text)) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (FULL + "x", 1),
        (f"# Title\n\n- item\n  {LONG}", 4),
        (f"```\ncode\n```\n{LONG}", 4),
        (f"[{FULL}](target) and more", 1),
    ],
)
def test_prose_that_is_too_long(text: str, number: int) -> None:
    """A finding has the line's number, counted from 1."""
    assert [line for line, _ in long_lines(text)] == [number]


def test_a_long_paragraph_is_wrapped() -> None:
    """After wrapping, no line is too long, all words are the same, and other paragraphs are unchanged."""
    text = f"# Title\n\nshort\nlines stay\n\n{LONG}\n\n| {LONG} |\n\nend\n"

    result = wrapped(text)

    assert list(long_lines(result)) == []
    assert result.split() == text.split()
    assert result.startswith("# Title\n\nshort\nlines stay\n\n")
    assert result.endswith(f"\n\n| {LONG} |\n\nend\n")


@pytest.mark.parametrize("marker", ["- ", "* ", "1. ", "10) ", "  - "])
def test_a_long_item_stays_one_item(marker: str) -> None:
    """A wrapped list item's further lines are indented to its text, and the next item stays an item."""
    first, second, third = wrapped(f"{marker}{LONG}\n{marker}next\n").splitlines()

    assert first.startswith(f"{marker}word ")
    assert second.startswith(" " * len(marker) + "word")
    assert third == f"{marker}next"


def test_no_line_begins_with_a_sign_of_markdown() -> None:
    """A dash, a number or a hash within a sentence never becomes the first word of a line, where it would be markup."""
    result = wrapped(" ".join(f"word{n} - and 7. or # so" for n in range(60)))

    assert [line for line in result.splitlines() if line.startswith(("-", "7.", "#"))] == []


def test_code_within_a_line_is_not_broken() -> None:
    """A code span stays on one line, so that it can be found by searching."""
    span = "`tutor-server serve --workers 2`"

    assert wrapped(f"{LONG}{span} " * 5).count(span) == 5


def test_a_file_is_checked_or_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tool exits with 1 and changes nothing; with `--write` it wraps the file."""
    document = tmp_path / "page.md"
    document.write_text(LONG)

    assert main([str(document)]) == 1
    assert "page.md:1: 150 characters" in capsys.readouterr().out
    assert document.read_text() == LONG
    assert main(["--write", str(document)]) == 0
    assert document.read_text().split() == LONG.split()


def test_the_documents_are_those_of_the_project() -> None:
    """The project's own Markdown files are checked, but not those of installed packages."""
    found = {path.name for path in documents()}

    assert {"README.md", "CHANGELOG.md", "contract.md"} <= found
    assert not [path for path in documents() if "node_modules" in path.parts or ".venv" in path.parts]
