"""Trees that several threads build at once."""

from __future__ import annotations

import ast
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = Path(__file__).read_text(encoding="utf-8")
THREADS = 4


class Finalised:
    """Garbage that runs code when it is collected, which may be in the midst of building a tree."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        for _ in range(200):
            pass


@pytest.fixture
def hasty_switches() -> Iterator[None]:
    """Let threads take turns often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_switches")
def test_threads_get_sound_trees_at_once() -> None:
    """No thread's depth is counted to another's, however often they take turns."""
    expected = ast.dump(ast.parse(SOURCE))

    def build(_: int) -> bool:
        for _ in range(20):
            Finalised()
        return ast.dump(syntax_tree(SOURCE)) == expected

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(build, range(400)))


def test_code_that_is_no_python_is_refused() -> None:
    """The fault is CPython's own."""
    with pytest.raises(SyntaxError, match="expected ':'"):
        syntax_tree("for x in y\n")
