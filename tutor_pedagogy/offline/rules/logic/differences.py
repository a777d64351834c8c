"""The ways in which an actual value differs from the right one, told by their texts."""

from __future__ import annotations

import ast
import re
from typing import Any

_SMALL = 20
"""Up to this number, a float that is wrong by exactly 1 may come from a count."""


def _literal(text: str) -> tuple[bool, Any]:
    """Return whether a text is a Python literal, and its value. No code is run."""
    try:
        return True, ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False, None


def kinds_of(expected: str, got: str, *, printed: bool) -> tuple[str, ...]:
    """Return the ways in which a value is wrong, the most specific first."""
    if got == "None" and expected != "None":
        return ("printed", "none") if printed else ("none",)
    if expected == "None":
        return ("value",)
    if "<" in got and ("generator" in got or "function" in got or "object at" in got):
        return ("type",)
    if got == "set()" or (got.startswith("{") and expected.startswith("[")):
        return ("type", "order")
    if expected.isdigit() and got.isdigit() and expected != got == expected[::-1] and got.startswith("0"):
        return ("order", "value")
    known_expected, wanted = _literal(expected)
    known_got, came = _literal(got)
    return _value_kinds(wanted, came) if known_expected and known_got else ("value",)


def _value_kinds(wanted: Any, came: Any) -> tuple[str, ...]:
    if isinstance(came, str) and not isinstance(wanted, str) and came == str(wanted):
        return ("string", "type")
    if isinstance(wanted, bool) or isinstance(came, bool):
        return ("truth", "value") if type(wanted) is type(came) else ("type", "value")
    if isinstance(wanted, int | float) and isinstance(came, int | float):
        return _number_kinds(wanted, came)
    if type(wanted) is not type(came):
        return ("type", "value")
    if isinstance(wanted, str):
        return _text_kinds(wanted, came)
    return _sequence_kinds(list(wanted), list(came)) if isinstance(wanted, list | tuple) else ("value",)


def _number_kinds(wanted: float, came: float) -> tuple[str, ...]:
    if wanted == came:
        return ("type", "value")
    if came // 1 == wanted:
        return ("type", "rounding", "value")
    if _is_rounded(wanted, came):
        return ("unrounded", "rounding", "value")
    size = "less" if came < wanted else "more"
    if came == 0:
        return ("zero", size, "value")
    if abs(wanted - came) == 1 and not (type(came) is float and wanted > _SMALL):
        return ("off", size, "value")
    return (size, "value")


def _is_rounded(wanted: Any, came: Any) -> bool:
    """Return whether the wanted number is the actual float rounded to fewer digits."""
    if not isinstance(came, float) or not isinstance(wanted, int | float) or isinstance(wanted, bool):
        return False
    digits = len(str(float(wanted)).rstrip("0").partition(".")[2])
    spare = len(str(came).partition(".")[2])
    return digits < min(spare, 4) and abs(wanted - came) <= 0.5 * 10**-digits


def _text_kinds(wanted: str, came: str) -> tuple[str, ...]:
    if wanted.lower().split() == came.lower().split() or re.sub(r"\W", "", wanted.lower()) == re.sub(
        r"\W", "", came.lower()
    ):
        return ("form", "value")
    if len(came) > 1 and came == wanted[::-1]:
        return ("order", "value")
    if came == "":
        return ("empty", "value")
    if wanted.startswith(came) or wanted.endswith(came):
        return ("short", "value")
    if came.startswith(wanted) or came.endswith(wanted):
        return ("long", "value")
    return ("value",)


def _sequence_kinds(wanted: list[Any], came: list[Any]) -> tuple[str, ...]:
    if len(wanted) == len(came):
        if any(_is_rounded(one, other) for one, other in zip(wanted, came, strict=True)):
            return ("unrounded", "value")
        try:
            return ("order", "value") if sorted(wanted) == sorted(came) else ("value",)
        except TypeError:
            return ("value",)
    if not came:
        return ("empty", "short", "value")
    return ("short", "value") if len(came) < len(wanted) else ("long", "value")
