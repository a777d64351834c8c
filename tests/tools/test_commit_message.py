"""The check of commit messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.commit_message import faults, main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "message",
    [
        "Add a check of commit messages",
        "guard: withhold code in tables",
        "docs/howto: say how a rule is added\n\nTeachers asked for it.\n",
        "x" * 72,
        "\n\nFix the timer\n\n" + "w" * 100,
        "Fix the timer\n\nSee https://uni.example/" + "x" * 100,
        "Merge branch 'main' into h-docs.",
        'Revert "Added a timer."',
        "fixup! Added a timer.",
        "Fix the timer\n# Added by Git, and not part of the message: " + "x" * 100,
        "Fix the timer\n\n# ------------------------ >8 ------------------------\n" + "long diff " * 20,
    ],
)
def test_messages_that_pass(message: str) -> None:
    """Imperative subjects of at most 72 characters, wrapped bodies, and Git's own comments are accepted."""
    assert list(faults(message)) == []


@pytest.mark.parametrize(
    ("message", "fault"),
    [
        ("", "empty"),
        ("# only a comment", "empty"),
        ("x" * 73, "73 characters"),
        ("Fix the timer.", "full stop"),
        ("Added a timer", "not with “Added”"),
        ("guard: fixing the timer", "not with “fixing”"),
        ("Removes the timer", "not with “Removes”"),
        ("Fixes the timer", "not with “Fixes”"),
        ("Using a timer", "not with “Using”"),
        ("The timer is fixed", "not with “The”"),
        ("Fix the timer\nIt was late.", "line 2"),
        ("Fix the timer\n\nshort\n" + "long line " * 11, "line 4"),
    ],
)
def test_messages_that_break_a_rule(message: str, fault: str) -> None:
    """The finding for each message names the one rule that it breaks."""
    (found,) = faults(message)

    assert fault in found


def test_the_hook_reads_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The Git hook gets the name of the file that contains the message, and returns 1 if a rule is broken."""
    message = tmp_path / "COMMIT_EDITMSG"
    message.write_text("Fix the timer\n")
    assert main([str(message)]) == 0

    message.write_text("Fix the timer.\n")
    assert main([str(message)]) == 1
    assert "full stop" in capsys.readouterr().out
