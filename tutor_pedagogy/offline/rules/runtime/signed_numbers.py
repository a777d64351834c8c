"""Strings that hold one number and a sign or unit beside it, such as an amount of money."""

from __future__ import annotations

import ast
import re

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_NUMBER = re.compile(r"(?P<before>[^\w\s.,+-]?)\s*-?\d+(?:\.\d+)?\s*(?P<after>%|°|[^\w\s.,]|[A-Za-z]{1,3})?")


@runtime_rule(
    "sign-beside-number",
    ("ValueError",),
    r"(?:invalid literal for int\(\) with base \d+|could not convert string to float): '(?P<text>[^'\n]{2,30})'$",
    before=("text-is-no-number", "wrong-value-from-elsewhere"),
)
def sign_beside_number(case: CrashContext) -> Match | None:
    """Return the conversion of a string in which a sign or unit stands beside a number."""
    call, text = case.call("int", "float"), case.match["text"]
    found = _NUMBER.fullmatch(text.strip())
    argument = first_argument(call)
    if call is None or found is None or argument is None or len(call.args) != 1:
        return None
    sign = found["before"] or found["after"] or ""
    if not sign or (found["before"] and found["after"]) or called_name(call) not in ("int", "float"):
        return None
    if isinstance(argument, ast.Constant) or (called_name(call) == "int" and "." in text):
        return None
    shown = f'"{sign}"'
    owner = case.text(argument)
    slots: dict[str, str | ast.AST] = {"text": Code(repr(text)), "sign": Code(sign), "name": argument}
    slots["function"] = Code(called_name(call))
    return case.at(call, replace=(argument, f"{owner}.strip({shown})"), slots=slots)
