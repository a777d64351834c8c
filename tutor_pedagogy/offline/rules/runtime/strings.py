"""Texts that are put together: places without a value, codes for another kind, bytes, single characters."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.rules.runtime.origins import is_input
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule(
    "places-and-values",
    ("IndexError", "TypeError"),
    r"Replacement index \d+ out of range|not enough arguments for format|not all arguments converted",
)
def places_and_values(case: CrashContext) -> Match | None:
    """Find places and values that do not match; a text from `input` before `%` was meant to be a number."""
    for node in case.likely(ast.BinOp):
        if isinstance(node, ast.BinOp) and is_input(case.program, node.left, case.line):
            return None
    return _text(case)


def _text(case: CrashContext) -> Match:
    return case.here(next(iter(case.likely(ast.BinOp, ast.JoinedStr, ast.Call)), None))


@runtime_rule(
    "form-of-another-kind",
    ("TypeError", "ValueError"),
    r"Unknown format code|Format specifier missing precision|Invalid format specifier"
    r"|format: (?:a real )?(?:a )?(?:real )?number is required|unsupported format string"
    r"|%[a-z] format: |[Ss]ign not allowed in string format",
)
def form_of_another_kind(case: CrashContext) -> Match | None:
    return _text(case)


@runtime_rule(
    "bytes-and-text",
    ("TypeError",),
    r"can't concat str to bytes|\(not \"bytes\"\) to str|bytes-like object is required, not 'str'",
)
def bytes_and_text(case: CrashContext) -> Match | None:
    return _text(case)


@runtime_rule("one-character-needed", ("TypeError",), r"(?P<name>ord)\(\) expected (?:a character|string of length 1)")
def one_character_needed(case: CrashContext) -> Match:
    call = next((node for node in case.likely(ast.Call) if isinstance(node, ast.Call)), None)
    return case.here(call, function=Code(case.match["name"]))
