"""Syntax trees that several threads build at the same time."""

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
    """An object that runs code when it is garbage-collected, possibly while a syntax tree is being built."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        for _ in range(200):
            pass


@pytest.fixture
def hasty_switches() -> Iterator[None]:
    """Make the interpreter switch between threads very often."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty_switches")
def test_threads_get_sound_trees_at_once() -> None:
    """The nesting depth of one thread's tree is not affected by other threads."""
    expected = ast.dump(ast.parse(SOURCE))

    def build(_: int) -> bool:
        for _ in range(20):
            Finalised()
        return ast.dump(syntax_tree(SOURCE)) == expected

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(build, range(400)))


def test_code_that_is_no_python_is_refused() -> None:
    """Invalid code raises CPython's own error."""
    with pytest.raises(SyntaxError, match="expected ':'"):
        syntax_tree("for x in y\n")
