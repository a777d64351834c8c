"""Dates and times: formats that do not describe the string, and values of two types in one operation."""

from __future__ import annotations

import ast
import re
from datetime import datetime
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_string
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.type_names import TWO_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit

_DAYS = (
    *("%Y-%m-%d", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d.%m.%Y", "%Y.%m.%d", "%Y%m%d"),
    *("%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d-%m-%y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y", "%B %d %Y"),
    *("%b %d %Y", "%d-%b-%Y", "%A, %d %B %Y", "%A %d %B %Y"),
)
_TIMES = ("%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M%p", "%H:%M:%S.%f")
_RESTS = (
    (re.compile(r":\d\d"), "%M", ":%S"),
    (re.compile(r"\.\d{1,6}"), "%S", ".%f"),
    (re.compile(r" \d\d?:\d\d"), "", " %H:%M"),
    (re.compile(r" \d\d?:\d\d:\d\d"), "", " %H:%M:%S"),
    (re.compile(r"T\d\d:\d\d:\d\d"), "", "T%H:%M:%S"),
)
"""What may follow a date in a string, the end of a format that lacks it, and the directives to add."""
_TYPE = r"datetime\.(?:date|datetime|timedelta|time)"


@runtime_rule(
    "date-format-differs",
    ("ValueError",),
    r"time data (?P<data>'[^'\n]{1,80}'|\"[^\"\n]{1,80}\") does not match format (?P<format>'[^'\n]{1,80}')"
    r"|unconverted data remains(?: when parsing with format \"[^\"\n]{0,80}\")?: (?P<rest>[^\n]{1,80})",
    before=("date-of-another-form",),
)
def date_format_differs(case: CrashContext) -> Match | None:
    """Return the call that parses a date with a format that does not describe it."""
    call = case.call("strptime")
    given = call.args[1] if call is not None and len(call.args) > 1 else None
    literal = case.program.last_value(given.id, case.line) if isinstance(given, ast.Name) else given
    edit = _with_format(case, literal) if is_string(literal) else None
    slots = {name: Code(case.match[name].strip("'\"") if case.match[name] else "") for name in ("data", "format")}
    return case.here(call, edit=edit, rest=Code(repr(case.match["rest"])) if case.match["rest"] else "", slots=slots)


def _with_format(case: CrashContext, literal: ast.expr | None) -> Edit | None:
    """Return the edit that replaces a format by the only usual one that describes the string; None if several do."""
    if not (isinstance(literal, ast.Constant) and isinstance(old := literal.value, str)):
        return None
    if (rest := case.match["rest"]) is not None:
        fitting = [old + added for shape, end, added in _RESTS if shape.fullmatch(rest) and old.endswith(end)]
        if re.fullmatch(r"\d\d", rest) and old.endswith("%y"):
            fitting = [old[:-1] + "Y"]
    else:
        fitting = list(_formats_of(case.match["data"].strip("'\"")))
    quote = case.text(literal)[-1]
    return case.rewrite(literal, f"{quote}{fitting[0]}{quote}") if len(fitting) == 1 else None


def _formats_of(text: str) -> Iterator[str]:
    """Yield the usual formats that describe a date or time."""
    of_both = (f"{day}{between}{time}" for day in _DAYS for between in (" ", "T") for time in _TIMES)
    for each in (*_DAYS, *_TIMES, *(of_both if ":" in text else ())):
        try:
            datetime.strptime(text, each)  # noqa: DTZ007 - the value is thrown away, only the format counts
        except ValueError:
            continue
        yield each


@runtime_rule("time-zone-on-one-side", ("TypeError",), r"offset-naive and offset-aware|tz-naive and tz-aware")
def time_zone_on_one_side(case: CrashContext) -> Match | None:
    """Return the operation on a time with and a time without a time zone."""
    _, left, right = case.sides or (None, "", "")
    return case.here(case.sides and case.sides[0], left=left, right=right)


@runtime_rule(
    "date-with-other-type",
    ("TypeError",),
    rf"{TWO_TYPES}|can't compare (?P<one>{_TYPE}) to (?P<other>[\w.]+)",
    before=("text-in-calculation", "compared-kinds", "text-plus-other"),
)
def date_with_other_type(case: CrashContext) -> Match | None:
    """Return the operation on a date and a value of a type that it cannot be combined with."""
    types = case.types
    if not any(re.fullmatch(_TYPE, each) for each in types) or "NoneType" in types or case.sides is None:
        return None
    operation, left, right = case.sides
    other, other_type = (right, types[1]) if re.fullmatch(_TYPE, types[0]) else (left, types[0])
    if other_type != types[0] and all(re.fullmatch(_TYPE, each) for each in types[:2]):
        return _dates_of_two_types(case, operation)
    edit, place = None, operation
    if other_type == "int" and isinstance(operation, ast.BinOp) and (prefix := _timedelta(case)) is not None:
        edit = case.rewrite(other, f"{prefix}timedelta(days={case.text(other)})")
    if other_type == "str" and isinstance(other, ast.Name):
        bound = [(line, value) for line, value in case.program.assignments(other.id) if line < case.line]
        held = bound[-1][1] if bound else None
        if is_string(held):
            place = held or operation
            edit = _as_date(case, place, case.value(place), types)
        elif isinstance(held, ast.Subscript | ast.Call) and held.lineno == held.end_lineno:
            place = held
            edit = _as_date(case, held, case.value(other), types)
    slots = {"first": Code(types[0]), "second": Code(types[1])}
    return case.at(place, edit=edit, other=other, use=operation, slots=slots)


def _dates_of_two_types(case: CrashContext, operation: ast.expr) -> Match:
    """Return the operation on two values of which each may be the one with the type that is not meant."""
    slots = {"first": Code(case.types[0]), "second": Code(case.types[1])}
    return case.at(operation, other="", use=operation, slots=slots)


def _as_date(case: CrashContext, held: ast.expr, value: object, types: tuple[str, str]) -> Edit | None:
    """Return the edit that makes a date of a string in ISO form where it is stored, if the class is imported."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return None
    made = next(each for each in types if re.fullmatch(_TYPE, each)).rpartition(".")[2]
    imported = [name for node in case.program.each(ast.ImportFrom) for name in node.names if node.module == "datetime"]
    if made not in ("date", "datetime") or not any(each.name == made and not each.asname for each in imported):
        return None
    return case.rewrite(held, f"{made}.fromisoformat({case.text(held)})")


def _timedelta(case: CrashContext) -> str | None:
    """Return what has to stand before the name `timedelta`; None if it is not imported."""
    if "timedelta" in case.program.bound_names:
        return ""
    is_module = any(name.name == "datetime" for node in case.program.each(ast.Import) for name in node.names)
    return "datetime." if is_module else None
