"""The accessibility checks of axe-core, run on a page in a real Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.required import missing

if TYPE_CHECKING:
    from testing.chromium import Page

PHONE, DESKTOP = (360, 740), (1280, 900)
LOOKS = pytest.mark.parametrize(
    ("size", "scheme"),
    [(PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")],
    ids=["phone-dark", "phone-light", "desktop-light", "desktop-dark"],
)
"""Runs a test with each size of the window and each colour scheme."""
_PROGRAMS = Path(__file__).resolve().parents[1] / "tests" / "e2e" / "accessibility_programs"
_AXE = _PROGRAMS / "node_modules" / "axe-core" / "axe.min.js"
_RUN = """axe.run(document, {resultTypes: ["violations"]}).then((results) =>
  results.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`)))"""


def require_axe() -> str:
    """Return the source of axe-core, or skip the test; with `TUTOR_TEST_REQUIRE=all` fail it."""
    if not _AXE.is_file():
        missing("axe-core; run `make accessibility-for-tests` first")
    return _AXE.read_text(encoding="utf-8")


async def violations(page: Page, axe: str) -> list[str]:
    """Return what all of axe-core's rules, best practices too, find on the page."""
    await page.evaluate(f"{axe}; true")
    found: list[str] = await page.evaluate(_RUN)
    return found
