"""Runs the worked examples of level 4 as the student sees them, with the names that were chosen for this student."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from benchmarks.teaching.running import imported, missing, run

if TYPE_CHECKING:
    from collections.abc import Iterable

_PROCESSES = 2
_BLOCK = re.compile(r"^(?P<fence>```+)python\n(?P<code>.*?)\n(?P=fence)$", re.DOTALL | re.MULTILINE)
_FILES = {"poem.txt": "Ada\n", "names.txt": "Ada\n"}
"""The files that the lessons' examples open."""
_INPUT = "3\n4\n5\n"


def run_examples(texts: Iterable[str]) -> list[bool]:
    """Return, for each text, whether its examples run to their end. Equal examples are run only once.

    A text without an example counts as not running. Texts whose example needs a library that is not installed are left
    out.
    """
    codes = [blocks(text) for text in texts]
    different = sorted({code for examples in codes for code in examples})
    with ThreadPoolExecutor(_PROCESSES) as pool:
        runs = dict(zip(different, pool.map(runs_to_end, different), strict=True))
    runnable = [examples for examples in codes if not any(missing(imported(code)) for code in examples)]
    return [bool(examples) and all(runs[code] for code in examples) for examples in runnable]


def blocks(text: str) -> list[str]:
    """Return the Python code blocks of a Markdown text."""
    return [found["code"] for found in _BLOCK.finditer(text)]


def runs_to_end(code: str) -> bool:
    """Return whether a worked example compiles and ends without an exception."""
    return run(code, _INPUT, _FILES).is_clean
