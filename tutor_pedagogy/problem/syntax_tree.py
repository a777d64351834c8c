"""Build syntax trees in one thread at a time, and cache which code compiles.

CPython before 3.11.8 adds up the depths of all trees under construction, so that two threads at once can get a
`SystemError` for correct code (gh-106905). The parser holds the interpreter lock (GIL) anyway, so this lock costs no
time.
"""

from __future__ import annotations

import ast
import warnings
from threading import RLock
from typing import cast

from tutor_pedagogy.remembered import Remembered

_ONE_AT_A_TIME = RLock()

COMPILED = Remembered[bool]()
"""A cache of the code that compiles. The keys are the code and the compiler's flags, and every value is True."""


def syntax_tree(code: str, flags: int = 0) -> ast.Module:
    """Return the syntax tree of code, without warnings and without running it. Raise the same errors as `compile`."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree: ast.Module = compile(code, "<student>", "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    return tree


def expression_tree(code: str) -> ast.expr:
    """Return the syntax tree of one expression. Raise the same errors as `compile`."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = compile(code, "<student>", "eval", ast.PyCF_ONLY_AST, dont_inherit=True)
    return cast("ast.Expression", tree).body
