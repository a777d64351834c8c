"""String formatting: missing values for placeholders, format codes for another type, bytes, single characters."""

from __future__ import annotations

import ast

from tutor_pedagogy.offline.rules.runtime.origins import is_input
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule


@runtime_rule(
    "places-and-values",
    ("IndexError", "TypeError"),
    r"Replacement index \d+ out of range|not enough arguments for format|not all arguments converted",
)
def places_and_values(case: CrashContext) -> Match | None:
    """Return the formatting whose numbers of values and placeholders differ; None if its string comes from `input`."""
    is_number = any(is_input(case.program, node.left, case.line) for node in case.likely(ast.BinOp))
    return None if is_number else _formatting(case)


def _formatting(case: CrashContext) -> Match:
    """Return the formatting operation, f-string or call on the failing line."""
    return case.here(case.first(ast.BinOp, ast.JoinedStr, ast.Call))


@runtime_rule(
    "form-of-another-kind",
    ("TypeError", "ValueError"),
    r"Unknown format code|Format specifier missing precision|Invalid format specifier"
    r"|format: (?:a real )?(?:a )?(?:real )?number is required|unsupported format string"
    r"|%[a-z] format: |[Ss]ign not allowed in string format",
)
def form_of_another_kind(case: CrashContext) -> Match | None:
    """Return the formatting with a format code for another type of value."""
    return _formatting(case)


@runtime_rule(
    "bytes-and-text",
    ("TypeError",),
    r"can't concat str to bytes|\(not \"bytes\"\) to str|bytes-like object is required, not 'str'",
)
def bytes_and_text(case: CrashContext) -> Match | None:
    """Return the operation that mixes a string and bytes."""
    return _formatting(case)


@runtime_rule("one-character-needed", ("TypeError",), r"(?P<name>ord)\(\) expected (?:a character|string of length 1)")
def one_character_needed(case: CrashContext) -> Match:
    """Return the call of `ord` with a string that does not have exactly one character."""
    return case.here(case.call(), function=Code(case.match["name"]))
