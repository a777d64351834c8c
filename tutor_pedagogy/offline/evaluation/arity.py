"""The number of arguments that a built-in function takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


def takes(arguments: Sequence[Any], least: int, most: int | None = None) -> bool:
    """Return whether a call has at least `least` and at most `most` arguments; without `most`, exactly `least`."""
    return least <= len(arguments) <= (least if most is None else most)
