"""String formatting: missing values for placeholders, format codes for another type, single characters."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.nodes import first_argument
from tutor_pedagogy.offline.rules.runtime.origins import is_input
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_PLACE = re.compile(r"%[-+ #]?\d{0,4}(?:\.\d{1,4})?[a-zA-Z]")
"""A placeholder of the `%` operator."""


@runtime_rule(
    "places-and-values",
    ("IndexError", "TypeError"),
    r"Replacement index \d+ out of range|not enough arguments for format|not all arguments converted",
)
def places_and_values(case: CrashContext) -> Match | None:
    """Return the formatting whose numbers of values and placeholders differ; None if its string comes from `input`."""
    is_number = any(is_input(case.program, node.left, case.line) for node in case.likely(ast.BinOp))
    if is_number:
        return None
    for node in case.likely(ast.BinOp):
        call = case.program.parents.get(node)
        match node, call:
            case ast.BinOp(left=ast.Constant(value=str(form)), op=ast.Mod(), right=first), ast.Call(args=arguments):
                others = arguments[arguments.index(node) + 1 :] if node in arguments else []
                places = len(_PLACE.findall(form.replace("%%", "")))
                if others and not isinstance(first, ast.Tuple) and places == 1 + len(others):
                    values = ", ".join(map(case.text, [first, *others]))
                    start, text = case.text(node.left), case.text(call)
                    new = f"{text[: text.index(start)]}{start} % ({values}))"
                    return case.here(node, replace=(call, new))
    return _formatting(case)


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


@runtime_rule("one-character-needed", ("TypeError",), r"(?P<name>ord)\(\) expected (?:a character|string of length 1)")
def one_character_needed(case: CrashContext) -> Match:
    """Return the call of `ord` with a string that does not have exactly one character."""
    call = case.call("ord") or case.call()
    argument = first_argument(call)
    for loop in case.loops_above(call) if call is not None else ():
        match loop:
            case ast.For(target=ast.Name(id=letter), iter=iterated) if argument is not None:
                if case.text(iterated) == case.text(argument):
                    return case.here(call, replace=(argument, letter), function=Code(case.match["name"]))
    return case.here(call, function=Code(case.match["name"]))
