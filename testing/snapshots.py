"""Texts that must equal files in the repository exactly, so that a review shows every change of a text.

To renew the files after an intended change, run the tests with `TUTOR_TEST_SNAPSHOTS=renew`, and read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

SNAPSHOTS = Path(__file__).resolve().parents[1] / "tests" / "server" / "snapshots"


def snapshot(name: str, text: str) -> str:
    """Return the stored text of this name. If snapshots are being renewed, first store `text`."""
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("TUTOR_TEST_SNAPSHOTS") == "renew":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return path.read_text(encoding="utf-8")
