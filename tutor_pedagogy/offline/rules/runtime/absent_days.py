"""Dates that no calendar has, made from numbers or by a change of one part of another date."""

from __future__ import annotations

import ast
import datetime as dt

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

_FEBRUARY = 2
_LEAP_DAY = 29


@runtime_rule(
    "day-not-in-month",
    ("ValueError",),
    r"day is out of range for month|month must be in|day \d+ must be in range",
    before=("date-of-another-form", "value-not-accepted"),
)
def day_not_in_month(case: CrashContext) -> Match | None:
    """Return the call that makes a date, or changes the year, month or day of one, to one that does not exist."""
    call = case.call("replace", "date", "datetime")
    if call is None or not (call.keywords or call.args) or case.call("strptime", "fromisoformat") is not None:
        return None
    owner = call.func.value if isinstance(call.func, ast.Attribute) and call.func.attr == "replace" else None
    given = {each.arg for each in call.keywords}
    slots: dict[str, str | ast.AST] = {"call": call, "message": Code(case.message[:140]), "old": "", "leap": ""}
    if owner is not None:
        if not given & {"year", "month", "day"}:
            return None
        slots["old"] = owner
        value = case.value(owner)
        is_leap = isinstance(value, dt.date) and (value.month, value.day) == (_FEBRUARY, _LEAP_DAY)
        is_told = f"{_FEBRUARY}, {_LEAP_DAY})" in case.program.code
        slots["leap"] = "29 February" if given == {"year"} and (is_leap or is_told) else ""
    return case.here(call, slots=slots)
