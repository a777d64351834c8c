"""Texts that are put together: places without a value, codes for another kind, bytes, single characters."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.lessons.runtime import texts as lessons
from tutor_pedagogy.offline.rules.runtime.case import Case, RuntimeRule, Site
from tutor_pedagogy.offline.rules.runtime.origins import is_input

_TYPE_ERROR = frozenset(("TypeError",))


def _text(case: Case) -> Site:
    return case.here(next(iter(case.likely(ast.BinOp, ast.JoinedStr, ast.Call)), None))


def _places(case: Case) -> Site | None:
    """Find places and values that do not match; a text from `input` before `%` was meant to be a number."""
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp) and is_input(case.program, node.left, case.line):
            return None
    return _text(case)


def _character(case: Case) -> Site:
    call = next((node for node in case.likely(ast.Call) if isinstance(node, ast.Call)), None)
    return case.here(call, function=Code(case.match["name"]))


RULES = (
    RuntimeRule(
        "runtime.places-and-values",
        "runtime",
        lessons.PLACES_AND_VALUES,
        frozenset(("IndexError", "TypeError")),
        re.compile(r"Replacement index \d+ out of range|not enough arguments for format|not all arguments converted"),
        _places,
    ),
    RuntimeRule(
        "runtime.form-of-another-kind",
        "runtime",
        lessons.FORM_OF_ANOTHER_KIND,
        frozenset(("ValueError", "TypeError")),
        re.compile(
            r"Unknown format code|Format specifier missing precision|Invalid format specifier"
            r"|format: (?:a real )?(?:a )?(?:real )?number is required|unsupported format string"
            r"|%[a-z] format: |[Ss]ign not allowed in string format"
        ),
        _text,
    ),
    RuntimeRule(
        "runtime.bytes-and-text",
        "runtime",
        lessons.BYTES_AND_TEXT,
        _TYPE_ERROR,
        re.compile(r"can't concat str to bytes|\(not \"bytes\"\) to str|bytes-like object is required, not 'str'"),
        _text,
    ),
    RuntimeRule(
        "runtime.one-character-needed",
        "runtime",
        lessons.ONE_CHARACTER_NEEDED,
        _TYPE_ERROR,
        re.compile(r"(?P<name>ord)\(\) expected (?:a character|string of length 1)"),
        _character,
    ),
)
