"""What the format of a value in an f-string means, read from its parts."""

from __future__ import annotations

import re

_SPEC = re.compile(
    r"(?:(?P<fill>.)?(?P<align>[<>^]))?(?P<sign>[+ -])?(?P<zero>0)?(?P<width>\d{1,4})?(?P<group>[,_])?"
    r"(?:\.(?P<digits>\d{1,3}))?(?P<kind>[bcdeEfFgGosxX%])?"
)
_ALIGN = {"<": "at the left", ">": "at the right", "^": "in the middle"}
_KINDS = {
    "b": "the number is written in binary",
    "x": "the number is written in base 16",
    "e": "the number is written as a power of ten",
}


def format_says(spec: str) -> str:
    """Return what a format such as `>10` or `.2f` does, as a part of a sentence; "" if it is not known."""
    match = _SPEC.fullmatch(spec)
    if match is None or not spec:
        return ""
    told: list[str] = []
    width, zero = match["width"], match["zero"]
    if width and zero and not match["align"]:
        told.append(f"the `0{width}` puts zeros in front until there are {width} characters")
    elif width:
        where = _ALIGN.get(match["align"] or "")
        is_number = match["kind"] is not None and match["kind"] in "bdeEfFgGoxX%"
        plain = ", with the number at the right" if is_number else " (numbers stand at the right, strings at the left)"
        placed = f", with the value {where}" if where else plain
        filled = f" and {match['fill']!r} as the filling" if match["fill"] else ""
        told.append(f"the `{width}` makes the field at least {width} characters wide{placed}{filled}")
    if match["digits"] is not None and match["kind"] in ("f", "F", "%", "e", None):
        digits = match["digits"]
        what = f"`.{digits}{match['kind'] or ''}`"
        if match["kind"] is None:
            told.append(f"the {what} limits the value to {digits} digits or characters")
        else:
            many = f"{digits} digit{'s' * (digits != '1')}" if digits != "0" else "no digits"
            told.append(f"the {what} rounds the number to {many} after the decimal point")
    if match["kind"] == "%":
        told.append("the `%` shows the number times 100, with a percent sign")
    if match["group"]:
        told.append(f"the `{match['group']}` separates the thousands")
    if match["sign"] == "+":
        told.append("the `+` shows the sign of positive numbers too")
    if match["kind"] in _KINDS:
        told.append(f"the `{match['kind']}` means that {_KINDS[match['kind']]}")
    return " and ".join(told)
