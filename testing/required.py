"""What a test needs of the machine: without it the test is skipped, and in CI it fails."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from typing import NoReturn

REQUIRE_ALL = os.environ.get("TUTOR_TEST_REQUIRE") == "all"
"""Whether a missing program is a failure, and tests in real time run."""


def missing(need: str) -> NoReturn:
    """Skip the test because of a need that is not met; with `TUTOR_TEST_REQUIRE=all` fail it."""
    reason = f"needs {need}"
    if REQUIRE_ALL:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
