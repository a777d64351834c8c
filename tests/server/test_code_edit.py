"""The edit since the last ask, which the prompt shows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tutor_server.tutoring.code_edit import edit_between
from tutor_server.tutoring.stored_words import around

BEFORE = "def mean(values):\n    total = 0\n    for value in values\n        total = value\n    return total\n"
LINES = st.lists(st.sampled_from(["a", "b", "    a", "c = 1", ""]), max_size=12)


def test_removed_and_added_lines_are_shown() -> None:
    """A changed line is shown as it was, without a number, and as it is now, with its number in the editor."""
    after = BEFORE.replace("values\n        total = value", "values:\n        total += value")

    assert edit_between(BEFORE, after, 11).split("\n") == [
        "-    |     for value in values",
        "-    |         total = value",
        "+ 13 |     for value in values:",
        "+ 14 |         total += value",
    ]


def test_a_changed_indentation_is_an_edit() -> None:
    """A line that was only moved to the right is shown, since indentation means something in Python."""
    assert edit_between("a\nreturn b\n", "a\n    return b\n", 1) == "-   | return b\n+ 2 |     return b"


def test_equal_code_has_no_edit() -> None:
    """Spaces and empty lines at the end are no edit."""
    assert edit_between("a\nb\n", "a  \nb\n\n", 1) == ""


def test_code_that_was_cut_has_no_edit() -> None:
    """Code that was stored in part cannot be compared: the lines that are missing are no edit."""
    long = "".join(f"value_{number} = {number}\n" for number in range(500))

    assert edit_between(around(long, 250, limit=2000), long, 1) == ""


def test_another_program_has_no_edit() -> None:
    """If no line is left, the old code may be another exercise's: it does not come into the prompt."""
    assert edit_between(BEFORE, "for name in names:\n    print(name)\n", 1) == ""


@given(LINES, LINES)
def test_an_edit_makes_the_new_code_of_the_old(before: list[str], after: list[str]) -> None:
    """The removed lines are lines of the old code, and the added ones stand in the new code under their numbers."""
    before, after = ["start", *before], ["start", *after]
    edit = edit_between("\n".join(before), "\n".join(after), 1)

    removed = [line.partition(" | ")[2] for line in edit.split("\n") if line.startswith("-")]
    added = [line.partition(" | ") for line in edit.split("\n") if line.startswith("+")]
    kept = [line for number, line in enumerate(_bare(after), 1) if number not in {int(n[1:]) for n, _, _ in added}]
    assert [after[int(number[1:]) - 1] for number, _, _ in added] == [text for _, _, text in added]
    assert sorted(removed + kept) == sorted(_bare(before))


def _bare(lines: list[str]) -> list[str]:
    """Return the lines without empty ones at the end."""
    while lines and not lines[-1]:
        lines = lines[:-1]
    return lines
