"""The edit that an answer shows, read from its blocks and the lines that it names."""

from __future__ import annotations

import pytest

from tutor_pedagogy.shown_edit import shown_edit
from tutor_protocol import Position, Range, ReportedEdit

CODE = """\
def odd(values):
    out = []
    for value in values:
        if value % 2:
            out.append(value)
    return out


print(odd([1]))
"""
LINE = "        if value % 2 == 0:\n"


def block(code: str, before: str = "Change line 4 to this:") -> str:
    """Return an answer with a block of code."""
    return f"{before}\n\n```python\n{code}\n```\n\nThe reason: it is.\n"


def edit(start: int, end: int, new_text: str) -> ReportedEdit:
    """Return an edit of whole lines."""
    return ReportedEdit(range=Range(start=Position(start, 0), end=Position(end, 0)), new_text=new_text)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (block("        if value % 2 == 0:"), edit(3, 4, LINE)),
        (block("if value % 2 == 0:"), edit(3, 4, LINE)),
        (
            block("        if value % 2 == 0:\n            out.append(value)", "change lines 4 to 5 to this:"),
            edit(3, 4, LINE),
        ),
        (block("def odd(values):\n    return values[::2]", "Use this:"), edit(1, 6, "    return values[::2]\n")),
        (
            block(
                "for value in values:\n    if value % 2 == 0:\n        out.append(value)",
                "Line 4 asks the wrong thing:",
            ),
            edit(3, 4, LINE),
        ),
        (
            block("    out = [0]", "Change line 2 to this:") + block("    return out[1:]", "Change line 6 to this:"),
            edit(
                1,
                6,
                "    out = [0]\n" + "\n".join(CODE.split("\n")[2:5]) + "\n    return out[1:]\n",
            ),
        ),
    ],
    ids=["line", "without indentation", "lines", "function", "with its surroundings", "two places"],
)
def test_an_edit(answer: str, expected: ReportedEdit) -> None:
    """The edit replaces the lines that the text names, or those that the block repeats."""
    assert shown_edit(answer, CODE, 0) == expected


@pytest.mark.parametrize(
    "answer",
    [
        "No code at all.",
        block("x = 1", "Somewhere:"),
        block("x = 1", "Change line 99 to this:"),
        block("        if value % 2 = 0:"),
        block("        if value % 2:"),
        "Change line 4 to this:\n\n```python\n        if value % 2 == 0:\n",
        block("    return out", "Change line 6 to this:") + block("    out = [0]", "Change line 2 to this:"),
    ],
    ids=["no block", "no place", "beyond the end", "broken", "unchanged", "open block", "wrong order"],
)
def test_no_edit(answer: str) -> None:
    """Without a sure place, or if the program does not parse after it, there is no edit."""
    assert shown_edit(answer, CODE, 0) is None


def test_the_lines_of_a_larger_document() -> None:
    """The text names lines of the document, and the edit those of the code."""
    assert shown_edit(block("        if value % 2 == 0:", "Change line 104 to this:"), CODE, 100) == edit(3, 4, LINE)


def test_hostile_answers_are_read_in_bounded_time() -> None:
    """Long programs, long blocks and many blocks are not read."""
    assert shown_edit(block("x = 1"), "x = 0\n" * 4_000, 0) is None
    assert shown_edit(block("x = 1\n" * 200), CODE, 0) is None
    assert shown_edit(block("        if value % 2 == 0:") * 9, CODE, 0) is None
