"""Syntax trees by one thread at a time, and which code is known to compile.

CPython before 3.11.8 counts the depth of all trees that are being built together, so that two threads at once can get a
`SystemError` for sound code (gh-106905). The parser holds the interpreter lock anyhow: the lock here costs no time.
"""

from __future__ import annotations

import ast
import warnings
from threading import RLock

from tutor_pedagogy.remembered import Remembered

_ONE_AT_A_TIME = RLock()

COMPILED = Remembered[bool]()
"""Whether code compiles, by the code and the compiler's flags: true where it is known to."""


def syntax_tree(code: str, flags: int = 0) -> ast.Module:
    """Parse code without a warning; it is never run. Raises what `compile` raises, `SyntaxError` first of all."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree: ast.Module = compile(code, "<student>", "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    return tree
